package dev.ragwright.opensearch;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.Explanation;
import java.util.List;

/**
 * What a filter accepts of an index: one tenant's passages, for example, whatever is asked.
 * Retrievers of it {@linkplain Retriever#scopedTo hold} each request to the scope besides its own
 * filter. Made by {@link OpenSearchIndex#scopedTo} at no cost, so one for each request will do.
 * Immutable and safe to share, as long as the index is open.
 */
public final class ScopedOpenSearchIndex {
  private final OpenSearchIndex index;
  private final Filter scope;

  ScopedOpenSearchIndex(OpenSearchIndex index, Filter scope) {
    this.index = index;
    this.scope = scope;
  }

  /** {@link OpenSearchIndex#bm25} within the scope. */
  public Retriever bm25() {
    return index.bm25().scopedTo(scope);
  }

  /**
   * {@link OpenSearchIndex#knn} within the scope.
   *
   * @throws EngineException if the index was opened without an embedder
   */
  public Retriever knn() {
    return index.knn().scopedTo(scope);
  }

  /**
   * {@link OpenSearchIndex#hybrid} within the scope.
   *
   * @throws EngineException if the index was opened without an embedder
   */
  public Retriever hybrid() {
    return index.hybrid().scopedTo(scope);
  }

  /**
   * {@link OpenSearchIndex#explain(RetrievalRequest, String, CallContext)} within the scope: a
   * passage outside it is as if it were not in the index.
   */
  public Explanation explain(RetrievalRequest request, String passageId, CallContext context) {
    return index.explain(request, passageId, context, scope);
  }

  /** {@link OpenSearchIndex#passages} within the scope. */
  public List<Passage> passages(String documentId) {
    return index.passages(documentId).stream().filter(scope::test).toList();
  }

  /** What another filter accepts of this. */
  public ScopedOpenSearchIndex scopedTo(Filter narrower) {
    return new ScopedOpenSearchIndex(index, scope.and(narrower));
  }

  /** The filter. */
  public Filter scope() {
    return scope;
  }

  /** For people: of which index, and the scope. */
  @Override
  public String toString() {
    return index + ", scoped to " + scope;
  }
}
