package dev.ragwright.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.testkit.seeds.Seeds;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden values are of the authors' own code: {@code uniform_boundaries.h} of confseq 0.0.9 (PyPI),
 * compiled with Boost 1.74, {@code gamma_exponential_mixture_bound(v, .025, 100, 1, .025)} and
 * {@code gamma_exponential_log_mixture(s, v, 100, 1, .025)}.
 */
class ConfidenceSequenceTest {
  @ParameterizedTest
  @CsvSource({
    "0.01, 10.962125837998",
    "1, 11.381300507208",
    "10, 14.676092301588",
    "47.25, 24.123565612619",
    "180, 44.361617705088",
    "500, 74.402477947103",
    "5000, 250.701567051834"
  })
  void boundIsTheReferences(double squares, double bound) {
    ConfidenceSequence sequence = new ConfidenceSequence(10_000, 0, squares, .95);
    assertThat(sequence.bound()).isCloseTo(bound, within(1e-8));
    assertThat(sequence.interval().high()).isCloseTo(bound / 10_000, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "1, -1.365652481886",
    "10, -0.761717977157",
    "40, 2.903515230832",
    "48, 4.393212254328"
  })
  void mixtureIsTheReferences(double sum, double log) {
    assertThat(new ConfidenceSequence(1_000, 0, 180, .95).logMixture(sum))
        .isCloseTo(log, within(1e-9));
  }

  @Test
  void tellsApartExactlyWhereTheIntervalDoes() {
    for (double sum = -30; sum <= 30; sum += .5) {
      ConfidenceSequence sequence = new ConfidenceSequence(500, sum, 45, .95);
      assertThat(sequence.isAbove()).isEqualTo(sequence.interval().low() > 0);
      assertThat(sequence.isBelow()).isEqualTo(sequence.interval().high() < 0);
    }
  }

  @Test
  void beginsKnowingNothing() {
    ConfidenceSequence none = ConfidenceSequence.none(.95);
    assertThat(none.interval()).isEqualTo(new Interval(-1, 1, .95));
    assertThat(none.mean()).isEmpty();
    assertThat(none).hasToString("none yet");
    assertThat(none.isAbove() || none.isBelow()).isFalse();
    assertThat(none.with(1).interval()).isEqualTo(new Interval(-1, 1, .95));
    ConfidenceSequence same = none;
    for (int i = 0; i < 1_000; i++) {
      same = same.with(0);
    }
    assertThat(same.interval().high()).isBetween(0.0, 0.012);
  }

  @Test
  void refusesWhatIsOutOfRange() {
    ConfidenceSequence none = ConfidenceSequence.none(.95);
    assertThatThrownBy(() -> none.with(1.5)).hasMessage("the number must be from -1 to 1, was 1.5");
    assertThatThrownBy(() -> none.with(Double.NaN))
        .hasMessage("the number must be from -1 to 1, was NaN");
    assertThatThrownBy(() -> ConfidenceSequence.none(1))
        .hasMessage("level must be between 0 and 1, was 1.0");
    assertThatThrownBy(() -> new ConfidenceSequence(3, 4, 3, .95))
        .hasMessage("no 3 numbers from -1 to 1 have the sum 4.0 and the sum of squares 3.0");
  }

  /**
   * Two spreads of paired differences: scores such as a token F1 (deviation .39, 40 % of the
   * questions answered alike by both), and verdicts right or wrong (deviation .5, a quarter of the
   * questions judged differently), which is as wide as pairs of real pipelines get.
   */
  private enum Spread {
    SCORES {
      @Override
      double difference(RandomGenerator random, double mean) {
        if (random.nextDouble() < .4) {
          return 0;
        }
        // Of two U-shaped scores; raised by moving a part of the losses to wins of the same size.
        double other = shaped(random);
        double difference = shaped(random) - other;
        double moved = mean / (2 * .6 * HALF_OF_THE_MEAN_SIZE);
        return difference < 0 && random.nextDouble() < moved ? -difference : difference;
      }
    },
    VERDICTS {
      @Override
      double difference(RandomGenerator random, double mean) {
        double at = random.nextDouble();
        return at < (.25 + mean) / 2 ? 1 : at < .25 ? -1 : 0;
      }
    };

    // The mean of |a - b| of two independent arcsine variables is 4 / π².
    static final double HALF_OF_THE_MEAN_SIZE = 2 / (Math.PI * Math.PI);

    abstract double difference(RandomGenerator random, double mean);

    /** The arcsine distribution, beta(1/2, 1/2). */
    private static double shaped(RandomGenerator random) {
      double sine = Math.sin(Math.PI / 2 * random.nextDouble());
      return sine * sine;
    }
  }

  @Test
  void falseVerdictsAreRareThoughOneLooksAfterEachQuestion() {
    RandomGenerator random = Seeds.random();
    for (Spread spread : Spread.values()) {
      int better = 0;
      int worse = 0;
      for (int stream = 0; stream < 1_000; stream++) {
        ConfidenceSequence sequence = ConfidenceSequence.none(.95);
        boolean above = false;
        boolean below = false;
        for (int question = 0; question < 2_000; question++) {
          sequence = sequence.with(spread.difference(random, 0));
          above |= sequence.isAbove();
          below |= sequence.isBelow();
        }
        better += above ? 1 : 0;
        worse += below ? 1 : 0;
      }
      System.out.printf(
          Locale.ROOT,
          "%s without a difference: %d of 1,000 streams ever better, %d ever worse%n",
          spread,
          better,
          worse);
      assertThat(better).as(Seeds.replay()).isLessThanOrEqualTo(50);
      assertThat(worse).as(Seeds.replay()).isLessThanOrEqualTo(50);
    }
  }

  @Test
  void aDifferenceOfAFiveHundredthsIsFoundInTwoThousandQuestions() {
    RandomGenerator random = Seeds.random();
    for (Spread spread : Spread.values()) {
      int found = 0;
      int wrong = 0;
      double sum = 0;
      double squares = 0;
      for (int stream = 0; stream < 500; stream++) {
        ConfidenceSequence sequence = ConfidenceSequence.none(.95);
        for (int question = 0; question < 2_000; question++) {
          sequence = sequence.with(spread.difference(random, .05));
        }
        found += sequence.isAbove() ? 1 : 0;
        wrong += sequence.isBelow() ? 1 : 0;
        sum += sequence.sum();
        squares += sequence.squares();
      }
      double mean = sum / 1e6;
      System.out.printf(
          Locale.ROOT,
          "%s with a difference of %.4f (deviation %.3f): found in %d of 500 streams%n",
          spread,
          mean,
          Math.sqrt(squares / 1e6 - mean * mean),
          found);
      assertThat(mean).as(Seeds.replay()).isCloseTo(.05, within(.003));
      assertThat(found).as(Seeds.replay()).isGreaterThanOrEqualTo(400);
      assertThat(wrong).as(Seeds.replay()).isZero();
    }
  }
}
