package dev.ragwright.foreign;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether a store takes notice of filters, which some do not, without a word: it is asked for what
 * nobody has, until it has found nothing while it has something to find.
 */
public final class FilterProbe {
  private volatile boolean passed;

  /**
   * Asks, unless it is known.
   *
   * @param findsWhatNobodyHas whether a search with a filter that accepts nothing finds something
   * @param findsAnything whether one without a filter does: an empty store has said nothing
   * @param refused what to throw where the filter is ignored
   * @return how many searches were made
   */
  public int require(
      BooleanSupplier findsWhatNobodyHas,
      BooleanSupplier findsAnything,
      Supplier<? extends RuntimeException> refused) {
    if (passed) {
      return 0;
    }
    if (findsWhatNobodyHas.getAsBoolean()) {
      throw refused.get();
    }
    passed = findsAnything.getAsBoolean();
    return 2;
  }
}
