package dev.ragwright.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.eval.GoldenFile;
import dev.ragwright.eval.answer.Calibration;
import dev.ragwright.eval.answer.RiskCoverage;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Holds the statistics to what {@code src/test/python/stats_golden.py} got from scipy and numpy.
 */
class StatsAgreementTest {
  private static final Offset<Double> EXACTLY = within(1e-12);

  private static List<JsonNode> golden(String function) {
    List<JsonNode> golden =
        GoldenFile.objects(StatsAgreementTest.class, "stats.jsonl.gz").stream()
            .filter(one -> one.get("function").textValue().equals(function))
            .toList();
    assertThat(golden).isNotEmpty();
    return golden;
  }

  private static double[] numbers(JsonNode one, String field) {
    return GoldenFile.numbers(one.get(field));
  }

  private static double number(JsonNode one, String field) {
    return one.get(field).asDouble();
  }

  private static void assertSame(Interval interval, double[] ends, double relative) {
    assertThat(interval.low()).isCloseTo(ends[0], within(relative));
    assertThat(interval.high()).isCloseTo(ends[1], within(relative));
  }

  @Test
  void normalQuantile() {
    for (JsonNode one : golden("normalQuantile")) {
      double expected = number(one, "value");
      assertThat(Numbers.normalQuantile(number(one, "p")))
          .isCloseTo(expected, within(1e-14 * Math.max(1, Math.abs(expected))));
    }
  }

  @Test
  void intervalsOfShares() {
    for (JsonNode one : golden("binomial")) {
      int k = one.get("k").intValue();
      int n = one.get("n").intValue();
      double level = number(one, "level");
      assertSame(Proportion.wilson(k, n, level).interval(), numbers(one, "wilson"), 1e-12);
      assertSame(
          Proportion.clopperPearson(k, n, level).interval(), numbers(one, "clopperPearson"), 1e-11);
      assertThat(Proportion.wilson(k, n, level).value()).isEqualTo((double) k / n);
    }
  }

  @Test
  void signFlipsOfFewByCountingAll() {
    for (JsonNode one : golden("signFlip")) {
      assertThat(SignFlipTest.pValue(numbers(one, "differences"), Resampling.standard()))
          .as(one.toString())
          .isCloseTo(number(one, "p"), EXACTLY);
    }
  }

  @Test
  void signFlipsOfManyByDrawing() {
    for (JsonNode one : golden("signFlipRandom")) {
      double p = number(one, "p");
      assertThat(SignFlipTest.pValue(numbers(one, "differences"), Resampling.standard()))
          .isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / 10_000) + 1e-4));
    }
  }

  @Test
  void bootstrapOfTheMean() {
    for (JsonNode one : golden("bootstrap")) {
      double[] values = numbers(one, "values");
      // The ends of an interval by 10,000 draws scatter by about .03 standard errors of the mean.
      assertSame(
          Bootstrap.ofMean(values, Resampling.standard()),
          numbers(one, "interval"),
          0.12 * number(one, "error"));
      PairedComparison comparison = PairedComparison.of(values, new double[values.length]);
      assertThat(comparison.effectSize().orElseThrow()).isCloseTo(number(one, "dz"), EXACTLY);
    }
  }

  @Test
  void holm() {
    for (JsonNode one : golden("holm")) {
      assertThat(Holm.adjusted(numbers(one, "p")))
          .containsExactly(numbers(one, "adjusted"), EXACTLY);
    }
  }

  @Test
  void auroc() {
    for (JsonNode one : golden("auroc")) {
      double[] scores = numbers(one, "one");
      boolean[] right = GoldenFile.truths(one.get("right"));
      Estimate area = Auroc.of(scores, right, 0.95);
      double half = number(one, "half");
      assertThat(area.value()).isCloseTo(number(one, "area"), EXACTLY);
      assertThat(area.interval().low()).isCloseTo(Math.max(0, number(one, "area") - half), EXACTLY);
      assertThat(area.interval().high())
          .isCloseTo(Math.min(1, number(one, "area") + half), EXACTLY);
      Estimate difference = Auroc.difference(scores, numbers(one, "other"), right, 0.95);
      assertThat(difference.value()).isCloseTo(number(one, "difference"), EXACTLY);
      assertThat(difference.interval().high() - difference.value())
          .isCloseTo(number(one, "differenceHalf"), EXACTLY);
    }
  }

  @Test
  void predictionPoweredMean() {
    for (JsonNode one : golden("predictionPowered")) {
      Estimate mean =
          PredictionPowered.mean(
              numbers(one, "alone"),
              numbers(one, "judge"),
              numbers(one, "human"),
              number(one, "level"));
      assertThat(mean.value()).isCloseTo(number(one, "value"), EXACTLY);
      assertThat(mean.interval().high() - mean.value()).isCloseTo(number(one, "half"), EXACTLY);
    }
  }

  @Test
  void areaUnderRiskAndCoverage() {
    for (JsonNode one : golden("aurc")) {
      assertThat(RiskCoverage.of(numbers(one, "confidence"), numbers(one, "loss")).area())
          .isCloseTo(number(one, "area"), EXACTLY);
    }
  }

  @Test
  void calibration() {
    for (JsonNode one : golden("calibration")) {
      Calibration calibration =
          Calibration.of(numbers(one, "confidence"), GoldenFile.truths(one.get("correct")));
      assertThat(calibration.brier()).isCloseTo(number(one, "brier"), EXACTLY);
      assertThat(calibration.expectedError()).isCloseTo(number(one, "ece"), EXACTLY);
    }
  }
}
