package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Score;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerMetricsTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  static List<String> names() {
    return AnswerMetrics.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void withoutReferenceAnswersThereIsNoScore(String name) {
    assertThat(AnswerMetrics.named(name).evaluate("q", List.of(), "x", UNBOUNDED))
        .isEqualTo(new Score.NotApplicable("q", "no reference answers"));
    assertThat(AnswerMetrics.named(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void theBestReferenceCountsAndTheSameTextIsWorthOne(String name) {
    assertThat(
            AnswerMetrics.named(name)
                .evaluate(
                    "q", List.of("nothing", "The Eiffel Tower"), "The Eiffel Tower", UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 1));
  }

  @Test
  void aQuestionWithoutAnAnswerIsGivenAsTheEmptyAnswer() {
    assertThat(TokenF1.squad().evaluate("q", List.of(""), "", UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 1));
    assertThat(TokenF1.squad().evaluate("q", List.of(""), "Paris", UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0));
    assertThat(TokenF1.squadV1().evaluate("q", List.of(""), "", UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0));
  }

  @Test
  void anUnknownMetricNamesTheNearest() {
    assertThatThrownBy(() -> AnswerMetrics.named("rouge-l"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "there is no metric \"rouge-l\"; the nearest is \"rougeL\"; there are em, f1,");
    assertThatThrownBy(() -> Rouge.n(0)).hasMessage("n of ROUGE-n must be from 1 to 9, was 0");
  }

  @Test
  void rougeHasPrecisionAndRecall() {
    Rouge.Parts parts = Rouge.n(1).parts("the cat sat down", "the cat");
    assertThat(parts).isEqualTo(new Rouge.Parts(1, 0.5));
    assertThat(parts.fMeasure()).isCloseTo(2 / 3.0, within(1e-15));
  }

  @Test
  void abstentionsAreCountedApart() {
    AbstentionReport report =
        AbstentionReport.of(
            List.of(
                new AbstentionReport.Case(true, false, true),
                new AbstentionReport.Case(true, false, true),
                new AbstentionReport.Case(true, false, false),
                new AbstentionReport.Case(false, false, true),
                new AbstentionReport.Case(false, true, false),
                new AbstentionReport.Case(false, true, true),
                new AbstentionReport.Case(true, true, false)));
    assertThat(report).isEqualTo(new AbstentionReport(2, 1, 1, 2, 1));
    assertThat(report.precision()).hasValueCloseTo(2 / 3.0, within(1e-15));
    assertThat(report.recall()).hasValueCloseTo(2 / 3.0, within(1e-15));
    assertThat(report.accuracyOnAnswered()).hasValue(0.5);
    assertThat(report.coverage()).hasValueCloseTo(4 / 7.0, within(1e-15));
    assertThat(AbstentionReport.of(List.of()).precision()).isEmpty();
  }

  @Test
  void riskFallsWithCoverage() {
    RiskCoverage curve =
        RiskCoverage.of(new double[] {0.9, 0.5, 0.5, 0.1}, new double[] {0, 1, 0, 1});
    assertThat(curve.points())
        .containsExactly(
            new RiskCoverage.Point(0.9, 0.25, 0),
            new RiskCoverage.Point(0.5, 0.75, 1 / 3.0),
            new RiskCoverage.Point(0.1, 1, 0.5));
    assertThat(curve.area()).isCloseTo((0 + 0.25 + 1 / 3.0 + 0.5) / 4, within(1e-15));
    assertThatThrownBy(() -> RiskCoverage.of(new double[0], new double[0]))
        .hasMessage("as many of confidence as of loss are needed, and at least one; were 0 and 0");
    assertThatThrownBy(() -> RiskCoverage.of(new double[] {Double.NaN}, new double[1]))
        .hasMessage("confidence and loss must be finite, were NaN and 0.0 at 0");
  }

  @Test
  void theOrderOfTheCasesDoesNotMatter() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int n = 200;
    double[] confidence = random.doubles(n).map(c -> Math.rint(c * 20) / 20).toArray();
    double[] loss = random.ints(n, 0, 2).asDoubleStream().toArray();
    double[] reversedConfidence = new double[n];
    double[] reversedLoss = new double[n];
    boolean[] correct = new boolean[n];
    boolean[] reversedCorrect = new boolean[n];
    for (int i = 0; i < n; i++) {
      reversedConfidence[i] = confidence[n - 1 - i];
      reversedLoss[i] = loss[n - 1 - i];
      correct[i] = loss[i] == 0;
      reversedCorrect[i] = reversedLoss[i] == 0;
    }
    assertThat(RiskCoverage.of(reversedConfidence, reversedLoss).area())
        .isCloseTo(RiskCoverage.of(confidence, loss).area(), within(1e-12));
    assertThat(Calibration.of(reversedConfidence, reversedCorrect).expectedError())
        .isCloseTo(Calibration.of(confidence, correct).expectedError(), within(1e-12));
  }

  @Test
  void calibrationRefusesWhatIsNoProbability() {
    assertThatThrownBy(() -> Calibration.of(new double[] {1.5}, new boolean[1]))
        .hasMessage("confidence must be from 0 to 1, was 1.5 at 0");
    assertThat(
            Calibration.of(
                new double[] {0.8, 0.8, 0.8, 0.8, 0.8},
                new boolean[] {true, true, true, true, false}))
        .satisfies(
            c -> {
              assertThat(c.expectedError()).isCloseTo(0, within(1e-12));
              assertThat(c.brier()).isCloseTo(0.16, within(1e-12));
              assertThat(c.bins()).hasSize(5);
            });
  }
}
