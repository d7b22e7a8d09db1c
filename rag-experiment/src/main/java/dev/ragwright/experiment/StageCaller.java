package dev.ragwright.experiment;

import dev.ragwright.call.Usage;
import java.util.function.Supplier;

/** Gets a stage's result, by calling it or otherwise. */
@FunctionalInterface
interface StageCaller {

  /** What a stage gave, and what it counted. */
  record Given(Object value, Usage usage) {}

  /**
   * The stage's result for the key's input.
   *
   * @param work calls the stage
   * @throws Failed if the stage throws; what else is thrown ends the run
   */
  StageResult call(StageKey key, Supplier<Given> work);

  /** A stage threw: the arm's question ends with that. */
  final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException why;

    Failed(RuntimeException why) {
      super(why);
      this.why = why;
    }

    RuntimeException why() {
      return why;
    }
  }
}
