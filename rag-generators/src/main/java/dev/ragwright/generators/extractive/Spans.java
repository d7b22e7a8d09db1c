package dev.ragwright.generators.extractive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The best spans of one window. */
final class Spans {
  private Spans() {}

  /**
   * A span of tokens, both ends inclusive.
   *
   * @param from its first token
   * @param to its last token
   */
  record Span(int from, int to, double score) {
    /** Higher scores first, ties by place. */
    static final Comparator<Span> BEST_FIRST =
        Comparator.comparingDouble(Span::score)
            .reversed()
            .thenComparingInt(Span::from)
            .thenComparingInt(Span::to);
  }

  /**
   * Returns the {@code most} spans within {@code [first, last)} with the highest sum of start and
   * end logit, of at most {@code longest} tokens, best first. Looks at each pair once and keeps
   * {@code most}: of n tokens, time n * longest and no list of pairs.
   */
  static List<Span> best(float[] start, float[] end, int first, int last, int longest, int most) {
    PriorityQueue<Span> kept = new PriorityQueue<>(Span.BEST_FIRST.reversed()); // worst first
    double least = Double.NEGATIVE_INFINITY; // what a further one has to exceed
    for (int from = first; from < last; from++) {
      int behind = Math.min(last, from + longest);
      for (int to = from; to < behind; to++) {
        double score = (double) start[from] + end[to];
        if (score > least) {
          if (kept.size() == most) {
            kept.poll();
          }
          kept.add(new Span(from, to, score));
          least = kept.size() < most ? Double.NEGATIVE_INFINITY : kept.element().score();
        }
      }
    }
    List<Span> best = new ArrayList<>(kept);
    best.sort(Span.BEST_FIRST);
    return best;
  }
}
