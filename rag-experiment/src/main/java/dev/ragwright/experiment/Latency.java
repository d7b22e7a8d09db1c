package dev.ragwright.experiment;

import dev.ragwright.text.Decimals;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How long questions took, from the first stage to the last. A quantile is one of the times: the
 * smallest one that at least that share of the times does not exceed.
 *
 * @param questions how many
 * @param p50 the median; null without a question
 * @param p95 the 95th percentile; null without a question
 */
public record Latency(int questions, @Nullable Duration p50, @Nullable Duration p95) {

  static Latency of(Collection<Duration> times) {
    if (times.isEmpty()) {
      return new Latency(0, null, null);
    }
    long[] nanos = times.stream().mapToLong(Duration::toNanos).sorted().toArray();
    return new Latency(nanos.length, quantile(nanos, 50), quantile(nanos, 95));
  }

  private static Duration quantile(long[] sorted, int percent) {
    int place = (int) ((long) sorted.length * percent + 99) / 100;
    return Duration.ofNanos(sorted[Math.max(1, place) - 1]);
  }

  @Override
  public String toString() {
    return p50 == null || p95 == null
        ? "no question"
        : String.format(
            Locale.ROOT,
            "p50 %.1f ms, p95 %.1f ms, %s",
            p50.toNanos() / 1e6,
            p95.toNanos() / 1e6,
            Decimals.counted(questions, "question"));
  }
}
