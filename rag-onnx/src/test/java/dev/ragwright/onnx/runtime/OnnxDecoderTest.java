package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.testkit.seeds.Seeds;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class OnnxDecoderTest {
  private static final CallContext GO = CallContext.unbounded();

  @TempDir Path folder;

  /** Graphs that differ in how they are fed, and keep their cache. */
  enum Graph {
    ATTENTION,
    ATTENTION_ALL_LOGITS,
    CONCAT
  }

  private OnnxDecoder load(byte[] graph) throws IOException {
    return load(graph, OnnxOptions.defaults());
  }

  private OnnxDecoder load(byte[] graph, OnnxOptions options) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph);
    Files.writeString(folder.resolve("config.json"), "{\"max_position_embeddings\": 2000}");
    return OnnxDecoder.load(ModelFolder.of(folder), options);
  }

  private OnnxDecoder load(Graph graph) throws IOException {
    return load(
        switch (graph) {
          case ATTENTION -> TinyDecoder.attention(1, true);
          case ATTENTION_ALL_LOGITS -> TinyDecoder.attention(1, false);
          case CONCAT -> TinyDecoder.concat(1, false);
        });
  }

  private static int[] tokens(RandomGenerator random, int count) {
    return random.ints(count, 0, TinyDecoder.VOCABULARY).toArray();
  }

  @ParameterizedTest
  @EnumSource
  void findsOutWhetherTheCacheCanBeWrittenInPlace(Graph graph) throws IOException {
    try (OnnxDecoder decoder = load(graph)) {
      assertThat(decoder.sharesCache()).isEqualTo(graph != Graph.CONCAT);
      assertThat(decoder.rewindable()).isTrue();
      assertThat(decoder.vocabularySize()).isEqualTo(TinyDecoder.VOCABULARY);
      assertThat(decoder.maxTokens()).hasValue(2000);
      assertThat(decoder.bytesPerToken()).isEqualTo(graph == Graph.CONCAT ? 4 : 2 * 2 * 16 * 4);
    }
  }

  @Test
  void aSharedCacheGivesWhatAPassedOneGives() throws IOException {
    RandomGenerator random = Seeds.random();
    try (OnnxDecoder decoder = load(Graph.ATTENTION)) {
      int[] text = tokens(random, 700);
      try (DecodeState shared = decoder.newState();
          DecodeState passed = new DecodeState(decoder, decoder.newCache(false, 1))) {
        assertThat(shared.append(text, GO)).containsExactly(passed.append(text, GO));
        for (int step = 0; step < 20; step++) {
          int[] next = tokens(random, 1 + step % 3);
          assertThat(shared.append(next, GO)).containsExactly(passed.append(next, GO));
        }
        assertThat(shared.length()).isEqualTo(passed.length());
        assertThat(shared.bytes()).isEqualTo(shared.capacity() * decoder.bytesPerToken());
        assertThat(passed.bytes()).isEqualTo(passed.length() * decoder.bytesPerToken());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void inPartsIsAsAtOnce(Graph graph) throws IOException {
    RandomGenerator random = Seeds.random();
    try (OnnxDecoder decoder = load(graph);
        DecodeState whole = decoder.newState();
        DecodeState parts = decoder.newState(1)) {
      int[] text = tokens(random, 1300);
      float[] expected = whole.append(text, GO).clone();
      int from = 0;
      while (from < text.length) {
        int to = Math.min(text.length, from + 1 + random.nextInt(300));
        assertNear(parts.append(Arrays.copyOfRange(text, from, to), GO), to, text, decoder);
        from = to;
      }
      assertThat(parts.append(new int[] {3}, GO))
          .containsExactly(whole.append(new int[] {3}, GO), within(1e-3f));
      whole.rewind(text.length - 1);
      assertThat(whole.append(new int[] {text[text.length - 1]}, GO))
          .containsExactly(expected, within(1e-3f));
      assertThat(parts.tokens()).startsWith(text);
    }
  }

  private static void assertNear(float[] logits, int length, int[] text, OnnxDecoder decoder) {
    try (DecodeState fresh = decoder.newState()) {
      assertThat(logits)
          .containsExactly(fresh.append(Arrays.copyOf(text, length), GO), within(1e-3f));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLogitsOfAllTokensAreThoseOfEach(Graph graph) throws IOException {
    RandomGenerator random = Seeds.random();
    try (OnnxDecoder decoder = load(graph);
        DecodeState all = decoder.newState();
        DecodeState each = decoder.newState()) {
      int[] before = tokens(random, 5);
      int[] text = tokens(random, 100);
      all.append(before, GO);
      each.append(before, GO);
      List<float[]> seen = new ArrayList<>();
      all.appendAll(
          text,
          (index, logits) -> {
            assertThat(index).isEqualTo(seen.size());
            seen.add(logits.clone());
          },
          GO);
      assertThat(seen).hasSize(100);
      if (graph != Graph.CONCAT) { // whose mean is over what a run has read
        for (int i = 0; i < text.length; i++) {
          assertThat(each.append(new int[] {text[i]}, GO))
              .containsExactly(seen.get(i), within(1e-3f));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void goingBackForgets(Graph graph) throws IOException {
    RandomGenerator random = Seeds.random();
    try (OnnxDecoder decoder = load(graph);
        DecodeState state = decoder.newState();
        DecodeState fresh = decoder.newState()) {
      int[] text = tokens(random, 40);
      state.append(text, GO);
      state.rewind(17);
      assertThat(state.length()).isEqualTo(17);
      assertThat(state.tokens()).containsExactly(Arrays.copyOf(text, 17));
      fresh.append(Arrays.copyOf(text, 17), GO);
      int[] other = tokens(random, 9);
      assertThat(state.append(other, GO)).containsExactly(fresh.append(other, GO), within(1e-4f));
      state.rewind(0);
      fresh.rewind(0);
      assertThat(state.append(other, GO)).containsExactly(fresh.append(other, GO), within(1e-4f));
      assertThatThrownBy(() -> state.rewind(10)).hasMessage("the state holds 9 tokens, not 10");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotGoesOnAsIfItHadBeenRead(Graph graph) throws IOException {
    RandomGenerator random = Seeds.random();
    try (OnnxDecoder decoder = load(graph);
        DecodeState state = decoder.newState();
        DecodeState other = decoder.newState()) {
      int[] text = tokens(random, 300);
      state.append(text, GO);
      DecodeSnapshot snapshot = state.snapshot(270);
      assertThat(snapshot.length()).isEqualTo(270);
      assertThat(snapshot.bytes()).isEqualTo(270 * decoder.bytesPerToken());
      assertThat(snapshot.tokens()).containsExactly(Arrays.copyOf(text, 270));
      other.append(tokens(random, 10), GO);
      other.restore(snapshot, 260);
      assertThat(other.tokens()).containsExactly(Arrays.copyOf(text, 260));
      float[] expected = state.append(new int[] {7}, GO).clone();
      other.append(Arrays.copyOfRange(text, 260, 300), GO);
      assertThat(other.append(new int[] {7}, GO)).containsExactly(expected, within(1e-4f));
      try (DecodeState fork = decoder.newState()) {
        fork.restore(other.snapshot(other.length()), other.length());
        assertThat(fork.append(new int[] {8}, GO))
            .containsExactly(other.append(new int[] {8}, GO), within(1e-4f));
        fork.append(new int[] {9}, GO);
        assertThat(other.length()).isEqualTo(302);
      }
      assertThatThrownBy(() -> other.restore(snapshot, 271))
          .hasMessage("the snapshot has 270 tokens, not 271");
    }
  }

  @Test
  void statesDoNotMeet() throws IOException {
    try (OnnxDecoder decoder =
        load(TinyDecoder.attention(1, true), OnnxOptions.builder().workers(2).build())) {
      List<float[]> alone = IntStream.range(0, 6).mapToObj(i -> write(decoder, i)).toList();
      List<CompletableFuture<float[]>> together =
          IntStream.range(0, 6)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> write(decoder, i)))
              .toList();
      for (int i = 0; i < 6; i++) {
        assertThat(together.get(i).join()).containsExactly(alone.get(i));
      }
    }
  }

  private static float[] write(OnnxDecoder decoder, int seed) {
    Random random = new Random(seed);
    try (DecodeState state = decoder.newState()) {
      float[] logits = state.append(tokens(random, 50), GO);
      for (int i = 0; i < 50; i++) {
        logits = state.append(tokens(random, 1), GO);
      }
      return logits.clone();
    }
  }

  @Test
  void aModelWithASummaryCanOnlyBeginAnew() throws IOException {
    try (OnnxDecoder decoder = load(TinyDecoder.concat(1, true));
        DecodeState state = decoder.newState()) {
      assertThat(decoder.rewindable()).isFalse();
      assertThat(decoder.sharesCache()).isFalse();
      float[] first = state.append(new int[] {1, 2, 3}, GO).clone();
      state.append(new int[] {4}, GO);
      assertThatThrownBy(() -> state.rewind(3))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("keeps a summary of all tokens")
          .hasMessageContaining("only to none");
      assertThatThrownBy(() -> state.snapshot(4)).isInstanceOf(IllegalStateException.class);
      state.rewind(0);
      assertThat(state.append(new int[] {1, 2, 3}, GO)).containsExactly(first);
    }
  }

  @Test
  void namesTheInputsThatItDoesNotKnow() {
    byte[] graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .input("pixels", OnnxGraph.INT64, "batch", "token")
            .node(
                "Cast",
                List.of("pixels"),
                List.of("logits"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .output("logits", OnnxGraph.FLOAT, "batch", "token")
            .toBytes();
    assertThatThrownBy(() -> load(graph))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found the inputs [pixels]; expected inputs among [input_ids,");
  }

  @Test
  void refusesAnEncoder() {
    assertThatThrownBy(() -> load(TinyGraph.cast("input_ids")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "found the outputs [hidden FLOAT[-1, -1]]; expected an output logits");
  }

  @Test
  void refusesMoreThanTheModelCanRead() throws IOException {
    try (OnnxDecoder decoder = load(Graph.ATTENTION);
        DecodeState state = decoder.newState()) {
      state.append(new int[1500], GO);
      assertThatThrownBy(() -> state.append(new int[501], GO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("2001 tokens are more than the 2000 that .* can read");
      assertThat(state.length()).isEqualTo(1500);
      state.append(new int[500], GO);
      assertThatThrownBy(() -> decoder.newState(2001)).hasMessageContaining("than the 2000 that");
      assertThatThrownBy(() -> state.append(new int[0], GO))
          .hasMessage("there is no token to read");
      assertThatThrownBy(() -> state.append(new int[] {50}, GO))
          .hasMessageStartingWith("the token 50 is not one of the 50 that");
    }
  }

  @Test
  void saysHowMuchMemoryIsMissing() throws IOException {
    Files.write(folder.resolve("model.onnx"), TinyDecoder.attention(1, true));
    try (OnnxDecoder decoder = OnnxDecoder.load(ModelFolder.of(folder))) {
      assertThatThrownBy(() -> decoder.newState(1_000_000_000))
          .isInstanceOf(RagException.class)
          .hasMessageContaining("a cache for 1,000,000,000 tokens takes 256,000,000,000 bytes")
          .hasMessageContaining("-XX:MaxDirectMemorySize");
      try (DecodeState state = decoder.newState()) {
        assertThat(state.append(new int[] {1}, GO)).hasSize(50);
      }
    }
  }

  @Test
  void cancellingEndsARunAndKeepsWhatWasRead() throws IOException {
    try (OnnxDecoder decoder = load(TinyDecoder.endless());
        DecodeState state = decoder.newState()) {
      state.append(new int[] {0, 2}, GO);
      assertThatThrownBy(
              () ->
                  state.append(
                      new int[] {TinyDecoder.ENDLESS},
                      CallContext.withTimeout(Duration.ofMillis(30))))
          .isInstanceOf(DeadlineExceededException.class);
      CallContext cancelled = CallContext.unbounded();
      cancelled.cancel();
      assertThatThrownBy(() -> state.append(new int[] {5}, cancelled))
          .isInstanceOf(CancelledException.class);
      assertThat(state.tokens()).containsExactly(0, 2);
      assertThat(state.append(new int[] {5}, GO)[6]).isEqualTo(1);
    }
  }

  @Test
  void aStateOutlivesItsDecoderButIsOnlyClosedThen() throws IOException {
    OnnxDecoder decoder = load(Graph.ATTENTION);
    DecodeState state = decoder.newState();
    state.append(new int[] {1}, GO);
    decoder.close();
    decoder.close();
    assertThatThrownBy(() -> state.append(new int[] {1}, GO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model " + folder.getFileName() + " is closed");
    state.close();
    state.close();
    assertThat(state.bytes()).isZero();
    assertThatThrownBy(() -> state.append(new int[] {1}, GO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the decode state is closed");
    assertThatThrownBy(decoder::newState)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model " + folder.getFileName() + " is closed");
    assertThatThrownBy(decoder::runNoise)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model " + folder.getFileName() + " is closed");
  }

  @Test
  void theNoiseOfARunIsMeasuredWithinADeadline() throws IOException {
    try (OnnxDecoder decoder = load(Graph.ATTENTION)) {
      CallContext cancelled = CallContext.unbounded();
      cancelled.cancel();
      assertThatThrownBy(() -> decoder.runNoise(cancelled)).isInstanceOf(CancelledException.class);
      assertThatThrownBy(() -> decoder.runNoise(CallContext.withTimeout(Duration.ofNanos(1))))
          .isInstanceOf(DeadlineExceededException.class);
      double noise = decoder.runNoise();
      assertThat(noise).isBetween(0.0, 1e-3);
      assertThat(decoder.runNoise(CallContext.unbounded())).isEqualTo(noise);
    }
  }
}
