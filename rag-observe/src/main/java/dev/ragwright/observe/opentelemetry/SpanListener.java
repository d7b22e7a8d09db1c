package dev.ragwright.observe.opentelemetry;

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
import io.opentelemetry.context.Scope;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells OpenTelemetry of each question: a span {@code rag}, within it one for each stage, with the
 * attribute names of its conventions for generative AI where there are some ({@code
 * gen_ai.operation.name}, {@code gen_ai.request.model}, {@code gen_ai.usage.input_tokens}, {@code
 * gen_ai.usage.output_tokens}, {@code gen_ai.response.finish_reasons}) and {@code ragwright.*} for
 * the rest. The question's span is a child of the one that is current on its thread.
 *
 * <p>A stage's span is current on each thread that works at the stage, while it does: what a client
 * inside tells is its child. Questions and texts are not told. Safe to share.
 */
@SuppressWarnings("exports") // who has no such library does not read its module
public final class SpanListener implements TraceListener.Factory {
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
    return new SpanListener(
        Objects.requireNonNull(tracer, "tracer"), Objects.requireNonNull(clock, "clock"));
  }

  @Override
  public TraceListener create(String id, String question) {
    Span span =
        tracer
            .spanBuilder("rag")
            .setSpanKind(SpanKind.INTERNAL)
            .setStartTimestamp(clock.instant())
            .setAttribute("ragwright.call", id)
            .startSpan();
    return new Spans(span, Context.current().with(span));
  }

  /** Of one question. */
  private final class Spans extends TraceListener {
    private final Span question;
    private final Context within;
    private volatile @Nullable Span running;

    Spans(Span question, Context within) {
      this.question = question;
      this.within = within;
    }

    @Override
    public void stageStarted(String stage) {
      running =
          tracer
              .spanBuilder(stage)
              .setParent(within)
              .setStartTimestamp(clock.instant())
              .startSpan();
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // by what is returned
    public Runnable entered() {
      Span span = running;
      Scope scope = (span == null ? within : within.with(span)).makeCurrent();
      return scope::close;
    }

    @Override
    public void stageEnded(StageRecord record) {
      Span span = running;
      if (span != null) {
        span.setAllAttributes(attributes(record));
        record.error().ifPresent(error -> span.setStatus(StatusCode.ERROR, error));
        span.end(clock.instant());
      }
    }

    @Override
    public void questionEnded(Trace trace) {
      question.setAttribute("ragwright.outcome", trace.outcome().name().toLowerCase(Locale.ROOT));
      if (trace.outcome() == Trace.Outcome.FAILED) {
        question.setStatus(StatusCode.ERROR);
      }
      question.end(clock.instant());
    }
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
