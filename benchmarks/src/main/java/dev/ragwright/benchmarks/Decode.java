package dev.ragwright.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * How fast a decoder reads and writes, against ONNX Runtime itself in a bare loop over the same
 * file with the same memory, and on two threads, or by two callers, against one.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Decode -Dargs="DIR [ROUNDS]"}, where the folder's graph
 * is one that writes its cache in place, with inputs {@code input_ids}, {@code attention_mask} and
 * {@code num_logits_to_keep}.
 */
public final class Decode {
  private static final int PROMPT = 512;
  private static final int WRITTEN = 64;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Decode() {}

  /** What reads a prompt and writes tokens. */
  private interface Subject {
    /** Forgets all, reads, and returns the likeliest next token. */
    int read(int[] prompt) throws OrtException;

    /** Reads a token, and returns the likeliest next one. */
    int read(int token) throws OrtException;
  }

  /** Tokens a second: of the processor's time and by the clock. */
  private record Speed(double readCpu, double writeCpu, double readWall, double writeWall) {}

  /** Runs it. */
  public static void main(String... args)
      throws OrtException, IOException, InterruptedException, ExecutionException {
    if (args.length < 1) {
      throw new IllegalArgumentException("DIR [ROUNDS]");
    }
    Path folder = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    ModelFolder model = ModelFolder.of(folder);
    System.out.printf(
        Locale.ROOT,
        "%s, %s, %d processors, prompt of %d random tokens, %d written, best of %d rounds%n",
        folder.resolve(model.modelFile()),
        OnnxModel.runtime(),
        Runtime.getRuntime().availableProcessors(),
        PROMPT,
        WRITTEN,
        rounds);
    long before = resident();
    Speed one;
    try (OnnxDecoder decoder = OnnxDecoder.load(model, threads(1));
        DecodeState state = decoder.newState(PROMPT + WRITTEN)) {
      one = best(new Ours(state), rounds);
      print("ragwright, 1 thread", one);
      long megabytes = (resident() - before) >> 20;
      System.out.printf(
          Locale.ROOT,
          "resident memory: %d MB more than the bare JVM's %d MB; the file has %d MB, the cache %d"
              + " MB%n",
          megabytes,
          before >> 20,
          Files.size(folder.resolve(model.modelFile())) >> 20,
          state.bytes() >> 20);
      try (Bare bare = new Bare(folder.resolve(model.modelFile()), PROMPT + WRITTEN)) {
        Speed[] best = {best(bare, 1), one};
        for (int round = 0;
            round < rounds;
            round++) { // in turn, so that both have the same weather
          best[0] = better(best[0], best(bare, 1));
          best[1] = better(best[1], best(new Ours(state), 1));
        }
        print("bare loop, 1 thread", best[0]);
        print("ragwright, 1 thread", best[1]);
        System.out.printf(
            Locale.ROOT,
            "ragwright / bare loop, by processor time: reading %.3f, writing %.3f%n",
            best[1].readCpu / best[0].readCpu,
            best[1].writeCpu / best[0].writeCpu);
        one = best[1];
      }
    }
    try (OnnxDecoder decoder = OnnxDecoder.load(model, threads(2));
        DecodeState state = decoder.newState(PROMPT + WRITTEN)) {
      Speed two = best(new Ours(state), rounds);
      print("ragwright, 2 threads", two);
      System.out.printf(
          Locale.ROOT,
          "2 threads / 1, by the clock: reading %.2f, writing %.2f%n",
          two.readWall / one.readWall,
          two.writeWall / one.writeWall);
    }
    OnnxOptions callers = OnnxOptions.builder().workers(2).intraOpThreads(1).build();
    try (OnnxDecoder decoder = OnnxDecoder.load(model, callers);
        DecodeState a = decoder.newState(PROMPT + WRITTEN);
        DecodeState b = decoder.newState(PROMPT + WRITTEN)) {
      double[] both = together(List.of(new Ours(a), new Ours(b)), rounds);
      System.out.printf(
          Locale.ROOT,
          "2 callers at once, 1 thread each: reading %.0f, writing %.1f tokens a second; / 1 caller:"
              + " %.2f, %.2f%n",
          both[0],
          both[1],
          both[0] / one.readWall,
          both[1] / one.writeWall);
    }
  }

  /** Tokens a second of all subjects at once, reading and writing: the best of the rounds. */
  private static double[] together(List<Ours> subjects, int rounds)
      throws InterruptedException, ExecutionException {
    int[] prompt = new Random(0).ints(PROMPT, 3, 40_000).toArray();
    double[] best = new double[2];
    try (ExecutorService threads = Executors.newFixedThreadPool(subjects.size())) {
      for (int round = 0; round < rounds; round++) {
        double read = seconds(threads, subjects, subject -> subject.read(prompt));
        double write =
            seconds(
                threads,
                subjects,
                subject -> {
                  int token = prompt[0];
                  for (int i = 0; i < WRITTEN; i++) {
                    token = subject.read(token);
                  }
                });
        best[0] = Math.max(best[0], subjects.size() * PROMPT / read);
        best[1] = Math.max(best[1], subjects.size() * WRITTEN / write);
      }
    }
    return best;
  }

