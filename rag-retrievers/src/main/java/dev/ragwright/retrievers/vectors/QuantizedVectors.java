package dev.ragwright.retrievers.vectors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.util.VectorUtil;

/**
 * The vectors of one text's tokens in a byte a number, each with a scale of its own: the greatest
 * number becomes 127. So a number is off by at most half the scale. Products are made of whole
 * numbers, so they have the same bits on every machine. Immutable.
 */
public final class QuantizedVectors {
  private final byte[][] values; // (token, dimension)
  private final float[] scales; // (token)

  private QuantizedVectors(byte[][] values, float[] scales) {
    this.values = values;
    this.scales = scales;
  }

  public static QuantizedVectors of(TokenVectors vectors) {
    int dimension = vectors.dimension();
    float[] exact = vectors.values();
    byte[][] values = new byte[vectors.size()][dimension];
    float[] scales = new float[values.length];
    for (int token = 0; token < scales.length; token++) {
      int start = token * dimension;
      float most = 0;
      for (int i = 0; i < dimension; i++) {
        most = Math.max(most, Math.abs(exact[start + i]));
      }
      scales[token] = most / Byte.MAX_VALUE;
      for (int i = 0; most > 0 && i < dimension; i++) {
        values[token][i] = (byte) Math.round(exact[start + i] / scales[token]);
      }
    }
    return new QuantizedVectors(values, scales);
  }

  /**
   * What {@link #stored} gave.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static QuantizedVectors read(byte[] stored, int offset, int length) {
    ByteBuffer from = ByteBuffer.wrap(stored, offset, length).order(ByteOrder.LITTLE_ENDIAN);
    int tokens = length < Integer.BYTES ? -1 : from.getInt();
    int rest =
        tokens < 0 || tokens > length / Float.BYTES ? -1 : from.remaining() - tokens * Float.BYTES;
    if (rest < 0 || (tokens == 0 ? rest != 0 : rest % tokens != 0)) {
      throw new IllegalArgumentException(length + " bytes are no vectors of tokens");
    }
    float[] scales = new float[tokens];
    from.asFloatBuffer().get(scales);
    int dimension = tokens == 0 ? 0 : rest / tokens;
    int start = offset + length - rest;
    byte[][] values = new byte[tokens][];
    for (int token = 0; token < tokens; token++) {
      int at = start + token * dimension;
      values[token] = Arrays.copyOfRange(stored, at, at + dimension);
    }
    return new QuantizedVectors(values, scales);
  }

  /**
   * As they are kept on a disk: the number of tokens and their scales, in four bytes each, the
   * lowest first, and the numbers token by token.
   */
  public byte[] stored() {
    int dimension = values.length == 0 ? 0 : values[0].length;
    ByteBuffer to =
        ByteBuffer.allocate(Integer.BYTES + size() * (Float.BYTES + dimension))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(size());
    for (float scale : scales) {
      to.putFloat(scale);
    }
    for (byte[] token : values) {
      to.put(token);
    }
    return to.array();
  }

  public int size() {
    return scales.length;
  }

  float scale(int token) {
    return scales[token];
  }

  /** The product with a vector of others. */
  float dot(int token, QuantizedVectors others, int other) {
    return VectorUtil.dotProduct(values[token], others.values[other])
        * (scales[token] * others.scales[other]);
  }

  /** The sum over a question's vectors of the greatest product with one of these; 0 without any. */
  public double maxSim(QuantizedVectors question) {
    double sum = 0;
    for (int other = 0; other < question.size() && size() > 0; other++) {
      float most = Float.NEGATIVE_INFINITY;
      for (int token = 0; token < size(); token++) {
        most = Math.max(most, dot(token, question, other));
      }
      sum += most;
    }
    return sum;
  }

  /** About what they take in memory. */
  public long bytes() {
    long bytes = 64;
    for (byte[] token : values) {
      bytes += token.length + 24L; // with its array's own, the scale and the reference
    }
    return bytes;
  }
}
