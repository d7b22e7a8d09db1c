package dev.ragwright.eval.experiment;

import dev.ragwright.call.Usage;
import java.util.function.Supplier;

/** Gets a stage's result, by calling it or otherwise. */
@FunctionalInterface
interface StageCaller {

  /** What a stage gave. */
  record Given(StageResult.Value value, Usage usage) {}

  /**
   * The stage's result for the key's input.
   *
   * @param work calls the stage
   */
  StageResult call(StageKey key, Supplier<Given> work);
}
