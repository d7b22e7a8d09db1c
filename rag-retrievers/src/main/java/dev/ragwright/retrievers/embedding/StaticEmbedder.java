package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.TokenTable;
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

/**
 * Embeds with a static model, as model2vec distils them: a text's vector is the mean of its tokens'
 * vectors, brought to length 1. There is no network to run, so it takes about as long as the
 * tokenizer; and the order of words, and what they mean beside each other, make no difference to
 * it. What it gives is what model2vec 0.10 gives with {@code normalize=True}, but that Python cuts
 * a text at 512 tokens unless the folder says otherwise, and this reads all of it.
 *
 * <p>Both sides are read alike. Tokens that the vocabulary does not know count for nothing; a text
 * of none else, and an empty one, have a vector of zeros.
 *
 * <p>Safe to share. Owns its tokenizer: close it when done; that waits for running calls and
 * refuses later ones.
 */
public final class StaticEmbedder implements Embedder, AutoCloseable {
  private final TokenTable table;
  private final Tokenizer tokenizer;
  private final int dimension;
  private final String name;
  private final Lifecycle lifecycle;

  private StaticEmbedder(ModelFolder folder, TokenTable table, Tokenizer tokenizer, int dimension) {
    this.table = table;
    this.tokenizer = tokenizer;
    this.dimension = dimension;
    this.name = folder.name();
    this.lifecycle = new Lifecycle("the embedder " + name);
  }

  /**
   * The model in a folder, with {@code model.safetensors} and {@code tokenizer.json}.
   *
   * @throws ModelLoadException if a file is missing or damaged
   */
  public static StaticEmbedder load(Path folder) {
    return load(ModelFolder.of(folder));
  }

  /** As {@link #load(Path)}, of a folder that has a name. */
  public static StaticEmbedder load(ModelFolder folder) {
    TokenTable table = TokenTable.load(folder);
    return new StaticEmbedder(folder, table, Tokenizer.load(folder), table.dimension());
  }

  /**
   * The model in a folder, of whose vectors the first numbers alone are kept: for those whose
   * numbers are ordered by what they are worth, as model2vec's are by the principal components.
   *
   * @throws ModelLoadException if a file is missing or damaged
   * @throws IllegalArgumentException if {@code dimension} is not within 1 and what the model has
   */
  public static StaticEmbedder load(ModelFolder folder, int dimension) {
    TokenTable table = TokenTable.load(folder);
    if (dimension < 1 || dimension > table.dimension()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the dimension must be within 1 and the %d of %s, was %d",
              table.dimension(),
              folder.name(),
              dimension));
    }
    return new StaticEmbedder(folder, table, Tokenizer.load(folder), dimension);
  }

  /**
   * {@inheritDoc} Counts texts and their tokens.
   *
   * @throws RagException if the model's numbers are not finite
   * @throws IllegalStateException if the embedder is closed
   */
  @Override
  @SuppressWarnings("try") // the lease only has to be closed
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    List<float[]> vectors = new ArrayList<>(texts.size());
    long read = 0;
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      for (String text : texts) {
        context.throwIfStopped();
        Tokens tokens = tokenizer.encode("", text, context);
        read += tokens.textSize();
        float[] mean = table.mean(tokens);
        float[] vector = mean.length == dimension ? mean : Arrays.copyOf(mean, dimension);
        TokenVectors.normalize(name, vector, 0, dimension);
        vectors.add(vector);
      }
    }
    return new Embeddings(
        vectors, Usage.of(Usage.EMBEDDED_TEXTS, vectors.size()).with(Usage.EMBEDDED_TOKENS, read));
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** The digests of the vectors and the tokenizer, and the dimension. */
  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", name)
        .with(table.description().parameters())
        .with(tokenizer.description().parameters())
        .with("dimension", dimension);
  }

  /** Counts tokens as this model does. It works until the embedder is closed. */
  public TokenCounter tokenCounter() {
    return tokenizer;
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(tokenizer::close);
  }
}
