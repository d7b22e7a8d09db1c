package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** All passages by their vectors, compared one by one as an exact search of an index does. */
final class VectorList implements Retriever {
  private final StageDescription embedder;
  private final Function<String, float[]> questions;
  private final List<Passage> passages;
  private final float[][] vectors;

  /**
   * @param embedder whose vectors these are
   * @param questions gives a question's vector
   * @param vectors of the passages
   */
  VectorList(
      StageDescription embedder,
      Function<String, float[]> questions,
      List<Passage> passages,
      float[][] vectors) {
    this.embedder = embedder;
    this.questions = questions;
    this.passages = passages;
    this.vectors = vectors;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    if (!(request.filter() instanceof Filter.All)) {
      throw new IllegalArgumentException(
          "the vectors that an adapter is learnt from are searched without a filter, had "
              + request.filter());
    }
    String text = request.query().text();
    if (text.isBlank()) {
      return Retrieval.of(List.of());
    }
    float[] asked = questions.apply(text);
    return Retrieval.of(
        IntStream.range(0, vectors.length)
            .mapToObj(
                i ->
                    new Hit(
                        passages.get(i),
                        Math.clamp(Embeddings.dot(asked, vectors[i]), -1, 1),
                        "knn"))
            .sorted(Hit.BEST_FIRST)
            .limit(request.topK())
            .toList());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "knn").withParts(List.of(embedder));
  }
}
