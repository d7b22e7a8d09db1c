package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Brings a search of your own, as a lambda, and fuses it with an index: here a table of tickets.
 *
 * <p>{@code mvn -q -Pexample -Dexample=OwnRetriever}
 */
public final class OwnRetriever {
  private static final Map<String, String> TICKETS =
      Map.of(
          "T-17", "The printer on the second floor prints blank pages: the toner was empty.",
          "T-23", "Nobody could log in on Monday: the certificate had expired.");

  private OwnRetriever() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    // The name is a promise that the same name finds the same: what is stored may rely on it.
    Retriever tickets =
        ((Retriever)
                (request, context) -> {
                  context.throwIfStopped();
                  String words = request.query().text().toLowerCase(Locale.ROOT);
                  List<Hit> hits =
                      TICKETS.entrySet().stream()
                          .map(ticket -> hit(ticket.getKey(), ticket.getValue(), words))
                          .filter(hit -> hit.score() > 0)
                          .toList();
                  return Retrieval.ranked(hits, request.topK(), Usage.none());
                })
            .named("tickets v1");
    try (LuceneIndex manual = LuceneIndex.inMemory()) {
      manual.addAll(List.of(Passage.of("manual", "Change the toner when pages come out grey.")));
      Retriever both = Retrievers.fuse(RankFusion.reciprocalRank(60), manual.bm25(), tickets);
      RagPipeline rag =
          RagPipeline.builder().retriever(both).generator(ExtractiveGenerator.create()).build();
      Answer answer = rag.ask("Why does the printer print blank pages?");
      System.out.println(answer.text());
      answer.citations().forEach(System.out::println);
      answer
          .trace()
          .stages()
          .getFirst()
          .parts()
          .forEach(part -> System.out.println(part.description().name() + " " + part.details()));
    }
  }

  /** A score is anything that is larger for what fits better. */
  private static Hit hit(String id, String text, String words) {
    long shared =
        Stream.of(words.split("\\W+"))
            .filter(word -> word.length() > 3 && text.contains(word))
            .count();
    return new Hit(Passage.of(id, text), shared, "tickets");
  }
}
