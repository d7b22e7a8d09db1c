package dev.ragwright.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What hosted stages answered, in a file of JSON lines: recorded once, with the service, and then
 * replayed in tests without a network, a key or a bill.
 *
 * {@snippet :
 * Path file = Path.of("src/test/resources/answers.jsonl");
 * Recording recording = Recording.to(file); // once, by hand
 * Generator hosted = recording.generator("answers", generator);
 * RagPipeline.builder().retriever(index.bm25()).generator(hosted).build().ask("How long?");
 * recording.close();
 * Generator replayed = Recording.of(file).generator("answers"); // in the test
 * }
 *
 * <p>A request is found again by all that the stage reads: the question, the text and the place of
 * the evidence, the prompt's description; the texts of an embedder; the query and the passages of a
 * reranker. Scores of the evidence and what was dropped are not part of it. One that was recorded
 * several times is answered in that order, and from then on with the last. One that was not is an
 * {@link IllegalStateException} that names it and the nearest that was. A stream is replayed in the
 * pieces in which it came, without its pauses.
 *
 * <p>Calls of stages are recorded and not requests on the wire, so no key, header or address of a
 * service is ever written; what is in a question or a passage is. Failures are not recorded. Needs
 * jackson-databind. Safe for use by several threads; an order is then that of the calls.
 */
public final class Recording implements AutoCloseable {
  private final RecordingFile file;

  private Recording(RecordingFile file) {
    this.file = file;
  }

  /**
   * Records into a file, which is begun anew.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public static Recording to(Path file) {
    return new Recording(RecordingFile.to(file));
  }

  /**
   * Replays a file.
   *
   * @throws IllegalArgumentException if it is no recording, or one of another version; the text
   *     names the line
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Recording of(Path file) {
    return new Recording(RecordingFile.of(file));
  }

  /**
   * The same generator, which records.
   *
   * @param name what to replay it by
   * @throws IllegalStateException if this replays
   */
  public Generator generator(String name, Generator generator) {
    String counter = generator.tokenCounter().description().toString();
    file.begin(name, generator.description(), "counter", counter);
    return new RecordedGenerator(name, generator, "");
  }

  /**
   * The generator that was recorded under a name, by its description. It counts tokens with {@link
   * TokenCounter#approximate}.
   *
   * @throws IllegalArgumentException if none was, naming those that were; or if it counted in other
   *     tokens, so that other evidence would fit a budget
   */
  public Generator generator(String name) {
    return generator(name, TokenCounter.approximate());
  }

  /** {@link #generator(String)} that counts tokens as the recorded one did. */
  public Generator generator(String name, TokenCounter counter) {
    StageDescription description = file.description(name, "generator");
    String counted = file.detail(name, "counter");
    if (!counted.equals(counter.description().toString())) {
      throw new IllegalArgumentException(
          "the generator \"%s\" was recorded counting in %s, and would be replayed counting in %s; give that counter"
              .formatted(name, counted, counter.description()));
    }
    return new ReplayedGenerator(name, description, counter, "");
  }

  /**
   * The same embedder, which records.
   *
   * @throws IllegalStateException if this replays
   */
  public Embedder embedder(String name, Embedder embedder) {
    String dimension = String.valueOf(embedder.dimension());
    file.begin(
        name,
        embedder.description(),
        "dimension",
        dimension,
        "passages",
        RecordingJson.description(embedder.passageDescription()).toString());
    return new RecordedEmbedder(name, embedder);
  }

  /**
   * The embedder that was recorded under a name. Its texts are found one by one, so they may come
   * in other batches, and are counted as {@link Usage#REMEMBERED_TEXTS}.
   *
   * @throws IllegalArgumentException if none was, naming those that were
   */
  public Embedder embedder(String name) {
    StageDescription description = file.description(name, "embedder");
    return new ReplayedEmbedder(
        name,
        description,
        file.passageDescription(name),
        Integer.parseInt(file.detail(name, "dimension")));
  }

  /**
   * The same reranker, which records.
   *
   * @throws IllegalStateException if this replays
   */
  public Reranker reranker(String name, Reranker reranker) {
    file.begin(name, reranker.description());
    Reranker recorded =
        (query, hits, topK, context) -> {
          Retrieval ranked = reranker.rerank(query, hits, topK, context);
          file.add(
              name, RecordingJson.request(query, hits, topK), RecordingJson.ranked(ranked), null);
          return ranked;
        };
    return described(recorded, reranker.description());
  }

  /**
   * The reranker that was recorded under a name.
   *
   * @throws IllegalArgumentException if none was, naming those that were
   */
  public Reranker reranker(String name) {
    StageDescription description = file.description(name, "reranker");
    Reranker replayed =
        (query, hits, topK, context) -> {
          context.throwIfStopped();
          RecordingFile.Call call = file.find(name, RecordingJson.request(query, hits, topK));
          return RecordingJson.ranked(call.response(), hits);
        };
    return described(replayed, description);
  }

  private static Reranker described(Reranker reranker, StageDescription description) {
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        return reranker.rerank(query, hits, topK, context);
      }

