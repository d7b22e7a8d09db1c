package dev.ragwright.onnx.runtime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.Int8Weights;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.files.ModelGraph;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
  private static final int MOST_TOKENS = 512; // of a probe, where the folder does not say

  private final OrtSession session;
  private final @Nullable String graph; // what was done to it; null where nothing was tried
  private final boolean rows; // whether it can compute the first one of the last layer alone
  private final Int8Weights int8Weights; // what it runs with
  private final boolean saturating; // whether its products are wrong, as was asked for
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
      EncoderFusion.Opened opened,
      PublishedModel published,
      ModelFolder folder,
      OnnxOptions options,
      @Nullable LoraAdapter adapter)
      throws OrtException {
    this.session = opened.session();
    this.graph = opened.graph();
    this.rows = opened.rows();
    this.int8Weights = published.weights();
    this.saturating = published.saturating();
    this.folder = folder;
    this.sha256 = opened.sha256();
    this.options = options;
    this.adapter = adapter;
    Map<String, NodeInfo> read = new LinkedHashMap<>(session.getInputInfo());
    read.remove(GraphFusion.ROWS);
    this.inputInfo = List.copyOf(read.values());
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
  public static OnnxModel load(ModelFolder model, OnnxOptions options) {
    return load(model, options, null);
  }

  private static OnnxModel load(
      ModelFolder model, OnnxOptions options, @Nullable EncoderFusion fusion) {
    String file = model.modelFile();
    ModelFolder folder = model.withModelFile(file); // to choose once: it may read all there are
    StartCache cache = StartCache.of(options);
    OnnxRuntime.startFrom(cache);
    PublishedModel published = new PublishedModel(folder, options.int8Weights());
    try {
      if (fusion != null) {
        EncoderFusion.Opened opened =
            fusion.open(
                () -> settings(options),
                published,
                options.int8Weights() == Int8Weights.AS_PUBLISHED ? null : cache);
        return owning(opened, published, folder, options);
      }
      String sha256 = published.sha256();
      try (OrtSession.SessionOptions settings = settings(options)) {
        OrtSession session = published.open(settings);
        return owning(
            new EncoderFusion.Opened(session, sha256, null, false), published, folder, options);
      }
    } catch (ExactInt8.Refused e) {
      throw new ModelLoadException(folder.files().where(file), e.found(), e.expected(), e);
    } catch (OrtException e) {
      throw folder
          .files()
          .damagedGraph(
              file,
              String.valueOf(e.getMessage()),
              "an ONNX model that " + runtime() + " can run",
              e);
    } catch (IOException e) {
      throw folder.files().unreadable(file, e);
    }
  }

  private static OrtSession.SessionOptions settings(OnnxOptions options) throws OrtException {
    OnnxRuntime.environment(); // first, since it says why it cannot start
    OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
    settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    settings.setIntraOpNumThreads(options.intraOpThreads());
    settings.addConfigEntry("session.intra_op.allow_spinning", "0");
    // Else the arena grows by doubling around the weights: 55 MB more for a model of 140 MB.
    settings.addConfigEntry("session.use_device_allocator_for_initializers", "1");
    // What fails is thrown, so the runtime need not print it too.
    settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    return settings;
  }

  /**
   * {@link #loadWithTokenizer(ModelFolder, OnnxOptions, Pooling, BiFunction)} for what reads all
   * that the model gives.
   */
  public static <T> T loadWithTokenizer(
      ModelFolder folder, OnnxOptions options, BiFunction<OnnxModel, Tokenizer, T> making) {
    return loadWithTokenizer(folder, options, null, making);
  }

  /**
   * Loads an encoder and its tokenizer for what is to own both; if that cannot be made of them,
   * both are closed. Its graph is rewritten unless {@link OnnxOptions#fused()} is false: if that
   * gives the same on some texts that both read, they compute it from then on, else the graph as it
   * is published; the description says which.
   *
   * @param pooling what is read of the last layer: with {@link Pooling#CLS} its first row, with
   *     {@link Pooling#MEAN} the mean of its rows, of texts whose tokens are all attended to; null
   *     for all of it, of any text, which is also what to do for other poolings
   * @param making takes them over and must not return null
   * @throws ModelLoadException if either is missing or damaged
   */
  public static <T> T loadWithTokenizer(
      ModelFolder folder,
      OnnxOptions options,
      @Nullable Pooling pooling,
      BiFunction<OnnxModel, Tokenizer, T> making) {
    ModelFolder chosen = folder.withModelFile(folder.modelFile());
    OnnxModel model = null;
    Tokenizer tokenizer = null;
    try {
      tokenizer = Tokenizer.load(chosen, StartCache.of(options));
      model =
          load(
              chosen,
              options,
              options.fused()
                  ? new EncoderFusion(pooling, tokenizer, TokenLimit.of(chosen).orElse(MOST_TOKENS))
                  : null);
      return making.apply(model, tokenizer);
    } catch (RuntimeException e) {
      if (model != null) {
        model.close();
      }
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw e;
    }
  }

  private static OnnxModel owning(
      EncoderFusion.Opened opened,
      PublishedModel published,
      ModelFolder folder,
      OnnxOptions options)
      throws OrtException {
    LoraAdapter adapter = null;
    try {
      if (options.loraAdapter().isPresent()) {
        adapter = LoraAdapter.load(options.loraAdapter().get(), folder);
      }
      return new OnnxModel(opened, published, folder, options, adapter);
    } catch (OrtException | RuntimeException e) {
      opened.session().close();
      if (adapter != null) {
        adapter.close();
      }
      throw e;
    }
  }

  /** The native runtime and its version: {@code onnxruntime 1.29.0}. */
  public static String runtime() {
    return "onnxruntime " + OnnxRuntime.environment().getVersion();
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
   * @param more the other outputs that {@link OnnxEncoder#runAll} gives behind it
   * @throws ModelLoadException if the graph has no such output of floating-point numbers, or has an
   *     input that is not one of {@code input_ids}, {@code attention_mask} and {@code
   *     token_type_ids}, of type INT64
   */
  public OnnxEncoder encoder(String output, String... more) {
    List<String> read = new ArrayList<>();
    for (GraphTensor input : inputs) {
      read.add(input.name());
      if (!OnnxEncoder.INPUTS.contains(input.name()) || !input.type().equals("INT64")) {
        throw new ModelLoadException(
            file(), "the input " + input, "inputs of type INT64 among " + OnnxEncoder.INPUTS);
      }
    }
    List<GraphTensor> asked = new ArrayList<>(List.of(declaredOutput(output)));
    for (String another : more) {
      asked.add(declaredOutput(another));
    }
    return new OnnxEncoder(this, List.copyOf(read), asked);
  }

  private GraphTensor declaredOutput(String name) {
    for (GraphTensor tensor : outputs) {
      if (tensor.name().equals(name) && tensor.type().contains("FLOAT")) {
        return tensor;
      }
    }
    throw new ModelLoadException(
        file(), "the outputs " + outputs, "an output " + name + " of floating-point numbers");
  }

  /**
   * {@link #encoder} of the output that a classifier has: {@code logits}, or the only one.
   *
   * @throws ModelLoadException as {@link #encoder}; if there are several outputs and none is called
   *     {@code logits}
   */
  public OnnxEncoder classifier() {
    boolean named = outputs.stream().anyMatch(output -> output.name().equals("logits"));
    if (!named && outputs.size() != 1) {
      throw new ModelLoadException(
          file(), "the outputs " + outputs, "one output, or one called logits");
    }
    return encoder(named ? "logits" : outputs.getFirst().name());
  }

  /**
   * {@link #encoder} of the output that has a vector for each token: by the usual names, {@code
   * last_hidden_state} and {@code token_embeddings}, else the only one of three axes.
   *
   * @throws ModelLoadException as {@link #encoder}; if none is called so and there is not just one
   *     of three axes
   */
  public OnnxEncoder tokenEncoder() {
    List<String> found = new ArrayList<>();
    for (GraphTensor output : outputs) {
      if (output.shape().size() == 3) {
        found.add(output.name());
      }
    }
    for (String usual : List.of("last_hidden_state", "token_embeddings")) {
      if (found.contains(usual)) {
        return encoder(usual);
      }
    }
    if (found.size() != 1) {
      throw new ModelLoadException(
          file(),
          "the outputs " + outputs,
          "one output [batch, token, dimension], such as last_hidden_state");
    }
    return encoder(found.getFirst());
  }

  /**
   * Runs a task for each number below {@code count}, in that order, on as many threads as there are
   * workers, and returns when all have ended; the first failure lets no more of them begin and is
   * thrown. A single one runs on this thread.
   *
   * <p>The threads are the call's own, because in a pool a short call would wait, deaf to its
   * deadline, for a long one to end; at the workers, calls take turns and can be stopped. A thread
   * costs a hundredth of a run.
   */
  public void inParallel(int count, IntConsumer task) {
    Spread.over(count, Math.min(count, workers()), "ragwright-" + name() + "-", task);
  }

  /**
   * {@link #inParallel(int, IntConsumer)} for each text, the longest first, so that in the end no
   * thread waits for another that has just begun with a long one.
   */
  public void inParallel(List<String> texts, IntConsumer task) {
    if (texts.size() == 1) {
      inParallel(1, task);
      return;
    }
    List<Integer> longestFirst =
        IntStream.range(0, texts.size())
            .boxed()
            .sorted(Comparator.comparingInt(text -> -texts.get(text).length()))
            .toList();
    inParallel(texts.size(), turn -> task.accept(longestFirst.get(turn)));
  }

  /**
   * What it is: the file's digest, the runtime's version and what was done to the graph, since an
   * int8 model's last digits are a property of all three. What became of its 8-bit weights is said
   * only where it is not the default, whose products are the same on every processor; and {@code
   * int8Products=saturating} where they are not.
   */
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("model", name())
            .with(StageDescription.MODEL_SHA256, sha256)
            .with("runtime", runtime())
            .with("intraOpThreads", options.intraOpThreads());
    if (graph != null) {
      described = described.with("graph", graph);
    }
    if (options.int8Weights() != Int8Weights.AS_NEEDED) {
      described =
          described.with("int8Weights", options.int8Weights().name().toLowerCase(Locale.ROOT));
    }
    if (saturating) {
      described = described.with("int8Products", "saturating");
    }
    return adapter == null ? described : described.with("loraAdapterSha256", adapter.sha256());
  }

  /**
   * What it runs with: {@link Int8Weights#UNSIGNED} if weights were changed on this processor, else
   * {@link Int8Weights#AS_PUBLISHED}. For people: the products are the same.
   */
  public Int8Weights int8Weights() {
    return int8Weights;
  }

  /**
   * Whether its graph was rewritten and gives the published one's pooled vectors (a cosine of .999
   * and more), but those of single tokens no closer than .998: in a graph with 8-bit weights, where
   * a rounding here and there is another one. What reads tokens one by one takes the graph as it is
   * published: see {@link #load(ModelFolder, OnnxOptions)}.
   */
  public boolean isForPooling() {
    return EncoderFusion.isPooledOnly(graph);
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
    return folder.files().where(folder.modelFile());
  }

  /**
   * One run over one sequence, which gives the outputs in the order of their names.
   *
   * @param firstRow whether the first row of the last layer is enough
   * @throws IllegalStateException if the model is closed
   */
  List<FloatTensor> run(
      List<String> names,
      List<String> asked,
      boolean firstRow,
      Tokens tokens,
      CallContext context) {
    return run(
        context,
        () -> String.format(Locale.ROOT, "a text of %d tokens", tokens.size()),
        (options, worker) -> {
          Map<String, OnnxTensor> bound = new HashMap<>();
          try {
            bind(names, firstRow, tokens, worker, bound);
            try (OrtSession.Result result =
                session.run(bound, new LinkedHashSet<>(asked), options)) {
              List<FloatTensor> given = new ArrayList<>();
              for (String name : asked) {
                given.add(numbers((OnnxTensor) result.get(name).orElseThrow()));
              }
              return List.copyOf(given);
            }
          } finally {
            for (OnnxTensor tensor : bound.values()) {
              tensor.close();
            }
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

  /**
   * Keeps the model from being closed meanwhile.
   *
   * @throws IllegalStateException if it is closed
   */
  Lifecycle.Lease lease() {
    return lifecycle.acquire();
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
    return adapter != null && ModelGraph.isAdapterInput(input);
  }

  /** The session, for use within a {@link #run(CallContext, Supplier, NativeRun) run}. */
  OrtSession session() {
    return session;
  }

  static FloatTensor numbers(OnnxTensor tensor) {
    FloatBuffer numbers = tensor.getFloatBuffer(); // a copy, on the heap
    float[] values = new float[numbers.remaining()];
    numbers.get(values);
    return new FloatTensor(values, shape(tensor.getInfo()));
  }

  private static List<Long> shape(TensorInfo tensor) {
    List<Long> shape = new ArrayList<>();
    for (long axis : tensor.getShape()) {
      shape.add(axis);
    }
    return List.copyOf(shape);
  }

  private void bind(
      List<String> names,
      boolean firstRow,
      Tokens tokens,
      Workers.Worker worker,
      Map<String, OnnxTensor> bound)
      throws OrtException {
    int size = tokens.size();
    long[] shape = {1, size};
    LongBuffer memory = worker.memory(names.size() * size + 1);
    for (int i = 0; i < names.size(); i++) {
      LongBuffer values = memory.slice(i * size, size); // (batch = 1, token)
      switch (names.get(i)) {
        case OnnxEncoder.IDS -> values.put(0, tokens.ids());
        case OnnxEncoder.TYPES -> values.put(0, tokens.typeIds());
        default -> {
          for (int token = 0; token < size; token++) {
            values.put(token, token < tokens.attended() ? 1 : 0);
          }
        }
      }
      bound.put(names.get(i), OnnxTensor.createTensor(OnnxRuntime.environment(), values, shape));
    }
    if (rows) {
      LongBuffer count = memory.slice(names.size() * size, 1).put(0, firstRow ? 1 : size);
      bound.put(
          GraphFusion.ROWS,
          OnnxTensor.createTensor(OnnxRuntime.environment(), count, new long[] {1}));
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
              ? new GraphTensor(node.getName(), tensor.type.name(), shape(tensor))
              : new GraphTensor(
                  node.getName(), node.getInfo().getClass().getSimpleName(), List.of()));
    }
    return List.copyOf(declared);
  }
}
