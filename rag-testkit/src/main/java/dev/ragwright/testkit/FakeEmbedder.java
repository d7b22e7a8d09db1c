package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.List;

/**
 * Embeds without a model: each word adds 1 or -1 at a place that its hash code says, and the sum is
 * scaled to length 1 (zeros for a text without words). Texts that share words are near each other,
 * and the same text has the same vector everywhere. Both sides are the same. Immutable and safe to
 * share.
 */
public final class FakeEmbedder implements Embedder {
  private final int dimension;

  private FakeEmbedder(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be >= 1, was " + dimension);
    }
    this.dimension = dimension;
  }

  /**
   * An embedder whose vectors have {@code dimension} numbers.
   *
   * @throws IllegalArgumentException if {@code dimension < 1}
   */
  public static FakeEmbedder of(int dimension) {
    return new FakeEmbedder(dimension);
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    List<float[]> vectors = new ArrayList<>();
    long tokens = 0;
    for (String text : texts) {
      context.throwIfStopped();
      List<String> words = Words.of(text);
      vectors.add(vector(words));
      tokens += words.size();
    }
    return new Embeddings(
        vectors, Usage.of(Usage.EMBEDDED_TEXTS, texts.size()).with(Usage.EMBEDDED_TOKENS, tokens));
  }

  private float[] vector(List<String> words) {
    float[] vector = new float[dimension];
    for (String word : words) {
      int hash = word.hashCode() * 0x9E3779B9; // spreads the low bits, in which short words differ
      vector[Math.floorMod(hash >>> 1, dimension)] += (hash & 1) == 0 ? 1 : -1;
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    for (int i = 0; squares > 0 && i < dimension; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return vector;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", "fake").with("dimension", dimension);
  }
}
