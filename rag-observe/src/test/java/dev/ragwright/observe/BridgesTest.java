package dev.ragwright.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.observe.micrometer.MeterListener;
import dev.ragwright.observe.opentelemetry.SpanListener;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.TraceListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BridgesTest {
  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  private static RagPipeline pipeline(Generator generator, TraceListener.Factory listener) {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of("the pump was built in 1951"))
        .generator(generator)
        .listener(listener)
        .build();
  }

  private static final Generator FAILING =
      (request, context) -> {
        throw new IllegalStateException("no answer");
      };

  /** Says which model it is, as generators with one do. */
  private static final Generator SMALL =
      new Generator() {
        @Override
        public Generation generate(GenerationRequest request, CallContext context) {
          return Generation.of(
              "1951",
              List.of(),
              Generation.FinishReason.STOP,
              Usage.of(Usage.INPUT_TOKENS, 12).with(Usage.OUTPUT_TOKENS, 3));
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("generator", "local").with("model", "small-1");
        }
      };

  @Test
  void metersCountAndTimeQuestionsAndStages() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    RagPipeline rag = pipeline(FakeGenerator.create(), MeterListener.of(registry));
    rag.ask("when was the pump built?");
    rag.ask("unknown");
    assertThatThrownBy(() -> rag.with(r -> r.generator(FAILING)).ask("pump"))
        .isInstanceOf(StageException.class);
    assertThat(registry.get("ragwright.question").tag("outcome", "answered").timer().count())
        .isEqualTo(1);
    assertThat(registry.get("ragwright.question").tag("outcome", "abstained").timer().count())
        .isEqualTo(1);
    assertThat(registry.get("ragwright.question").tag("outcome", "failed").timer().count())
        .isEqualTo(1);
    assertThat(registry.get("ragwright.stage").tag("stage", "retrieve").timer().count())
        .isEqualTo(3);
    assertThat(
            registry
                .get("ragwright.stage")
                .tags("stage", "generate", "outcome", "failed")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(registry.get("ragwright.usage").tag("counter", "outputTokens").counter().count())
        .isPositive();
    assertThat(registry.get("ragwright.usage.unknown").tag("stage", "generate").counter().count())
        .isEqualTo(1);
  }

  @Test
  @SuppressWarnings("try") // the scope only has to be closed
  void spansHaveTheNamesOfTheConventionsAndOneParent() {
    Span outer = OTEL.getOpenTelemetry().getTracer("test").spanBuilder("request").startSpan();
    try (Scope scope = outer.makeCurrent()) {
      pipeline(SMALL, SpanListener.of(OTEL.getOpenTelemetry().getTracer("ragwright"))).ask("pump");
    } finally {
      outer.end();
    }
    List<SpanData> spans = OTEL.getSpans();
    SpanData question = span(spans, "rag");
    assertThat(question.getParentSpanId()).isEqualTo(outer.getSpanContext().getSpanId());
    SpanData generate = span(spans, "generate");
    assertThat(generate.getParentSpanId()).isEqualTo(question.getSpanId());
    assertThat(generate.getAttributes().get(AttributeKey.stringKey("gen_ai.request.model")))
        .isEqualTo("small-1");
    assertThat(generate.getAttributes().get(AttributeKey.longKey("gen_ai.usage.input_tokens")))
        .isEqualTo(12);
    assertThat(generate.getAttributes().get(AttributeKey.longKey("gen_ai.usage.output_tokens")))
        .isEqualTo(3);
    assertThat(
            generate
                .getAttributes()
                .get(AttributeKey.stringArrayKey("gen_ai.response.finish_reasons")))
        .containsExactly("STOP");
    assertThat(span(spans, "retrieve").getAttributes().get(AttributeKey.longKey("ragwright.hits")))
        .isEqualTo(1);
    assertThat(spans)
        .filteredOn(span -> span.getParentSpanId().equals(question.getSpanId()))
        .allSatisfy(
            span -> {
              assertThat(span.getStartEpochNanos())
                  .isGreaterThanOrEqualTo(question.getStartEpochNanos());
              assertThat(span.getEndEpochNanos()).isLessThanOrEqualTo(question.getEndEpochNanos());
            });
  }

  /** What a client of a service elsewhere tells, on the thread that it is called on. */
  private static void call(String name) {
    OTEL.getOpenTelemetry().getTracer("client").spanBuilder(name).startSpan().end();
  }

  @Test
  void whatAClientTellsIsWithinTheStageOnWhicheverThread() {
    Retriever remote =
        (request, context) -> {
          call("search");
          return FakeRetriever.of("the pump was built in 1951").retrieve(request, context);
        };
    Generator hosted =
        (request, context) -> {
          call("chat");
          return Generation.of("1951");
        };
    RagPipeline rag =
        pipeline(hosted, SpanListener.of(OTEL.getOpenTelemetry().getTracer("ragwright")))
            .with(
                r ->
                    r.retriever(
                        Retrievers.fuse(RankFusion.reciprocalRank(60), remote, remote, remote)));
    rag.ask("pump");
    List<SpanData> spans = OTEL.getSpans();
    String retrieve = span(spans, "retrieve").getSpanId();
    assertThat(spans)
        .filteredOn(span -> span.getName().equals("search"))
        .hasSize(3)
        .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(retrieve));
    assertThat(span(spans, "chat").getParentSpanId())
        .isEqualTo(span(spans, "generate").getSpanId());
    try (AnswerStream stream = rag.stream("pump")) {
      assertThat(Span.current().getSpanContext().isValid()).isFalse(); // the reader's own time
      assertThat(stream.result().text()).isEqualTo("1951");
    }
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void aStreamThatIsClosedIsCountedAsCancelled() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    pipeline(SMALL, MeterListener.of(registry)).stream("pump").close();
    assertThat(registry.get("ragwright.question").tag("outcome", "cancelled").timer().count())
        .isEqualTo(1);
  }

  @Test
  void aFailedStageIsAFailedSpan() {
    RagPipeline rag =
        pipeline(FAILING, SpanListener.of(OTEL.getOpenTelemetry().getTracer("ragwright")));
    assertThatThrownBy(() -> rag.ask("pump")).isInstanceOf(StageException.class);
    SpanData generate = span(OTEL.getSpans(), "generate");
    assertThat(generate.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(generate.getStatus().getDescription()).contains("no answer");
    assertThat(span(OTEL.getSpans(), "rag").getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }

  private static SpanData span(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  @Test
  @SuppressWarnings("NullAway") // what code without its checks may pass
  void nothingIsNoRegistry() {
    assertThatThrownBy(() -> MeterListener.of(null)).hasMessage("registry");
    assertThatThrownBy(() -> SpanListener.of(null)).hasMessage("tracer");
    assertThatThrownBy(() -> TraceListener.ofEnd(null)).hasMessage("ended");
  }
}
