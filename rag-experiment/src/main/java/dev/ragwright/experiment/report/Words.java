package dev.ragwright.experiment.report;

import dev.ragwright.call.Cost;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Latency;
import dev.ragwright.experiment.MetricResult;
import dev.ragwright.text.Beginning;
import dev.ragwright.text.Decimals;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them, the same in every locale. */
final class Words {
  static final String NONE = "–";

  private Words() {}

  /** {@code cut by budget}. */
  static String of(Enum<?> constant) {
    return dev.ragwright.text.Words.of(constant);
  }

  /** {@code 0.678}. */
  static String score(double value) {
    return Decimals.fixed(value, 3);
  }

  /** {@code 0.631 to 0.722}; a dash where there is none. */
  static String interval(Optional<Interval> interval) {
    return interval.map(i -> score(i.low()) + " to " + score(i.high())).orElse(NONE);
  }

  static String mean(MetricResult metric) {
    return metric.mean().isPresent() ? score(metric.mean().getAsDouble()) : NONE;
  }

  static String time(@Nullable Duration time) {
    return time == null ? NONE : millis(time.toNanos() / 1e6);
  }

  /** A dash for what is not a number. */
  static String millis(double millis) {
    if (Double.isNaN(millis)) {
      return NONE;
    }
    if (millis >= 1000) {
      return String.format(Locale.ROOT, "%.2f s", millis / 1000);
    }
    return String.format(
        Locale.ROOT, millis >= 100 ? "%.0f ms" : millis >= 10 ? "%.1f ms" : "%.2f ms", millis);
  }

  /** The arm's cost per million questions: {@code USD 1,234.5}, {@code unknown}. */
  static String perMillion(ArmResult arm) {
    return perMillion(arm.cost(), arm.outcomes().size());
  }

  static String perMillion(Cost cost, int questions) {
    return cost.isKnown() && questions > 0 ? money(cost.perMillion(questions)) : "unknown";
  }

  private static String money(Cost cost) {
    return cost.money()
        .map(
            money -> {
              var amount = money.amount().round(new MathContext(3));
              return money.currency().getCurrencyCode()
                  + " "
                  + String.format(
                      Locale.ROOT,
                      "%,." + Math.max(0, amount.stripTrailingZeros().scale()) + "f",
                      amount);
            })
        .orElse("unknown");
  }

  static double perMillionNumber(ArmResult arm) {
    return arm.cost().isKnown() && !arm.outcomes().isEmpty()
        ? arm.cost().perMillion(arm.outcomes().size()).money().orElseThrow().amount().doubleValue()
        : Double.NaN;
  }

  /** The process's CPU time for a question, in milliseconds; NaN if no stage came to an end. */
  static double cpuMillis(ArmResult arm) {
    return arm.meanStageTimes().isEmpty()
        ? Double.NaN
        : arm.cpu().toNanos() / 1e6 / arm.outcomes().size();
  }

  /** {@code 40 measured}, {@code 12 measured, 28 replayed}, {@code 40 replayed}. */
  static String provenance(ArmResult arm) {
    Latency measured = arm.measuredLatency();
    Latency replayed = arm.replayedLatency();
    if (replayed.questions() == 0) {
      return measured.questions() == 0 ? "none" : measured.questions() + " measured";
    }
    return (measured.questions() == 0 ? "" : measured.questions() + " measured, ")
        + replayed.questions()
        + " replayed";
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  static String percents(Interval share) {
    return percent(share.low()) + " to " + percent(share.high());
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 1 question}, {@code 40 questions}. */
  static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** {@code 2026-11-21 16:04:05 UTC}. */
  static String date(Instant instant) {
    return instant
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", " UTC");
  }

  /** The text's beginning, and how long it is, if it is longer than {@code most} units. */
  static String beginning(String text, int most) {
    return text.length() <= most
        ? text
        : Beginning.of(text, most) + "… (" + count(text.length()) + " characters)";
  }
}
