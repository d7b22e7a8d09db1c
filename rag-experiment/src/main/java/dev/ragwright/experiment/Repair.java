package dev.ragwright.experiment;

import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.pipeline.Stages;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The same arm without what lost a passage: the stage's own intervention. */
final class Repair {
  /** How many times topK is still called a matter of depth, and not of the ranking. */
  static final int DEEPER = 4;

  private Repair() {}

  /** The repaired arm; empty where a setting cannot do it: another index or ranking would. */
  static Optional<Stages> of(Stages arm, Probe.EvidencePath lost) {
    EvidenceLoss loss = lost.loss();
    if (loss == null) {
      return Optional.empty();
    }
    return switch (loss) {
      case NOT_INDEXED, FILTERED, CUT_APART -> Optional.empty();
      case BELOW_DEPTH ->
          isWithinReach(lost.rank(), arm.topK()) ? Optional.of(deeper(arm)) : Optional.empty();
      case RERANKED_AWAY ->
          Optional.of(
              arm.reading(null, arm.rerankDepth(), arm.gate(), arm.topK(), arm.assembler()));
      case GATED ->
          Optional.of(
              arm.reading(arm.reranker(), arm.rerankDepth(), null, arm.topK(), arm.assembler()));
      case DROPPED_BY_DEDUPE ->
          Optional.of(assembling(arm, arm.assembler().with(c -> c.dedupe(false))));
      case CUT_BY_BUDGET ->
          Optional.of(assembling(arm, arm.assembler().with(c -> c.budget(Integer.MAX_VALUE))));
    };
  }

  static boolean isWithinReach(@Nullable Integer rank, int topK) {
    return rank != null && rank <= DEEPER * (long) topK;
  }

  private static Stages assembling(Stages arm, ContextAssembler changed) {
    return arm.reading(arm.reranker(), arm.rerankDepth(), arm.gate(), arm.topK(), changed);
  }

  private static Stages deeper(Stages arm) {
    int topK = DEEPER * arm.topK();
    return arm.reading(
        arm.reranker(), Math.max(topK, arm.rerankDepth()), arm.gate(), topK, arm.assembler());
  }
}
