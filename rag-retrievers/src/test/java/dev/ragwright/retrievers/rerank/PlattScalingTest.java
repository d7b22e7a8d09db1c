package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PlattScalingTest {
  @Test
  void findsWhatTheCasesWereDrawnFrom() {
    PlattScaling truth = new PlattScaling(1.7, -0.8);
    Random random = new Random(1);
    double[] scores = random.doubles(20_000, -5, 5).toArray();
    boolean[] relevant = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      relevant[i] = random.nextDouble() < truth.probability(scores[i]);
    }
    PlattScaling fitted = PlattScaling.fit(scores, relevant);
    assertThat(fitted.slope()).isCloseTo(1.7, within(0.1));
    assertThat(fitted.intercept()).isCloseTo(-0.8, within(0.1));
  }

  /** At the optimum both sums of the gradient are 0: the means are those of the targets. */
  @Test
  void isAtTheOptimumOfPlattsTargets() {
    double[] scores = {-3, -1, 0.5, 0.6, 2, 4};
    boolean[] relevant = {false, false, true, false, true, true};
    PlattScaling fitted = PlattScaling.fit(scores, relevant);
    double first = 0;
    double second = 0;
    for (int i = 0; i < scores.length; i++) {
      double error = fitted.probability(scores[i]) - (relevant[i] ? 4 / 5.0 : 1 / 5.0);
      first += scores[i] * error;
      second += error;
    }
    assertThat(first).isCloseTo(0, within(1e-4));
    assertThat(second).isCloseTo(0, within(1e-4));
  }

  @Test
  void staysFiniteWhereTheCasesCanBeParted() {
    PlattScaling fitted =
        PlattScaling.fit(new double[] {-1e6, -1e6, 1e6}, new boolean[] {false, false, true});
    assertThat(fitted.probability(1e6)).isCloseTo(2 / 3.0, within(1e-3));
    assertThat(fitted.probability(-1e6)).isCloseTo(1 / 4.0, within(1e-3));
    assertThat(PlattScaling.sigmoid().probability(-2_000)).isZero();
    assertThat(PlattScaling.sigmoid().probability(0)).isEqualTo(0.5);
  }

  @Test
  void refusesWhatCannotBeFitted() {
    assertThatThrownBy(() -> PlattScaling.fit(new double[2], new boolean[] {true, true}))
        .hasMessage("relevant and other cases are needed to fit, were 2 and 0");
    assertThatThrownBy(() -> PlattScaling.fit(new double[2], new boolean[1]))
        .hasMessage("as many judgments as scores are needed, were 1 and 2");
    assertThatThrownBy(
            () -> PlattScaling.fit(new double[] {0, Double.NaN}, new boolean[] {true, false}))
        .hasMessage("score 1 is not finite: NaN");
    assertThatThrownBy(() -> new PlattScaling(Double.NaN, 0))
        .hasMessage("slope and intercept must be finite, were NaN and 0.0");
  }
}
