package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import java.util.List;

/**
 * Hits with their vectors, made for one call.
 *
 * @param vectors (hit)
 * @param relevance the similarity to the query (hit)
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one call, and nobody compares it
record EmbeddedHits(List<float[]> vectors, double[] relevance, Usage usage) {

  /** Embeds what search reads of each passage: its headings and its text. */
  static EmbeddedHits of(Query query, List<Hit> hits, Embedder embedder, CallContext context) {
    context.throwIfStopped();
    if (hits.isEmpty()) {
      return new EmbeddedHits(List.of(), new double[0], Usage.none());
    }
    Embeddings question = embedder.embed(List.of(query.text()), query.side(), context);
    List<String> texts = hits.stream().map(hit -> hit.passage().searchText()).toList();
    Embeddings passages = embedder.embed(texts, Embedder.Side.DOCUMENT, context);
    float[] asked = question.vectors().getFirst();
    double[] relevance =
        passages.vectors().stream().mapToDouble(vector -> Embeddings.dot(asked, vector)).toArray();
    return new EmbeddedHits(passages.vectors(), relevance, question.usage().plus(passages.usage()));
  }
}