      @Override
      public StageDescription description() {
        return description;
      }
    };
  }

  /** Ends the file. Idempotent; the stages stay the caller's. */
  @Override
  public void close() {
    file.close();
  }

  private static ObjectNode request(GenerationRequest request, String prompt) {
    ObjectNode asked = RecordingJson.request(request);
    return prompt.isEmpty() ? asked : asked.put("prompt", prompt);
  }

  private static String nameOf(PromptTemplate prompt) {
    if (prompt.description().opaque()) {
      throw new IllegalArgumentException(
          "the prompt %s does not say what it is, so its answers cannot be told from another's; give it a name with named(\"...\")"
              .formatted(prompt.description()));
    }
    return prompt.description().toString();
  }

  private final class RecordedGenerator implements Generator {
    private final String name;
    private final Generator generator;
    private final String prompt;

    RecordedGenerator(String name, Generator generator, String prompt) {
      this.name = name;
      this.generator = generator;
      this.prompt = prompt;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      Generation made = generator.generate(request, context);
      file.add(name, request(request, prompt), RecordingJson.generation(made), null);
      return made;
    }

    @Override
    public TokenStream stream(GenerationRequest request, CallContext context) {
      TokenStream tokens = generator.stream(request, context);
      List<String> pieces = new ArrayList<>();
      return new TokenStream() {
        private @Nullable Generation whole;
        private boolean begun;

        @Override
        public Stream<String> text() {
          begun = true;
          return tokens.text().peek(pieces::add);
        }

        @Override
        public Generation result() {
          Generation made = whole;
          if (made == null) {
            if (!begun) {
              text().forEach(piece -> {});
            }
            made = tokens.result();
            whole = made;
            String rest = made.text().substring(String.join("", pieces).length());
            if (!rest.isEmpty()) { // the reader stopped before
              pieces.add(rest);
            }
            file.add(name, request(request, prompt), RecordingJson.generation(made), pieces);
          }
          return made;
        }

        @Override
        public void close() {
          tokens.close();
        }
      };
    }

    @Override
    public TokenCounter tokenCounter() {
      return generator.tokenCounter();
    }

    @Override
    public boolean readsTextOnly() {
      return generator.readsTextOnly();
    }

    @Override
    public Generator withPrompt(PromptTemplate template) {
      return new RecordedGenerator(name, generator.withPrompt(template), nameOf(template));
    }

    @Override
    public StageDescription description() {
      return generator.description();
    }
  }

  private final class ReplayedGenerator implements Generator {
    private final String name;
    private final StageDescription description;
    private final TokenCounter counter;
    private final String prompt;

    ReplayedGenerator(
        String name, StageDescription description, TokenCounter counter, String prompt) {
      this.name = name;
      this.description = description;
      this.counter = counter;
      this.prompt = prompt;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      context.throwIfStopped();
      return RecordingJson.generation(file.find(name, request(request, prompt)).response());
    }

    @Override
    public TokenStream stream(GenerationRequest request, CallContext context) {
      context.throwIfStopped();
      RecordingFile.Call call = file.find(name, request(request, prompt));
      Generation made = RecordingJson.generation(call.response());
      List<String> pieces = call.pieces();
      if (pieces == null) {
        return TokenStream.of(made);
      }
      return new TokenStream() {
        @Override
        public Stream<String> text() {
          return pieces.stream()
              .map(
                  piece -> {
                    context.throwIfStopped();
                    return piece;
                  });
        }

        @Override
        public Generation result() {
          context.throwIfStopped();
          return made;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public TokenCounter tokenCounter() {
      return counter;
    }

    @Override
    public boolean readsTextOnly() {
      return true;
    }

    @Override
    public Generator withPrompt(PromptTemplate template) {
      String text = nameOf(template);
      return new ReplayedGenerator(name, description.with("prompt", text), counter, text);
    }

    @Override
    public StageDescription description() {
      return description;
    }
  }

  private final class RecordedEmbedder implements Embedder {
    private final String name;
    private final Embedder embedder;

    RecordedEmbedder(String name, Embedder embedder) {
      this.name = name;
      this.embedder = embedder;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Embeddings made = embedder.embed(texts, side, context);
      List<float[]> vectors = made.checked(texts.size(), embedder);
      Map<String, float[]> distinct = new LinkedHashMap<>();
      for (int i = 0; i < vectors.size(); i++) {
        distinct.put(texts.get(i), vectors.get(i));
      }
      distinct.forEach(
          (text, vector) ->
              file.add(
                  name, RecordingJson.request(text, side), RecordingJson.vector(vector), null));
      return made;
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return embedder.description();
    }

    @Override
    public StageDescription passageDescription() {
      return embedder.passageDescription();
    }
  }

  private final class ReplayedEmbedder implements Embedder {
    private final String name;
    private final StageDescription description;
    private final StageDescription passageDescription;
    private final int dimension;

    ReplayedEmbedder(
        String name,
        StageDescription description,
        StageDescription passageDescription,
        int dimension) {
      this.name = name;
      this.description = description;
      this.passageDescription = passageDescription;
      this.dimension = dimension;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      List<float[]> vectors = new ArrayList<>();
      for (String text : texts) {
        context.throwIfStopped();
        JsonNode vector = file.find(name, RecordingJson.request(text, side)).response();
        vectors.add(RecordingJson.vector(vector));
      }
      return new Embeddings(vectors, Usage.of(Usage.REMEMBERED_TEXTS, texts.size()));
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public StageDescription description() {
      return description;
    }

    @Override
    public StageDescription passageDescription() {
      return passageDescription;
    }
  }
}
