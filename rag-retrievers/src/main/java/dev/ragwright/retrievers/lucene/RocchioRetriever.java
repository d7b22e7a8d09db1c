package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;

/**
 * Passages by the cosine of their vector and one that was moved from the question's towards those
 * of the first passages: {@code q + weight * mean(d)}, made to have length 1 (Rocchio, "Relevance
 * Feedback in Information Retrieval", 1971, without the part of what is not relevant, which nobody
 * knows here).
 */
final class RocchioRetriever extends IndexRetriever {
  private final KnnRetriever vectors;
  private final Feedback feedback;

  RocchioRetriever(KnnRetriever vectors, Feedback feedback) {
    super(vectors.store);
    this.vectors = vectors;
    this.feedback = feedback;
  }

  @Override
  Embeddings prepare(RetrievalRequest request, CallContext context) {
    return vectors.prepare(request, context);
  }

  @Override
  Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException {
    long start = context.ticker().nanos();
    Ranked first =
        vectors.rank(searcher, request.withTopK(feedback.passages()), question, "rocchio", context);
    if (first.hits().isEmpty()) {
      return first;
    }
    float[] asked = question.vectors().getFirst();
    float[] moved = moved(asked, first, searcher.getIndexReader().leaves());
    int read = first.hits().size();
    Ranked ranked =
        vectors.rank(
            searcher, request, new Embeddings(List.of(moved), first.usage()), "rocchio", context);
    ranked.count(Usage.of(Usage.FEEDBACK_PASSAGES, read));
    ranked.tell(Feedback.record(own(), read, start, context));
    return ranked;
  }

  private float[] moved(float[] asked, Ranked first, List<LeafReaderContext> leaves)
      throws IOException {
    double share = feedback.weight() / first.hits().size();
    double[] sum = new double[asked.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = asked[i];
    }
    for (Hit hit : first.hits()) {
      int document = first.document(hit);
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
      FloatVectorValues values = leaf.reader().getFloatVectorValues(PassageFields.VECTOR);
      DocIndexIterator documents = values.iterator();
      documents.advance(document - leaf.docBase);
      float[] vector = values.vectorValue(documents.index());
      for (int i = 0; i < sum.length; i++) {
        sum[i] += share * vector[i];
      }
    }
    double squares = 0;
    for (double number : sum) {
      squares += number * number;
    }
    if (squares == 0) {
      return asked;
    }
    double length = Math.sqrt(squares);
    float[] moved = new float[sum.length];
    for (int i = 0; i < sum.length; i++) {
      moved[i] = (float) (sum[i] / length);
    }
    return moved;
  }

  private StageDescription own() {
    return feedback.describe("rocchio");
  }

  @Override
  public StageDescription description() {
    return own().withParts(List.of(vectors.description()));
  }
}
