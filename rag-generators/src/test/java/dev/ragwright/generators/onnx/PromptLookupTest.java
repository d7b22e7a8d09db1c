package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.testkit.seeds.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class PromptLookupTest {
  private static final CallContext GO = CallContext.unbounded();
  private static final List<ChatMessage> ASKED = List.of(ChatMessage.user("abcab"));

  /** A token more in a run costs a fifth of a run. */
  private static final PromptLookup.RunTimes TIMES =
      new PromptLookup.RunTimes() {
        @Override
        synchronized double of(int length) {
          return 1 + .2 * (length - 1);
        }
      };

  @TempDir Path folder;

  private static ChatReply reply(OnnxChatModel model, DecodingOptions options, boolean lookup) {
    return model.chat(ASKED, options.with(o -> o.promptLookup(lookup)), GO);
  }

  @Test
  void whatIsWrittenStaysTheSame() {
    RandomGenerator random = Seeds.random();
    long read = 0;
    long chosen = 0;
    for (int letters = 2; letters < 7; letters++) {
      HistoryModel script = HistoryModel.ofLetters(random.nextLong(), letters, 2);
      try (OnnxChatModel model = script.load(folder)) {
        for (int i = 0; i < 12; i++) {
          DecodingOptions options =
              DecodingOptions.builder()
                  .maxTokens(1 + random.nextInt(90))
                  .temperature(i % 3 * .6)
                  .repetitionPenalty(i % 4 == 3 ? 1.1 : 1)
                  .frequencyPenalty(i % 5 == 4 ? .1 : 0)
                  .seed(random.nextLong())
                  .build();
          ChatReply with = reply(model, options, true);
          ChatReply without = reply(model, options, false);
          assertThat(with.outputTokens()).isEqualTo(without.outputTokens());
          assertThat(with.logprobs()).isEqualTo(without.logprobs());
          assertThat(with.text()).isEqualTo(without.text());
          assertThat(without.readAhead()).isZero();
          assertThat(with.readAheadChosen()).isBetween(0L, with.readAhead());
          read += with.readAhead();
          chosen += with.readAheadChosen();
        }
      }
    }
    assertThat(chosen).isBetween(100L, read - 1);
  }

  /** Two replies of the same seed being the same, this could only fail if both were wrong. */
  @Test
  void whatIsDrawnIsDrawnAsOftenAsItShould() {
    RandomGenerator random = Seeds.random();
    int letters = 4;
    HistoryModel script = HistoryModel.ofLetters(random.nextLong(), letters, .7);
    long[][] counts = new long[letters][letters];
    long read = 0;
    try (OnnxChatModel model = script.load(folder)) {
      for (int i = 0; i < 250; i++) {
        DecodingOptions options =
            DecodingOptions.builder().maxTokens(80).temperature(1).seed(random.nextLong()).build();
        ChatReply reply = reply(model, options, true);
        List<Integer> tokens = reply.outputTokens();
        for (int place = 1; place < tokens.size(); place++) {
          counts[tokens.get(place - 1) - 'a'][tokens.get(place) - 'a']++;
        }
        read += reply.readAheadChosen();
      }
    }
    assertThat(read).isGreaterThan(1000);
    for (int last = 0; last < letters; last++) {
      double[] expected = script.next('a' + last);
      long all = Arrays.stream(counts[last]).sum();
      double chiSquare = 0;
      for (int next = 0; next < letters; next++) {
        double mean = all * expected['a' + next];
        chiSquare += Math.pow(counts[last][next] - mean, 2) / mean;
      }
      // 3 degrees of freedom: more than 34.5 once in 6,500,000 times.
      assertThat(chiSquare).as("behind %c, of %d", 'a' + last, all).isLessThan(34.5);
    }
  }

  @Test
  void copiesWhatRepeatsItself() {
    HistoryModel script = HistoryModel.ofLetters(3, 5, 2); // the greedy successors have a cycle
    try (OnnxChatModel model = script.load(folder);
        DecodeState state = model.decoder().newState(400)) {
      float[] logits = state.append(model.promptTokens(ASKED), GO).clone();
      PromptLookup lookup = new PromptLookup(state, 400, TIMES);
      for (int i = 0; i < 200; i++) {
        logits = lookup.after(highest(logits), GO);
      }
      assertThat(lookup.accepted()).isBetween(150L, lookup.proposed());
      assertThat(lookup.proposed() - lookup.accepted()).isLessThan(20);
    }
  }

  /** After a pair of tokens there stands another one each time. */
  @Test
  void stopsWhereItIsAlwaysWrong() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder);
        DecodeState ahead = model.decoder().newState(2000);
        DecodeState plain = model.decoder().newState(2000)) {
      int[] prompt = model.promptTokens(ASKED);
      ahead.append(prompt, GO);
      plain.append(prompt, GO);
      PromptLookup lookup = new PromptLookup(ahead, 2000, TIMES);
      for (int i = 0; i < 300; i++) {
        int token = i % 3 == 2 ? i / 3 % 250 : 'x' + i % 3;
        assertThat(lookup.after(token, GO)).isEqualTo(plain.append(new int[] {token}, GO));
      }
      assertThat(lookup.accepted()).isZero();
      assertThat(lookup.proposed()).isBetween(20L, 150L); // of 100 pairs, 7 behind each at first
    }
  }

  @Test
  void neverReadsBehindTheEndOfTheReply() {
    List<Integer> all;
    try (OnnxChatModel model = HistoryModel.ofLetters(3, 3, 2).load(folder)) {
      int prompt = model.promptTokens(ASKED).length;
      DecodingOptions options = DecodingOptions.builder().maxTokens(40).build();
      all = reply(model, options, false).outputTokens();
      try (OnnxChatModel tight =
          HistoryModel.ofLetters(3, 3, 2).maxTokens(prompt + 40).load(folder)) {
        for (int most = 1; most <= 40; most++) {
          int limit = most;
          ChatReply reply = reply(tight, options.with(o -> o.maxTokens(limit)), true);
          assertThat(reply.outputTokens()).isEqualTo(all.subList(0, most));
        }
      }
    }
  }

  @Test
  void isOffWhereItWouldChangeWhatIsWritten() {
    List<String> reasons = new ArrayList<>();
    try (OnnxChatModel model = HistoryModel.ofLetters(3, 3, 2).noisy().load(folder)) {
      ChatReply reply = reply(model, DecodingOptions.builder().maxTokens(50).build(), true);
      assertThat(reply.readAhead()).isZero();
      model.noPromptLookupBecause().ifPresent(reasons::add);
    }
    assertThat(reasons)
        .singleElement()
        .asString()
        .startsWith("the model's logits move by ")
        .endsWith(" with the tokens that share a run, more than 0.010");
    try (OnnxChatModel model = HistoryModel.ofLetters(3, 3, 2).load(folder)) {
      assertThat(model.noPromptLookupBecause()).isEmpty();
      assertThat(model.decoder().runNoise()).isZero();
    }
  }

  private static int highest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      best = logits[id] > logits[best] ? id : best;
    }
    return best;
  }
}
