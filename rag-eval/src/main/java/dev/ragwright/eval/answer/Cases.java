package dev.ragwright.eval.answer;

import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/** Arrays that stand beside each other, checked and put into order. */
final class Cases {
  private Cases() {}

  /** The places of the first array's numbers, greatest first, ties in the order of the input. */
  static int[] byDescending(String name, double[] numbers, String otherName, double[] others) {
    if (numbers.length != others.length || numbers.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "as many of %s as of %s are needed, and at least one; were %d and %d",
              name,
              otherName,
              numbers.length,
              others.length));
    }
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isFinite(numbers[i]) || !Double.isFinite(others[i])) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s and %s must be finite, were %s and %s at %d",
                name,
                otherName,
                numbers[i],
                others[i],
                i));
      }
    }
    return IntStream.range(0, numbers.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingDouble(i -> numbers[i]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
