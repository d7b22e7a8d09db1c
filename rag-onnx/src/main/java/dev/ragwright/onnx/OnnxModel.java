package dev.ragwright.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Lifecycle;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A model in ONNX Runtime: one session, which all callers share.
 *
 * <p>The threads are the callers' own. A run computes on the thread that asks for it, and at most
 * {@link OnnxOptions#workers()} run at once; by default that keeps every core busy without the
 * runtime's threads and Java's contending for them, and nothing spins while there is no work.
 *
 * <p>Safe to share. Close it when done: that waits for running calls and refuses later ones.
 */
public final class OnnxModel implements AutoCloseable {
  private final OrtSession session;
  private final ModelFolder folder;
  private final String sha256;
  private final OnnxOptions options;
  private final @Nullable LoraAdapter adapter;
  private final List<NodeInfo> inputInfo;
  private final List<NodeInfo> outputInfo;
  private final List<GraphTensor> inputs;
  private final List<GraphTensor> outputs;
  private final Workers workers;
  private final Lifecycle lifecycle;

  private OnnxModel(
      OrtSession session,
      ModelFolder folder,
      String sha256,
      OnnxOptions options,
      @Nullable LoraAdapter adapter)
      throws OrtException {
    this.session = session;
    this.folder = folder;
    this.sha256 = sha256;
    this.options = options;
    this.adapter = adapter;
    this.inputInfo = List.copyOf(session.getInputInfo().values());
    this.outputInfo = List.copyOf(session.getOutputInfo().values());
    this.inputs = declared(inputInfo);
    this.outputs = declared(outputInfo);
    this.workers = new Workers(options.workers());
    this.lifecycle = new Lifecycle("the model " + folder.name());
  }

  /** {@link #load(ModelFolder, OnnxOptions)} with the defaults. */
  public static OnnxModel load(ModelFolder folder) {
    return load(folder, OnnxOptions.defaults());
  }

  /**
   * Loads the model's file, after reading all of it for its digest.
   *
   * @throws ModelLoadException if it is missing, damaged, or uses what the runtime does not have,
   *     or an adapter is wanted that is no adapter, or for which the graph has no inputs
   */
  public static OnnxModel load(ModelFolder folder, OnnxOptions options) {
    String file = folder.modelFile();
    OrtEnvironment environment = RuntimeEnvironment.get();
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      environment.setTelemetry(false);
      settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      settings.setIntraOpNumThreads(options.intraOpThreads());
      settings.addConfigEntry("session.intra_op.allow_spinning", "0");
      // Else the arena grows by doubling around the weights: 55 MB more for a model of 140 MB.
      settings.addConfigEntry("session.use_device_allocator_for_initializers", "1");
      // What fails is thrown, so the runtime need not print it too.
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      Optional<Path> path = folder.modelPath();
      if (path.isPresent()) {
        String sha256 = folder.modelSha256();
        OrtSession session = environment.createSession(path.get().toString(), settings);
        return owning(session, folder, sha256, options);
      }
      byte[] bytes;
      try (InputStream in = folder.open(file)) {
        bytes = in.readAllBytes();
      }
      String sha256 = ModelFolder.sha256(bytes);
      return owning(environment.createSession(bytes, settings), folder, sha256, options);
    } catch (OrtException e) {
      throw new ModelLoadException(
          folder.where(file),
          String.valueOf(e.getMessage()),
          "an ONNX model that " + runtime() + " can run",
          e);
    } catch (IOException e) {
      throw folder.unreadable(file, e);
    }
  }

  private static OnnxModel owning(
      OrtSession session, ModelFolder folder, String sha256, OnnxOptions options)
      throws OrtException {
    LoraAdapter adapter = null;
    try {
      adapter = options.loraAdapter().map(file -> LoraAdapter.load(file, folder)).orElse(null);
      return new OnnxModel(session, folder, sha256, options, adapter);
    } catch (OrtException | RuntimeException e) {
      session.close();
      if (adapter != null) {
        adapter.close();
      }
      throw e;
    }
  }

  /** The native runtime and its version: {@code onnxruntime 1.29.0}. */
  public static String runtime() {
    return "onnxruntime " + RuntimeEnvironment.get().getVersion();
  }

  /** What the model is called. */
  public String name() {
    return folder.name();
  }

  /** What the graph reads, in its order; unmodifiable. */
  public List<GraphTensor> inputs() {
    return inputs;
  }

  /** What the graph gives, in its order; unmodifiable. */
  public List<GraphTensor> outputs() {
    return outputs;
  }

  /** How many runs may be under way at once. */
  public int workers() {
    return options.workers();
  }

  /**
   * A view of this model as a reader of one text at a time. It needs no closing, and works until
   * the model is closed.
   *
   * @param output the output that it gives
   * @throws ModelLoadException if the graph has no such output of floating-point numbers, or has an
   *     input that is not one of {@code input_ids}, {@code attention_mask} and {@code
   *     token_type_ids}, of type INT64
   */
  public OnnxEncoder encoder(String output) {
    for (GraphTensor input : inputs) {
      if (!OnnxEncoder.INPUTS.contains(input.name()) || !input.type().equals("INT64")) {
        throw new ModelLoadException(
            file(), "the input " + input, "inputs of type INT64 among " + OnnxEncoder.INPUTS);
      }
    }
    Optional<GraphTensor> found =
        outputs.stream().filter(tensor -> tensor.name().equals(output)).findFirst();
    if (found.isEmpty() || !found.get().type().contains("FLOAT")) {
      throw new ModelLoadException(
          file(), "the outputs " + outputs, "an output " + output + " of floating-point numbers");
    }
    return new OnnxEncoder(this, inputs.stream().map(GraphTensor::name).toList(), found.get());
  }

  /**
   * What it is: the file's digest and the runtime's version, since an int8 model's last digits are
   * a property of both.
   */
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("model", name())
            .with(StageDescription.MODEL_SHA256, sha256)
            .with("runtime", runtime())
            .with("intraOpThreads", options.intraOpThreads());
    return adapter == null ? described : described.with("loraAdapterSha256", adapter.sha256());
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          try {
            session.close();
            if (adapter != null) {
              adapter.close();
            }
          } catch (OrtException e) {
            throw new RagException("the model " + name() + " cannot be closed", e);
          }
        });
  }

  /** Where the model was loaded from, for an error's text. */
  String file() {
    return folder.where(folder.modelFile());
  }

  /**
   * One run over one sequence.
   *
   * @throws IllegalStateException if the model is closed
   */
  FloatTensor run(List<String> names, String output, Tokens tokens, CallContext context) {
    return run(
        context,
        () -> "a text of %d tokens".formatted(tokens.size()),
        (options, worker) -> {
          Map<String, OnnxTensor> bound = new HashMap<>();
          try {
            bind(names, tokens, worker, bound);
            try (OrtSession.Result result = session.run(bound, Set.of(output), options)) {
              OnnxTensor tensor = (OnnxTensor) result.get(0);
              FloatBuffer numbers = tensor.getFloatBuffer(); // a copy, on the heap
              float[] values = new float[numbers.remaining()];
              numbers.get(values);
              return new FloatTensor(
                  values, LongStream.of(tensor.getInfo().getShape()).boxed().toList());
            }
          } finally {
            bound.values().forEach(OnnxTensor::close);
          }
        });
  }

  /**
   * What a native run gives: waits for a worker, and ends the run when the context stops.
   *
   * @param on what is read, for an error's text
   * @throws IllegalStateException if the model is closed
   */
  @SuppressWarnings("try") // the lease and the hook only have to be closed
  <T> T run(CallContext context, Supplier<String> on, NativeRun<T> action) {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      Workers.Worker worker = workers.acquire(context);
      try (OrtSession.RunOptions options = new OrtSession.RunOptions();
          CallContext.Registration stop = context.onStop(() -> terminate(options))) {
        if (adapter != null) {
          adapter.addTo(options);
        }
        return action.run(options, worker);
      } catch (OrtException e) {
        context.throwIfStopped();
        throw new RagException(
            "the model %s failed on %s: %s".formatted(name(), on.get(), e.getMessage()), e);
      } finally {
        workers.release(worker);
      }
    }
  }

  /** What is done with the session while a worker is held. */
  @FunctionalInterface
  interface NativeRun<T> {
    T run(OrtSession.RunOptions options, Workers.Worker worker) throws OrtException;
  }

  /** What the graph reads, as the runtime describes it. */
  List<NodeInfo> inputInfo() {
    return inputInfo;
  }

  /** What the graph gives, likewise. */
  List<NodeInfo> outputInfo() {
    return outputInfo;
  }

  /** Whether the runtime feeds an input by itself, from an adapter. */
  boolean feeds(String input) {
    return adapter != null && LoraAdapter.isInput(input);
  }

  /** The session, for use within a {@link #run(CallContext, Supplier, NativeRun) run}. */
  OrtSession session() {
    return session;
  }

  private void bind(
      List<String> names, Tokens tokens, Workers.Worker worker, Map<String, OnnxTensor> bound)
      throws OrtException {
    int size = tokens.size();
    long[] shape = {1, size};
    LongBuffer memory = worker.memory(names.size() * size);
    for (int i = 0; i < names.size(); i++) {
      LongBuffer values = memory.slice(i * size, size); // (batch = 1, token)
      switch (names.get(i)) {
        case OnnxEncoder.IDS -> values.put(0, tokens.ids());
        case OnnxEncoder.TYPES -> values.put(0, tokens.typeIds());
        default -> {
          for (int token = 0; token < size; token++) {
            values.put(token, 1); // nothing is padded, so all is attended to
          }
        }
      }
      bound.put(
          names.get(i), OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape));
    }
  }

  private static void terminate(OrtSession.RunOptions run) {
    try {
      run.setTerminate(true);
    } catch (OrtException e) {
      throw new RagException("a run cannot be stopped", e);
    }
  }

  private static List<GraphTensor> declared(Collection<NodeInfo> nodes) {
    List<GraphTensor> declared = new ArrayList<>();
    for (NodeInfo node : nodes) {
      declared.add(
          node.getInfo() instanceof TensorInfo tensor
              ? new GraphTensor(
                  node.getName(),
                  tensor.type.name(),
                  LongStream.of(tensor.getShape()).boxed().toList())
              : new GraphTensor(
                  node.getName(), node.getInfo().getClass().getSimpleName(), List.of()));
    }
    return List.copyOf(declared);
  }
}
