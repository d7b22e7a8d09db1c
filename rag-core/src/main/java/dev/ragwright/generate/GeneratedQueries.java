package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The question, and what a generator makes of it.
 *
 * @param lines how many lines to take, or 0 for all of the text as a passage
 */
record GeneratedQueries(String name, Generator generator, int lines) implements QueryExpander {
  private static final Context NOTHING = new Context(List.of(), 0, List.of());

  /** What models put before the items of a list. */
  private static final Pattern MARK =
      Pattern.compile(
          "^\\s*(?:[-*+\u2022\u2013]|\\(?\\p{Nd}{1,2}[.):]+|Q(?:uestion)?\\s?\\d?:)\\s+");

  private static final Pattern QUOTES =
      Pattern.compile("^[\"\u201c\u201e\u00ab]|[\"\u201d\u00bb]$");

  @Override
  public Expansion expand(Query question, CallContext context) {
    context.throwIfStopped();
    if (question.text().isBlank()) {
      return Expansion.of(List.of(question), Usage.none());
    }
    Asked asked = Asked.of(generator, question, NOTHING, context);
    Generation generation = asked.generation();
    List<Query> queries = new ArrayList<>(List.of(question));
    written(generation).forEach(queries::add);
    return Expansion.of(queries, generation.usage()).withParts(List.of(asked.record()));
  }

  private Stream<Query> written(Generation generation) {
    String text = generation.text().strip();
    if (lines == 0) {
      return Stream.of(Query.like(text));
    }
    return lines(generation, lines);
  }

  /** The first lines of a text that can be searched for. */
  static Stream<Query> lines(Generation generation, int most) {
    List<String> all = new ArrayList<>(generation.text().strip().lines().toList());
    if (generation.finishReason() == Generation.FinishReason.LENGTH && all.size() > 1) {
      all.removeLast(); // it ends anywhere
    }
    return all.stream()
        .map(GeneratedQueries::unmarked)
        .filter(line -> !line.isBlank() && !line.endsWith(":")) // such as "Here are three:"
        .limit(most)
        .map(Query::of);
  }

  /** A line without the mark and the quotes that models put around what they list. */
  static String unmarked(String line) {
    return QUOTES.matcher(MARK.matcher(line).replaceFirst("").strip()).replaceAll("");
  }

  @Override
  public StageDescription description() {
    StageDescription described = StageDescription.of("expander", name);
    return (lines == 0 ? described : described.with("queries", lines))
        .withParts(List.of(generator.description()));
  }
}
