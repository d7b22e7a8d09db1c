package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A bag of words, each hashed to a place of the vector: texts that share words are near. */
final class HashEmbedder implements Embedder {
  final AtomicInteger texts = new AtomicInteger();
  IntConsumer afterEach = texts -> {};
  private final String name;
  private final int dimension;
  private int sign = 1;

  HashEmbedder() {
    this("hashed words", 32);
  }

  HashEmbedder(String name, int dimension) {
    this.name = name;
    this.dimension = dimension;
  }

  /** Of the same description, and with opposite vectors. */
  static HashEmbedder negative(String name, int dimension) {
    HashEmbedder negative = new HashEmbedder(name, dimension);
    negative.sign = -1;
    return negative;
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    if (side == Side.DOCUMENT) {
      this.texts.addAndGet(texts.size());
    }
    afterEach.accept(texts.size());
    return new Embeddings(
        texts.stream().map(this::vector).toList(), Usage.of(Usage.EMBEDDED_TEXTS, texts.size()));
  }

  private float[] vector(String text) {
    float[] vector = new float[dimension];
    for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
      if (!word.isEmpty()) {
        int hash = word.hashCode() * 0x9E3779B9;
        vector[Math.floorMod(hash >>> 7, dimension)] += (hash & 1) == 0 ? sign : -sign;
      }
    }
    double length = 0;
    for (float value : vector) {
      length += value * value;
    }
    for (int i = 0; i < dimension && length > 0; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(length));
    }
    return vector;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", name).with("dimension", dimension);
  }
}
