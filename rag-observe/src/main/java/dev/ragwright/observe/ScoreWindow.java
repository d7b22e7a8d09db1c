package dev.ragwright.observe;

import dev.ragwright.eval.stats.KolmogorovSmirnov;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The best retrieval scores of live questions: of the first ones as the reference, and of the
 * latest ones. When users begin to ask otherwise, or the documents become others, the scores move
 * before anybody complains. A retrieval without hits counts as the score 0.
 *
 * <p>Add it to a pipeline as a listener. Safe to share.
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public final class ScoreWindow implements TraceListener.Factory {
  private final int size;
  private final List<Double> reference = new ArrayList<>();
  private final Deque<Double> latest = new ArrayDeque<>();

  private ScoreWindow(int size) {
    this.size = size;
  }

  /**
   * Compares the latest {@code size} questions with the first {@code size}.
   *
   * @throws IllegalArgumentException if {@code size < 20}: fewer cannot tell much apart
   */
  public static ScoreWindow of(int size) {
    if (size < 20) {
      throw new IllegalArgumentException("size must be >= 20, was " + size);
    }
    return new ScoreWindow(size);
  }

  @Override
  public TraceListener create(String id, String question) {
    return TraceListener.ofEnd(this::add);
  }

  private void add(Trace trace) {
    for (StageRecord stage : trace.stages()) {
      if (stage.stage().equals("retrieve") && stage.error().isEmpty()) {
        add(stage.details().get("best") instanceof Double best ? best : 0);
        return;
      }
    }
  }

  /** Adds a score by hand. */
  public synchronized void add(double score) {
    if (reference.size() < size) {
      reference.add(score);
      return;
    }
    if (latest.size() == size) {
      latest.removeFirst();
    }
    latest.addLast(score);
  }

  /** How many latest scores there are, at most the size. */
  public synchronized int latest() {
    return latest.size();
  }

  /**
   * The p-value of both windows coming from one distribution, by {@link KolmogorovSmirnov}; empty
   * until both are full.
   */
  public OptionalDouble pValue(Resampling resampling) {
    double[] then;
    double[] now;
    synchronized (this) {
      if (latest.size() < size) {
        return OptionalDouble.empty();
      }
      then = reference.stream().mapToDouble(Double::doubleValue).toArray();
      now = latest.stream().mapToDouble(Double::doubleValue).toArray();
    }
    return OptionalDouble.of(KolmogorovSmirnov.pValue(then, now, resampling));
  }
}
