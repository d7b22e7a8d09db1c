package dev.ragwright.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.testkit.seeds.Seeds;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class KolmogorovSmirnovTest {
  private static final double[] A = {1, 2, 2, 3, 5};
  private static final double[] B = {2, 4, 6, 6};

  /** {@code scipy.stats.ks_2samp([1,2,2,3,5],[2,4,6,6])} of scipy 1.17.1: statistic 0.55. */
  @Test
  void theStatisticIsScipys() {
    assertThat(KolmogorovSmirnov.statistic(A, B)).isCloseTo(0.55, within(1e-12));
    assertThat(KolmogorovSmirnov.statistic(B, A)).isCloseTo(0.55, within(1e-12));
    assertThat(KolmogorovSmirnov.statistic(A, A)).isZero();
    assertThat(KolmogorovSmirnov.statistic(new double[] {1, 1}, new double[] {2})).isEqualTo(1);
  }

  /** The same call's exact p-value for samples without ties, here 0.0079365 = 2 / C(10, 5). */
  @Test
  void thePValueIsTheExactOne() {
    double[] low = {1, 2, 3, 4, 5};
    double[] high = {6, 7, 8, 9, 10};
    double p = KolmogorovSmirnov.pValue(low, high, new Resampling(50_000, 7, 0.95));
    assertThat(p).isCloseTo(2 / 252.0, within(0.0015));
  }

  @Test
  void aLevelIsARateOfFalseAlarms() {
    RandomGenerator random = Seeds.random();
    int alarms = 0;
    int draws = 400;
    for (int i = 0; i < draws; i++) {
      double[] first = random.doubles(40).map(value -> Math.floor(value * 10)).toArray();
      double[] second = random.doubles(40).map(value -> Math.floor(value * 10)).toArray();
      alarms +=
          KolmogorovSmirnov.pValue(first, second, new Resampling(200, i, 0.95)) <= 0.1 ? 1 : 0;
    }
    // Five standard deviations above 10 %.
    assertThat(alarms).as(Seeds.replay()).isLessThan((int) (draws * (0.1 + 5 * 0.015)));
  }

  @Test
  void aShiftIsSeen() {
    RandomGenerator random = Seeds.random();
    double[] then = random.doubles(100).toArray();
    double[] now = random.doubles(100).map(value -> value + 0.5).toArray();
    assertThat(KolmogorovSmirnov.pValue(then, now, Resampling.standard()))
        .as(Seeds.replay())
        .isLessThan(0.001);
  }

  @Test
  void nothingToCompareIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KolmogorovSmirnov.statistic(new double[0], A))
        .withMessage("first must have at least 1 numbers, has 0");
  }
}
