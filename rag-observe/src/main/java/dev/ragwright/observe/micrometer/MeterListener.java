package dev.ragwright.observe.micrometer;

import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Objects;

/**
 * Counts and times a pipeline's questions and stages in a Micrometer registry.
 *
 * <ul>
 *   <li>{@code ragwright.question}, a timer by {@code outcome}: answered, abstained, failed or
 *       cancelled
 *   <li>{@code ragwright.stage}, a timer by {@code stage}, {@code name} and {@code outcome}: ok or
 *       failed
 *   <li>{@code ragwright.usage}, a counter by {@code stage}, {@code name} and {@code counter}, of
 *       what is known
 *   <li>{@code ragwright.usage.unknown}, a counter of calls by {@code stage} and {@code name} that
 *       did not know all they used, so that the sums above are too small
 * </ul>
 *
 * <p>No meter has a question in it: their number is that of the stages. {@code name} is that of the
 * stage's description, so all stages of a kind that are lambdas share the name {@code lambda}; give
 * them names with {@code named("...")}. Safe to share.
 */
@SuppressWarnings("exports") // who has no such library does not read its module
public final class MeterListener implements TraceListener.Factory {
  private final MeterRegistry registry;

  private MeterListener(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Reports to a registry. */
  public static MeterListener of(MeterRegistry registry) {
    return new MeterListener(Objects.requireNonNull(registry, "registry"));
  }

  @Override
  public TraceListener create(String id, String question) {
    return new TraceListener() {
      @Override
      public void stageEnded(StageRecord record) {
        count(record);
      }

      @Override
      public void questionEnded(Trace trace) {
        String outcome = trace.outcome().name().toLowerCase(Locale.ROOT);
        registry.timer("ragwright.question", "outcome", outcome).record(trace.duration());
      }
    };
  }

  private void count(StageRecord record) {
    Tags tags = Tags.of("stage", record.stage(), "name", record.description().name());
    timer(tags.and("outcome", record.error().isPresent() ? "failed" : "ok"))
        .record(record.duration());
    record
        .usage()
        .known()
        .forEach(
            (counter, count) ->
                counter("ragwright.usage", tags.and("counter", counter)).increment(count));
    if (!record.usage().isComplete() || !record.usage().unknownCounters().isEmpty()) {
      counter("ragwright.usage.unknown", tags).increment();
    }
  }

  /** By the method that Micrometer had before 1.16 too, where Tags got one of their own. */
  private Timer timer(Iterable<Tag> tags) {
    return registry.timer("ragwright.stage", tags);
  }

  private Counter counter(String name, Iterable<Tag> tags) {
    return registry.counter(name, tags);
  }
}
