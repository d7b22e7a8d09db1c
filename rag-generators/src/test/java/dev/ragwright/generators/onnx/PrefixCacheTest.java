package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.seeds.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class PrefixCacheTest {
  private static final CallContext GO = CallContext.unbounded();
  private static final long PLENTY = 1L << 30;

  /** Without instructions, so that prompts of other documents have next to nothing in common. */
  private static final PromptTemplate BARE =
      request ->
          List.of(
              ChatMessage.user(
                  PromptTemplate.documents(request.context()).replace("<document 1>", "")
                      + request.question().text()));

  private static final DecodingOptions SHORT = DecodingOptions.builder().maxTokens(12).build();

  @TempDir Path folder;

  private static OnnxGenerator plain(OnnxChatModel model) {
    return OnnxGenerator.builder(model).decoding(SHORT).prompt(BARE).build();
  }

  private static GenerationRequest request(String question, String... texts) {
    List<Evidence> evidence = new ArrayList<>();
    for (String text : texts) {
      evidence.add(Evidence.of(Passage.of("p" + evidence.size(), text), 1));
    }
    return GenerationRequest.of(Query.of(question), new Context(evidence, 0, List.of()));
  }

  private static String text(RandomGenerator random, int letters) {
    return random
        .ints(letters, 'a', 'z' + 2)
        .mapToObj(letter -> letter > 'z' ? " " : Character.toString(letter))
        .collect(Collectors.joining());
  }

  private static void assertSame(ChatReply cached, ChatReply plain) {
    assertThat(cached.promptTokens()).isEqualTo(plain.promptTokens());
    assertThat(cached.outputTokens()).isEqualTo(plain.outputTokens());
    assertThat(cached.logprobs()).isEqualTo(plain.logprobs());
    assertThat(plain.reusedTokens()).isZero();
  }

  /** A noisy model tells apart not only what was read, but in which runs. */
  @Test
  void aReplyIsTheSameWithTheCache() {
    RandomGenerator random = Seeds.random();
    List<String> passages = IntStream.range(0, 8).mapToObj(i -> text(random, 90 * i + 5)).toList();
    try (OnnxChatModel model = HistoryModel.of(1).noisy().load(folder);
        PrefixCache cache = PrefixCache.of(40_000)) {
      for (int i = 0; i < 60; i++) {
        DecodingOptions options =
            SHORT.with(o -> o.temperature(random.nextInt(2)).seed(random.nextLong()));
        PromptTemplate prompt = i % 3 == 0 ? BARE : PromptTemplate.grounded();
        OnnxGenerator.Builder builder =
            OnnxGenerator.builder(model).decoding(options).prompt(prompt);
        OnnxGenerator uncached = builder.build();
        OnnxGenerator cached = builder.prefixes(cache).build();
        int first = random.nextInt(3); // few beginnings, more ends
        String[] texts =
            IntStream.range(0, random.nextInt(5))
                .mapToObj(k -> passages.get(k < 2 ? first + k : random.nextInt(8)))
                .toArray(String[]::new);
        GenerationRequest request = request(text(random, 1 + random.nextInt(30)), texts);
        assertSame(cached.reply(request, GO), uncached.reply(request, GO));
      }
      PrefixCache.Stats stats = cache.stats();
      assertThat(stats.prompts()).isEqualTo(60);
      assertThat(stats.hits()).isBetween(20L, 59L);
      assertThat(stats.reusedTokens()).isBetween(20 * 256L, stats.promptTokens());
      assertThat(stats.evicted()).isPositive();
      assertThat(stats.bytes()).isBetween(1L, 40_000L);
    }
  }

  @Test
  void aKnownBeginningIsNotReadAgain() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder);
        PrefixCache cache = PrefixCache.of(PLENTY)) {
      OnnxGenerator cached = plain(model).with(cache);
      ChatReply first = cached.reply(request("one?", "the Rhine", "the Elbe"), GO);
      ChatReply second = cached.reply(request("another?", "the Rhine", "the Elbe"), GO);
      assertThat(first.reusedTokens()).isZero();
      assertThat(second.promptTokens().size() - second.reusedTokens())
          .isEqualTo("another?".length() + 2); // the end of the turn, and whose turn is next
      assertThat(second.usage().count(Usage.CACHED_INPUT_TOKENS)).hasValue(second.reusedTokens());
      assertThat(cache.stats())
          .isEqualTo(
              new PrefixCache.Stats(
                  2,
                  1,
                  first.promptTokens().size() + second.promptTokens().size(),
                  second.reusedTokens(),
                  1,
                  cache.stats().bytes(),
                  0));
      assertThat(cache.stats().bytes())
          .isGreaterThanOrEqualTo(second.reusedTokens() * model.decoder().bytesPerToken());
    }
  }

  /** The beginning that two have in common is copied: the longer one is not cut down to it. */
  @Test
  void aPartOfABeginningIsUsedWithoutLosingTheRest() {
    String instructions = "x".repeat(700);
    try (OnnxChatModel model = HistoryModel.of(1).load(folder);
        PrefixCache cache = PrefixCache.of(PLENTY)) {
      OnnxGenerator cached = plain(model).with(cache);
      GenerationRequest one = request("?", instructions, "the Rhine");
      GenerationRequest other = request("?", instructions, "the Elbe, not the Rhine");
      int all = cached.reply(one, GO).promptTokens().size();
      assertThat(cached.reply(other, GO).reusedTokens()).isEqualTo(512);
      assertThat(cached.reply(one, GO).reusedTokens()).isEqualTo(all - 3);
      assertThat(cache.stats().beginnings()).isEqualTo(2);
    }
  }

  @Test
  void theOneLeftAloneLongestGoesFirst() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      long each;
      try (PrefixCache measured = PrefixCache.of(PLENTY)) {
        plain(model).with(measured).reply(request("?", "a".repeat(200)), GO);
        each = measured.stats().bytes();
      }
      try (PrefixCache cache = PrefixCache.of(2 * each + each / 2)) {
        OnnxGenerator cached = plain(model).with(cache);
        assertThat(reuses(cached, "a")).isFalse();
        assertThat(reuses(cached, "b")).isFalse();
        assertThat(reuses(cached, "a")).isTrue();
        assertThat(reuses(cached, "c")).isFalse(); // b goes
        assertThat(cache.stats().evicted()).isEqualTo(1);
        assertThat(cache.stats().beginnings()).isEqualTo(2);
        assertThat(reuses(cached, "a")).isTrue();
        assertThat(reuses(cached, "c")).isTrue();
        assertThat(reuses(cached, "b")).isFalse();
        assertThat(cache.stats().bytes()).isEqualTo(2 * each);
      }
      try (PrefixCache small = PrefixCache.of(each - 1)) {
        OnnxGenerator cached = plain(model).with(small);
        assertThat(reuses(cached, "a")).isFalse();
        assertThat(reuses(cached, "a")).isFalse();
        assertThat(small.stats().beginnings()).isZero();
      }
    }
    assertThatThrownBy(() -> PrefixCache.of(-1)).hasMessage("maxBytes must be >= 0, was -1");
  }

  /** Two calls at once each need a beginning; it takes nobody else's place. */
  @Test
  void whatIsThereTwiceGoesBeforeAllOthers() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      long each;
      try (PrefixCache measured = PrefixCache.of(PLENTY)) {
        OnnxGenerator cached = plain(model).with(measured);
        twoAtOnce(cached, "a");
        assertThat(measured.stats().beginnings()).isEqualTo(2);
        each = measured.stats().bytes() / 2;
        twoAtOnce(cached, "a");
        assertThat(measured.stats().hits()).isEqualTo(2);
        assertThat(measured.stats().beginnings()).isEqualTo(2);
      }
      try (PrefixCache cache = PrefixCache.of(2 * each + each / 2)) {
        OnnxGenerator cached = plain(model).with(cache);
        assertThat(reuses(cached, "b")).isFalse();
        twoAtOnce(cached, "a");
        assertThat(cache.stats().beginnings()).isEqualTo(2);
        assertThat(cache.stats().evicted()).isEqualTo(1);
        assertThat(reuses(cached, "b")).isTrue();
        assertThat(reuses(cached, "a")).isTrue();
      }
    }
  }

  private static void twoAtOnce(OnnxGenerator generator, String letter) {
    GenerationRequest request = request("?", letter.repeat(200));
    try (ReplyStream one = generator.replyStream(request, GO);
        ReplyStream other = generator.replyStream(request, GO)) {
      one.next();
      other.next();
    }
  }

  private static boolean reuses(OnnxGenerator generator, String letter) {
    return generator.reply(request("?", letter.repeat(200)), GO).reusedTokens() > 200;
  }

  @Test
  void servesSeveralThreads() {
    RandomGenerator random = Seeds.random();
    List<GenerationRequest> requests =
        IntStream.range(0, 12)
            .mapToObj(i -> request(text(random, 9), "shared ".repeat(90), text(random, i % 4)))
            .toList();
    try (OnnxChatModel model = HistoryModel.of(1).noisy().load(folder);
        PrefixCache cache = PrefixCache.of(10_000)) {
      OnnxGenerator plain = plain(model);
      List<ChatReply> expected = requests.stream().map(one -> plain.reply(one, GO)).toList();
      OnnxGenerator cached = plain.with(cache);
      List<CompletableFuture<Void>> callers =
          IntStream.range(0, 4)
              .mapToObj(
                  caller ->
                      CompletableFuture.runAsync(
                          () -> {
                            for (int i = 0; i < 24; i++) {
                              int which = (i * (caller + 1) + caller) % 12;
                              assertSame(
                                  cached.reply(requests.get(which), GO), expected.get(which));
                            }
                          }))
              .toList();
      callers.forEach(CompletableFuture::join);
      assertThat(cache.stats().prompts()).isEqualTo(96);
      assertThat(cache.stats().hits()).isPositive();
      assertThat(cache.stats().bytes()).isBetween(1L, 10_000L);
    }
  }

  @Test
  void aCallThatIsStoppedLeavesNothingWrong() throws Exception {
    RandomGenerator random = Seeds.random();
    GenerationRequest request = request("where?", "The Rhine rises in the Alps. ".repeat(40));
    try (OnnxChatModel model = HistoryModel.of(1).noisy().load(folder);
        PrefixCache cache = PrefixCache.of(PLENTY)) {
      OnnxGenerator plain =
          OnnxGenerator.builder(model)
              .prompt(BARE)
              .decoding(SHORT.with(o -> o.maxTokens(40)))
              .build();
      ChatReply expected = plain.reply(request, GO);
      OnnxGenerator cached = plain.with(cache);
      for (int i = 0; i < 30; i++) {
        CallContext call = CallContext.unbounded();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<ChatReply> reply =
            CompletableFuture.supplyAsync(
                () -> {
                  begun.countDown();
                  return cached.reply(request, call);
                });
        begun.await();
        Thread.sleep(0, random.nextInt(999_999));
        call.cancel();
        try {
          assertSame(reply.join(), expected); // it was faster
        } catch (java.util.concurrent.CompletionException e) {
          assertThat(e).hasCauseInstanceOf(CancelledException.class);
        }
        try (ReplyStream left = cached.replyStream(request, GO)) {
          left.next();
        }
        assertSame(cached.reply(request, GO), expected);
      }
      assertThat(cache.stats().hits()).isGreaterThanOrEqualTo(30);
      assertThat(cache.stats().beginnings()).isPositive();
    }
  }

  @Test
  void mayBeClosedWhileItIsUsed() throws Exception {
    GenerationRequest request = request("where?", "The Rhine rises in the Alps. ".repeat(20));
    try (OnnxChatModel model = HistoryModel.of(1).noisy().load(folder)) {
      ChatReply expected = plain(model).reply(request, GO);
      PrefixCache cache = PrefixCache.of(PLENTY);
      OnnxGenerator cached = plain(model).with(cache);
      AtomicInteger replies = new AtomicInteger();
      List<CompletableFuture<Void>> callers =
          IntStream.range(0, 3)
              .mapToObj(
                  caller ->
                      CompletableFuture.runAsync(
                          () -> {
                            for (int i = 0; i < 40; i++) {
                              assertSame(cached.reply(request, GO), expected);
                              replies.incrementAndGet();
                            }
                          }))
              .toList();
      while (replies.get() < 20) {
        Thread.onSpinWait();
      }
      cache.close();
      cache.close();
      callers.forEach(CompletableFuture::join);
      assertThat(cache.stats().beginnings()).isZero();
      assertThat(cache.stats().bytes()).isZero();
      assertThat(cached.reply(request, GO).reusedTokens()).isZero();
    }
  }

  @Test
  void aModelThatCannotGoBackIsAskedAnew() {
    GenerationRequest request = request("where?", "The Rhine rises in the Alps.");
    try (OnnxChatModel model = HistoryModel.of(1).withSummary().load(folder);
        PrefixCache cache = PrefixCache.of(PLENTY)) {
      OnnxGenerator cached = plain(model).with(cache);
      assertSame(cached.reply(request, GO), plain(model).reply(request, GO));
      assertThat(cached.reply(request, GO).reusedTokens()).isZero();
      assertThat(cache.stats().beginnings()).isZero();
      assertThat(model.noPromptLookupBecause())
          .contains("the model cannot forget tokens that it has read");
      assertThatThrownBy(() -> ContextCache.build(cached, request.context(), 0, GO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot go back");
    }
  }

  @Test
  void severalModelsMayShareOne(@TempDir Path another) {
    GenerationRequest request = request("where?", "The Rhine rises in the Alps.");
    try (OnnxChatModel one = HistoryModel.of(1).load(folder);
        OnnxChatModel other = HistoryModel.of(2).load(another);
        PrefixCache cache = PrefixCache.of(PLENTY)) {
      ChatReply ofOne = plain(one).with(cache).reply(request, GO);
      ChatReply ofOther = plain(other).with(cache).reply(request, GO);
      assertThat(ofOther.reusedTokens()).isZero();
      assertThat(ofOther.outputTokens()).isNotEqualTo(ofOne.outputTokens());
      assertSame(ofOther, plain(other).reply(request, GO));
      assertThat(cache.stats().beginnings()).isEqualTo(2);
    }
  }

  @Test
  void runsAreSharedAsFarAsBothAreCutAlike() {
    int[] tokens = IntStream.range(0, 1400).toArray();
    PromptRuns prompt = new PromptRuns(tokens, 1300); // 0, 512, 1024, 1300, 1400
    assertThat(prompt.shared(prompt.beginning())).isEqualTo(1300);
    assertThat(prompt.shared(prompt)).isEqualTo(1300); // the last run is always read
    assertThat(prompt.shared(new PromptRuns(tokens, 1200).beginning())).isEqualTo(1024);
    assertThat(prompt.shared(new PromptRuns(tokens, 400).beginning())).isZero();
    int[] changed = tokens.clone();
    changed[1100] = 0;
    assertThat(prompt.shared(new PromptRuns(changed, 1300).beginning())).isEqualTo(1024);
    changed[511] = 0;
    assertThat(prompt.shared(new PromptRuns(changed, 1300).beginning())).isZero();
    assertThat(prompt.shared(new PromptRuns(new int[0], 0).beginning())).isZero();
    assertThat(new PromptRuns(tokens, 0).shared(new PromptRuns(tokens, 0))).isEqualTo(1024);
  }
}
