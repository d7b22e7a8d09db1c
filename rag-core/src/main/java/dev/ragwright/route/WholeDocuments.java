package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Has a generator read the whole documents of the passages that were found, rather than the
 * passages:
 *
 * {@snippet :
 * Generator whole = WholeDocuments.of("manuals 2026-11", index::passages, 30_000).read(generator);
 * }
 *
 * <p>A document is as whole as its passages are: what no passage holds is not read. Documents come
 * in the order of their best evidence, each in the order of its text, and passages that touch are
 * one piece; what has no room is dropped and counted in the trace ({@code context}). Turns before
 * the question that the generator is to read are read first, the last ones that fit half the
 * budget. The answer's {@linkplain Generation#context context} is what was read, so citations of it
 * hold. What is to see each text before it is sent, such as a {@code Redaction}, stands around the
 * generator that is given here: around the reader it would see the passages alone, and refuses it.
 * Immutable.
 */
public final class WholeDocuments {
  private final String name;
  private final Function<String, List<Passage>> passages;
  private final int budget;

  private WholeDocuments(String name, Function<String, List<Passage>> passages, int budget) {
    this.name = name;
    this.passages = passages;
    this.budget = budget;
    description();
  }

  /**
   * Documents from where their passages are.
   *
   * @param name what its user vouches for: other documents get another name
   * @param passages those of a document, by its id, in the order of its text, such as {@code
   *     LuceneIndex::passages}; where there are none, the passages that were found are read
   * @param budget the most tokens that are read, turns before included, by the generator's counter
   * @throws IllegalArgumentException if the name is blank or {@code budget < 1}
   */
  public static WholeDocuments of(
      String name, Function<String, List<Passage>> passages, int budget) {
    if (budget < 1) {
      throw new IllegalArgumentException("budget must be >= 1 token, was " + budget);
    }
    return new WholeDocuments(name, Objects.requireNonNull(passages, "passages"), budget);
  }

  /** The generator, reading whole documents; it owns nothing. */
  public Generator read(Generator generator) {
    return new Reader(this, new NamedGenerator("whole documents", generator));
  }

  /** What there is to read in place of a context. */
  private Assembly whole(GenerationRequest request, TokenCounter counter, CallContext context) {
    Map<String, Double> documents = new LinkedHashMap<>();
    for (Evidence evidence : request.context().evidence()) {
      documents.merge(evidence.passage().documentId(), evidence.score(), Math::max);
    }
    List<Hit> hits = new ArrayList<>();
    documents.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(
            document -> {
              context.throwIfStopped();
              all(document.getKey(), request.context())
                  .forEach(passage -> hits.add(new Hit(passage, document.getValue(), name)));
            });
    List<Turn> turns = request.context().history();
    return ContextAssembler.builder()
        .budget(budget)
        .dedupe(false)
        .history(turns.size())
        .build()
        .assemble(request.question(), turns, hits, counter, context);
  }

  private List<Passage> all(String document, Context found) {
    List<Passage> known = passages.apply(document);
    return known.isEmpty()
        ? found.evidence().stream()
            .flatMap(evidence -> evidence.retrieved().stream())
            .filter(passage -> passage.documentId().equals(document))
            .toList()
        : known;
  }

  private StageDescription description() {
    return StageDescription.of("documents", name).with("budget", budget);
  }

  /** A generator that reads them. */
  private record Reader(WholeDocuments documents, NamedGenerator one) implements Generator {

    private GenerationRequest request(GenerationRequest request, CallContext context, Ran ran) {
      context.throwIfStopped();
      long start = ran.now();
      Context read = documents.whole(request, tokenCounter(), context).context();
      ran.add(
          ran.record("context", documents.description(), start, Usage.none())
              .with("evidence", read.evidence().size())
              .with("tokens", read.tokens())
              .with("dropped", read.dropped().size()));
      return GenerationRequest.of(request.question(), read);
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      Ran ran = new Ran(context);
      GenerationRequest whole = request(request, context, ran);
      return ran.whole(ran.generate(one, whole)).withContext(whole.context());
    }

    @Override
    public TokenStream stream(GenerationRequest request, CallContext context) {
      Ran ran = new Ran(context);
      GenerationRequest whole = request(request, context, ran);
      TokenStream stream = ran.stream(one, whole);
      return new TokenStream() {
        @Override
        public Stream<String> text() {
          return stream.text();
        }

        @Override
        public Generation result() {
          return stream.result().withContext(whole.context());
        }

        @Override
        public void close() {
          stream.close();
        }
      };
    }

    @Override
    public TokenCounter tokenCounter() {
      return one.generator().tokenCounter();
    }

    @Override
    public Generator withPrompt(PromptTemplate prompt) {
      return documents.read(one.generator().withPrompt(prompt));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "whole-documents")
          .withParts(List.of(documents.description(), one.generator().description()));
    }
  }
}
