package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.Resampling;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Ours and a peer's way to do the same work, in rounds in which they take turns: who begins one is
 * second in the next. Times are of the processor, by all threads of the process.
 */
final class Comparison {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final double[] ours;
  private final double[] peers;

  /** Of seconds, ours and the peer's of each round. */
  Comparison(double[] ours, double[] peers) {
    this.ours = ours;
    this.peers = peers;
  }

  /** Runs both {@code warmUp + rounds} times; the first do not count. */
  static Comparison of(int warmUp, int rounds, Runnable ours, Runnable peers) {
    double[] first = new double[rounds];
    double[] second = new double[rounds];
    for (int round = -warmUp; round < rounds; round++) {
      boolean begin = Math.floorMod(round, 2) == 0;
      double before = begin ? seconds(ours) : 0;
      double theirs = seconds(peers);
      double mine = begin ? before : seconds(ours);
      if (round >= 0) {
        first[round] = mine;
        second[round] = theirs;
      }
    }
    return new Comparison(first, second);
  }

  private static double seconds(Runnable work) {
    System.gc(); // what the other has left
    long start = SYSTEM.getProcessCpuTime();
    work.run();
    return Math.max(1, SYSTEM.getProcessCpuTime() - start) / 1e9;
  }

  /** Seconds of our median round. */
  double ours() {
    return median(ours);
  }

  /** Seconds of the peer's median round. */
  double peers() {
    return median(peers);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  /** How many times as long the peer takes: the geometric mean of the rounds' ratios. */
  double ratio() {
    return Math.exp(Arrays.stream(logs()).average().orElseThrow());
  }

  /** Of that ratio, by rounds drawn anew. */
  Interval interval() {
    Interval logs = Bootstrap.ofMean(logs(), Resampling.standard());
    return new Interval(Math.exp(logs.low()), Math.exp(logs.high()), logs.level());
  }

  private double[] logs() {
    double[] logs = new double[ours.length];
    Arrays.setAll(logs, round -> Math.log(peers[round] / ours[round]));
    return logs;
  }
}
