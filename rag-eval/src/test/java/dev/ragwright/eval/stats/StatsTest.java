package dev.ragwright.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Closed forms, limits and the printed form. */
class StatsTest {
  private static final Resampling STANDARD = Resampling.standard();

  private static Random random() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    return new Random(seed);
  }

  @Test
  void aComparisonPrintsAsAReaderWantsIt() {
    assertThat(
            new PairedComparison(
                0.0312, new Interval(0.0118, 0.0501, 0.95), 0.0021, OptionalDouble.of(0.2), 300))
        .hasToString("+.031 [+.012, +.050], p .002, 300 questions");
    assertThat(
            new PairedComparison(
                -1.5, new Interval(-2, -0.0001, 0.95), 0.0001, OptionalDouble.empty(), 1))
        .hasToString("-1.500 [-2.000, +.000], p <.001, 1 question");
    assertThat(new Estimate(0.5, new Interval(0.25, 1, 0.9))).hasToString("+.500 [+.250, +1.000]");
  }

  @Test
  void theSameSeedGivesTheSameResultAndAnotherSeedAnother() {
    Random random = random();
    double[] one = random.doubles(50).toArray();
    double[] other = random.doubles(50).toArray();
    assertThat(PairedComparison.of(one, other)).isEqualTo(PairedComparison.of(one, other));
    assertThat(PairedComparison.of(one, other, STANDARD.seed(1)).interval())
        .isNotEqualTo(PairedComparison.of(one, other).interval());
  }

  @Test
  void swappingTheSystemsFlipsTheSign() {
    Random random = random();
    double[] one = random.doubles(40).toArray();
    double[] other = random.doubles(40).toArray();
    PairedComparison forth = PairedComparison.of(one, other);
    PairedComparison back = PairedComparison.of(other, one);
    assertThat(back.difference()).isEqualTo(-forth.difference());
    assertThat(back.pValue()).isEqualTo(forth.pValue());
    assertThat(back.interval().low()).isCloseTo(-forth.interval().high(), within(1e-12));
  }

  @Test
  void equalSystemsDoNotDiffer() {
    double[] scores = {0.1, 0.5, 0.9};
    assertThat(PairedComparison.of(scores, scores))
        .isEqualTo(new PairedComparison(0, new Interval(0, 0, 0.95), 1, OptionalDouble.empty(), 3));
  }

  @Test
  void signFlipsOfEqualDifferencesHaveAClosedForm() {
    for (int n = 1; n <= 13; n++) {
      double[] differences = new double[n];
      Arrays.fill(differences, 0.1); // all or none flipped: 2 of 2^n
      assertThat(SignFlipTest.pValue(differences, STANDARD)).isEqualTo(2 / Math.pow(2, n));
    }
    double[] many = new double[200];
    Arrays.fill(many, 0.1);
    assertThat(SignFlipTest.pValue(many, STANDARD)).isEqualTo(1 / 10_001.0);
    double[] mostlyZero = Arrays.copyOf(new double[] {0.3, 0.3}, 500);
    assertThat(SignFlipTest.pValue(mostlyZero, STANDARD)).isEqualTo(0.5);
  }

  @Test
  void signFlipsUnderTheNullAreUniform() {
    Random random = random();
    int below = 0;
    int runs = 400;
    Resampling quick = new Resampling(500, 7, 0.95);
    for (int r = 0; r < runs; r++) {
      below +=
          SignFlipTest.pValue(random.doubles(30, -1, 1).toArray(), quick.seed(r)) <= 0.2 ? 1 : 0;
    }
    // Five standard deviations of a binomial of 400 at .2.
    assertThat(below / (double) runs).isCloseTo(0.2, within(0.1));
  }

  @Test
  void theBootstrapOfTwoValuesIsTheirBinomial() {
    // Means of draws from {0, 1}: 0 and 1 with a quarter each, so any interval wider than half is
    // all.
    assertThat(Bootstrap.ofMean(new double[] {0, 1}, STANDARD)).isEqualTo(new Interval(0, 1, 0.95));
    assertThat(Bootstrap.ofMean(new double[] {3}, STANDARD)).isEqualTo(new Interval(3, 3, 0.95));
  }

  @Test
  void holmByHand() {
    assertThat(Holm.adjusted(0.01, 0.04, 0.03, 0.005))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    assertThat(Holm.adjusted()).isEmpty();
    assertThatThrownBy(() -> Holm.adjusted(0.1, Double.NaN))
        .hasMessage("a p-value must be from 0 to 1, was NaN");
  }

  @Test
  void clopperPearsonHasClosedFormsAtTheEnds() {
    for (int n : new int[] {1, 7, 1000}) {
      assertThat(Proportion.clopperPearson(0, n, 0.95).interval().high())
          .isCloseTo(1 - Math.pow(0.025, 1.0 / n), within(1e-12));
      assertThat(Proportion.clopperPearson(n, n, 0.95).interval().low())
          .isCloseTo(Math.pow(0.025, 1.0 / n), within(1e-12));
      assertThat(Proportion.atMost(0, n, 0.95))
          .isCloseTo(1 - Math.pow(0.05, 1.0 / n), within(1e-12));
      assertThat(Proportion.atMost(n, n, 0.95)).isEqualTo(1);
      assertThat(Proportion.atMost(n / 3, n, 0.975))
          .isCloseTo(Proportion.clopperPearson(n / 3, n, 0.95).interval().high(), within(1e-12));
    }
    assertThatThrownBy(() -> Proportion.wilson(2, 1, 0.95))
        .hasMessage("successes must be from 0 to cases and cases >= 1, were 2 and 1");
  }

  @Test
  void aurocOfPerfectAndWorthlessScores() {
    boolean[] right = {true, true, false, false};
    assertThat(Auroc.of(new double[] {4, 3, 2, 1}, right, 0.95))
        .isEqualTo(new Estimate(1, new Interval(1, 1, 0.95)));
    assertThat(Auroc.of(new double[] {1, 1, 1, 1}, right, 0.95).value()).isEqualTo(0.5);
    assertThat(Auroc.difference(new double[] {4, 3, 2, 1}, new double[] {4, 3, 2, 1}, right, 0.95))
        .isEqualTo(new Estimate(0, new Interval(0, 0, 0.95)));
    assertThatThrownBy(() -> Auroc.of(new double[2], new boolean[] {true, false}, 0.95))
        .hasMessage(
            "an AUROC needs at least two cases of each kind, there are 1 right and 1 wrong");
  }

  @Test
  void aPerfectJudgeLeavesItsMeanAlone() {
    double[] labels = {1, 0, 1};
    Estimate mean = PredictionPowered.mean(new double[] {1, 0, 0, 1}, labels, labels, 0.95);
    assertThat(mean.value()).isEqualTo(0.5);
    assertThat(mean.interval().high() - 0.5)
        .isCloseTo(1.959963984540054 * Math.sqrt(1 / 3.0 / 4), within(1e-12));
    // One that says .2 too much everywhere is put right.
    assertThat(
            PredictionPowered.mean(
                    new double[] {1.2, 0.2}, new double[] {1.2, 0.2}, new double[] {1, 0}, 0.95)
                .value())
        .isCloseTo(0.5, within(1e-15));
  }

  @Test
  void argumentsAreCheckedByName() {
    assertThatThrownBy(() -> PairedComparison.of(new double[1], new double[2]))
        .hasMessage("first and second must have the same length, have 1 and 2");
    assertThatThrownBy(() -> PairedComparison.of(new double[] {Double.NaN}, new double[1]))
        .hasMessage("first[0] is NaN");
    assertThatThrownBy(() -> Bootstrap.ofMean(new double[0], STANDARD))
        .hasMessage("values must have at least 1 numbers, has 0");
    assertThatThrownBy(() -> STANDARD.level(95))
        .hasMessage("level must be between 0 and 1, was 95.0");
    assertThatThrownBy(() -> new Resampling(10, 1, 0.95))
        .hasMessage("resamples must be >= 100, was 10");
  }
}
