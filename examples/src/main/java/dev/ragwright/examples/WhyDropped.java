package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;

/**
 * Finds out why a passage that was found did not reach the generator.
 *
 * <p>{@code mvn -q -Pexample -Dexample=WhyDropped}
 */
public final class WhyDropped {
  private WhyDropped() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("manual", "Rotate the signing key every year."),
              Passage.of("copy", "Rotate the signing key every year."),
              Passage.of("almost", "Rotate the signing key every single year."),
              Passage.of("long", "The signing key was made in a ceremony. ".repeat(20)),
              Passage.of("weak", "A key is also part of a piano.")));
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .topK(4)
              .context(c -> c.nearDuplicates(0.5).budget(40))
              .generator(ExtractiveGenerator.create())
              .build();
      Answer answer = rag.ask("How often do I rotate the signing key?");
      System.out.println(answer.text());
      answer
          .context()
          .evidence()
          .forEach(evidence -> System.out.println("read: " + evidence.passage().id()));
      answer
          .context()
          .dropped()
          .forEach(d -> System.out.println("dropped: " + d.passageId() + ", " + d.reason()));

      // What is in neither list was not found, or not among the first topK: ask the retriever.
      index
          .bm25()
          .retrieve("How often do I rotate the signing key?", 10)
          .hits()
          .forEach(hit -> System.out.println("found: " + hit.passage().id()));

      // The same from the trace alone, as an archive of traces has it.
      answer.trace().stages().stream()
          .filter(stage -> stage.stage().equals("context"))
          .forEach(stage -> System.out.println(stage.description().name() + " " + stage.details()));
    }
  }
}
