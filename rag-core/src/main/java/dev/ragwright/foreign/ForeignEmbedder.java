package dev.ragwright.foreign;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An embedder that asks another framework's embedding model. Vectors are given the length 1 here; a
 * text without words is not sent, for frameworks and services refuse it, and its vector is all
 * zeros.
 */
public abstract class ForeignEmbedder implements Embedder {
  private final String name;
  private final int batch;
  private volatile int dimension; // 0 until it is known

  /**
   * @param name the model's
   * @param batch the most texts in a call
   */
  protected ForeignEmbedder(String name, int batch) {
    this.name = name;
    this.batch = batch;
  }

  /**
   * What the model returned for some texts.
   *
   * @param vectors the model's own, or null where it returned none
   * @param tokens how many it read, or null where it does not tell
   */
  public record Returned(@Nullable List<float[]> vectors, @Nullable Integer tokens) {}

  /** Asks the model, of at least one text with words. */
  protected abstract Returned ask(List<String> texts, Side side, CallContext context);

  /** Asks the model for its dimension. */
  protected abstract int askDimension();

  /** The error about a result that cannot be used. */
  protected abstract RuntimeException unusable(String message);

  /** The model's name. */
  protected final String name() {
    return name;
  }

  @Override
  public final Embeddings embed(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    float[][] vectors = new float[texts.size()][];
    List<Integer> worded = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      if (!texts.get(i).isBlank()) {
        worded.add(i);
      }
    }
    Usage usage =
        Usage.of(Usage.EMBEDDED_TEXTS, texts.size())
            .with(Usage.REQUESTS, 0)
            .with(Usage.EMBEDDED_TOKENS, 0);
    if (!worded.isEmpty()) {
      usage = usage.withUnknown(Usage.TRUNCATED_TEXTS).withUnknown(Usage.TRUNCATED_TOKENS);
    }
    int most = Math.min(batch, Math.max(1, worded.size()));
    for (int from = 0; from < worded.size(); from += most) {
      List<Integer> places = worded.subList(from, Math.min(worded.size(), from + most));
      Returned returned = ask(places.stream().map(texts::get).toList(), side, context);
      List<float[]> found = returned.vectors();
      if (found == null || found.size() != places.size()) {
        throw unusable(
            String.format(
                Locale.ROOT,
                "the embedding model '%s' returned %s vectors for %d texts",
                name,
                found == null ? "no" : found.size(),
                places.size()));
      }
      for (int i = 0; i < found.size(); i++) {
        vectors[places.get(i)] = unit(found.get(i));
      }
      usage = usage.plus(counted(returned.tokens()));
    }
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i] == null) {
        vectors[i] = new float[dimension()];
      }
    }
    return new Embeddings(Arrays.asList(vectors), usage);
  }

  private float[] unit(float[] found) {
    float[] vector = found.clone(); // the model's own otherwise
    if (dimension == 0) {
      dimension = vector.length;
    }
    if (vector.length != dimension) {
      throw unusable(
          String.format(
              Locale.ROOT,
              "the embedding model '%s' returned a vector of %d numbers, and before it one of %d",
              name,
              vector.length,
              dimension));
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (!Double.isFinite(squares)) {
      throw unusable(
          "the embedding model '%s' returned a vector of numbers that are not finite"
              .formatted(name));
    }
    double length = Math.sqrt(squares);
    for (int i = 0; i < vector.length && length > 0; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static Usage counted(@Nullable Integer tokens) {
    Usage usage = Usage.of(Usage.REQUESTS, 1);
    return tokens == null
        ? usage.withUnknown(Usage.EMBEDDED_TOKENS)
        : usage.with(Usage.EMBEDDED_TOKENS, tokens);
  }

  /**
   * As the first vector has it; before one was seen, as the model says, which may ask a service.
   */
  @Override
  public final int dimension() {
    if (dimension == 0) {
      dimension = askDimension();
    }
    return dimension;
  }

  @Override
  public final StageDescription description() {
    return StageDescription.of("embedder", "embedding-model").with(StageDescription.MODEL, name);
  }
}
