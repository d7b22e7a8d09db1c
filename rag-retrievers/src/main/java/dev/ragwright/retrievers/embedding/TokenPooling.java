package dev.ragwright.retrievers.embedding;

import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.runtime.FloatTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes one vector of those of a text's tokens, as {@code Pooling} of sentence-transformers does
 * (sentence_transformer/modules/pooling.py), with one sequence and no padding.
 *
 * @param modes whose vectors stand one after another in the whole
 */
record TokenPooling(List<Pooling> modes) {

  /** Whether nothing is read but the first row, if none is skipped. */
  boolean isOfFirstRow() {
    return modes.equals(List.of(Pooling.CLS));
  }

  /** One of {@code CLS} and {@code MEAN} that gives vectors of the same direction, if one does. */
  Optional<Pooling> direction() {
    if (isOfFirstRow()) {
      return Optional.of(Pooling.CLS);
    }
    return modes.equals(List.of(Pooling.MEAN)) || modes.equals(List.of(Pooling.MEAN_SQRT_LENGTH))
        ? Optional.of(Pooling.MEAN)
        : Optional.empty();
  }

  /** How many numbers the whole has. */
  int width(int tokenWidth) {
    return modes.size() * tokenWidth;
  }

  /**
   * Returns the vector; zeros where all tokens are left out, but for the first one's.
   *
   * @param output (batch = 1, token, width)
   * @param skipped how many of the first tokens are left out
   */
  float[] of(FloatTensor output, int skipped) {
    int width = Math.toIntExact(output.shape().getLast());
    float[] values = output.values();
    int tokens = values.length / width;
    float[] whole = new float[width(width)];
    for (int i = 0; i < modes.size(); i++) {
      float[] one = of(modes.get(i), values, width, Math.min(skipped, tokens), tokens);
      System.arraycopy(one, 0, whole, i * width, width);
    }
    return whole;
  }

  private static float[] of(Pooling mode, float[] values, int width, int first, int tokens) {
    if (first == tokens) {
      return mode == Pooling.CLS ? row(values, width, 0) : new float[width];
    }
    return switch (mode) {
      case CLS -> row(values, width, first);
      case LAST_TOKEN -> row(values, width, tokens - 1);
      case MAX -> max(values, width, first);
      case MEAN -> divided(sum(values, width, first), tokens - first);
      case MEAN_SQRT_LENGTH ->
          divided(sum(values, width, first), (float) Math.sqrt(tokens - first));
      case WEIGHTED_MEAN -> weightedMean(values, width, first, tokens);
    };
  }

  private static float[] row(float[] values, int width, int token) {
    return Arrays.copyOfRange(values, token * width, (token + 1) * width);
  }

  private static float[] max(float[] values, int width, int first) {
    float[] vector = row(values, width, first);
    for (int row = (first + 1) * width; row < values.length; row += width) {
      for (int i = 0; i < width; i++) {
        vector[i] = Math.max(vector[i], values[row + i]);
      }
    }
    return vector;
  }

  private static float[] sum(float[] values, int width, int first) {
    float[] vector = row(values, width, first);
    for (int row = (first + 1) * width; row < values.length; row += width) {
      for (int i = 0; i < width; i++) {
        vector[i] += values[row + i];
      }
    }
    return vector;
  }

  /** The weights count from the text's first token, also where that is left out. */
  private static float[] weightedMean(float[] values, int width, int first, int tokens) {
    float[] vector = new float[width];
    float weights = 0;
    for (int token = first; token < tokens; token++) {
      float weight = token + 1f;
      weights += weight;
      for (int i = 0; i < width; i++) {
        vector[i] += weight * values[token * width + i];
      }
    }
    return divided(vector, weights);
  }

  private static float[] divided(float[] vector, float by) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= by;
    }
    return vector;
  }

  @Override
  public String toString() {
    return modes.size() == 1 ? modes.getFirst().toString() : modes.toString();
  }
}
