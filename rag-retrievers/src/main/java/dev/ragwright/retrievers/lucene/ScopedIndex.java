package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a filter accepts of an index: one tenant's passages, for example, whatever is asked.
 * Retrievers of it {@linkplain Retriever#scopedTo hold} each request to the scope besides its own
 * filter. Made by {@link LuceneIndex#scopedTo} at no cost, so one for each request will do.
 * Immutable and safe to share, as long as the index is open.
 */
public final class ScopedIndex {
  private final LuceneIndex index;
  private final Filter scope;

  ScopedIndex(LuceneIndex index, Filter scope) {
    this.index = index;
    this.scope = scope;
  }

  /** {@link LuceneIndex#bm25} within the scope. */
  public Retriever bm25() {
    return scoped(index::allByWords);
  }

  /**
   * {@link LuceneIndex#knn} within the scope.
   *
   * @throws IndexMismatchException if the index has no vectors or was opened without its embedder
   */
  public Retriever knn() {
    return scoped(index::allByVectors);
  }

  /**
   * {@link LuceneIndex#hybrid} within the scope.
   *
   * @throws IndexMismatchException if the index has no vectors or was opened without its embedder
   */
  public Retriever hybrid() {
    return scoped(index::allByBoth);
  }

  /** {@link LuceneIndex#rm3()} within the scope, whose passages alone it learns from. */
  public Retriever rm3() {
    return scoped(index::allByRm3);
  }

  /**
   * {@link LuceneIndex#rm3(int, int, double)} within the scope, whose passages alone it learns
   * from.
   */
  public Retriever rm3(int passages, int terms, double weight) {
    return scoped(() -> index.allByRm3(passages, terms, weight));
  }

  /**
   * {@link LuceneIndex#rocchio()} within the scope, whose passages alone it learns from.
   *
   * @throws IndexMismatchException as {@link LuceneIndex#rocchio(int, double)} does
   */
  public Retriever rocchio() {
    return scoped(index::allByRocchio);
  }

  /**
   * {@link LuceneIndex#rocchio(int, double)} within the scope, whose passages alone it learns from.
   *
   * @throws IndexMismatchException as {@link LuceneIndex#rocchio(int, double)} does
   */
  public Retriever rocchio(int passages, double weight) {
    return scoped(() -> index.allByRocchio(passages, weight));
  }

  /**
   * {@link LuceneIndex#sparse} within the scope.
   *
   * @throws IndexMismatchException as {@link LuceneIndex#sparse} does
   */
  public Retriever sparse() {
    return scoped(index::allBySparse);
  }

  /**
   * {@link LuceneIndex#lateInteraction()} within the scope.
   *
   * @throws IndexMismatchException as {@link LuceneIndex#lateInteraction(Retriever, int)} does
   */
  public Retriever lateInteraction() {
    return scoped(index::allByTokens);
  }

  /**
   * {@link LuceneIndex#lateInteraction(Retriever, int)} within the scope.
   *
   * @throws IndexMismatchException as {@link LuceneIndex#lateInteraction(Retriever, int)} does
   */
  public Retriever lateInteraction(Retriever first, int candidates) {
    return scoped(() -> index.allByTokens(first, candidates));
  }

  /** {@link LuceneIndex#spelling} by the words of the scope's passages alone. */
  public QueryExpander spelling() {
    return index.spellingWithin(scope);
  }

  /** {@link LuceneIndex#keywords}; how many passages have a word is counted in the whole index. */
  public QueryExpander keywords() {
    return index.allKeywords();
  }

  private Retriever scoped(Supplier<Retriever> all) {
    return all.get().scopedTo(scope);
  }

  /**
   * {@link LuceneIndex#explain(RetrievalRequest, String, CallContext)} within the scope: a passage
   * outside it is as if it were not in the index.
   */
  public Explanation explain(RetrievalRequest request, String passageId, CallContext context) {
    return index.explain(request, passageId, context, scope);
  }

  /** {@link LuceneIndex#passages} within the scope. */
  public List<Passage> passages(String documentId) {
    return index.allOf(documentId).stream().filter(scope::test).toList();
  }

  /** What another filter accepts of this. */
  public ScopedIndex scopedTo(Filter narrower) {
    return new ScopedIndex(index, scope.and(narrower));
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

  /** Whether all that a filter accepts has one of some named values under a key. */
  static boolean fixes(Filter filter, String key) {
    return switch (filter) {
      case Filter.In in -> in.key().equals(key);
      case Filter.And and -> and.parts().stream().anyMatch(part -> fixes(part, key));
      case Filter.Or or ->
          !or.parts().isEmpty() && or.parts().stream().allMatch(part -> fixes(part, key));
      default -> false;
    };
  }
}
