package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.List;

/**
 * Finds passages for a query. One method, so a lambda will do:
 *
 * {@snippet :
 * Retriever tickets =
 *     (request, context) -> Retrieval.of(searchTickets(request.query().text(), request.topK()));
 * }
 *
 * <p>Implementations are immutable and safe to share. {@code RetrieverContract} of rag-testkit
 * checks what is promised here.
 */
@FunctionalInterface
public interface Retriever extends Stage {

  /**
   * Returns at most {@code request.topK()} hits that the request's filter accepts, best first, ties
   * by passage id, no passage twice; empty when nothing matches. The same request over the same
   * passages gives the same hits.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Retrieval retrieve(RetrievalRequest request, CallContext context);

  /** The best {@code topK} passages, however long it takes. */
  default Retrieval retrieve(String query, int topK) {
    return retrieve(RetrievalRequest.of(query, topK), CallContext.unbounded());
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("retriever", this);
  }

  /** This retriever under a name that its user vouches for: a changed retriever gets a new name. */
  default Retriever named(String name) {
    return Retrievers.described(this, StageDescription.of("retriever", name));
  }

  /**
   * This retriever among the passages that a filter accepts: whatever is asked, no other is found.
   * For what must not be forgotten in any request, such as whose passages they are. A request's own
   * filter holds as well.
   *
   * <p>What comes back is tested once more: where a retriever takes no notice of the filter, so
   * that a passage of others comes back, {@link IllegalStateException} names it.
   */
  default Retriever scopedTo(Filter scope) {
    return Retrievers.scoped(this, scope);
  }

  /**
   * This retriever for the queries that an expander makes of a question: one alone as it is,
   * several at the same time, each for the best 100 (or the caller's topK if that is more), fused.
   * For an expander that suits one of several retrievers; {@code RagPipeline.Builder.expander} is
   * for all. The expander and each query have a record in the trace.
   */
  default Retriever expandedBy(QueryExpander expander, RankFusion fusion) {
    return Retrievers.expanded(this, expander, fusion);
  }

  /** Finds nothing: the level "none" of an experiment's fallback. */
  static Retriever none() {
    return NoRetriever.INSTANCE;
  }

  /**
   * This retriever to {@code depth}, then {@code reranker} down to what the caller asks for. A
   * caller who asks for more than {@code depth} gets {@code depth}.
   *
   * @throws IllegalArgumentException if {@code depth < 1}
   */
  default Retriever rerankedBy(Reranker reranker, int depth) {
    return Retrievers.reranked(this, reranker, depth);
  }
}

enum NoRetriever implements Retriever {
  INSTANCE;

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    return Retrieval.of(List.of(), Usage.none());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "none");
  }
}
