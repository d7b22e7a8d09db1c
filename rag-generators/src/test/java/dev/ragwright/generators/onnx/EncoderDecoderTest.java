package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.GeneratorContract;
import dev.ragwright.testmodels.EchoModel;
import dev.ragwright.testmodels.EchoModel.Layout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model with an encoder is used as any other. */
@Timeout(240)
class EncoderDecoderTest extends GeneratorContract {
  private static final CallContext GO = CallContext.unbounded();

  @TempDir Path folder;

  @Override
  protected Generator generator() {
    try {
      return OnnxGenerator.load(EchoModel.write(folder, Layout.MERGED));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void close(Generator generator) {
    ((OnnxGenerator) generator).close();
  }

  private OnnxChatModel load(Layout layout) throws IOException {
    return OnnxChatModel.load(
        ModelFolder.of(EchoModel.write(folder, layout)), OnnxOptions.builder().workers(1).build());
  }

  private static List<ChatMessage> asked(String text) {
    return List.of(ChatMessage.user(text));
  }

  private static List<Integer> tokens(String text) {
    return Stream.concat(
            IntStream.range(0, text.length()).mapToObj(i -> (int) text.charAt(i)),
            Stream.of(EchoModel.END))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void repliesToAPlainText(Layout layout) throws IOException {
    try (OnnxChatModel model = load(layout)) {
      ChatReply reply =
          model.chat(
              List.of(ChatMessage.system("Be <|end|> brief."), ChatMessage.user("Well?")),
              DecodingOptions.greedy(),
              GO);
      assertThat(reply.text()).isEqualTo("Be <|end|> brief.\n\nWell?");
      assertThat(reply.promptTokens()).isEqualTo(tokens("Be <|end|> brief.\n\nWell?"));
      assertThat(reply.outputTokens()).isEqualTo(reply.promptTokens());
      assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
      double sure = -Math.log1p((EchoModel.VOCABULARY - 1) * Math.exp(-10));
      assertThat(reply.logprobs())
          .hasSameSizeAs(reply.outputTokens())
          .allSatisfy(logprob -> assertThat(logprob).isBetween(sure - 1e-6, sure + 1e-6));
      assertThat(reply.reusedTokens()).isZero();
      assertThat(reply.readAhead()).isZero();
      assertThat(model.noPromptLookupBecause())
          .contains("a decoder with an encoder reads one token at a time");
    }
  }

  @Test
  void everyOptionOfDecodingHolds() throws IOException {
    try (OnnxChatModel model = load(Layout.MERGED)) {
      DecodingOptions stop = DecodingOptions.builder().stop(List.of(" in")).build();
      assertThat(model.chat(asked("It rises in it."), stop, GO).text()).isEqualTo("It rises");
      DecodingOptions few = DecodingOptions.builder().maxTokens(3).build();
      ChatReply cut = model.chat(asked("It rises."), few, GO);
      assertThat(cut.text()).isEqualTo("It ");
      assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
      DecodingOptions label =
          DecodingOptions.builder().constraint(Constraint.oneOf(List.of("yes", "no"))).build();
      assertThat(model.chat(asked("no?"), label, GO).text()).isEqualTo("no");
      DecodingOptions drawn = DecodingOptions.builder().temperature(4).seed(7).build();
      ChatReply first = model.chat(asked("abcdefgh"), drawn, GO);
      assertThat(model.chat(asked("abcdefgh"), drawn, GO).outputTokens())
          .isEqualTo(first.outputTokens());
      assertThat(first.text()).isNotEqualTo("abcdefgh");
      // What stands in the source is no repetition.
      DecodingOptions penalised = DecodingOptions.builder().repetitionPenalty(100).build();
      assertThat(model.chat(asked("abc"), penalised, GO).text()).isEqualTo("abc");
    }
  }

  @Test
  void isStoppedWhileTheEncoderReads() throws IOException {
    String endless = "endless";
    EchoModel.write(folder, Layout.MERGED);
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{{ messages[0].content }}{% if messages[0].content == 'endless' %}<|stop|>{% endif %}<|end|>");
    try (OnnxChatModel model = OnnxChatModel.load(folder)) {
      CallContext brief = CallContext.withTimeout(Duration.ofMillis(30));
      assertThatThrownBy(() -> model.chat(asked(endless), DecodingOptions.greedy(), brief))
          .isInstanceOf(DeadlineExceededException.class);
      ReplyStream stream = model.stream(asked(endless), DecodingOptions.greedy(), GO);
      CompletableFuture<String> reading =
          CompletableFuture.supplyAsync(() -> stream.reply().text());
      stream.close();
      assertThatThrownBy(reading::join).hasCauseInstanceOf(CancelledException.class);
      assertThat(model.chat(asked("on"), DecodingOptions.greedy(), GO).text()).isEqualTo("on");
    }
  }

  @Test
  void severalRepliesAtOnceDoNotMeet() throws IOException {
    try (OnnxChatModel model = load(Layout.WITH_PAST)) {
      List<CompletableFuture<String>> replies =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () ->
                              model
                                  .chat(asked("question " + i), DecodingOptions.greedy(), GO)
                                  .text()))
              .toList();
      for (int i = 0; i < replies.size(); i++) {
        assertThat(replies.get(i).join()).isEqualTo("question " + i);
      }
    }
  }

  @Test
  void thePromptAndTheReplyAreBoundedEachByItself() throws IOException {
    try (OnnxChatModel model = load(Layout.MERGED)) {
      DecodingOptions atLength =
          DecodingOptions.builder().maxTokens(EchoModel.MAX_TOKENS - 1).build();
      String longest = "x".repeat(EchoModel.MAX_TOKENS - 1); // and what the tokenizer puts behind
      DecodingOptions two = DecodingOptions.builder().maxTokens(2).build();
      assertThat(model.chat(asked(longest), two, GO).text()).isEqualTo("xx");
      assertThat(model.chat(asked("x"), atLength, GO).text()).isEqualTo("x");
      assertThatThrownBy(() -> model.chat(asked(longest + "x"), two, GO))
          .isInstanceOf(RagException.class)
          .hasMessageContaining("1 more than the 20000 that");
      assertThatThrownBy(
              () ->
                  model.chat(
                      asked("x"),
                      DecodingOptions.builder().maxTokens(EchoModel.MAX_TOKENS).build(),
                      GO))
          .hasMessageContaining(
              "tokens or the reply of 20001 (maxTokens, and what it begins with) is 1 more than the");
    }
  }

  @Test
  void answersFromEvidenceAndSaysHowLikelyAnAnswerIs() throws IOException {
    GenerationRequest request =
        GenerationRequest.of(
            Query.of("Where?"),
            new Context(List.of(Evidence.of(Passage.of("p1", "In the Alps."), 1)), 0, List.of()));
    try (OnnxChatModel model = load(Layout.MERGED)) {
      OnnxGenerator generator = OnnxGenerator.builder(model).build();
      String prompt = generator.reply(request, GO).text();
      assertThat(prompt).isNotEmpty();
      assertThat(generator.likelihood(request, prompt, GO).perplexity()).isBetween(1.0, 1.1);
      assertThat(generator.likelihood(request, "Elsewhere", GO).perplexity()).isGreaterThan(100);
      Generation quoted = OnnxGenerator.builder(model).quotesOnly().build().generate(request, GO);
      assertThat(quoted.citations())
          .allSatisfy(citation -> assertThat("In the Alps.").contains(citation.quote()));
    }
  }

  @Test
  void nothingIsKeptOfAPrompt() throws IOException {
    try (OnnxChatModel model = load(Layout.MERGED);
        PrefixCache prefixes = PrefixCache.of(1 << 20)) {
      String refused =
          model.name()
              + " has an encoder, which reads a prompt as a whole: no beginning of it can be kept"
              + " (PrefixCache, ContextCache)";
      assertThatThrownBy(() -> OnnxGenerator.builder(model).prefixes(prefixes).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(refused);
      assertThatThrownBy(
              () -> OnnxGenerator.builder(ModelFolder.of(folder)).prefixes(prefixes).build())
          .hasMessage(refused);
      OnnxGenerator generator = OnnxGenerator.builder(model).build();
      Context corpus = new Context(List.of(), 0, List.of());
      assertThatThrownBy(() -> ContextCache.build(generator, corpus, 0, GO)).hasMessage(refused);
    }
  }

  @Test
  void aTemplateOfItsOwnIsTheModels() throws IOException {
    EchoModel.write(folder, Layout.MERGED);
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{% for m in messages %}<|user|>{{ m.content }}{% endfor %}<|end|>");
    try (OnnxChatModel model = OnnxChatModel.load(folder)) {
      List<Integer> tokens = model.chat(asked("a"), DecodingOptions.greedy(), GO).promptTokens();
      assertThat(tokens).containsExactly(EchoModel.START - 1, (int) 'a', EchoModel.END);
    }
  }
}
