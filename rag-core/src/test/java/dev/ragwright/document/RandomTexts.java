package dev.ragwright.document;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Random texts from one seed a run; rag-testkit's Seeds, which depends on this module. */
final class RandomTexts {
  static final long SEED = Long.getLong("ragwright.seed", new SplittableRandom().nextLong());
  static final String REPLAY = "replay with -Dragwright.seed=" + SEED;

  static {
    System.err.println("random tests: " + REPLAY);
  }

  private RandomTexts() {}

  static RandomGenerator random() {
    return new SplittableRandom(SEED);
  }

  /** Up to {@code most} of the parts, in any order. */
  static String of(RandomGenerator random, int most, String... parts) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }
}
