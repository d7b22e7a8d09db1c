package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A language model that reads tokens and says which may follow, in ONNX Runtime: any decoder whose
 * graph takes {@code input_ids} and a cache of keys and values ({@code past...} in, {@code
 * present...} out), as Optimum, transformers.js and ONNX Runtime GenAI export them. What else it is
 * fed is what it declares: {@code attention_mask}, {@code position_ids}, {@code
 * num_logits_to_keep}, {@code use_cache_branch}.
 *
 * <p>A model with an encoder (T5, BART and their kin) is one of these too: its encoder reads a
 * {@linkplain #newState(int[], CallContext) source} once for each state, and its decoder, which
 * attends to that, reads {@link #startTokens()} and what is written.
 *
 * <p>Each caller reads and writes in a {@link DecodeState} of its own. At most {@link
 * OnnxOptions#workers()} runs are under way at once; the others wait in the order they came, and
 * have their turn between the parts of a long text and between written tokens.
 *
 * <p>Safe to share. Close it when done: that waits for running calls and refuses later ones.
 */
public final class OnnxDecoder implements AutoCloseable {
  private static final int PART = 512;
  private static final int VERIFY_PART = 32;
  private static final int LEAST_ROOM = 256;

  /** The most memory for the logits of a part, where a graph gives those of every token. */
  private static final int LOGITS_BYTES = 32 << 20;

  private final DecoderModels models;
  private final OnnxModel model; // whose workers bound the runs of all
  private final DecoderGraph graph;
  private final List<Integer> startTokens;
  private final OptionalInt maxTokens;
  private final CacheMemory.Pool pool;
  private final LogitsShape logits;
  private final boolean sharesCache;
  private volatile OptionalDouble runNoise = OptionalDouble.empty();

  /**
   * What the graph gives.
   *
   * @param lastOnly whether it gives the last token's alone, whatever it is asked for
   */
  record LogitsShape(int vocabulary, boolean lastOnly) {}

  private OnnxDecoder(DecoderModels models, ModelFolder folder) {
    this.models = models;
    this.model = models.first().model();
    this.graph = models.later().graph();
    this.startTokens = models.hasEncoder() ? DecoderTokens.starts(folder) : List.of();
    this.maxTokens = TokenLimit.of(folder);
    this.pool = new CacheMemory.Pool(graph.cache(), model.workers());
    DecoderTrial trial = new DecoderTrial(this);
    this.logits = trial.logits();
    this.sharesCache = rewindable() && trial.canShare();
    if (models.hasEncoder()) {
      trial.steps();
    }
  }

  /** {@link #load(ModelFolder, OnnxOptions)} with {@link OnnxOptions#forDecoders()}. */
  public static OnnxDecoder load(ModelFolder folder) {
    return load(folder, OnnxOptions.forDecoders());
  }

  /**
   * Loads the model's file and those that go with it, and tries them on a few tokens to see what
   * they give and whether the cache can be written in place.
   *
   * @throws ModelLoadException if one is missing, damaged, uses what the runtime does not have, or
   *     is not a decoder, in which case all of its inputs that are unknown are named; if encoder
   *     and decoder do not fit, or no setting tells what a decoder with an encoder begins with
   */
  public static OnnxDecoder load(ModelFolder folder, OnnxOptions options) {
    DecoderModels models = DecoderModels.load(folder, options);
    try {
      return new OnnxDecoder(models, folder);
    } catch (RuntimeException e) {
      models.close();
      throw e;
    }
  }

  /**
   * A state that holds nothing yet; the caller closes it.
   *
   * @throws RagException if there is not as much memory
   * @throws IllegalStateException if the decoder is closed, or {@linkplain #hasEncoder() has an
   *     encoder}
   */
  public DecodeState newState() {
    return newState(LEAST_ROOM);
  }

  /**
   * As {@link #newState()}, with memory for some tokens where it is allocated beforehand.
   *
   * @throws IllegalArgumentException if {@code tokens < 1}, or more than the model can read
   * @throws RagException if there is not as much memory
   * @throws IllegalStateException if the decoder is closed, or {@linkplain #hasEncoder() has an
   *     encoder}
   */
  @SuppressWarnings("try") // the lease only has to be closed
  public DecodeState newState(int tokens) {
    if (models.hasEncoder()) {
      throw new IllegalStateException(
          name() + " has an encoder, so that a state needs a source: newState(source, context)");
    }
    if (tokens < 1) {
      throw new IllegalArgumentException("a state has room for at least 1 token, not " + tokens);
    }
    requireRoom(tokens);
    try (Lifecycle.Lease lease = model.lease()) {
      return new DecodeState(this, newCache(sharesCache, tokens));
    }
  }

  /**
   * A state of a decoder with an encoder, which reads the source now; the caller closes it. Its
   * first tokens are to be {@link #startTokens()}. Beside what {@link #bytesPerToken()} says of
   * written tokens it holds as much for each token of the source, and what the encoder gave of it.
   *
   * @param source with the special tokens that the model wants around a text
   * @throws IllegalArgumentException if there are no tokens, one is not of the vocabulary, or there
   *     are more than the model can read
   * @throws RagException if the runtime fails, or there is no memory for the source
   * @throws dev.ragwright.call.CancelledException if the context was cancelled, before or during
   *     the run
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed, likewise
   * @throws IllegalStateException if the decoder is closed, or has no encoder
   */
  public DecodeState newState(int[] source, CallContext context) {
    if (!models.hasEncoder()) {
      throw new IllegalStateException(
          name() + " has no encoder, so that a state takes no source: newState()");
    }
    requireTokens(source);
    requireRoom(source.length);
    return new DecodeState(this, models.read(source, context));
  }

  KvCache newCache(boolean shared, int tokens) {
    try {
      return shared ? new SharedCache(graph.cache(), pool, tokens) : new PassedCache(graph.cache());
    } catch (OrtException e) {
      throw new RagException("the cache of " + name() + " cannot be made", e);
    }
  }

  /** What the model is called. */
  public String name() {
    return model.name();
  }

  /** How many tokens it knows: the length of the logits. Some exports pad them. */
  public int vocabularySize() {
    return logits.vocabulary;
  }

  /** How many tokens a state may hold, if the model's settings say so. */
  public OptionalInt maxTokens() {
    return maxTokens;
  }

  /** Whether an encoder reads a source first, and the decoder only what is written. */
  public boolean hasEncoder() {
    return models.hasEncoder();
  }

  /**
   * What a state of a decoder {@linkplain #hasEncoder() with an encoder} reads before what is
   * written: {@code decoder_start_token_id}, and behind it {@code forced_bos_token_id} where there
   * is one, by {@code generation_config.json} or else {@code config.json}. Unmodifiable; empty of
   * other decoders.
   */
  public List<Integer> startTokens() {
    return startTokens;
  }

  /** How many runs may be under way at once. */
  public int workers() {
    return model.workers();
  }

  /**
   * Whether the graph writes its cache in place, so that a step copies nothing and going back is
   * free; found out when it was loaded.
   */
  public boolean sharesCache() {
    return sharesCache;
  }

  /**
   * Whether a state can forget its last tokens. A model with convolutions or recurrences between
   * its attention cannot; one {@linkplain #hasEncoder() with an encoder} does not either.
   */
  public boolean rewindable() {
    return graph.rewindable() && !models.hasEncoder();
  }

  /**
   * How far the logits behind a token move with what is read in the same run: the greatest
   * difference, among the five likeliest tokens, between tokens read one at a time and four in a
   * run. It is rounding where weights and activations are floating-point numbers. It is tenths and
   * more where activations are quantised by the range of a whole run, as in most int8 files, so
   * that reading several tokens at once may change which is the likeliest. Measured on a few tokens
   * when it is first asked for; by each of those who ask before there is a result, since whoever
   * waited for another's would be deaf to a deadline of its own.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   * @throws IllegalStateException if the decoder is closed and it was not measured before, or
   *     {@linkplain #hasEncoder() has an encoder}, behind which tokens are read one at a time
   */
  public double runNoise(CallContext context) {
    context.throwIfStopped();
    OptionalDouble measured = runNoise;
    if (measured.isEmpty()) {
      measured = OptionalDouble.of(new DecoderTrial(this).runNoise(context));
      runNoise = measured;
    }
    return measured.getAsDouble();
  }

  /** {@link #runNoise(CallContext)}, however long it takes. */
  public double runNoise() {
    return runNoise(CallContext.unbounded());
  }

  /** The memory that a state takes for each token that it has room for, in bytes. */
  public long bytesPerToken() {
    return graph.bytesPerToken();
  }

  /** What it is: the digests of its files, the runtime's version and its threads. */
  public StageDescription description() {
    StageDescription described = models.description();
    return models.hasEncoder() ? described.with("startTokens", startTokens) : described;
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    models.close();
    pool.close();
  }

  DecoderModels models() {
    return models;
  }

  DecoderGraph graph() {
    return graph;
  }

  OnnxModel model() {
    return model;
  }

  /** How many tokens are read at once where the last one's logits are wanted. */
  int prefillPart() {
    if (models.hasEncoder()) {
      return 1; // exports take one behind a past
    }
    return graph.keep() != null || logits.lastOnly ? PART : Math.min(PART, rowsThatFit());
  }

  /** How many are read at once where the logits of all are wanted. */
  int verifyPart() {
    return logits.lastOnly ? 1 : Math.min(VERIFY_PART, rowsThatFit());
  }

  private int rowsThatFit() {
    return Math.max(1, LOGITS_BYTES / (logits.vocabulary * graph.logitsType().size));
  }

  /** Room to grow: twice as much each time, within what the model can read. */
  int roomFor(int tokens) {
    int room = LEAST_ROOM;
    while (room < tokens) {
      room = Math.multiplyExact(room, 2);
    }
    return Math.max(tokens, Math.min(room, maxTokens.orElse(Integer.MAX_VALUE)));
  }

  void requireTokens(int[] tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("there is no token to read");
    }
    for (int token : tokens) {
      if (token < 0 || token >= vocabularySize()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the token %d is not one of the %d that %s knows",
                token,
                vocabularySize(),
                name()));
      }
    }
  }

  void requireRoom(long tokens) {
    if (maxTokens.isPresent() && tokens > maxTokens.getAsInt()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d tokens are more than the %d that %s can read",
              tokens,
              maxTokens.getAsInt(),
              name()));
    }
  }

  /**
   * One run.
   *
   * @param length the tokens that the cache holds
   * @param wanted of how many of the last tokens logits are wanted, 1 or {@code count}
   * @param reader is shown them, after the cache has taken in the tokens
   */
  void run(
      KvCache cache,
      int length,
      int[] tokens,
      int from,
      int count,
      int wanted,
      Consumer<Rows> reader,
      CallContext context) {
    DecoderModels.Step step = length == 0 ? models.first() : models.later();
    int given = logits.lastOnly ? 1 : graph.keep() != null ? wanted : count;
    model.run(
        context,
        () -> String.format(Locale.ROOT, "%d tokens behind %d", count, length),
        (options, worker) -> {
          ByteBuffer memory = worker.output(given * logits.vocabulary * graph.logitsType().size);
          long[] shape = {1, given, logits.vocabulary};
          try (DecoderInputs inputs =
                  new DecoderInputs(
                      step.graph(),
                      length,
                      tokens,
                      from,
                      count,
                      given == count ? 0 : given,
                      worker);
              OnnxTensor output = tensor(memory, shape)) {
            Map<String, OnnxTensor> bound = inputs.bound();
            Map<String, OnnxTensor> pinned = new HashMap<>();
            pinned.put(DecoderGraph.LOGITS, output);
            cache.bind(bound, pinned);
            OrtSession.Result result =
                step.model().session().run(bound, cache.requested(), pinned, options);
            cache.take(result);
          }
          reader.accept(new Rows(memory, given - wanted));
          return true;
        });
  }

  private OnnxTensor tensor(ByteBuffer memory, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(OnnxRuntime.environment(), memory, shape, graph.logitsType());
  }

  /** The logits that a run gave, while the worker is held. */
  final class Rows {
    private final ByteBuffer memory;
    private final int first;

    private Rows(ByteBuffer memory, int first) {
      this.memory = memory;
      this.first = first;
    }

    /** Copies the logits of one of the wanted tokens. */
    void read(int row, float[] values) {
      int place = (first + row) * values.length;
      if (graph.logitsType() == OnnxJavaType.FLOAT) {
        memory.asFloatBuffer().get(place, values);
      } else {
        ShortBuffer halves = memory.asShortBuffer();
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.float16ToFloat(halves.get(place + i));
        }
      }
    }
  }
}
