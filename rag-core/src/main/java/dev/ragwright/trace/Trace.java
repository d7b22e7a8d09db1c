package dev.ragwright.trace;

import dev.ragwright.call.Cost;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.Usage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happened on one question's way through a pipeline, stage by stage. Immutable. */
public final class Trace {
  private final String id;
  private final String question;
  private final List<StageRecord> stages;
  private final Duration duration;
  private final Outcome outcome;
  private final @Nullable String reason;

  /** How a question ended. */
  public enum Outcome {
    /** There is an answer. */
    ANSWERED,
    /** The pipeline, or its generator, decided not to answer. */
    ABSTAINED,
    /** A stage failed, or its time ran out. */
    FAILED,
    /** The call was cancelled, or its stream closed before the end. */
    CANCELLED
  }

  private Trace(
      String id,
      String question,
      List<StageRecord> stages,
      Duration duration,
      Outcome outcome,
      @Nullable String reason) {
    this.id = id;
    this.question = question;
    this.stages = List.copyOf(stages);
    this.duration = duration;
    this.outcome = outcome;
    this.reason = reason;
  }

  /**
   * A trace of the given stages, in the order in which they began, without an id: failed if one of
   * them did, else answered.
   */
  public static Trace of(String question, List<StageRecord> stages, Duration duration) {
    boolean failed = stages.stream().anyMatch(stage -> stage.error().isPresent());
    Outcome outcome = failed ? Outcome.FAILED : Outcome.ANSWERED;
    return new Trace("", question, stages, duration, outcome, null);
  }

  /**
   * The trace of a call that ended.
   *
   * @param reason of an abstention, such as {@code NO_EVIDENCE}; null without one
   */
  public static Trace of(
      String id,
      String question,
      List<StageRecord> stages,
      Duration duration,
      Outcome outcome,
      @Nullable String reason) {
    return new Trace(id, question, stages, duration, outcome, reason);
  }

  /** An id that no other call has, not even one with the same question; empty if there is none. */
  public String id() {
    return id;
  }

  /** How the question ended. */
  public Outcome outcome() {
    return outcome;
  }

  /** Why the pipeline abstained, such as {@code NO_EVIDENCE}; empty unless it did. */
  public Optional<String> reason() {
    return Optional.ofNullable(reason);
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

  /** The sum of what all stages counted; a count is unknown if it is unknown of one stage. */
  public Usage usage() {
    return stages.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
  }

  /**
   * What services charged for all stages together; unknown if it is unknown of one stage. The
   * machine's own time is not in it: add {@link PriceTable#ofCpu} of what was measured.
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
   * The trace as one line of JSON: {@code {"id", "question", "outcome", "reason", "millis",
   * "stages": [...], "usage": {...}}}, without an id and an outcome where it has no id, and with a
   * reason only after an abstention. A stage is {@code {"stage", "millis", "name", "description",
   * "details", "usage", "parts", "error"}}, without the last three where there is nothing to say;
   * unknown counts are null.
   */
  public String toJson() {
    return TraceJson.write(this);
  }
}
