package dev.ragwright.testkit.seeds;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Random numbers that can be replayed. There is one seed for each run of the JVM: that of the
 * system property {@value #PROPERTY}, or else a fresh one. It is printed to the standard error when
 * it is first used. Safe to share.
 */
public final class Seeds {
  /** The system property that sets the seed: {@code mvn test -Dragwright.seed=42}. */
  public static final String PROPERTY = "ragwright.seed";

  private Seeds() {}

  /** The seed of this run. */
  public static long seed() {
    return Holder.SEED;
  }

  /**
   * A new generator at the start of the seed's sequence, so that a test draws the same numbers
   * whichever tests ran before it.
   */
  public static RandomGenerator random() {
    return new SplittableRandom(seed());
  }

  /** How to replay this run, for the description of an assertion. */
  public static String replay() {
    return "replay with -D" + PROPERTY + "=" + seed();
  }

  public static long parse(@Nullable String property) {
    if (property == null) {
      return new SplittableRandom().nextLong();
    }
    try {
      return Long.parseLong(property);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the system property " + PROPERTY + " must be a whole number, was '" + property + "'", e);
    }
  }

  private static final class Holder {
    static final long SEED = parse(System.getProperty(PROPERTY));

    static {
      System.err.println("random tests: replay with -D" + PROPERTY + "=" + SEED);
    }
  }
}
