package dev.ragwright.eval.stats;

import java.util.Locale;

/** What the functions of this package ask of their arguments. */
final class Checks {
  private Checks() {}

  static void level(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level must be between 0 and 1, was " + level);
    }
  }

  static void finite(String name, double[] values, int atLeast) {
    if (values.length < atLeast) {
      throw new IllegalArgumentException(
          name + " must have at least " + atLeast + " numbers, has " + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(name + "[" + i + "] is " + values[i]);
      }
    }
  }

  static void sameLength(String name, int length, String otherName, int otherLength) {
    if (length != otherLength) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s and %s must have the same length, have %d and %d",
              name,
              otherName,
              length,
              otherLength));
    }
  }
}
