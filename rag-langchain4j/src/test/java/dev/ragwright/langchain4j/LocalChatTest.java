package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalChatTest {
  @TempDir Path folder;

  private OnnxChatModel model(String... pieces) throws IOException {
    return OnnxChatModel.load(ScriptedModel.of(pieces).write(folder));
  }

  private static ChatModel chat(OnnxChatModel model) {
    return LangChain4j.chatModel(model, DecodingOptions.greedy());
  }

  private static ChatRequest asking(UnaryOperator<ChatRequest.Builder> more) {
    return more.apply(ChatRequest.builder().messages(UserMessage.from("Well?"))).build();
  }

  @Test
  void repliesWithItsUsage() throws IOException {
    try (OnnxChatModel model = model("It ", "rises ", "in the Alps.")) {
      ChatResponse response = chat(model).chat(UserMessage.from("Well?"));
      assertThat(response.aiMessage().text()).isEqualTo("It rises in the Alps.");
      assertThat(response.tokenUsage()).isEqualTo(new TokenUsage(8, 4));
      assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(response.modelName()).isEqualTo(model.name());
      assertThat(chat(model).chat("Well?")).isEqualTo("It rises in the Alps.");
    }
  }

  @Test
  void honoursWhatARequestSays() throws IOException {
    try (OnnxChatModel model = model("It ", "rises ", "in the Alps.")) {
      ChatResponse two = chat(model).chat(asking(r -> r.maxOutputTokens(2)));
      assertThat(two.aiMessage().text()).isEqualTo("It rises ");
      assertThat(two.finishReason()).isEqualTo(FinishReason.LENGTH);
      assertThat(two.tokenUsage()).isEqualTo(new TokenUsage(8, 2));
      assertThat(
              chat(model)
                  .chat(
                      asking(
                          r ->
                              r.stopSequences(List.of(" in"))
                                  .temperature(0.0)
                                  .topP(1.0)
                                  .topK(5)
                                  .presencePenalty(0.0)
                                  .frequencyPenalty(0.0)
                                  .responseFormat(ResponseFormat.TEXT)
                                  .modelName(model.name())))
                  .aiMessage()
                  .text())
          .isEqualTo("It rises");
      ChatModel brief =
          LangChain4j.chatModel(model, DecodingOptions.builder().maxTokens(1).build());
      assertThat(brief.chat("Well?")).isEqualTo("It ");
      assertThat(brief.defaultRequestParameters().maxOutputTokens()).isEqualTo(1);
    }
  }

  @Test
  void aSchemaIsEnforced() throws IOException {
    try (OnnxChatModel model = model("It ", "rises ", "in the Alps.")) {
      ResponseFormat format =
          ResponseFormat.builder()
              .type(ResponseFormatType.JSON)
              .jsonSchema(
                  JsonSchema.builder()
                      .name("Answer")
                      .rootElement(
                          JsonObjectSchema.builder()
                              .addEnumProperty("source", List.of("alps"), "where it rises")
                              .addBooleanProperty("sure")
                              .required("source", "sure")
                              .build())
                      .build())
              .build();
      String text = chat(model).chat(asking(r -> r.responseFormat(format))).aiMessage().text();
      assertThat(text).matches("\\{\"source\": ?\"alps\", ?\"sure\": ?(true|false)}");
    }
  }

  @Test
  void whatCannotBeHonouredIsRefusedByName() throws IOException {
    try (OnnxChatModel model = model("Yes.")) {
      refused(model, asking(r -> r.modelName("gpt")), "modelName 'gpt', where ");
      refused(
          model,
          asking(r -> r.toolSpecifications(ToolSpecification.builder().name("t").build())),
          "tools (toolSpecifications, toolChoice)");
      refused(
          model,
          asking(r -> r.responseFormat(ResponseFormat.JSON)),
          "responseFormat JSON without a schema");
      refused(
          model,
          ChatRequest.builder()
              .messages(UserMessage.from(ImageContent.from("http://x/y.png")))
              .build(),
          "content of the type IMAGE");
      refused(
          model,
          ChatRequest.builder()
              .messages(
                  SystemMessage.from("s"),
                  AiMessage.from(ToolExecutionRequest.builder().name("t").build()))
              .build(),
          "calls of tools in the conversation");
    }
  }

  private static void refused(OnnxChatModel model, ChatRequest request, String what) {
    assertThatThrownBy(() -> chat(model).chat(request))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageStartingWith("a chat model of Ragwright does not support " + what);
  }

  /** Collects what comes. */
  private static class Collecting implements StreamingChatResponseHandler {
    final List<String> pieces = new ArrayList<>();
    final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String piece) {
      pieces.add(piece);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      whole.complete(response);
    }

    @Override
    public void onError(Throwable thrown) {
      whole.completeExceptionally(thrown);
    }
  }

  @Test
  void streams() throws IOException {
    try (OnnxChatModel model = model("It ", "rises ", "in the Alps.")) {
      StreamingChatModel chat = LangChain4j.streamingChatModel(model, DecodingOptions.greedy());
      Collecting heard = new Collecting();
      chat.chat("Well?", heard);
      assertThat(heard.whole.join().aiMessage().text()).isEqualTo("It rises in the Alps.");
      assertThat(heard.whole.join().tokenUsage()).isEqualTo(new TokenUsage(8, 4));
      assertThat(heard.pieces).hasSizeGreaterThan(1);
      assertThat(String.join("", heard.pieces)).isEqualTo("It rises in the Alps.");
      Collecting failed = new Collecting();
      chat.chat(asking(r -> r.responseFormat(ResponseFormat.JSON)), failed);
      assertThatThrownBy(failed.whole::join).hasCauseInstanceOf(UnsupportedFeatureException.class);
    }
  }

  @Test
  void aHandlerMayEndTheCall() throws Exception {
    List<String> after = new ArrayList<>();
    Collecting heard;
    try (OnnxChatModel model = model("It ", "rises ", "in ", "the ", "Alps.")) {
      CompletableFuture<String> first = new CompletableFuture<>();
      Collecting ending =
          new Collecting() {
            @Override
            public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
              if (!first.complete(piece.text())) {
                after.add(piece.text());
              }
              context.streamingHandle().cancel();
            }
          };
      LangChain4j.streamingChatModel(model, DecodingOptions.greedy()).chat("Well?", ending);
      assertThat(first.join()).isEqualTo("It ");
      heard = ending;
    } // waits for what is under way
    assertThat(after).isEmpty();
    assertThat(heard.whole).isNotDone();
  }

  @Test
  void publishesItsEvents() throws Exception {
    Cores.assumeAtLeast(20);
    try (OnnxChatModel model = model("It ", "rises ", "in the Alps.")) {
      assertThat(chat(model).chatAsync("Well?").join()).isEqualTo("It rises in the Alps.");
      List<String> pieces = new ArrayList<>();
      CompletableFuture<String> whole = new CompletableFuture<>();
      LangChain4j.streamingChatModel(model, DecodingOptions.greedy())
          .chat("Well?")
          .subscribe(
              new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                  subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(String piece) {
                  pieces.add(piece);
                }

                @Override
                public void onError(Throwable thrown) {
                  whole.completeExceptionally(thrown);
                }

                @Override
                public void onComplete() {
                  whole.complete(String.join("", pieces));
                }
              });
      assertThat(whole.join()).isEqualTo("It rises in the Alps.");
    }
  }
}
