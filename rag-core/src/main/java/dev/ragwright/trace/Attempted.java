package dev.ragwright.trace;

import java.util.List;

/**
 * A failure of a stage that was tried more than once. What each try came to becomes a part of the
 * stage's record in the trace, so that what failed is as visible, and as paid, as what succeeded.
 */
public interface Attempted {

  /** The tries in their order; unmodifiable. */
  List<StageRecord> attempts();
}
