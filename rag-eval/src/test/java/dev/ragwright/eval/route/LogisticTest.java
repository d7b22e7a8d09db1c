package dev.ragwright.eval.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * scikit-learn 1.9.1: {@code LogisticRegression(C=1/penalty, tol=1e-12, solver="newton-cholesky")}
 * over {@code StandardScaler}, on the 40 rows that the generator below makes.
 */
class LogisticTest {
  private static final double[] MEANS = {4.730817146599293, 0.4579776947386563, 6.406924705952406};
  private static final double[] DEVIATIONS = {
    2.4513594487644936, 0.31073412048561727, 24.461043861154536
  };

  private long state = 12345;
  private final double[][] rows = new double[40][];
  private final boolean[] labels = new boolean[40];

  private double next() {
    state = (state * 1103515245 + 12345) % 2147483648L;
    return state / 2147483648.0;
  }

  LogisticTest() {
    for (int i = 0; i < rows.length; i++) {
      double a = next() * 10;
      double b = next();
      double c = next() * 100 - 50;
      labels[i] = a / 10 + b + 0.01 * c + 0.8 * next() > 1.4;
      rows[i] =
          new double[] {
            (a - MEANS[0]) / DEVIATIONS[0],
            (b - MEANS[1]) / DEVIATIONS[1],
            (c - MEANS[2]) / DEVIATIONS[2]
          };
    }
  }

  @Test
  void findsWhatScikitLearnFinds() {
    assertThat(Logistic.fit(rows, labels, 1))
        .containsExactly(
            new double[] {
              0.8027253568793496, 1.5707973874198857, 0.93043554521943, -0.36514937487491367
            },
            within(1e-9));
    assertThat(Logistic.fit(rows, labels, 10))
        .containsExactly(
            new double[] {
              0.3035398308949502, 0.6176426241568714, 0.3722680215807518, -0.2349846920297409
            },
            within(1e-9));
  }

  @Test
  void whatCanBeToldApartHasFiniteWeights() {
    double[] weights =
        Logistic.fit(
            new double[][] {{-1}, {-1}, {1}, {1}}, new boolean[] {false, false, true, true}, 0.01);
    assertThat(weights[0]).isBetween(2.0, 20.0);
    assertThat(weights[1]).isCloseTo(0, within(1e-6));
  }
}
