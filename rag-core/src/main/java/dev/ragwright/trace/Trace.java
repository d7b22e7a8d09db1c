package dev.ragwright.trace;

import dev.ragwright.call.Cost;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.Usage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What happened in one question's way through a pipeline, stage by stage. Immutable. */
public final class Trace {
  private final String question;
  private final List<StageRecord> stages;
  private final Duration duration;

  private Trace(String question, List<StageRecord> stages, Duration duration) {
    this.question = question;
    this.stages = List.copyOf(stages);
    this.duration = duration;
  }

  /** A trace of the given stages, in the order in which they began. */
  public static Trace of(String question, List<StageRecord> stages, Duration duration) {
    return new Trace(question, stages, duration);
  }

  /** The question as it was asked. */
  public String question() {
    return question;
  }

  /** The stages in the order in which they began; the last may have failed; unmodifiable. */
  public List<StageRecord> stages() {
    return stages;
  }

  /** From the question to the answer. */
  public Duration duration() {
    return duration;
  }

  /** What all stages counted; unknown where one of them is. */
  public Usage usage() {
    return stages.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
  }

  /**
   * What services charged for all stages; unknown where one of them is. The machine's own time is
   * not in it: add {@link PriceTable#ofCpu} of what was measured.
   */
  public Cost cost(PriceTable prices) {
    return stages.stream().map(stage -> stage.cost(prices)).reduce(prices.none(), Cost::plus);
  }

  /** For people: a line for each stage with its milliseconds, what ran and what it counted. */
  public String summary() {
    StringBuilder lines = new StringBuilder();
    stages.forEach(stage -> summarize(stage, "", lines));
    return lines.append(line("total", duration, "")).toString();
  }

  private static void summarize(StageRecord stage, String indent, StringBuilder lines) {
    StringBuilder told = new StringBuilder(stage.description().name());
    stage
        .details()
        .forEach((key, value) -> told.append(", ").append(key).append(' ').append(shown(value)));
    if (!stage.usage().equals(Usage.none())) {
      told.append(", ").append(stage.usage());
    }
    stage.error().ifPresent(error -> told.append(", FAILED: ").append(error));
    lines.append(line(indent + stage.stage(), stage.duration(), told.toString())).append('\n');
    stage.parts().forEach(part -> summarize(part, indent + "  ", lines));
  }

  /** Numbers with four digits that count. */
  private static Object shown(Object value) {
    return value instanceof Double number && Double.isFinite(number)
        ? new BigDecimal(number).round(new MathContext(4)).stripTrailingZeros().toPlainString()
        : value;
  }

  private static String line(String name, Duration duration, String told) {
    return String.format(Locale.ROOT, "%-14s %9.2f ms  %s", name, duration.toNanos() / 1e6, told)
        .stripTrailing();
  }

  /**
   * The trace as one line of JSON: {@code {"question", "millis", "stages": [...], "usage": {...}}}.
   * A stage is {@code {"stage", "millis", "name", "description", "details", "usage", "parts",
   * "error"}}, without the last three where there is nothing to say; unknown counts are null.
   */
  public String toJson() {
    return TraceJson.write(this);
  }
}
