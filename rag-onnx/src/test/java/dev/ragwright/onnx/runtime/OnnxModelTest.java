package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.testmodels.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OnnxModelTest {
  private static final Tokens TOKENS = new Tokens(new long[] {7, 8, 9}, new long[3], 1, 1);
  private static final OnnxOptions ONE_WORKER = OnnxOptions.builder().workers(1).build();

  @TempDir Path folder;

  @Test
  void bindsWhatTheGraphDeclaresAndGivesTheOutputWithItsShape() throws IOException {
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.cast("input_ids")))) {
      OnnxEncoder encoder = model.encoder("hidden");
      FloatTensor output = encoder.run(TOKENS, CallContext.unbounded());
      assertThat(output.values()).containsExactly(7, 8, 9);
      assertThat(output.shape()).containsExactly(1L, 3L);
      assertThat(model.inputs()).hasToString("[input_ids INT64[-1, -1]]");
      assertThat(encoder.output()).hasToString("hidden FLOAT[-1, -1]");
    }
  }

  @Test
  void givesSeveralOutputsOfOneRunInTheOrderAskedFor() throws IOException {
    byte[] graph =
        new OnnxGraph()
            .input("input_ids", OnnxGraph.INT64, "batch", "token")
            .node(
                "Cast",
                List.of("input_ids"),
                List.of("same"),
                OnnxGraph.attribute("to", OnnxGraph.FLOAT))
            .node("Neg", List.of("same"), List.of("negative"))
            .output("same", OnnxGraph.FLOAT, "batch", "token")
            .output("negative", OnnxGraph.FLOAT, "batch", "token")
            .toBytes();
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, graph))) {
      OnnxEncoder encoder = model.encoder("negative", "same");
      assertThat(encoder.outputs()).hasToString("[negative FLOAT[-1, -1], same FLOAT[-1, -1]]");
      assertThat(encoder.runAll(TOKENS, CallContext.unbounded()))
          .extracting(FloatTensor::values)
          .containsExactly(new float[] {-7, -8, -9}, new float[] {7, 8, 9});
      assertThat(encoder.run(TOKENS, CallContext.unbounded()).values()).containsExactly(-7, -8, -9);
      assertThatThrownBy(() -> model.encoder("same", "other"))
          .hasMessageContaining("expected an output other of floating-point numbers");
    }
  }

  @Test
  void attendsToEveryTokenButAnExpansion() throws IOException {
    byte[] graph = TinyGraph.cast("attention_mask");
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, graph))) {
      assertThat(model.encoder("hidden").run(TOKENS, CallContext.unbounded()).values())
          .containsExactly(1, 1, 1);
      assertThat(
              model
                  .encoder("hidden")
                  .run(TOKENS.expandedTo(5, 4, false), CallContext.unbounded())
                  .values())
          .containsExactly(1, 1, 1, 0, 0);
    }
  }

  @Test
  void growsItsInputMemory() throws IOException {
    try (OnnxModel model =
        OnnxModel.load(TinyGraph.folder(folder, TinyGraph.cast("input_ids")), ONE_WORKER)) {
      long[] ids = new Random(1).longs(5000, 0, 1000).toArray();
      Tokens many = new Tokens(ids, new long[5000], 1, 1);
      float[] expected = new float[5000];
      for (int i = 0; i < 5000; i++) {
        expected[i] = ids[i];
      }
      assertThat(model.encoder("hidden").run(many, CallContext.unbounded()).values())
          .isEqualTo(expected);
    }
  }

  @Test
  void namesAnInputThatItCannotFill() throws IOException {
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.cast("pixels")))) {
      assertThatThrownBy(() -> model.encoder("hidden"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessage(
              "cannot load %s: found the input pixels INT64[-1, -1]; expected inputs of type INT64"
                      .formatted(folder.resolve("model.onnx"))
                  + " among [input_ids, attention_mask, token_type_ids]");
    }
  }

  @Test
  void namesTheOutputsWhenTheOneAskedForIsNotThere() throws IOException {
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.cast("input_ids")))) {
      assertThatThrownBy(() -> model.encoder("logits"))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(
              "found the outputs [hidden FLOAT[-1, -1]]; expected an output logits");
    }
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    try (var model = ModelFolder.bgeSmallEn().files().open("model_quantized.onnx")) {
      Files.write(folder.resolve("model.onnx"), model.readNBytes(1_000_000));
    }
    assertRefused();
  }

  @Test
  void refusesRandomBytes() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    byte[] bytes = new byte[10_000];
    new Random(seed).nextBytes(bytes);
    Files.write(folder.resolve("model.onnx"), bytes);
    assertRefused();
  }

  private void assertRefused() {
    assertThatThrownBy(() -> OnnxModel.load(ModelFolder.of(folder)))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("cannot load " + folder.resolve("model.onnx") + ": found ")
        .hasMessageEndingWith("expected an ONNX model that " + OnnxModel.runtime() + " can run");
  }

  @Test
  void cancellingEndsARunThatIsUnderWay() throws IOException {
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.endless()))) {
      CallContext context = CallContext.unbounded();
      Call call = new Call(() -> model.encoder("hidden").run(TOKENS, context));
      call.awaitInside("run");
      context.cancel();
      assertThatThrownBy(call::join)
          .isInstanceOf(CancelledException.class)
          .hasMessage("the call was cancelled");
    }
  }

  @Test
  void theDeadlineEndsARunThatIsUnderWay() throws IOException {
    try (OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.endless()))) {
      CallContext context = CallContext.withTimeout(Duration.ofMillis(50));
      assertThatThrownBy(() -> model.encoder("hidden").run(TOKENS, context))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  void aCallThatWaitsForAWorkerCanBeStoppedToo() throws IOException {
    try (OnnxModel model =
        OnnxModel.load(TinyGraph.folder(folder, TinyGraph.endless()), ONE_WORKER)) {
      CallContext first = CallContext.unbounded();
      CallContext second = CallContext.unbounded();
      Call running = new Call(() -> model.encoder("hidden").run(TOKENS, first));
      running.awaitInside("run");
      Call waiting = new Call(() -> model.encoder("hidden").run(TOKENS, second));
      waiting.awaitInside("awaitUninterruptibly");
      CallContext brief = CallContext.withTimeout(Duration.ofMillis(20));
      assertThatThrownBy(() -> model.encoder("hidden").run(TOKENS, brief))
          .isInstanceOf(DeadlineExceededException.class);
      second.cancel();
      assertThatThrownBy(waiting::join).isInstanceOf(CancelledException.class);
      first.cancel();
      assertThatThrownBy(running::join).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void closeWaitsForARunAndRefusesLaterOnes() throws IOException {
    OnnxModel model = OnnxModel.load(TinyGraph.folder(folder, TinyGraph.endless()));
    OnnxEncoder encoder = model.encoder("hidden");
    CallContext context = CallContext.unbounded();
    Call running = new Call(() -> encoder.run(TOKENS, context));
    running.awaitInside("run");
    Call closing = new Call(model::close);
    closing.awaitInside("awaitUninterruptibly");
    assertThatThrownBy(() -> encoder.run(TOKENS, CallContext.unbounded()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the model " + folder.getFileName() + " is closed");
    assertThat(closing.isDone()).isFalse();
    context.cancel();
    assertThatThrownBy(running::join).isInstanceOf(CancelledException.class);
    closing.join();
    model.close();
  }

  @Test
  void theNativeErrorNamesTheModelAndTheLength() {
    try (OnnxModel model = OnnxModel.load(ModelFolder.allMiniLm())) {
      Tokens tooLong = new Tokens(new long[600], new long[600], 1, 1);
      assertThatThrownBy(
              () -> model.encoder("last_hidden_state").run(tooLong, CallContext.unbounded()))
          .isInstanceOf(RagException.class)
          .hasMessageStartingWith("the model all-MiniLM-L6-v2-q failed on a text of 600 tokens: ");
      assertThat(model.description().toString())
          .contains("modelSha256=" + ModelFolder.allMiniLm().modelSha256(), OnnxModel.runtime());
    }
  }

  @Test
  void refusesOptionsThatItCannotHonour() {
    assertThatThrownBy(() -> OnnxOptions.builder().workers(0))
        .hasMessage("workers must be >= 1, was 0");
    assertThatThrownBy(() -> OnnxOptions.builder().intraOpThreads(-1))
        .hasMessage("intraOpThreads must be >= 1, was -1");
    assertThat(OnnxOptions.builder().intraOpThreads(1 << 20).build().workers()).isEqualTo(1);
  }

  /** A call on a thread of its own, of which can be seen where it is. */
  private static final class Call {
    private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
    private final Thread thread;

    Call(Runnable action) {
      this(
          () -> {
            action.run();
            return "done";
          });
    }

    Call(Supplier<Object> action) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      result.complete(action.get());
                    } catch (RuntimeException | Error e) {
                      result.completeExceptionally(e);
                    }
                  });
    }

    void awaitInside(String method) {
      while (!result.isDone()
          && Arrays.stream(thread.getStackTrace())
              .noneMatch(
                  frame ->
                      frame.getMethodName().equals(method)
                          && (frame.isNativeMethod() || !method.equals("run")))) {
        Thread.onSpinWait();
      }
    }

    boolean isDone() {
      return result.isDone();
    }

    void join() {
      try {
        result.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }
}
