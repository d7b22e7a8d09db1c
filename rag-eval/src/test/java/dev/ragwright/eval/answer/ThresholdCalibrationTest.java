package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ThresholdCalibrationTest {
  private static final double ALLOWED = 0.1;
  private static final double CONFIDENCE = 0.8;

  /** Broken promises among 1,000, where the true error above a threshold is known. */
  private static int broken(
      int cases, DoubleUnaryOperator errorAt, DoubleUnaryOperator errorFrom, int[] found) {
    RandomGenerator random = Seeds.random();
    int broken = 0;
    for (int trial = 0; trial < 1_000; trial++) {
      double[] scores = new double[cases];
      boolean[] right = new boolean[cases];
      for (int i = 0; i < cases; i++) {
        scores[i] = random.nextDouble();
        right[i] = random.nextDouble() >= errorAt.applyAsDouble(scores[i]);
      }
      try {
        Threshold threshold =
            ThresholdCalibration.of("any", scores, right)
                .errorAtMost(ALLOWED)
                .confidence(CONFIDENCE)
                .threshold();
        found[0]++;
        broken += errorFrom.applyAsDouble(Math.max(0, threshold.value())) > ALLOWED ? 1 : 0;
      } catch (NoThresholdException e) {
        // No promise, none broken.
      }
    }
    return broken;
  }

  /** 200 of 1,000 are allowed; three standard deviations of that are 38. */
  @Test
  void thePromiseIsKeptAsOftenAsItSays() {
    int[] found = {0};
    // Errors fall from 0.3 at score 0 to none at 1: above t there are 0.15 (1 - t).
    assertThat(broken(400, s -> 0.3 * (1 - s), t -> 0.15 * (1 - t), found))
        .isLessThanOrEqualTo(238);
    assertThat(found[0]).isGreaterThan(500);
  }

  @Test
  void thePromiseIsKeptWhereTheScoreSaysNothing() {
    int[] found = {0};
    // The error is a little more than is allowed everywhere: every threshold would be wrong.
    assertThat(broken(400, s -> 0.101, t -> 0.101, found)).isLessThanOrEqualTo(238);
    assertThat(found[0]).isPositive();
  }

  @Test
  void thePromiseIsKeptWhereTheSurestAreTheWorst() {
    int[] found = {0};
    // All errors are above 0.8, where half are wrong: above t <= 0.8 there are 0.1 / (1 - t).
    assertThat(broken(400, s -> s > 0.8 ? 0.5 : 0, t -> t > 0.8 ? 0.5 : 0.1 / (1 - t), found))
        .isLessThanOrEqualTo(238);
  }

  @Test
  void takesTheLargestCoverageThatCanPromiseIt() {
    double[] scores = new double[1_000];
    boolean[] right = new boolean[1_000];
    for (int i = 0; i < 1_000; i++) {
      scores[i] = 1_000 - i;
      right[i] = i < 700 || i % 2 == 0; // half of the last 300 are wrong
    }
    ThresholdCalibration calibration =
        ThresholdCalibration.of("bm25", scores, right).errorAtMost(0.1).confidence(0.9);
    // Of 800, 50 are wrong: at most 0.0856 by Clopper and Pearson at 0.99. Of 900, 100.
    Threshold threshold = calibration.threshold();
    assertThat(Proportion.atMost(50, 800, 0.99)).isLessThan(0.1);
    assertThat(threshold.accepted()).isEqualTo(800);
    assertThat(threshold.value()).isGreaterThan(200).isLessThan(200.001);
    assertThat(threshold)
        .hasToString("bm25 >= 200.00 (error <= 0.1, confidence 0.9; 800 of 1000 accepted)");
    assertThat(calibration.riskCoverage().points().getLast().risk()).isEqualTo(0.15);
    assertThat(calibration.errorAtMost(0.5).threshold().value())
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void tiesWithTheScoreLeftOutAreLeftOut() {
    double[] scores = new double[300];
    boolean[] right = new boolean[300];
    Arrays.fill(scores, 0, 250, 7);
    Arrays.fill(scores, 250, 300, 1);
    Arrays.fill(right, 0, 250, true);
    Threshold threshold =
        ThresholdCalibration.of("any", scores, right).errorAtMost(0.05).confidence(0.9).threshold();
    // Ranks up to 240 end within the sevens; the next, 270, within the ones.
    assertThat(threshold.accepted()).isEqualTo(250);
    assertThat(threshold.value()).isEqualTo(Math.nextUp(1.0));
  }

  @Test
  void saysWhenNoThresholdCanPromiseIt() {
    double[] scores = {5, 4, 3, 2, 1, 0};
    boolean[] right = {true, true, true, true, true, false};
    ThresholdCalibration calibration =
        ThresholdCalibration.of("bm25", scores, right).errorAtMost(0.05).confidence(0.9);
    assertThatThrownBy(calibration::threshold)
        .isInstanceOf(NoThresholdException.class)
        .hasMessage(
            "no threshold promises a share of at most 0.05 errors with confidence 0.9: of 6 cases"
                + " the best 5 have 0 errors, which promises 0.602; without any error it takes 90."
                + " Judge more questions, allow more errors, or ask for less confidence.");
    assertThat(Proportion.atMost(0, 90, 0.99)).isLessThan(0.05).isCloseTo(0.05, within(1e-3));
  }

  @Test
  void learnsFromTheFirstHits() {
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      questions.add(new Question("q" + i, String.valueOf(i), List.of()));
      grades.put("q" + i, Map.of("d" + i, 1));
    }
    EvalSet set = EvalSet.of("set", questions, Qrels.ofGrades(grades));
    // Right from 60 on; nothing at all for the first ten.
    Retriever retriever =
        (request, context) -> {
          int i = Integer.parseInt(request.query().text());
          Hit hit = new Hit(Passage.of("d" + (i < 60 ? -1 : i), "text"), i, "mine");
          return Retrieval.of(i < 10 ? List.of() : List.of(hit));
        };
    Threshold threshold =
        ThresholdCalibration.ofFirstHits(set, retriever)
            .errorAtMost(0.05)
            .confidence(0.9)
            .threshold();
    assertThat(threshold.source()).isEqualTo("mine");
    assertThat(threshold.cases()).isEqualTo(190);
    assertThat(threshold.accepted()).isEqualTo(133); // 0.7 of them; 0.8 would have 12 errors
  }

  @Test
  void refusesWhatItCannotLearnFrom() {
    assertThatThrownBy(() -> ThresholdCalibration.of("a", new double[2], new boolean[1]))
        .hasMessage("as many scores as outcomes are needed, and at least one; were 2 and 1");
    assertThatThrownBy(
            () -> ThresholdCalibration.of("a", new double[] {Double.NaN}, new boolean[1]))
        .hasMessage("a score is NaN");
    ThresholdCalibration calibration = ThresholdCalibration.of("a", new double[1], new boolean[1]);
    assertThatThrownBy(calibration::threshold).hasMessage("errorAtMost and confidence must be set");
    assertThatThrownBy(() -> calibration.errorAtMost(0))
        .hasMessage("errorAtMost must be above 0 and below 1, was 0.0");
    assertThatThrownBy(() -> calibration.confidence(1))
        .hasMessage("confidence must be above 0 and below 1, was 1.0");
    EvalSet set =
        EvalSet.of(
            "set",
            List.of(new Question("q", "text", List.of())),
            Qrels.ofGrades(Map.of("q", Map.of("d", 1))));
    assertThatThrownBy(
            () -> ThresholdCalibration.ofFirstHits(set, (r, c) -> Retrieval.of(List.of())))
        .hasMessage("one source of scores is needed, and set has hits of []");
  }
}
