package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.text.Beginning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks a generator about numbered passages. */
record PassageQuestion(Generator generator, int passageTokens) {
  private static final Pattern LINE = Pattern.compile("^", Pattern.MULTILINE);
  private static final Pattern SPACES = Pattern.compile("\\s+");

  PassageQuestion {
    if (passageTokens < 1) {
      throw new IllegalArgumentException("passageTokens must be >= 1, was " + passageTokens);
    }
  }

  /**
   * What came back.
   *
   * @param text empty when the generator abstained or was cut off at its limit
   */
  record Reply(Optional<String> text, Usage usage) {}

  /**
   * Asks an instruction about some hits.
   *
   * @param instruction has {@code %1$s} for the question and {@code %2$d} for the number of hits
   */
  Reply ask(String instruction, Query query, List<Hit> hits, CallContext context) {
    context.throwIfStopped();
    List<Evidence> evidence = new ArrayList<>();
    int tokens = 0;
    int truncated = 0;
    for (Hit hit : hits) {
      String whole = oneLine(hit.passage().searchText());
      String shown = cut(whole);
      truncated += shown.length() < whole.length() ? 1 : 0;
      String number = Integer.toString(evidence.size() + 1);
      Passage passage = Passage.of(number, number + ": " + shown);
      tokens += generator.tokenCounter().count(passage.text());
      evidence.add(Evidence.of(passage, hit.score()));
    }
    String quoted = LINE.matcher(query.text().strip()).replaceAll("> ");
    GenerationRequest request =
        GenerationRequest.of(
            Query.of(String.format(Locale.ROOT, instruction, quoted, hits.size())),
            new Context(evidence, tokens, List.of()));
    Generation generation = generator.generate(request, context);
    boolean whole =
        generation.abstention().isEmpty()
            && generation.finishReason() == Generation.FinishReason.STOP;
    Usage counted =
        Usage.of(GeneratorReranker.CALLS, 1)
            .with(Usage.TRUNCATED_TEXTS, truncated)
            .plus(generation.usage());
    return new Reply(whole ? Optional.of(generation.text()) : Optional.empty(), counted);
  }

  private static String oneLine(String text) {
    return SPACES.matcher(text.strip()).replaceAll(" ");
  }

  private String cut(String text) {
    TokenCounter counter = generator.tokenCounter();
    TokenSpans spans = counter.spans(text);
    return spans.size() <= passageTokens ? text : Beginning.of(text, spans.end(passageTokens - 1));
  }

  /**
   * Puts some of a ranking's hits into the order given, in the places that the hits not named leave
   * free.
   *
   * @param order places in {@code hits}, best first, none twice
   */
  static List<Hit> rearranged(List<Hit> hits, List<Integer> order) {
    Hit[] places = hits.toArray(Hit[]::new);
    List<Integer> free = order.stream().sorted().toList();
    for (int i = 0; i < free.size(); i++) {
      places[free.get(i)] = hits.get(order.get(i));
    }
    return Arrays.asList(places);
  }

  /** The hits in their order, scored by reciprocal rank. */
  static List<Hit> scored(List<Hit> ranked, int topK, String source) {
    List<Hit> scored = new ArrayList<>();
    for (Hit hit : ranked.subList(0, Math.min(topK, ranked.size()))) {
      scored.add(new Hit(hit.passage(), 1.0 / (scored.size() + 1), source));
    }
    return scored;
  }
}