  private static double seconds(ExecutorService threads, List<Ours> subjects, Consumer<Ours> work)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    for (Future<?> done :
        subjects.stream().map(each -> threads.submit(() -> work.accept(each))).toList()) {
      done.get();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static OnnxOptions threads(int count) {
    return OnnxOptions.builder().workers(1).intraOpThreads(count).build();
  }

  private static Speed best(Subject subject, int rounds) throws OrtException {
    Speed best = new Speed(0, 0, 0, 0);
    for (int round = 0; round < rounds; round++) {
      int[] prompt = new Random(round).ints(PROMPT, 3, 40_000).toArray();
      long cpu = SYSTEM.getProcessCpuTime();
      long wall = System.nanoTime();
      int token = subject.read(prompt);
      double readWall = (System.nanoTime() - wall) / 1e9;
      double readCpu = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
      cpu = SYSTEM.getProcessCpuTime();
      wall = System.nanoTime();
      for (int i = 0; i < WRITTEN; i++) {
        token = subject.read(token);
      }
      double writeWall = (System.nanoTime() - wall) / 1e9;
      double writeCpu = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
      best =
          better(
              best,
              new Speed(
                  PROMPT / readCpu, WRITTEN / writeCpu, PROMPT / readWall, WRITTEN / writeWall));
    }
    return best;
  }

  private static Speed better(Speed a, Speed b) {
    return new Speed(
        Math.max(a.readCpu, b.readCpu),
        Math.max(a.writeCpu, b.writeCpu),
        Math.max(a.readWall, b.readWall),
        Math.max(a.writeWall, b.writeWall));
  }

  private static void print(String name, Speed speed) {
    System.out.printf(
        Locale.ROOT,
        "%-22s tokens per CPU-second: reading %6.0f, writing %5.1f; per second: %6.0f, %5.1f%n",
        name,
        speed.readCpu,
        speed.writeCpu,
        speed.readWall,
        speed.writeWall);
  }

  /** The memory of this process, in bytes; 0 where the system does not say. */
  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  private static int highest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  /** The library. */
  private record Ours(DecodeState state) implements Subject {
    @Override
    public int read(int[] prompt) {
      state.rewind(0);
      return highest(state.append(prompt, CallContext.unbounded()));
    }

    @Override
    public int read(int token) {
      return highest(state.append(new int[] {token}, CallContext.unbounded()));
    }
  }

  /** The runtime alone: tensors over memory that is allocated once. */
  private static final class Bare implements Subject, AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final Map<String, OnnxTensor> cache = new HashMap<>(); // by input
    private final Map<String, OnnxTensor> pinned = new HashMap<>(); // by output
    private final ByteBuffer logits;
    private final LongBuffer ids = longs(PROMPT);
    private final LongBuffer mask;
    private final OnnxTensor keep;
    private final float[] values;
    private int length;

    Bare(Path file, int capacity) throws OrtException {
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        session = environment.createSession(file.toString(), options);
      }
      for (var entry : session.getInputInfo().entrySet()) {
        if (entry.getKey().startsWith("past_key_values")) {
          long[] shape = ((TensorInfo) entry.getValue().getInfo()).getShape().clone();
          shape[0] = 1;
          shape[2] = capacity;
          int bytes = Math.toIntExact(Arrays.stream(shape).reduce(4, (a, b) -> a * b));
          OnnxTensor tensor =
              OnnxTensor.createTensor(environment, bytes(bytes), shape, OnnxJavaType.FLOAT);
          cache.put(entry.getKey(), tensor);
          pinned.put(entry.getKey().replace("past_key_values", "present"), tensor);
        }
      }
      long[] shape =
          ((TensorInfo) Objects.requireNonNull(session.getOutputInfo().get("logits")).getInfo())
              .getShape();
      values = new float[Math.toIntExact(shape[2])];
      logits = bytes(values.length * Float.BYTES);
      pinned.put(
          "logits",
          OnnxTensor.createTensor(
              environment, logits, new long[] {1, 1, values.length}, OnnxJavaType.FLOAT));
      mask = longs(capacity);
      for (int i = 0; i < capacity; i++) {
        mask.put(i, 1);
      }
      keep = OnnxTensor.createTensor(environment, longs(1).put(0, 1), new long[0]);
    }

    private static ByteBuffer bytes(int count) {
      return ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder());
    }

    private static LongBuffer longs(int count) {
      return bytes(count * Long.BYTES).asLongBuffer();
    }

    @Override
    public int read(int[] prompt) throws OrtException {
      length = 0;
      for (int i = 0; i < prompt.length; i++) {
        ids.put(i, prompt[i]);
      }
      return run(prompt.length);
    }

    @Override
    public int read(int token) throws OrtException {
      ids.put(0, token);
      return run(1);
    }

    private int run(int count) throws OrtException {
      length += count;
      Map<String, OnnxTensor> inputs = new HashMap<>(cache);
      try (OnnxTensor read =
              OnnxTensor.createTensor(environment, ids.slice(0, count), new long[] {1, count});
          OnnxTensor seen =
              OnnxTensor.createTensor(environment, mask.slice(0, length), new long[] {1, length})) {
        inputs.put("input_ids", read);
        inputs.put("attention_mask", seen);
        inputs.put("num_logits_to_keep", keep);
        session.run(inputs, pinned).close();
      }
      logits.asFloatBuffer().get(0, values);
      return highest(values);
    }

    @Override
    public void close() throws OrtException {
      pinned.values().forEach(OnnxTensor::close);
      keep.close();
      session.close();
    }
  }
}
