package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.VectorUtil;

/**
 * Vectors at eight bits a number, with how far each is from the one it stands for. A scan of them
 * reads a quarter of the memory, and says of each vector between which bounds its dot product is:
 * those that may be among the best are few, and are compared in full.
 *
 * <p>Each vector {@code x} is {@code scale * code + rest}, where the largest number becomes 127. So
 * for vectors {@code q} and {@code x}, both of length 1, {@code q x} is {@code scale(q) scale(x)
 * code(q) code(x)}, which is computed in whole numbers, plus {@code rest(q) (x - rest(x))} and
 * {@code q rest(x)}, which by the inequality of Cauchy and Schwarz are at most {@code |rest(q)| (1
 * + |rest(x)|)} and {@code |rest(x)|}.
 */
final class ByteVectors {
  private static final int LARGEST = 127;
  private static final int POLL_EVERY = 256;

  /** What rounding of floats, and lengths that are 1 but for rounding, may add to a bound. */
  static final float SLACK = 1e-4f;

  private final byte[][] codes;
  private final float[] scales;
  private final float[] rests;
  private final int[] documents;

  private ByteVectors(int size) {
    this.codes = new byte[size][];
    this.scales = new float[size];
    this.rests = new float[size];
    this.documents = new int[size];
  }

  /** Reads all vectors of a segment, deleted ones too. */
  static ByteVectors of(FloatVectorValues vectors, CallContext context) throws IOException {
    ByteVectors all = new ByteVectors(vectors.size());
    DocIndexIterator docs = vectors.iterator();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      int index = docs.index();
      if (index % POLL_EVERY == 0) {
        context.throwIfStopped();
      }
      all.documents[index] = doc;
      all.set(index, vectors.vectorValue(index));
    }
    return all;
  }

  static ByteVectors of(float[] vector) {
    ByteVectors one = new ByteVectors(1);
    one.set(0, vector);
    return one;
  }

  private void set(int index, float[] vector) {
    float largest = 0;
    for (float number : vector) {
      largest = Math.max(largest, Math.abs(number));
    }
    float scale = largest / LARGEST;
    byte[] code = new byte[vector.length];
    double rest = 0;
    for (int i = 0; scale > 0 && i < vector.length; i++) {
      code[i] = (byte) Math.round(vector[i] / scale);
      double difference = vector[i] - (double) scale * code[i];
      rest += difference * difference;
    }
    codes[index] = code;
    scales[index] = scale;
    rests[index] = (float) Math.sqrt(rest);
  }

  int size() {
    return codes.length;
  }

  /** In the segment, ascending. */
  int document(int index) {
    return documents[index];
  }

  /** The dot product with a single vector's, but for {@link #doubt}. */
  float dot(ByteVectors query, int index) {
    return VectorUtil.dotProduct(query.codes[0], codes[index]) * (query.scales[0] * scales[index]);
  }

  /** By how much at most {@link #dot} is off. */
  float doubt(ByteVectors query, int index) {
    return query.rests[0] * (1 + rests[index]) + rests[index] + SLACK;
  }
}
