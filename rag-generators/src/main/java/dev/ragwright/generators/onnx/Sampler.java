package dev.ragwright.generators.onnx;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Chooses tokens by {@link DecodingOptions}, which say how. For one output. */
final class Sampler {
  private final DecodingOptions options;
  private final RandomGenerator random;
  private final BitSet seen = new BitSet(); // tokens of the prompt and the output
  private final Map<Integer, Integer> written = new HashMap<>(); // token to its count

  Sampler(DecodingOptions options, int[] prompt) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
    for (int token : prompt) {
      seen.set(token);
    }
  }

  /** The next token. Changes the logits. */
  int choose(float[] logits) {
    penalise(logits);
    return chosen(options.temperature() == 0 ? highest(logits) : draw(logits));
  }

  /** The next token, of some; there is one at least. Changes the logits. */
  int choose(float[] logits, BitSet allowed) {
    penalise(logits);
    for (int id = allowed.nextClearBit(0); id < logits.length; id = allowed.nextClearBit(id + 1)) {
      logits[id] = Float.NEGATIVE_INFINITY;
    }
    int token = options.temperature() == 0 ? highest(logits) : draw(logits);
    // Where the model gives no number to any that is allowed, one of them it has to be.
    return chosen(allowed.get(token) ? token : allowed.nextSetBit(0));
  }

  private int chosen(int token) {
    seen.set(token);
    written.merge(token, 1, Integer::sum);
    return token;
  }

  private void penalise(float[] logits) {
    if (options.repetitionPenalty() != 1) {
      float penalty = (float) options.repetitionPenalty();
      for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
        logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
      }
    }
    if (options.frequencyPenalty() != 0 || options.presencePenalty() != 0) {
      written.forEach(
          (id, count) ->
              logits[id] -=
                  (float) (options.frequencyPenalty() * count + options.presencePenalty()));
    }
  }

  /** The highest logit's token, of equals the lowest. */
  static int highest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  private int draw(float[] logits) {
    if (options.topK() == 0 && options.topP() == 1 && options.minP() == 0) {
      return drawOfAll(logits); // there is no need to sort
    }
    Ranking ranking = new Ranking(logits);
    float top = logits[ranking.peek()];
    int most = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
    double all = options.topK() == 0 ? sum(logits, top) : 0;
    int[] ids = new int[16];
    double[] weights = new double[16];
    int size = 0;
    double taken = 0;
    boolean cut = options.topK() == 0;
    while (size < most && !(cut && taken >= options.topP() * all && options.topP() < 1)) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, 2 * size);
        weights = Arrays.copyOf(weights, 2 * size);
      }
      int id = ranking.poll();
      double weight = weight(logits[id], top);
      if (weight == 0 || (weight < options.minP() && (cut || options.topP() == 1))) {
        break;
      }
      ids[size] = id;
      weights[size++] = weight;
      taken += weight;
    }
    int kept = cut ? size : keep(weights, size, taken);
    return ids[drawn(weights, kept)];
  }

  private int drawOfAll(float[] logits) {
    float top = logits[highest(logits)];
    double[] weights = new double[logits.length];
    for (int id = 0; id < weights.length; id++) {
      weights[id] = weight(logits[id], top);
    }
    return drawn(weights, weights.length);
  }

  /** How many of the k highest top-p and min-p leave. */
  private int keep(double[] weights, int size, double all) {
    int kept = 0;
    double taken = 0;
    while (kept < size
        && (options.topP() == 1 || taken < options.topP() * all)
        && weights[kept] >= options.minP()) {
      taken += weights[kept++];
    }
    return kept;
  }

  private int drawn(double[] weights, int kept) {
    double all = 0;
    for (int i = 0; i < kept; i++) {
      all += weights[i];
    }
    double left = random.nextDouble() * all;
    int chosen = 0;
    while (chosen + 1 < kept && left >= weights[chosen]) {
      left -= weights[chosen++];
    }
    return chosen;
  }

  /** The probability as a share of the highest one's. */
  private double weight(float logit, float top) {
    return StrictMath.exp((logit - top) / options.temperature());
  }

  private double sum(float[] logits, float top) {
    double sum = 0;
    for (float logit : logits) {
      sum += weight(logit, top);
    }
    return sum;
  }

  /** The tokens by logit, highest first, sorted only as far as they are asked for. */
  private static final class Ranking {
    private final float[] logits;
    private final int[] heap;
    private int size;

    Ranking(float[] logits) {
      this.logits = logits;
      this.heap = new int[logits.length];
      this.size = logits.length;
      for (int id = 0; id < size; id++) {
        heap[id] = id;
      }
      for (int i = size / 2 - 1; i >= 0; i--) {
        sink(i);
      }
    }

    int peek() {
      return heap[0];
    }

    int poll() {
      int best = heap[0];
      heap[0] = heap[--size];
      sink(0);
      return best;
    }

    private void sink(int place) {
      int i = place;
      int id = heap[i];
      for (int child = 2 * i + 1; child < size; child = 2 * i + 1) {
        if (child + 1 < size && before(heap[child + 1], heap[child])) {
          child++;
        }
        if (!before(heap[child], id)) {
          break;
        }
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = id;
    }

    private boolean before(int a, int b) {
      return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    }
  }
}
