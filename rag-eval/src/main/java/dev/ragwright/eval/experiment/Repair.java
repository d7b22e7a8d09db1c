package dev.ragwright.eval.experiment;

import dev.ragwright.retrieve.Reranker;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The same arm without what lost a passage: the stage's own intervention. */
final class Repair {
  /** How many times topK is still called a matter of depth, and not of the ranking. */
  static final int DEEPER = 4;

  private Repair() {}

  /** The repaired arm; empty where a setting cannot do it: another index or ranking would. */
  static Optional<Wiring> of(Wiring arm, Probe.Way lost) {
    Loss loss = lost.loss();
    if (loss == null) {
      return Optional.empty();
    }
    return switch (loss) {
      case NOT_INDEXED, FILTERED, CUT_APART -> Optional.empty();
      case BELOW_DEPTH ->
          isWithinReach(lost.rank(), arm.topK()) ? Optional.of(deeper(arm)) : Optional.empty();
      case RERANKED_AWAY -> Optional.of(arm.with(Factor.RERANKER, Reranker.none()));
      case DROPPED_BY_DEDUPE ->
          Optional.of(arm.with(Factor.CONTEXT, arm.context().toBuilder().dedupe(false).build()));
      case CUT_BY_BUDGET ->
          Optional.of(
              arm.with(
                  Factor.CONTEXT, arm.context().toBuilder().budget(Integer.MAX_VALUE).build()));
    };
  }

  static boolean isWithinReach(@Nullable Integer rank, int topK) {
    return rank != null && rank <= DEEPER * (long) topK;
  }

  private static Wiring deeper(Wiring arm) {
    int topK = DEEPER * arm.topK();
    Wiring deeper = arm.with(Factor.TOP_K, topK);
    return deeper.rerankDepth() < topK ? deeper.with(Factor.RERANK_DEPTH, topK) : deeper;
  }
}
