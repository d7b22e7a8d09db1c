package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.vectors.QuantizedVectors;
import dev.ragwright.retrievers.vectors.TokenEmbeddings;
import dev.ragwright.retrievers.vectors.TokenReader;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ranks by late interaction: each token of the question looks for the passage's token that is most
 * like it, and the score is the sum of these cosines (MaxSim). Khattab and Zaharia, "ColBERT:
 * Efficient and Effective Passage Search via Contextualized Late Interaction over BERT" (SIGIR
 * 2020). A passage is read alone, so its vectors are kept for other questions.
 *
 * <p>{@link #load} takes an encoder that was trained for this, in the folder of a model of the
 * ColBERT kind, and does what its training did: markers of question and passage, a projection, a
 * question filled up with mask tokens, punctuation of passages left out. {@link #of} takes an
 * ordinary embedding model. That was trained for the one vector of a text, and what its tokens'
 * vectors are worth differs from model to model and set to set: measure before you use it; Search
 * of the tools prints what it is worth on a set. With such a model the tokens of prefixes and
 * special tokens do not take part.
 *
 * <p>Vectors are compared at a byte a number; what that moves is far below the differences of
 * scores. An index can keep those of its passages, so that nothing but the question is read when it
 * is asked: {@link dev.ragwright.retrievers.lucene.LuceneIndex.Builder#lateInteraction}. Of a
 * passage longer than the model reads, the beginning is read, and the rest is counted in the usage.
 *
 * <p>Safe to share. Close one that was loaded when done with it: that waits for running calls and
 * refuses later ones. One that was made of an embedder owns nothing: close the embedder.
 */
public final class LateInteraction implements Reranker, AutoCloseable {
  private static final String NAME = "late-interaction";
  private static final long DEFAULT_CACHE = 256L << 20;
  private static final int AT_ONCE = 32; // passages whose exact vectors are in memory

  private final TokenEncoder encoder;
  private final VectorCache cache;
  private final String source;
  private final Lifecycle lifecycle; // of an encoder of its own

  private LateInteraction(TokenEncoder encoder, long cacheBytes) {
    this.encoder = encoder;
    this.cache = new VectorCache(cacheBytes);
    this.source = NAME + " of " + encoder.description().scoreSource() + encoder.scale();
    this.lifecycle = new Lifecycle("the reranker " + encoder.description().name());
  }

  /** With the encoder of an embedder, and 256 MiB for vectors of passages. */
  public static LateInteraction of(OnnxEmbedder embedder) {
    return of(embedder, DEFAULT_CACHE);
  }

  /**
   * With the encoder of an embedder.
   *
   * @param cacheBytes how much memory the vectors of passages may take between calls, about; a
   *     passage of 200 tokens takes 80 kB at 384 dimensions; 0 keeps nothing. The longest unused go
   *     first.
   * @throws IllegalArgumentException if {@code cacheBytes < 0}
   */
  public static LateInteraction of(OnnxEmbedder embedder, long cacheBytes) {
    return new LateInteraction(new TokenEncoder.Borrowed(embedder), notNegative(cacheBytes));
  }

  /**
   * With the encoder of a model of the ColBERT kind, as its folder says itself.
   *
   * @throws ModelLoadException if the folder lacks what such a model needs
   */
  public static LateInteraction load(Path folder) {
    return builder(ModelFolder.of(folder)).build();
  }

  /**
   * Starts from what the folder of a model of the ColBERT kind says: one with an ONNX graph and
   * with {@code config_sentence_transformers.json} as PyLate writes it, or {@code
   * artifact.metadata} as ColBERT does. The projection is in the graph, as in exports for Vespa and
   * of pylate-onnx-export, or beside it: {@code 1_Dense/model.safetensors} of PyLate, {@code
   * linear.weight} in {@code model.safetensors} of ColBERT. Where PyLate's settings leave something
   * out, PyLate's defaults hold: {@code "[Q] "} and {@code "[D] "}, 32 and 180 tokens, expansion
   * that is not attended to, and ASCII punctuation to be skipped. A prompt for queries or documents
   * is put in front of their texts.
   *
   * @see <a href="https://github.com/lightonai/pylate">PyLate</a>, pylate/models/colbert.py
   * @see <a href="https://github.com/stanford-futuredata/ColBERT">ColBERT</a>,
   *     colbert/modeling/tokenization
   */
  public static Builder builder(ModelFolder folder) {
    return new Builder(Objects.requireNonNull(folder, "folder"));
  }

  private static long notNegative(long cacheBytes) {
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("cacheBytes must be >= 0, was " + cacheBytes);
    }
    return cacheBytes;
  }

  /**
   * {@inheritDoc} A score is from minus to plus the number of the question's tokens, those that it
   * was filled up with included; the {@linkplain Hit#source() source} names the model's file, and
   * the number where all questions have the same. Counts pairs and windows scored, texts and tokens
   * embedded, and what was cut; a passage of the cache is not embedded.
   *
   * @throws dev.ragwright.call.RagException if the runtime fails
   * @throws IllegalStateException if it was loaded and is closed, or its embedder is
   */
  @Override
  @SuppressWarnings("try") // the lease only has to be closed
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      return ranked(query, hits, topK, context);
    }
  }

  private Retrieval ranked(Query query, List<Hit> hits, int topK, CallContext context) {
    List<Hit> given = List.copyOf(hits);
    if (given.isEmpty()) {
      return Retrieval.of(List.of(), Usage.none());
    }
    TokenEmbeddings asked = read(List.of(query.text()), Side.QUERY, context);
    QuantizedVectors question = asked.vectors().getFirst();
    Usage usage =
        Usage.of(Usage.SCORED_PAIRS, given.size())
            .with(Usage.SCORED_WINDOWS, given.size())
            .plus(asked.usage());
    List<Hit> scored = new ArrayList<>();
    for (int from = 0; from < given.size(); from += AT_ONCE) {
      List<Hit> some = given.subList(from, Math.min(from + AT_ONCE, given.size()));
      Map<String, QuantizedVectors> vectors = new HashMap<>();
      usage = usage.plus(addVectors(some, vectors, context));
      for (Hit hit : some) {
        context.throwIfStopped();
        String text = hit.passage().searchText();
        double score = Objects.requireNonNull(vectors.get(text)).maxSim(question);
        scored.add(new Hit(hit.passage(), score, source));
      }
    }
    return Retrieval.ranked(scored, topK, usage);
  }

  private Usage addVectors(
      List<Hit> hits, Map<String, QuantizedVectors> vectors, CallContext context) {
    Set<String> missing = new LinkedHashSet<>();
    for (Hit hit : hits) {
      String text = hit.passage().searchText();
      QuantizedVectors known = cache.get(text);
      if (known == null) {
        missing.add(text);
      } else {
        vectors.put(text, known);
      }
    }
    List<String> texts = List.copyOf(missing);
    TokenEmbeddings read = read(texts, Side.DOCUMENT, context);
    for (int i = 0; i < texts.size(); i++) {
      QuantizedVectors quantized = read.vectors().get(i);
      vectors.put(texts.get(i), quantized);
      cache.put(texts.get(i), quantized);
    }
    return read.usage();
  }

  private TokenEmbeddings read(List<String> texts, Side side, CallContext context) {
    List<QuantizedVectors> quantized = new ArrayList<>(texts.size());
    long tokens = 0;
    long cutTexts = 0;
    long cutTokens = 0;
    for (int from = 0; from < texts.size(); from += AT_ONCE) {
      List<String> some = texts.subList(from, Math.min(from + AT_ONCE, texts.size()));
      for (TokenVectors vectors : encoder.tokenVectors(some, side, context)) {
        quantized.add(QuantizedVectors.of(vectors));
        tokens += vectors.read();
        cutTexts += vectors.cut() > 0 ? 1 : 0;
        cutTokens += vectors.cut();
      }
    }
    return new TokenEmbeddings(
        quantized,
        Usage.of(Usage.EMBEDDED_TEXTS, texts.size())
            .with(Usage.EMBEDDED_TOKENS, tokens)
            .with(Usage.TRUNCATED_TEXTS, cutTexts)
            .with(Usage.TRUNCATED_TOKENS, cutTokens));
  }

  /**
   * Its encoder, for an index that keeps the vectors of its passages: {@link
   * dev.ragwright.retrievers.lucene.LuceneIndex.Builder#lateInteraction}. The cache is not used.
   */
  @SuppressWarnings("exports") // for LuceneIndex
  public TokenReader reader() {
    return new Reader();
  }

  private final class Reader implements TokenReader {
    @Override
    @SuppressWarnings("try") // the lease only has to be closed
    public TokenEmbeddings read(List<String> texts, Side side, CallContext context) {
      context.throwIfStopped();
      try (Lifecycle.Lease lease = lifecycle.acquire()) {
        return LateInteraction.this.read(List.copyOf(texts), side, context);
      }
    }

    @Override
    public StageDescription description() {
      return encoder.description();
    }

    @Override
    public String scoreSource() {
      return source;
    }
  }

  /** About how many bytes the vectors of passages take now. */
  long cachedBytes() {
    return cache.bytes();
  }

  /** The encoder; the cache changes nothing. */
  @Override
  public StageDescription description() {
    return StageDescription.of("reranker", NAME).withParts(List.of(encoder.description()));
  }

  /** Closes the model that was loaded; of one made of an embedder, nothing. Idempotent. */
  @Override
  public void close() {
    if (encoder.isOwned()) {
      lifecycle.close(encoder::close);
    }
  }

  /** Collects what differs from what the folder says. Not for use by several threads. */
  public static final class Builder {
    private final ModelFolder folder;
    private OnnxOptions options = OnnxOptions.defaults();
    private long cacheBytes = DEFAULT_CACHE;
    private @Nullable Integer queryLength;
    private @Nullable Integer documentLength;

    private Builder(ModelFolder folder) {
      this.folder = folder;
    }

    /** How the model is run: its threads, its cache folder, its 8-bit weights. */
    public Builder options(OnnxOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /** How much memory the vectors of passages may take; see {@link #of(OnnxEmbedder, long)}. */
    public Builder cacheBytes(long bytes) {
      this.cacheBytes = notNegative(bytes);
      return this;
    }

    /**
     * How many tokens of a question to read, and to fill it up to, with the special ones and the
     * marker: for questions that are longer than those that the model was trained with.
     */
    public Builder queryLength(int tokens) {
      this.queryLength = tokens;
      return this;
    }

    /** The most tokens of a passage to read, with the special ones and the marker. */
    public Builder documentLength(int tokens) {
      this.documentLength = tokens;
      return this;
    }

    /**
     * Loads the model and reads one question with it.
     *
     * @throws ModelLoadException if a file is missing or damaged, the folder is of no such model, a
     *     marker is not in the vocabulary, or a projection does not fit the graph
     * @throws IllegalArgumentException if a length has no room for a text, or is more than the
     *     positions that {@code config.json} names
     */
    public LateInteraction build() {
      ColBertSettings settings = ColBertSettings.of(folder).with(queryLength, documentLength);
      return OnnxModel.loadWithTokenizer(
          folder,
          options,
          (model, tokenizer) ->
              new LateInteraction(
                  new ColBertEncoder(folder, settings, model, tokenizer), cacheBytes));
    }
  }
}
