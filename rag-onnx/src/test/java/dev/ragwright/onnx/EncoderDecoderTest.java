package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.onnx.runtime.TinyDecoder;
import dev.ragwright.onnx.runtime.TinyGraph;
import dev.ragwright.testmodels.EchoModel;
import dev.ragwright.testmodels.EchoModel.Layout;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class EncoderDecoderTest {
  private static final CallContext GO = CallContext.unbounded();

  @TempDir Path folder;

  private OnnxDecoder load(Layout layout) throws IOException {
    return OnnxDecoder.load(
        ModelFolder.of(EchoModel.write(folder, layout)), OnnxOptions.builder().workers(1).build());
  }

  private static int highest(float[] logits) {
    return IntStream.range(0, logits.length)
        .reduce((a, b) -> logits[b] > logits[a] ? b : a)
        .orElseThrow();
  }

  /** What it writes behind a source, as many tokens as that has. */
  private static List<Integer> written(OnnxDecoder decoder, int[] source) {
    List<Integer> written = new ArrayList<>();
    try (DecodeState state = decoder.newState(source, GO)) {
      int token = EchoModel.START;
      for (int i = 0; i < source.length; i++) {
        float[] logits = state.append(new int[] {token}, GO);
        token = highest(logits);
        assertThat(logits[token]).isEqualTo(10); // 0 besides: nothing of its cache was mixed up
        written.add(token);
      }
    }
    return written;
  }

  @ParameterizedTest
  @EnumSource
  void theDecoderAttendsToItsSourceAndToWhatItHasWritten(Layout layout) throws IOException {
    try (OnnxDecoder decoder = load(layout)) {
      assertThat(decoder.hasEncoder()).isTrue();
      assertThat(decoder.startTokens()).containsExactly(EchoModel.START);
      assertThat(decoder.vocabularySize()).isEqualTo(EchoModel.VOCABULARY);
      assertThat(decoder.maxTokens()).hasValue(EchoModel.MAX_TOKENS);
      assertThat(decoder.rewindable()).isFalse();
      assertThat(decoder.sharesCache()).isFalse();
      assertThat(written(decoder, new int[] {8, 100, 8, 3})).containsExactly(8, 100, 8, 3);
      assertThat(written(decoder, new int[] {42})).containsExactly(42);
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalTokensAreReadOneAfterAnother(Layout layout) throws IOException {
    try (OnnxDecoder decoder = load(layout);
        DecodeState state = decoder.newState(new int[] {5, 6, 9}, GO)) {
      List<Integer> likeliest = new ArrayList<>();
      state.appendAll(
          new int[] {EchoModel.START, 5, 6}, (index, logits) -> likeliest.add(highest(logits)), GO);
      assertThat(likeliest).containsExactly(5, 6, 9);
      assertThat(state.tokens()).containsExactly(EchoModel.START, 5, 6);
      // Keys and values: one number each of what is written, two of the source, and two hidden.
      assertThat(decoder.bytesPerToken()).isEqualTo(2 * 4);
      assertThat(state.bytes()).isEqualTo(3 * 2 * 4 + 3 * 2 * 2 * 4 + 3 * 2 * 4);
      assertThatThrownBy(() -> state.rewind(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith(
              " has an encoder, so it cannot go back to fewer tokens; only to none");
      assertThatThrownBy(() -> state.snapshot(1)).isInstanceOf(IllegalStateException.class);
      state.rewind(0);
      assertThat(highest(state.append(new int[] {EchoModel.START}, GO))).isEqualTo(5);
      assertThat(highest(state.append(new int[] {5}, GO))).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @EnumSource
  void statesDoNotMeet(Layout layout) throws IOException {
    try (OnnxDecoder decoder = load(layout)) {
      List<CompletableFuture<List<Integer>>> written =
          IntStream.range(0, 6)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> written(decoder, new int[] {50 + i, 60 + 2 * i, 99 - i})))
              .toList();
      for (int i = 0; i < written.size(); i++) {
        assertThat(written.get(i).join()).containsExactly(50 + i, 60 + 2 * i, 99 - i);
      }
    }
  }

  @Test
  @SuppressWarnings("try") // what is closed is closed within
  void aStateNeedsASourceThatTheModelCanRead() throws IOException {
    CallContext cancelled = CallContext.unbounded();
    cancelled.cancel();
    try (OnnxDecoder decoder = load(Layout.MERGED)) {
      assertThatThrownBy(decoder::newState)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith(
              " has an encoder, so that a state needs a source: newState(source, context)");
      assertThatThrownBy(() -> decoder.newState(new int[0], GO))
          .hasMessage("there is no token to read");
      assertThatThrownBy(() -> decoder.newState(new int[] {1, 999}, GO))
          .hasMessageStartingWith("the token 999 is not one of the 261 that");
      assertThatThrownBy(() -> decoder.newState(new int[EchoModel.MAX_TOKENS + 1], GO))
          .hasMessageStartingWith("20001 tokens are more than the 20000 that");
      assertThatThrownBy(() -> decoder.newState(new int[] {1}, cancelled))
          .isInstanceOf(CancelledException.class);
      DecodeState state = decoder.newState(new int[] {1}, GO);
      decoder.close();
      assertThatThrownBy(() -> decoder.newState(new int[] {1}, GO))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> state.append(new int[] {1}, GO))
          .isInstanceOf(IllegalStateException.class);
      state.close();
    }
  }

  @Test
  void theEncoderCanBeStopped() throws IOException {
    try (OnnxDecoder decoder = load(Layout.MERGED)) {
      int[] endless = {5, EchoModel.ENDLESS};
      assertThatThrownBy(
              () -> decoder.newState(endless, CallContext.withTimeout(Duration.ofMillis(30))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(written(decoder, new int[] {5})).containsExactly(5);
    }
  }

  @Test
  void aDecoderAloneTakesNoSource() throws IOException {
    Files.write(folder.resolve("model.onnx"), TinyDecoder.attention(1, true));
    try (OnnxDecoder decoder = OnnxDecoder.load(ModelFolder.of(folder))) {
      assertThat(decoder.hasEncoder()).isFalse();
      assertThat(decoder.startTokens()).isEmpty();
      assertThatThrownBy(() -> decoder.newState(new int[] {1}, GO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith(" has no encoder, so that a state takes no source: newState()");
    }
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatItIs(Layout layout) throws IOException {
    try (OnnxDecoder decoder = load(layout)) {
      List<String> files =
          layout == Layout.MERGED
              ? List.of("decoder_model_merged", "encoder_model")
              : List.of("decoder_model", "encoder_model", "decoder_with_past_model");
      ModelFolder here = ModelFolder.of(folder);
      for (String file : files) {
        assertThat(decoder.description().toString())
            .contains(here.withModelFile("onnx/" + file + ".onnx").modelSha256());
      }
      assertThat(decoder.description().toString()).contains("startTokens=[258]");
      assertThat(here.variant().orElseThrow().encoderFile()).contains("onnx/encoder_model.onnx");
      long bytes = 0;
      for (String file : files) {
        bytes += Files.size(folder.resolve("onnx/" + file + ".onnx"));
      }
      assertThat(here.variants()).singleElement().returns(bytes, ModelVariant::bytes);
    }
  }

  @Test
  void aDecoderThatIsNotTheUsualOneOfItsFolderHasItsEncoderToo() throws IOException {
    EchoModel.write(folder, Layout.WITH_PAST);
    EchoModel.write(folder, Layout.MERGED);
    ModelFolder split = ModelFolder.of(folder).withModelFile("onnx/decoder_model.onnx");
    try (OnnxDecoder decoder = OnnxDecoder.load(split)) {
      assertThat(decoder.hasEncoder()).isTrue();
      assertThat(decoder.description().parts()).hasSize(2);
    }
  }

  @Test
  void theFirstTokensComeFromTheSettings() throws IOException {
    EchoModel.write(folder, Layout.MERGED);
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"decoder_start_token_id\": 2, \"forced_bos_token_id\": 0}");
    try (OnnxDecoder decoder = OnnxDecoder.load(ModelFolder.of(folder))) {
      assertThat(decoder.startTokens()).containsExactly(2, 0);
    }
    Files.delete(folder.resolve("generation_config.json"));
    Files.writeString(folder.resolve("config.json"), "{\"forced_bos_token_id\": null}");
    assertRefused(
        "found no decoder_start_token_id; expected it there or in generation_config.json: what a"
            + " decoder with an encoder begins with");
  }

  @Test
  void refusesAFolderThatIsNotWhole() throws IOException {
    EchoModel.write(folder, Layout.MERGED);
    Files.delete(folder.resolve("onnx/encoder_model.onnx"));
    assertRefused(
        "found a decoder of a model with an encoder, and not all of its files; expected beside an"
            + " encoder_model.onnx its decoder_model_merged.onnx, or its decoder_model.onnx and"
            + " decoder_with_past_model.onnx, of the same variant");
    EchoModel.write(folder, Layout.WITH_PAST);
    Files.delete(folder.resolve("onnx/decoder_model_merged.onnx"));
    Files.delete(folder.resolve("onnx/decoder_with_past_model.onnx"));
    assertRefused("found a decoder of a model with an encoder, and not all of its files;");
    Files.delete(folder.resolve("onnx/decoder_model.onnx"));
    assertRefused(
        "expected an output logits of type FLOAT or FLOAT16; beside an encoder_model.onnx its"
            + " decoder_model_merged.onnx,");
  }

  @Test
  void refusesWhatDoesNotFit() throws IOException {
    EchoModel.write(folder, Layout.MERGED);
    Files.write(folder.resolve("onnx/encoder_model.onnx"), EchoModel.encoder(3));
    assertRefused(
        "found a decoder that takes 2 numbers for each token of the source, where "
            + folder.resolve("onnx/encoder_model.onnx")
            + " gives 3; expected an encoder and a decoder of one model");
    EchoModel.write(folder, Layout.MERGED);
    Files.write(folder.resolve("onnx/decoder_model_merged.onnx"), EchoModel.merged(false));
    assertRefused(
        "found a decoder with a past and a source, and no input use_cache_branch that says which"
            + " there is; expected beside an encoder_model.onnx");
    EchoModel.write(folder, Layout.MERGED);
    Files.write(folder.resolve("onnx/encoder_model.onnx"), widthUnknown());
    assertRefused("expected an encoder and a decoder of one model");
    EchoModel.write(folder, Layout.MERGED);
    Files.write(folder.resolve("onnx/encoder_model.onnx"), TinyGraph.cast("input_ids"));
    assertRefused("found the outputs [hidden FLOAT[-1, -1]]; expected an output last_hidden_state");
  }

  /** Three numbers for each token, which only running it shows. */
  private static byte[] widthUnknown() {
    return new OnnxGraph()
        .input("input_ids", OnnxGraph.INT64, "batch", "token")
        .floats("values", new float[3 * EchoModel.VOCABULARY], EchoModel.VOCABULARY, 3)
        .node("Gather", List.of("values", "input_ids"), List.of("last_hidden_state"))
        .output("last_hidden_state", OnnxGraph.FLOAT, "batch", "token", "width")
        .toBytes();
  }

  private void assertRefused(String found) {
    assertThatThrownBy(() -> OnnxDecoder.load(ModelFolder.of(folder)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(found);
  }
}
