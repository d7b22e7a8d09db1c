package dev.ragwright;

import dev.ragwright.generate.Citation;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer as a service sends it: records of texts, numbers, lists and maps, in which nothing is
 * null, so that Jackson, Gson and JSON-B write the same JSON of it and read it back. {@link
 * Answer#body()} makes it; {@code Answer} itself has what no such library should guess at. What is
 * here is promised to clients: components may be added, and none changes its name or meaning.
 *
 * @param id of the call, as {@link Trace#id()} has it
 * @param outcome {@code ANSWERED} or {@code ABSTAINED}
 * @param text the answer's words; empty after an abstention
 * @param citations what the words rest on; unmodifiable
 * @param finish why the generator stopped, as {@link Answer#finishReason} has it: unless it is
 *     {@code STOP}, the text may be a part of an answer; empty when the generator was not reached
 * @param reason why there is no answer, such as {@code NO_EVIDENCE}; empty when there is one
 * @param detail what was found and what would have been enough, for people; empty when there is an
 *     answer
 * @param millis from the question to the answer, in milliseconds
 * @param stages in the order in which they began; unmodifiable
 * @param usage what all stages counted together
 */
public record AnswerBody(
    String id,
    Trace.Outcome outcome,
    String text,
    List<Citation> citations,
    String finish,
    String reason,
    String detail,
    double millis,
    List<Stage> stages,
    Usage usage) {

  /** Copies the lists. */
  public AnswerBody {
    citations = List.copyOf(citations);
    stages = List.copyOf(stages);
  }

  /**
   * How long a stage took.
   *
   * @param stage the step of the pipeline, such as {@code retrieve}
   * @param name what ran, such as {@code bm25}
   * @param millis waiting included, in milliseconds
   */
  public record Stage(String stage, String name, double millis) {}

  /**
   * What was counted, as {@link dev.ragwright.call.Usage} has it.
   *
   * @param known the counters with a known count, by name; unmodifiable
   * @param unknown the counters named as unknown, by name; unmodifiable
   * @param complete whether nothing was used that is not listed
   */
  public record Usage(Map<String, Long> known, List<String> unknown, boolean complete) {
    /** Copies the counts. */
    public Usage {
      known = Collections.unmodifiableMap(new TreeMap<>(known));
      unknown = List.copyOf(unknown);
    }
  }

  static AnswerBody of(Answer answer) {
    Outcome.Abstained why =
        answer.outcome() instanceof Outcome.Abstained abstained ? abstained : null;
    Trace trace = answer.trace();
    return new AnswerBody(
        trace.id(),
        trace.outcome(),
        answer.text(),
        answer.citations(),
        answer.finishReason().map(Enum::name).orElse(""),
        why == null ? "" : why.reason().name(),
        why == null ? "" : why.detail(),
        millis(trace.duration()),
        trace.stages().stream().map(AnswerBody::stage).toList(),
        new Usage(
            trace.usage().known(),
            List.copyOf(trace.usage().unknownCounters()),
            trace.usage().isComplete()));
  }

  private static Stage stage(StageRecord record) {
    return new Stage(record.stage(), record.description().name(), millis(record.duration()));
  }

  private static double millis(Duration duration) {
    return Math.rint(duration.toNanos() / 1e3) / 1e3;
  }
}
