package dev.ragwright.retrievers.stored;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import java.util.List;

/**
 * What a search by vectors looks for.
 *
 * @param numbers not changed by anyone
 * @param usage what embedding took
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two
public record QuestionVector(float[] numbers, Usage usage) {

  /** The vector of a request's question; of zeros if it is blank, or has no direction. */
  public static QuestionVector of(
      RetrievalRequest request, Embedder embedder, CallContext context) {
    String text = request.query().text();
    if (text.isBlank()) {
      return new QuestionVector(new float[0], Usage.none());
    }
    Embeddings made = embedder.embed(List.of(text), request.query().side(), context);
    return new QuestionVector(made.checked(1, embedder).getFirst(), made.usage());
  }

  /** Whether nothing is nearer to it than anything else. */
  public boolean isZero() {
    return Embeddings.dot(numbers, numbers) == 0;
  }

  /** A passage that was found, with its cosine as its score. */
  public Hit hit(Passage passage, float[] vector) {
    return new Hit(passage, Math.clamp(Embeddings.dot(numbers, vector), -1, 1), "knn");
  }
}
