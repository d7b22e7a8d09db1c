package dev.ragwright.generate;

import dev.ragwright.retrieve.Hit;
import java.util.List;

/**
 * Adaptive-k: the ranking ends at the largest difference between neighbouring scores, and some
 * passages behind it are kept for safety. The last tenth of the ranking is not looked at, since the
 * scores of what is off the subject spread widely. Taguchi, Maekawa and Bhutani, "Efficient Context
 * Selection for Long-Context QA: No Tuning, No Iteration, Just Adaptive-k" (EMNLP 2025).
 */
final class ScoreGap {
  private static final double IGNORED_TAIL = 0.1;

  private ScoreGap() {}

  /** How many hits of a ranking to keep; the first of equal gaps counts. */
  static int keep(List<Hit> hits, int behind) {
    int gaps = hits.size() - 1;
    int looked = gaps - (int) (gaps * IGNORED_TAIL);
    double widest = 0; // equal scores have no gap to cut at
    int kept = hits.size();
    for (int i = 0; i < looked; i++) {
      double gap = hits.get(i).score() - hits.get(i + 1).score();
      if (gap > widest) {
        widest = gap;
        kept = i + 1;
      }
    }
    return (int) Math.min(hits.size(), (long) kept + behind);
  }
}
