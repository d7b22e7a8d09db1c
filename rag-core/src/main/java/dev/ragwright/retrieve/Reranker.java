package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.util.List;

/**
 * Puts hits into a better order. Implementations are immutable and safe to share; {@code
 * RerankerContract} of rag-testkit checks what is promised here.
 */
@FunctionalInterface
public interface Reranker extends Stage {

  /**
   * Returns the best {@code topK} of {@code hits}, best first, ties by passage id. Adds no passage,
   * changes none, and repeats none.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context);

  /** The best {@code topK} of {@code hits}, however long it takes. */
  default Retrieval rerank(String query, List<Hit> hits, int topK) {
    return rerank(Query.of(query), hits, topK, CallContext.unbounded());
  }

  /**
   * The most that a call sends, by which a {@link dev.ragwright.guard.SpendingLimit} knows what it
   * may cost: each passage once, with the question, unless overridden. What wraps a reranker tells
   * what that one does.
   */
  default Sent mostSent() {
    return Sent.once();
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("reranker", this);
  }

  /** This reranker under a name that its user vouches for: a changed reranker gets a new name. */
  default Reranker named(String name) {
    Reranker reranker = this;
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        return reranker.rerank(query, hits, topK, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("reranker", name);
      }
    };
  }

  /**
   * Reranks with this reranker down to {@code depth}, then with {@code next} down to what the
   * caller asks for, so that a cheap model narrows down what an expensive one reads. A caller who
   * asks for more than {@code depth} gets {@code depth}. Each reranker has a record in the trace.
   *
   * @throws IllegalArgumentException if {@code depth < 1}
   */
  default Reranker then(Reranker next, int depth) {
    return Rerankers.chained(this, next, depth);
  }

  /**
   * Fuses the order in which the hits came with this reranker's order of all of them. A model that
   * was trained on other texts then does less harm than it does alone. A passage that this reranker
   * leaves out keeps its place in the first order.
   *
   * @param fusion of two rankings, that of the first stage and this reranker's
   */
  default Reranker fusedWithFirstStage(RankFusion fusion) {
    return Rerankers.fusedWithFirstStage(this, fusion);
  }

  /** Keeps the order and returns the first {@code topK}: the level "none" of an experiment. */
  static Reranker none() {
    return NoReranker.INSTANCE;
  }
}

enum NoReranker implements Reranker {
  INSTANCE;

  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    return Retrieval.of(hits.subList(0, Math.min(topK, hits.size())), Usage.none());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("reranker", "none");
  }
}
