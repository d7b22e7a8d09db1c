package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.DenseLayers;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Embeds with a model of the BERT kind in this process.
 *
 * <p>Each text is tokenized once and read alone, so its vector is the same, bit for bit, whatever
 * else is embedded with it or at the same time. A list is spread over as many threads as the model
 * has workers; a single text is computed on the caller's thread. Blank texts have a vector too:
 * that of the model's special tokens.
 *
 * <p>Safe to share. Owns its model, its tokenizer and its threads: close it when done; that waits
 * for running calls and refuses later ones.
 */
public final class OnnxEmbedder implements Embedder, AutoCloseable {
  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final OnnxEncoder encoder;
  private final TokenPooling pooling;
  private final DenseLayers dense; // behind pooling
  private final TooLong tooLong;
  private final Texts queries;
  private final Texts documents;
  private final int dimension;
  private final StageDescription description;
  private final Lifecycle lifecycle;
  private final TokenReading reading;
  private final boolean late;

  private OnnxEmbedder(Builder builder, OnnxModel model, Tokenizer tokenizer) {
    ModelFolder folder = builder.folder;
    SentenceSettings settings = SentenceSettings.of(folder);
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = model.tokenEncoder();
    this.reading = new TokenReading(folder, builder.options, model, tokenizer);
    this.pooling = new TokenPooling(builder.pooling(settings));
    this.tooLong = builder.tooLong;
    this.late = builder.late;
    int maxTokens = TokenLimit.of(folder, builder.maxTokens, "OnnxEmbedder.Builder.maxTokens");
    this.queries =
        texts(
            builder.queryPrefix == null ? folder.queryPrefix() : builder.queryPrefix,
            Math.min(maxTokens, settings.maxTokens(true).orElse(maxTokens)),
            settings);
    this.documents =
        texts(
            builder.documentPrefix == null ? folder.documentPrefix() : builder.documentPrefix,
            Math.min(maxTokens, settings.maxTokens(false).orElse(maxTokens)),
            settings);
    int width = pooled(tokenizer.encode(""), 0, CallContext.unbounded()).length;
    this.dense = settings.layers(width);
    int whole = dense.width(width);
    this.dimension = builder.dimension(settings, whole);
    this.description = describe(builder, settings, maxTokens, dimension < whole);
    this.lifecycle = new Lifecycle("the embedder " + folder.name());
  }

  /**
   * How the texts of one side are read.
   *
   * @param window tokens of text that the model reads in one run
   * @param skipped how many of a text's first tokens, special ones and the prefix, are not pooled
   */
  private record Texts(String prefix, int window, int skipped) {
    int overlap() {
      return window / 8;
    }
  }

