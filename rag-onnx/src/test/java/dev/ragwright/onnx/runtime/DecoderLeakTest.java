package dev.ragwright.onnx.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memory outside the heap comes back, however a text ends. */
@Timeout(240)
class DecoderLeakTest {
  private static final int CYCLES = 1000;
  private static final int WARM_UP = 200;
  private static final int ROOM = 2000; // 256 bytes each: 512 kB for a state

  @TempDir Path folder;

  private ModelFolder write(byte[] graph) throws IOException {
    Files.write(folder.resolve("model.onnx"), graph);
    Files.writeString(folder.resolve("config.json"), "{\"max_position_embeddings\": 2000}");
    return ModelFolder.of(folder);
  }

  /** Of this process, in bytes. */
  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "skipped: there is no " + status);
    System.gc(); // so that what only waits for it does not count
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new AssertionError("no VmRSS in " + status);
  }

  @Test
  void statesGiveTheirMemoryBack() throws IOException {
    RandomGenerator random = Seeds.random();
    long before = 0;
    long bytes = 0;
    try (OnnxDecoder decoder = OnnxDecoder.load(write(TinyDecoder.attention(1, true)))) {
      for (int cycle = -WARM_UP; cycle < CYCLES; cycle++) {
        if (cycle == 0) {
          before = resident();
        }
        CallContext context = CallContext.unbounded();
        DecodeState state = decoder.newState(ROOM);
        state.append(new int[] {1, 2, 3}, context);
        bytes = state.bytes();
        switch (random.nextInt(3)) {
          case 0 -> {
            context.cancel();
            assertThatThrownBy(() -> state.append(new int[] {4}, context))
                .isInstanceOf(CancelledException.class);
          }
          case 1 -> state.restore(state.snapshot(2), 1);
          default -> state.rewind(1);
        }
        state.close();
        state.close();
      }
    }
    assertThat(bytes).isEqualTo(ROOM * 256L);
    assertThat(resident() - before)
        .as("%d states of %d bytes would be %d; %s", CYCLES, bytes, CYCLES * bytes, Seeds.replay())
        .isLessThan(CYCLES * bytes / 4);
  }

  @Test
  void stoppedRunsGiveTheirMemoryBack() throws Exception {
    long before = 0;
    int read = 1000; // 200 kB of logits, 4 kB of cache
    int[] tokens = new int[read];
    tokens[read - 1] = TinyDecoder.ENDLESS;
    try (ExecutorService canceller = Executors.newSingleThreadExecutor();
        OnnxDecoder decoder = OnnxDecoder.load(write(TinyDecoder.endless()))) {
      for (int cycle = -WARM_UP; cycle < CYCLES; cycle++) {
        if (cycle == 0) {
          before = resident();
        }
        CallContext context = CallContext.unbounded();
        try (DecodeState state = decoder.newState()) {
          Future<?> cancelled = canceller.submit(context::cancel);
          assertThatThrownBy(() -> state.append(tokens, context))
              .isInstanceOf(CancelledException.class);
          cancelled.get();
        }
      }
    }
    long bytesOfToken = 4L * TinyDecoder.VOCABULARY + 4;
    long all = bytesOfToken * read * CYCLES;
    assertThat(resident() - before)
        .as("%d stopped runs would be %d bytes", CYCLES, all)
        .isLessThan(all / 2);
  }

  @Test
  void modelsGiveTheirMemoryBack() throws IOException {
    ModelFolder model = write(TinyDecoder.attention(1, true));
    long before = 0;
    int cycles = 120; // a session takes about 1 MB
    for (int cycle = -30; cycle < cycles; cycle++) {
      if (cycle == 0) {
        before = resident();
      }
      OnnxDecoder decoder = OnnxDecoder.load(model);
      DecodeState state = decoder.newState(ROOM);
      state.append(new int[] {1}, CallContext.unbounded());
      decoder.close();
      decoder.close();
      state.close();
    }
    assertThat(resident() - before).isLessThan(256L * cycles * ROOM);
  }
}
