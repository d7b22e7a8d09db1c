package dev.ragwright.examples;

import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * Shows an answer while it is made, and stops one that nobody waits for any more.
 *
 * <p>{@code mvn -q -Pexample -Dexample=StreamAndCancel}
 */
public final class StreamAndCancel {
  private StreamAndCancel() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("keys", "The signing key is rotated in January."),
              Passage.of("old", "Whoever is on call keeps the old key for a day.")));
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ExtractiveGenerator.create())
              .build();
      String question = "When is the signing key rotated, and who keeps the old key?";

      // Piece by piece; the whole answer, with its citations, is there behind the last piece.
      try (AnswerStream answer = rag.stream(question)) {
        answer.text().forEach(piece -> System.out.println("piece: " + piece.strip()));
        System.out.println("citations: " + answer.result().citations());
      }

      // A deadline, and a handle to stop by: cancel() may be called from any thread.
      CallContext call = CallContext.withTimeout(Duration.ofSeconds(30));
      try (AnswerStream answer = rag.stream(question, call)) {
        Iterator<String> pieces = answer.text().iterator();
        System.out.println("first: " + pieces.next().strip());
        call.cancel(); // the reader has closed the page
        pieces.forEachRemaining(piece -> System.out.println("never printed: " + piece));
      } catch (CancelledException e) {
        System.out.println("stopped in " + e.stage().orElse("no stage") + ": " + e.getMessage());
      }
    }
  }
}
