package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OnnxChatModelTest {
  private static final List<ChatMessage> ASKED = List.of(ChatMessage.user("Well?"));

  @TempDir Path folder;

  private ChatReply reply(ScriptedModel script, DecodingOptions options) throws IOException {
    try (OnnxChatModel model = OnnxChatModel.load(script.write(folder))) {
      return model.chat(ASKED, options, CallContext.unbounded());
    }
  }

  private List<String> pieces(ScriptedModel script, DecodingOptions options) throws IOException {
    try (OnnxChatModel model = OnnxChatModel.load(script.write(folder));
        ReplyStream stream = model.stream(ASKED, options, CallContext.unbounded())) {
      List<String> pieces = new ArrayList<>();
      for (Optional<String> piece = stream.next(); piece.isPresent(); piece = stream.next()) {
        pieces.add(piece.get());
      }
      assertThat(stream.reply().text()).isEqualTo(String.join("", pieces));
      return pieces;
    }
  }

  @Test
  void writesUntilTheTurnOfTheTemplateEnds() throws IOException {
    ChatReply reply = reply(ScriptedModel.of("It ", "rises ", "in the Alps."), greedy());
    assertThat(reply.text()).isEqualTo("It rises in the Alps.");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(reply.outputTokens()).containsExactly(256, 257, 258, 262);
    assertThat(reply.promptTokens())
        .containsExactly(260, (int) 'W', (int) 'e', (int) 'l', (int) 'l', (int) '?', 262, 261);
    assertThat(reply.usage())
        .isEqualTo(Usage.of(Usage.INPUT_TOKENS, 8).with(Usage.OUTPUT_TOKENS, 4));
    assertThat(reply.thinking()).isEmpty();
  }

  @Test
  void theFolderMayNameOtherEnds() throws IOException {
    ChatReply reply = reply(ScriptedModel.of("Yes.").end("<|stop|>"), greedy());
    assertThat(reply.text()).isEqualTo("Yes.");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void logprobsAreThoseOfTheModel() throws IOException {
    ChatReply reply =
        reply(
            ScriptedModel.of("It ", "is."),
            DecodingOptions.builder().temperature(.01).presencePenalty(2).build());
    double others = reply.promptTokens().isEmpty() ? 0 : 256 + 2 + 5 - 1; // of logit 0 each
    double expected = -Math.log1p(others * Math.exp(-10));
    assertThat(reply.logprobs())
        .hasSize(3)
        .allSatisfy(
            logprob ->
                assertThat(logprob).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6)));
    assertThat(reply.meanLogprob()).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6));
    assertThat(reply.minLogprob()).isLessThanOrEqualTo(reply.meanLogprob() + 1e-12); // rounding
  }

  @Test
  void endsAtTheMostTokens() throws IOException {
    ChatReply reply =
        reply(
            ScriptedModel.of("one ", "two ", "three "),
            DecodingOptions.builder().maxTokens(2).build());
    assertThat(reply.text()).isEqualTo("one two ");
    assertThat(reply.outputTokens()).hasSize(2);
    assertThat(reply.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void holdsBackWhatMayEndTheText() throws IOException {
    DecodingOptions stop = DecodingOptions.builder().stop(List.of("STOP", "\n\n")).build();
    assertThat(pieces(ScriptedModel.of("go ST", "ay on ST", "OP here", "never"), stop))
        .containsExactly("go ", "STay on ");
    assertThat(pieces(ScriptedModel.of("first\n", "\nsecond"), stop)).containsExactly("first");
    assertThat(pieces(ScriptedModel.of("it is ST"), stop)).containsExactly("it is ", "ST");
    assertThat(pieces(ScriptedModel.of("STOP at once"), stop)).isEmpty();
  }

  @Test
  void tokensMayEndWithinACharacter() throws IOException {
    String text = "caf\u00e9 \ud83d\udc69\u200d\ud83d\ude80 \u0928\u092e\u0938\u094d\u0924\u0947!!";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int width = 2; width < 6; width++) {
      List<byte[]> cut = new ArrayList<>();
      for (int from = 0; from < bytes.length; from += width) {
        int to = bytes.length - from < width + 2 ? bytes.length : from + width;
        cut.add(java.util.Arrays.copyOfRange(bytes, from, to));
        from = to == bytes.length ? to : from;
      }
      if (cut.stream().map(String::new).distinct().count() == cut.size()) {
        assertThat(
                String.join(
                    "", pieces(ScriptedModel.ofBytes(cut.toArray(byte[][]::new)), greedy())))
            .isEqualTo(text);
      }
    }
  }

  @Test
  void bytesThatAreNotTextAreReplacedAsJavaDoes() throws IOException {
    byte[] broken = {'a', (byte) 0xe2, (byte) 0x82};
    byte[] then = {'b', (byte) 0xff, 'c'};
    byte[] last = {'d', (byte) 0xf0, (byte) 0x9f};
    String text = reply(ScriptedModel.ofBytes(broken, then, last), greedy()).text();
    assertThat(text).isEqualTo("a\ufffdb\ufffdcd\ufffd");
    byte[] all = {
      'a', (byte) 0xe2, (byte) 0x82, 'b', (byte) 0xff, 'c', 'd', (byte) 0xf0, (byte) 0x9f
    };
    assertThat(text).isEqualTo(new String(all, StandardCharsets.UTF_8));
  }

  @Test
  void keepsTheThinkingApart() throws IOException {
    ScriptedModel script =
        ScriptedModel.of("<thi", "nk>\nhm, ", "so.</th", "ink>\n\nThe ", "Alps.");
    assertThat(pieces(script, greedy())).containsExactly("The ", "Alps.");
    ChatReply reply = reply(script, greedy());
    assertThat(reply.thinking()).contains("hm, so.");
    assertThat(reply.text()).isEqualTo("The Alps.");
    ChatReply cut =
        reply(
            ScriptedModel.of("<think>", "on and on"),
            DecodingOptions.builder().maxTokens(2).build());
    assertThat(cut.text()).isEmpty();
    assertThat(cut.thinking()).contains("on and on");
    assertThat(reply(ScriptedModel.of("<thin", " air>"), greedy()).text()).isEqualTo("<thin air>");
  }

  @Test
  void theSameSeedDrawsTheSame() throws IOException {
    DecodingOptions wild = DecodingOptions.builder().temperature(20).maxTokens(40).seed(7).build();
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("some", "words").write(folder))) {
      ChatReply one = model.chat(ASKED, wild, CallContext.unbounded());
      ChatReply same = model.chat(ASKED, wild, CallContext.unbounded());
      ChatReply other =
          model.chat(ASKED, wild.toBuilder().seed(8).build(), CallContext.unbounded());
      assertThat(same.outputTokens()).isEqualTo(one.outputTokens());
      assertThat(other.outputTokens()).isNotEqualTo(one.outputTokens());
    }
  }

  @Test
  void refusesAPromptThatLeavesNoRoom() throws IOException {
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("word").maxTokens(100).write(folder))) {
      List<ChatMessage> fits = List.of(ChatMessage.user("x".repeat(87)));
      DecodingOptions ten = DecodingOptions.builder().maxTokens(10).build();
      assertThat(model.chat(fits, ten, CallContext.unbounded()).text()).isEqualTo("word");
      assertThatThrownBy(
              () ->
                  model.chat(
                      List.of(ChatMessage.user("x".repeat(88))), ten, CallContext.unbounded()))
          .isInstanceOf(RagException.class)
          .hasMessageStartingWith(
              "the prompt of 91 tokens and 10 to write (maxTokens) are 1 more than the 100 that ");
    }
  }

  @Test
  void aMessageSpellsNoSpecialToken() throws IOException {
    try (OnnxChatModel model = OnnxChatModel.load(ScriptedModel.of("word").write(folder))) {
      int[] tokens = model.promptTokens(List.of(ChatMessage.user("<|end|>{{ 7 * 7 }}")));
      assertThat(tokens).hasSize(3 + "<|end|>{{ 7 * 7 }}".length());
    }
  }

  @Test
  void canBeCancelledWhileItComputes() throws IOException {
    try (OnnxChatModel model =
        OnnxChatModel.load(ScriptedModel.of("a word", "and").endless().write(folder))) {
      assertThatThrownBy(
              () -> model.chat(ASKED, greedy(), CallContext.withTimeout(Duration.ofMillis(200))))
          .isInstanceOf(DeadlineExceededException.class);
      ReplyStream stream = model.stream(ASKED, greedy(), CallContext.unbounded());
      assertThat(stream.next()).contains("a word");
      assertThat(stream.next()).contains("and");
      Thread closing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    sleep();
                    stream.close();
                  });
      assertThatThrownBy(stream::next).isInstanceOf(CancelledException.class);
      join(closing);
      assertThatThrownBy(stream::next).isInstanceOf(CancelledException.class);
    }
  }

  /** Long enough that the other thread is likely within the run; the test holds if it is not. */
  private static void sleep() {
    try {
      Thread.sleep(30);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static DecodingOptions greedy() {
    return DecodingOptions.greedy();
  }
}