  private Texts texts(String prefix, int maxTokens, SentenceSettings settings) {
    int window = maxTokens - tokenizer.specialTokens();
    if (window < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "maxTokens must be > %d, the special tokens of %s, was %d",
              tokenizer.specialTokens(),
              model.name(),
              maxTokens));
    }
    int skipped = settings.poolsPrompt() || prefix.isEmpty() ? 0 : promptTokens(prefix);
    return new Texts(prefix, window, skipped);
  }

  /**
   * As sentence-transformers counts them: with what is in front, without one special one behind.
   */
  private int promptTokens(String prompt) {
    Tokens tokens = tokenizer.encode(prompt, "");
    boolean endsSpecial =
        tokens.before() + tokens.textSize() < tokens.size() || tokens.textSize() == 0;
    return tokens.size() - (endsSpecial ? 1 : 0);
  }

  private StageDescription describe(
      Builder builder, SentenceSettings settings, int maxTokens, boolean isCut) {
    StageDescription described =
        StageDescription.of("embedder", builder.folder.name())
            .with(model.description().parameters())
            .with(tokenizer.description().parameters())
            .with("pooling", pooling)
            .with("queryPrefix", queries.prefix())
            .with("documentPrefix", documents.prefix())
            .with("maxTokens", maxTokens)
            .with("longTexts", tooLong)
            .with("dimension", dimension);
    // What few models have is said only of these: an index knows its embedder by the description.
    if (!dense.isEmpty()) {
      described = described.with("dense", dense);
    }
    if (!settings.poolsPrompt()) {
      described = described.with("includePrompt", false);
    }
    if (queries.window() != documents.window()) {
      described =
          described
              .with("queryTokens", queries.window())
              .with("documentTokens", documents.window());
    }
    if (late) {
      described = described.with("lateChunking", "overlap " + lateOverlap());
    }
    if (isCut) {
      described = described.with("truncateDim", dimension);
    }
    Optional<String> other = settings.otherSimilarity(isCut);
    if (other.isPresent() && !builder.cosine) {
      throw new ModelLoadException(
          builder.folder.toString(),
          other.get(),
          "cosine, by which vectors of length 1 are compared; OnnxEmbedder.Builder.cosine() takes"
              + " it in place of what the folder says");
    }
    return other.isPresent()
        ? described.with("similarity", "cosine, not " + other.get())
        : described;
  }

  /** The embedder of {@link ModelFolder#bgeSmallEn()}. */
  public static OnnxEmbedder bgeSmallEn() {
    return builder(ModelFolder.bgeSmallEn()).build();
  }

  /** The embedder of {@link ModelFolder#allMiniLm()}. */
  public static OnnxEmbedder allMiniLm() {
    return builder(ModelFolder.allMiniLm()).build();
  }

  /**
   * The embedder of a folder in the Hugging Face layout, as it says itself: with the pooling, the
   * layers of the type {@code Dense} behind it, the limits, the prompts and the dimension of
   * sentence-transformers.
   *
   * @throws ModelLoadException if the folder lacks what an embedder needs, or has a setting that
   *     cannot be done here, which is named
   */
  public static OnnxEmbedder load(Path folder) {
    return builder(ModelFolder.of(folder)).build();
  }

  /** Starts from what the folder says. */
  public static Builder builder(ModelFolder folder) {
    return new Builder(Objects.requireNonNull(folder, "folder"));
  }

  /**
   * {@inheritDoc} Counts texts, tokens read, and with {@link TooLong#CUT} what was not read.
   *
   * @throws RagException if the runtime fails, or gives what is not a number
   * @throws IllegalStateException if the embedder is closed
   */
  @Override
  @SuppressWarnings("try") // the lease only has to be closed
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    Texts how = of(side);
    List<String> read = List.copyOf(texts);
    Embedded[] embedded = new Embedded[read.size()];
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      model.inParallel(read, text -> embedded[text] = embed(read.get(text), how, context));
    }
    List<float[]> vectors = new ArrayList<>();
    long tokens = 0;
    long truncated = 0;
    long cut = 0;
    for (Embedded text : embedded) {
      vectors.add(text.vector());
      tokens += text.tokens();
      truncated += text.cut() > 0 ? 1 : 0;
      cut += text.cut();
    }
    return new Embeddings(
        vectors,
        Usage.of(Usage.EMBEDDED_TEXTS, embedded.length)
            .with(Usage.EMBEDDED_TOKENS, tokens)
            .with(Usage.TRUNCATED_TEXTS, truncated)
            .with(Usage.TRUNCATED_TOKENS, cut));
  }

  /** Whether it was built with {@link Builder#lateChunking()}. */
  @Override
  public boolean readsSurroundings() {
    return late;
  }

  /**
   * {@inheritDoc} Counts as {@link #embed} does.
   *
   * @throws RagException if the runtime fails, or gives what is not a number
   * @throws IllegalStateException if the embedder is closed
   */
  @Override
  @SuppressWarnings("try") // the lease only has to be closed
  public Embeddings embedPassages(List<Passage> passages, CallContext context) {
    if (!late) {
      return Embedder.super.embedPassages(passages, context);
    }
    List<LateWindow> windows = new ArrayList<>();
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      for (ReadTogether document : ReadTogether.of(passages)) {
        windows.addAll(
            LateWindow.of(
                document,
                tokenizer,
                documents.prefix(),
                documents.window(),
                lateOverlap(),
                context));
      }
      model.inParallel(windows.size(), window -> windows.get(window).read(encoder, context));
    }
    float[][] sums = new float[passages.size()][];
    int[] counts = new int[passages.size()];
    long tokens = 0;
    for (LateWindow window : windows) {
      window.addTo(sums, counts);
      tokens += window.size();
    }
    List<float[]> vectors = new ArrayList<>();
    Usage usage =
        Usage.of(Usage.EMBEDDED_TEXTS, passages.size()).with(Usage.EMBEDDED_TOKENS, tokens);
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] == null) { // the model has no token for any of its characters
        Embeddings alone = embed(List.of(passages.get(i).searchText()), Side.DOCUMENT, context);
        vectors.add(alone.vectors().getFirst());
        usage = usage.plus(alone.usage().with(Usage.EMBEDDED_TEXTS, 0));
      } else {
        vectors.add(normalized(sized(dense.of(divided(sums[i], counts[i])))));
      }
    }
    return new Embeddings(vectors, usage);
  }

  private static float[] divided(float[] sum, int by) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= by;
    }
    return sum;
  }

  /** How many tokens neighbouring windows of a document share: each has half of them around it. */
  private int lateOverlap() {
    return documents.window() / 2;
  }

  private Texts of(Side side) {
    return side == Side.QUERY ? queries : documents;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /**
   * All that its vectors depend on: the digests of the model and the tokenizer, pooling, prefixes,
   * the limit and what happens beyond it, and the runtime's version.
   */
  @Override
  public StageDescription description() {
    return description;
  }

  /**
   * Counts tokens as this model does: for a chunker whose passages are to fit. {@link
   * #maxTextTokens()} is their bound. It works until the embedder is closed.
   */
  public TokenCounter tokenCounter() {
    return tokenizer;
  }

  /**
   * How many tokens of a document the model reads in one run, the special ones not counted: the
   * model's limit less those. A prefix counts as text.
   */
  public int maxTextTokens() {
    return documents.window();
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          try (tokenizer;
              reading) {
            model.close();
          }
        });
  }

  /**
   * Returns the vectors of the tokens of each text, in the order of the texts: what a comparison
   * token by token reads. The model reads the beginning of a text that is longer than its limit. A
   * prefix is read too, but special tokens and the prefix have no vector here.
   *
   * <p>They are those of the graph as it is published. Where this embedder runs a rewritten one
   * with 8-bit weights, which gives the same vectors of texts but not of tokens, the first call
   * loads the published one beside it: it takes the model's size in memory again.
   *
   * @throws RagException if the runtime fails, or gives what is not a number
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   * @throws IllegalStateException if the embedder is closed
   */
  @SuppressWarnings({"exports", "try"}) // for LateInteraction; the lease only has to be closed
  public List<TokenVectors> tokenVectors(List<String> texts, Side side, CallContext context) {
    Texts how = of(side);
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      return reading.of(List.copyOf(texts), how.prefix(), how.window(), context);
    }
  }

  /** {@link #description()} of what {@link #tokenVectors} gives. */
  public StageDescription tokenDescription() {
    return reading.isOfAnotherGraph() ? description.with("graph", "as published") : description;
  }

  /** What became of one text. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Embedded(float[] vector, long tokens, long cut) {}

  private Embedded embed(String text, Texts how, CallContext context) {
    Tokens tokens = tokenizer.encode(how.prefix(), text, context);
    int size = tokens.textSize();
    int window = how.window();
    if (size <= window) {
      return new Embedded(normalized(read(tokens, how.skipped(), context)), tokens.size(), 0);
    }
    if (tooLong == TooLong.CUT) {
      Tokens some = tokenizer.cut(tokens, window);
      return new Embedded(
          normalized(read(some, how.skipped(), context)), some.size(), size - window);
    }
    float[] sum = new float[dimension];
    long read = 0;
    int from = 0;
    int to;
    do {
      to = Math.min(from + window, size);
      int skipped = from == 0 || how.skipped() - from > tokens.before() ? how.skipped() - from : 0;
      int weight = to - Math.max(from, how.skipped() - tokens.before());
      if (weight > 0) { // else it is all prefix
        Tokens part = tokens.window(from, to);
        float[] vector = normalized(read(part, skipped, context));
        for (int i = 0; i < dimension; i++) {
          sum[i] += vector[i] * weight;
        }
        read += part.size();
      }
      from = to - how.overlap();
    } while (to < size);
    return new Embedded(normalized(sum), read, 0);
  }

  private float[] read(Tokens tokens, int skipped, CallContext context) {
    return sized(dense.of(pooled(tokens, skipped, context)));
  }

  private float[] sized(float[] vector) {
    return vector.length == dimension ? vector : Arrays.copyOf(vector, dimension);
  }

  /** One run. */
  private float[] pooled(Tokens tokens, int skipped, CallContext context) {
    return pooling.of(
        skipped == 0 && pooling.isOfFirstRow()
            ? encoder.runFirst(tokens, context)
            : encoder.run(tokens, context),
        skipped);
  }

  private float[] normalized(float[] vector) {
    TokenVectors.normalize(model.name(), vector, 0, vector.length);
    return vector;
  }

  /** Collects what differs from what the folder says. Not for use by several threads. */
  public static final class Builder {
    private final ModelFolder folder;
    private TooLong tooLong = TooLong.WINDOWS;
    private OnnxOptions options = OnnxOptions.defaults();
    private @Nullable Pooling pooling;
    private @Nullable String queryPrefix;
    private @Nullable String documentPrefix;
    private OptionalInt maxTokens = OptionalInt.empty();
    private boolean cosine;
    private OptionalInt dimension = OptionalInt.empty();
    private boolean anyDimension;
    private boolean late;

    private Builder(ModelFolder folder) {
      this.folder = folder;
    }

    /**
     * What to do with a text of more tokens than the model reads: {@link TooLong#CUT}, or, unless
     * set, {@link TooLong#WINDOWS} that overlap by an eighth. Others are refused.
     */
    public Builder whenTooLong(TooLong value) {
      this.tooLong = value.oneOf(TooLong.WINDOWS, TooLong.CUT);
      return this;
    }

    /** How the model is run: its threads, its cache folder, its 8-bit weights. */
    public Builder options(OnnxOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /** For a folder without {@code 1_Pooling/config.json}, or against it. */
    public Builder pooling(Pooling pooling) {
      this.pooling = Objects.requireNonNull(pooling, "pooling");
      return this;
    }

    /**
     * Compares vectors by their cosine also where {@code similarity_fn_name} of the folder says
     * otherwise, which is refused unless this is called: a model that was trained for the dot
     * product or the distance of vectors of any length may rank worse so. Measure it.
     */
    public Builder cosine() {
      this.cosine = true;
      return this;
    }

    /**
     * How many numbers of a vector to keep, the first ones, in place of what the folder says: for
     * models that were trained to be cut (Kusupati et al., "Matryoshka Representation Learning",
     * NeurIPS 2022), whose files say where: {@code matryoshka_dimensions} or {@code
     * matryoshka_dims} in {@code config.json} or {@code config_sentence_transformers.json}, and
     * {@code truncate_dim} in the latter. What is kept is brought to length 1, so an index is
     * smaller by as much, and a search faster. An index knows its embedder by this, too.
     *
     * @throws IllegalArgumentException if {@code numbers < 1}
     */
    public Builder dimension(int numbers) {
      return dimension(numbers, false);
    }

    /**
     * {@link #dimension}, also where the files do not say that the model was trained for it: of
     * some that is only on the model's page. Others lose by it, much or little: measure it.
     *
     * @throws IllegalArgumentException if {@code numbers < 1}
     */
    public Builder anyDimension(int numbers) {
      return dimension(numbers, true);
    }

    private Builder dimension(int numbers, boolean any) {
      if (numbers < 1) {
        throw new IllegalArgumentException("dimension must be >= 1, was " + numbers);
      }
      this.dimension = OptionalInt.of(numbers);
      this.anyDimension = any;
      return this;
    }

    /**
     * Late chunking: {@link #embedPassages} reads a document as one text, and the vector of a
     * passage is the mean of those that its tokens have there, so that it knows what stands around
     * it. From Günther et al., "Late Chunking: Contextual Chunk Embeddings Using Long-Context
     * Embedding Models" (2024). A document of more tokens than the model reads in one run is read
     * in windows, as that paper's long late chunking has it; they overlap by half, and a token's
     * vector is that of the window in whose middle it stands. Headings and notes that are no part
     * of the text are not read, and {@link #embed} reads a text alone as it does without.
     *
     * <p>It wants a model whose pooling is the mean of the tokens. A text longer than a window is
     * read about twice. With {@code all-MiniLM-L6-v2}, which reads 254 tokens, it is not told apart
     * from reading passages alone on two sets; with {@code bge-small-en-v1.5} and the mean it finds
     * less (the guide has the figures): measure it before you take it.
     */
    public Builder lateChunking() {
      this.late = true;
      return this;
    }

    /** What to put in front of every query, instead of what the folder says; may be empty. */
    public Builder queryPrefix(String prefix) {
      this.queryPrefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /** What to put in front of every passage, instead of what the folder says; may be empty. */
    public Builder documentPrefix(String prefix) {
      this.documentPrefix = Objects.requireNonNull(prefix, "prefix");
      return this;
    }

    /**
     * How many tokens to read in one run, special tokens included; at most what the folder says.
     *
     * @throws IllegalArgumentException if {@code tokens < 1}
     */
    public Builder maxTokens(int tokens) {
      if (tokens < 1) {
        throw new IllegalArgumentException("maxTokens must be >= 1, was " + tokens);
      }
      this.maxTokens = OptionalInt.of(tokens);
      return this;
    }

    /**
     * Loads the model; it takes about half a second and the model's size in memory.
     *
     * @throws ModelLoadException if a file is missing or damaged, or does not say what has to be
     *     known
     * @throws IllegalArgumentException if {@link #maxTokens} is more than the model reads, or not
     *     more than its special tokens; if {@link #dimension} is more than the model has, or none
     *     that it was trained for; or if {@link #lateChunking} of another pooling is asked for
     */
    public OnnxEmbedder build() {
      TokenPooling pooled = new TokenPooling(pooling(SentenceSettings.of(folder)));
      if (late && !pooled.modes().equals(List.of(Pooling.MEAN))) {
        throw new IllegalArgumentException(
            "lateChunking takes the mean of a passage's tokens, and %s pools by %s; add pooling(Pooling.MEAN) to compare queries by it, too, and measure it"
                .formatted(folder.name(), pooled));
      }
      return OnnxModel.loadWithTokenizer(
          folder,
          options,
          late ? null : pooled.direction().orElse(null), // null: the vectors of single tokens
          (model, tokenizer) -> new OnnxEmbedder(this, model, tokenizer));
    }

    private int dimension(SentenceSettings settings, int whole) {
      if (dimension.isEmpty()) {
        return Math.min(whole, settings.dimension().orElse(whole));
      }
      int asked = dimension.getAsInt();
      if (asked > whole) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dimension must be <= %d, the numbers that %s gives, was %d",
                whole,
                folder.name(),
                asked));
      }
      List<Integer> trained =
          IntStream.concat(
                  settings.dimension().stream(),
                  settings.trainedDimensions().stream().mapToInt(numbers -> numbers))
              .distinct()
              .sorted()
              .boxed()
              .toList();
      if (!anyDimension && asked != whole && !trained.contains(asked)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "dimension %d: %s says %s; anyDimension(%d) cuts all the same",
                asked,
                folder.name(),
                trained.isEmpty()
                    ? "nowhere that it was trained to be cut"
                    : "that it was trained to be cut to " + trained,
                asked));
      }
      return asked;
    }

    private List<Pooling> pooling(SentenceSettings settings) {
      List<Pooling> said = pooling == null ? settings.pooling() : List.of(pooling);
      if (said.isEmpty()) {
        throw new ModelLoadException(
            folder.toString(),
            folder.text("modules.json").isPresent()
                ? "no Pooling in modules.json"
                : "no 1_Pooling/config.json",
            "the pooling there, or OnnxEmbedder.Builder.pooling to be set");
      }
      return said;
    }
  }
}
