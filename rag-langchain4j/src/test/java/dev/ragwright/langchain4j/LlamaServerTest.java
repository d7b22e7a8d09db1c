package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.FakeRetriever;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real service: llama.cpp's own server. It takes 130 MB from PyPI the first time, so it runs with
 * {@code -Dragwright.llama=true} alone.
 */
class LlamaServerTest {
  private static Optional<LlamaServer> server = Optional.empty();

  @BeforeAll
  static void start() {
    assumeTrue(
        Boolean.getBoolean("ragwright.llama"),
        "skipped: -Dragwright.llama=true fetches llama.cpp's server and a model from PyPI");
    server = LlamaServer.start();
    assumeTrue(server.isPresent(), "skipped: Python with pip, or PyPI, is not there");
  }

  @AfterAll
  static void stop() {
    server.ifPresent(LlamaServer::close);
  }

  private static ChatModelGenerator generator(boolean streaming, String model, int most) {
    return builder(streaming, model, most).build();
  }

  private static ChatModelGenerator.Builder builder(boolean streaming, String model, int most) {
    String url = server.orElseThrow().url();
    return streaming
        ? ChatModelGenerator.builder(
            OpenAiStreamingChatModel.builder()
                .httpClientBuilder(Models.watched())
                .baseUrl(url)
                .apiKey("none")
                .modelName(model)
                .temperature(0.0)
                .maxTokens(most)
                .timeout(Duration.ofMinutes(5))
                .build())
        : ChatModelGenerator.builder(
            OpenAiChatModel.builder()
                .httpClientBuilder(Models.watched())
                .baseUrl(url)
                .apiKey("none")
                .modelName(model)
                .temperature(0.0)
                .maxTokens(most)
                .maxRetries(0)
                .timeout(Duration.ofMinutes(5))
                .build());
  }

  private static GenerationRequest request(String text) {
    return GenerationRequest.of(
        Query.of("Where does the Rhine rise?"),
        new Context(List.of(Evidence.of(Passage.of("rhine", text), 1)), 8, List.of()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersAndCounts(boolean streaming) {
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(FakeRetriever.of("The Rhine rises in the Alps."))
            .generator(generator(streaming, "smollm2", 40))
            .build();
    Answer answer;
    if (streaming) {
      try (AnswerStream stream = rag.stream("Where does the Rhine rise?")) {
        String pieces = String.join("", stream.text().toList());
        answer = stream.result();
        assertThat(answer.text()).isEqualTo(pieces);
      }
    } else {
      answer = rag.ask("Where does the Rhine rise?");
    }
    assertThat(answer.finishReason()).isPresent();
    assertThat(answer.usage().count(Usage.REQUESTS)).hasValue(1);
    assertThat(answer.usage().count(Usage.INPUT_TOKENS).orElseThrow()).isGreaterThan(50);
    assertThat(answer.usage().count(Usage.OUTPUT_TOKENS).orElseThrow()).isBetween(1L, 40L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void saysThatAnAnswerWasCutShort(boolean streaming) {
    Generation generation =
        generator(streaming, "smollm2", 3)
            .generate(request("The Rhine rises in the Alps."), CallContext.unbounded());
    assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPromptThatIsTooLongIsAFailureThatDoesNotPass(boolean streaming) {
    ChatModelException failure =
        catchThrowableOfType(
            ChatModelException.class,
            () ->
                generator(streaming, "smollm2", 10)
                    .generate(request("The Rhine rises. ".repeat(2_000)), CallContext.unbounded()));
    assertThat(failure)
        .hasMessageContaining("context size")
        .hasMessageEndingWith(
            "; give the pipeline's context a smaller budget, or the service more room");
    assertThat(failure.retryable()).isFalse();
  }

  /** Its own mode makes even a small model keep to a schema. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsToASchema(boolean streaming) {
    JsonSchema schema =
        JsonSchema.builder()
            .name("River")
            .rootElement(
                JsonObjectSchema.builder()
                    .addEnumProperty("mountains", List.of("Alps", "Andes"))
                    .addIntegerProperty("sure")
                    .required("mountains", "sure")
                    .build())
            .build();
    Generation generation =
        builder(streaming, "smollm2", 60)
            .json(schema, true)
            .build()
            .generate(request("The Rhine rises in the Alps."), CallContext.unbounded());
    assertThat(generation.text()).matches("\\{\"mountains\":\"A(lps|ndes)\",\"sure\":-?\\d+}");
    assertThat(generation.parts()).as("a second try").isEmpty();
  }

  @Test
  void tellsThatAnotherModelAnswered() {
    Generation generation =
        generator(true, "no-such-model", 3)
            .generate(request("The Rhine rises in the Alps."), CallContext.unbounded());
    assertThat(generation.model()).contains("smollm2");
  }

  @Test
  void cancellationEndsTheStream() {
    CallContext context = CallContext.unbounded();
    try (TokenStream stream =
        generator(true, "smollm2", 400).stream(request("The Rhine rises in the Alps."), context)) {
      Iterator<String> pieces = stream.text().iterator();
      assertThat(pieces.hasNext()).isTrue();
      context.cancel();
      assertThatThrownBy(stream::result).isInstanceOf(CancelledException.class);
    }
  }
}
