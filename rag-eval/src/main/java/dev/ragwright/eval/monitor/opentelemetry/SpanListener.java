package dev.ragwright.eval.monitor.opentelemetry;

import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Tells OpenTelemetry of each question: a span {@code rag}, within it one for each stage, with the
 * attribute names of its conventions for generative AI where there are some ({@code
 * gen_ai.operation.name}, {@code gen_ai.request.model}, {@code gen_ai.usage.input_tokens}, {@code
 * gen_ai.usage.output_tokens}, {@code gen_ai.response.finish_reasons}) and {@code ragwright.*} for
 * the rest. The spans are children of the one that is current on the question's thread.
 *
 * <p>They are made when the question has ended, of its trace: stages are one after the other in it,
 * so a stage's span begins where the one before ends. Questions and texts are not told. Safe to
 * share.
 */
@SuppressWarnings("exports") // who has no such library does not read its module
public final class SpanListener extends TraceListener {
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
  private static final AttributeKey<Long> INPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

  private final Tracer tracer;
  private final Clock clock;

  private SpanListener(Tracer tracer, Clock clock) {
    this.tracer = tracer;
    this.clock = clock;
  }

  /** Reports to a tracer. */
  public static SpanListener of(Tracer tracer) {
    return of(tracer, Clock.systemUTC());
  }

  /** Reports to a tracer by another clock. */
  public static SpanListener of(Tracer tracer, Clock clock) {
    return new SpanListener(tracer, clock);
  }

  @Override
  public void questionEnded(Trace trace) {
    Instant end = clock.instant();
    Instant start = end.minus(trace.duration());
    Span question =
        tracer
            .spanBuilder("rag")
            .setSpanKind(SpanKind.INTERNAL)
            .setStartTimestamp(start)
            .startSpan();
    Context within = Context.current().with(question);
    Instant next = start;
    for (StageRecord stage : trace.stages()) {
      next = tell(stage, within, next, end);
    }
    boolean failed = trace.stages().stream().anyMatch(stage -> stage.error().isPresent());
    if (failed) {
      question.setStatus(StatusCode.ERROR);
    }
    question.end(end);
  }

  /** Tells of one stage and returns when it ended, never after the question. */
  private Instant tell(StageRecord stage, Context within, Instant start, Instant latest) {
    Instant reached = start.plus(stage.duration());
    Instant end = reached.isAfter(latest) ? latest : reached;
    Span span =
        tracer
            .spanBuilder(stage.stage())
            .setParent(within)
            .setStartTimestamp(start)
            .setAllAttributes(attributes(stage))
            .startSpan();
    stage.error().ifPresent(error -> span.setStatus(StatusCode.ERROR, error));
    span.end(end);
    return end;
  }

  private static Attributes attributes(StageRecord stage) {
    AttributesBuilder attributes = Attributes.builder();
    attributes.put("ragwright.stage.name", stage.description().name());
    Usage usage = stage.usage();
    switch (stage.stage()) {
      case "retrieve" -> attributes.put(OPERATION, "retrieval");
      case "generate" -> {
        attributes.put(OPERATION, "chat");
        String name = stage.description().name();
        attributes.put(MODEL, stage.description().parameters().getOrDefault("model", name));
        usage
            .count(Usage.INPUT_TOKENS)
            .ifPresent(tokens -> attributes.put(INPUT_TOKENS, (Long) tokens));
        usage
            .count(Usage.OUTPUT_TOKENS)
            .ifPresent(tokens -> attributes.put(OUTPUT_TOKENS, (Long) tokens));
        if (stage.details().get("finish") instanceof String finish) {
          attributes.put(FINISH_REASONS, List.of(finish));
        }
      }
      default -> {}
    }
    usage.known().forEach((counter, count) -> attributes.put("ragwright.usage." + counter, count));
    stage
        .details()
        .forEach(
            (key, value) -> {
              String name = "ragwright." + key;
              switch (value) {
                case Long number -> attributes.put(name, number);
                case Double number -> attributes.put(name, number);
                default -> {} // texts may quote what the user asked
              }
            });
    return attributes.build();
  }
}
