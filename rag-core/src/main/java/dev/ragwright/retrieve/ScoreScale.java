package dev.ragwright.retrieve;

import java.util.DoubleSummaryStatistics;
import java.util.List;

/** What a passage gets for its place or its score in one ranking. */
interface ScoreScale {
  double weighed(double weight, int rank, double score);

  /** From the least score that was found to the greatest. */
  static ScoreScale observed(List<Hit> hits) {
    DoubleSummaryStatistics finite = finite(hits);
    return inUnits(finite, finite.getMax() - finite.getMin());
  }

  /** From the least score that was found, in standard deviations. */
  static ScoreScale standard(List<Hit> hits) {
    DoubleSummaryStatistics finite = finite(hits);
    double mean = finite.getAverage();
    double squares =
        hits.stream()
            .mapToDouble(Hit::score)
            .filter(Double::isFinite)
            .map(score -> (score - mean) * (score - mean))
            .sum();
    return inUnits(finite, Math.sqrt(squares / finite.getCount()));
  }

  private static DoubleSummaryStatistics finite(List<Hit> hits) {
    return hits.stream().mapToDouble(Hit::score).filter(Double::isFinite).summaryStatistics();
  }

  private static ScoreScale inUnits(DoubleSummaryStatistics finite, double unit) {
    double least = finite.getMin();
    return unit > 0
        ? (weight, rank, score) ->
            weight * ((Math.clamp(score, least, finite.getMax()) - least) / unit)
        : (weight, rank, score) -> weight;
  }
}
