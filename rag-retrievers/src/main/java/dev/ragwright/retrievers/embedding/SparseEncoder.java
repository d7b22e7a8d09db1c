package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.SparseSettings;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Embedder.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Weighs the tokens of a vocabulary for a text, with a model of the SPLADE kind in this process:
 * also those that are not in the text, which the model thinks of with it. The weights of two texts
 * are compared by their dot product, so they go into an inverted index: {@link
 * dev.ragwright.retrievers.lucene.LuceneIndex.Builder#sparseEncoder}. Formal, Piwowarski and
 * Clinchant, "SPLADE: Sparse Lexical and Expansion Model for First Stage Ranking" (SIGIR 2021).
 *
 * <p>A token weighs {@code log(1 + max(0, logit))} by the logits of a masked language model, the
 * greatest or the sum over the places of the text, as {@code SpladePooling} of
 * sentence-transformers says; where questions have a route of their own, {@code
 * SparseStaticEmbedding}, a question's own tokens weigh what a table says, and no model reads them.
 *
 * <p>Each text is read alone. Of one that is longer than the model reads, the beginning is read,
 * and the rest is counted in the usage. A run holds a number for each token of the text and of the
 * vocabulary: 60 MB at 512 and 30,000.
 *
 * <p>Safe to share. Owns its model and its tokenizer: close it when done; that waits for running
 * calls and refuses later ones.
 */
public final class SparseEncoder implements AutoCloseable {
  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final OnnxEncoder encoder;
  private final List<String> names;
  private final boolean sums;
  private final boolean takesLogTwice;
  private final OptionalInt mostTokens;
  private final float @Nullable [] questionWeights;
  private final String queryPrefix;
  private final String documentPrefix;
  private final int window;
  private final StageDescription description;
  private final Lifecycle lifecycle;

  private SparseEncoder(
      ModelFolder folder, SparseSettings settings, OnnxModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = model.classifier();
    this.names = TokenBytes.names(folder);
    this.sums = settings.sums();
    this.takesLogTwice = settings.takesLogTwice();
    this.mostTokens = settings.mostTokens();
    this.questionWeights = settings.questionWeights().orElse(null);
    this.queryPrefix = folder.queryPrefix();
    this.documentPrefix = folder.documentPrefix();
    int maxTokens = TokenLimit.of(folder, OptionalInt.empty(), "model_max_length");
    this.window = maxTokens - tokenizer.specialTokens();
    FloatTensor logits = encoder.run(tokenizer.encode(""), CallContext.unbounded());
    requireFitting(folder, logits.shape());
    StageDescription described =
        StageDescription.of("encoder", folder.name())
            .with(model.description().parameters())
            .with(tokenizer.description().parameters())
            .with(settings.parameters())
            .with("queryPrefix", queryPrefix)
            .with("documentPrefix", documentPrefix)
            .with("maxTokens", maxTokens);
    if (mostTokens.isPresent()) {
      described = described.with("mostTokens", mostTokens.getAsInt());
    }
    if (settings.questionFile().isPresent()) {
      described =
          described.with("questionWeightsSha256", folder.sha256(settings.questionFile().get()));
    }
    this.description = described;
    this.lifecycle = new Lifecycle("the encoder " + folder.name());
  }

  private void requireFitting(ModelFolder folder, List<Long> shape) {
    boolean ofTokens = shape.size() == 3 && shape.getLast() >= names.size();
    if (!ofTokens) {
      throw new ModelLoadException(
          folder.toString(),
          "the output %s of shape %s".formatted(encoder.output().name(), shape),
          "logits [batch, token, vocabulary] of a masked language model, for the "
              + names.size()
              + " tokens of tokenizer.json");
    }
    if (questionWeights != null && questionWeights.length < names.size()) {
      throw new ModelLoadException(
          folder.toString(),
          "weights of " + questionWeights.length + " tokens for questions",
          "of the " + names.size() + " of tokenizer.json");
    }
  }

  /** The encoder of a folder, as it says itself. See {@link #load(ModelFolder, OnnxOptions)}. */
  public static SparseEncoder load(Path folder) {
    return load(ModelFolder.of(folder), OnnxOptions.defaults());
  }

  /**
   * The encoder of a folder of sentence-transformers, {@code modules.json} with a {@code
   * Transformer} for {@code fill-mask} (or {@code MLMTransformer}) and {@code SpladePooling}, and
   * with an ONNX graph that gives logits. A folder without {@code modules.json}, as those of the
   * first such models, takes the greatest over the text's places. With a {@code Router} the
   * document's route is the graph, which stands at the top of the folder, and the question's a
   * {@code SparseStaticEmbedding}.
   *
   * @throws ModelLoadException if the folder lacks what such an encoder needs, or has a setting
   *     that cannot be done here, which is named
   */
  public static SparseEncoder load(ModelFolder folder, OnnxOptions options) {
    SparseSettings settings = SparseSettings.of(folder);
    return OnnxModel.loadWithTokenizer(
        folder,
        options,
        (model, tokenizer) -> new SparseEncoder(folder, settings, model, tokenizer));
  }

  /**
   * The weights of some texts.
   *
   * @param weights by the tokens' names in the vocabulary, for each text in their order; greatest
   *     first, ties by name; all positive, unmodifiable
   * @param usage texts and tokens read, and those cut
   */
  public record Weights(List<Map<String, Float>> weights, Usage usage) {
    /** Copies the list. */
    public Weights {
      weights = List.copyOf(weights);
    }
  }

  /**
   * Weighs the tokens for each text, in the order of the texts.
   *
   * @throws RagException if the runtime fails, or gives what is not a number
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   * @throws IllegalStateException if the encoder is closed
   */
  @SuppressWarnings("try") // the lease only has to be closed
  public Weights encode(List<String> texts, Side side, CallContext context) {
    List<String> read = List.copyOf(texts);
    Encoded[] encoded = new Encoded[read.size()];
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      model.inParallel(read, text -> encoded[text] = encode(read.get(text), side, context));
    }
    List<Map<String, Float>> weights = new ArrayList<>();
    long tokens = 0;
    long cutTexts = 0;
    long cutTokens = 0;
    for (Encoded text : encoded) {
      weights.add(text.weights());
      tokens += text.tokens();
      cutTexts += text.cut() > 0 ? 1 : 0;
      cutTokens += text.cut();
    }
    return new Weights(
        weights,
        Usage.of(Usage.EMBEDDED_TEXTS, encoded.length)
            .with(Usage.EMBEDDED_TOKENS, tokens)
            .with(Usage.TRUNCATED_TEXTS, cutTexts)
            .with(Usage.TRUNCATED_TOKENS, cutTokens));
  }

  private record Encoded(Map<String, Float> weights, int tokens, int cut) {}

  private Encoded encode(String text, Side side, CallContext context) {
    Tokens all = tokenizer.encode(side == Side.QUERY ? queryPrefix : documentPrefix, text, context);
    Tokens tokens = all.textSize() > window ? tokenizer.cut(all, window) : all;
    float[] byId =
        side == Side.QUERY && questionWeights != null
            ? looked(tokens, questionWeights)
            : pooled(encoder.run(tokens, context));
    return new Encoded(named(byId), tokens.size(), all.textSize() - tokens.textSize());
  }

  /** Each of the text's own tokens once. */
  private static float[] looked(Tokens tokens, float[] weights) {
    float[] byId = new float[weights.length];
    for (int i = tokens.before(); i < tokens.before() + tokens.textSize(); i++) {
      int id = Math.toIntExact(tokens.id(i));
      byId[id] = weights[id];
    }
    return byId;
  }

  private float[] pooled(FloatTensor logits) {
    int width = Math.toIntExact(logits.shape().getLast());
    float[] values = logits.values(); // (batch = 1, token, vocabulary)
    float[] byId = new float[width];
    for (int start = 0; start < values.length; start += width) {
      for (int id = 0; id < width; id++) {
        float logit = values[start + id];
        if (!Float.isFinite(logit)) {
          throw new RagException(
              "the model %s gave a logit that is not a finite number".formatted(model.name()));
        }
        if (sums) {
          byId[id] += logit > 0 ? weight(logit) : 0;
        } else {
          byId[id] = Math.max(byId[id], logit);
        }
      }
    }
    for (int id = 0; id < width && !sums; id++) {
      byId[id] = byId[id] > 0 ? weight(byId[id]) : 0; // it rises with the logit
    }
    return byId;
  }

  private float weight(float logit) {
    double once = StrictMath.log1p(logit);
    return (float) (takesLogTwice ? StrictMath.log1p(once) : once);
  }

  private Map<String, Float> named(float[] byId) {
    List<Map.Entry<String, Float>> found = new ArrayList<>();
    for (int id = 0; id < names.size(); id++) { // what is behind them pads the graph's output
      if (byId[id] >= Float.MIN_NORMAL && !names.get(id).isEmpty()) {
        found.add(Map.entry(names.get(id), byId[id]));
      }
    }
    found.sort(
        Map.Entry.<String, Float>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    Map<String, Float> weights = new LinkedHashMap<>();
    found.stream()
        .limit(mostTokens.orElse(Integer.MAX_VALUE))
        .forEach(token -> weights.put(token.getKey(), token.getValue()));
    return Collections.unmodifiableMap(weights);
  }

  /**
   * All that its weights depend on: the digests of the model and the tokenizer, pooling, prompts,
   * limits, and the runtime's version.
   */
  public StageDescription description() {
    return description;
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          try (tokenizer) {
            model.close();
          }
        });
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, %,d tokens", model.name(), names.size());
  }
}
