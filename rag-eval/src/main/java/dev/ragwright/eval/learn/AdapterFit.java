package dev.ragwright.eval.learn;

import static java.util.Objects.requireNonNull;

import dev.ragwright.retrieve.EmbeddingAdapter.Sides;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Fits a matrix so that a question's vector is nearer to one of its relevant passages than to the
 * other passages of its batch: cross-entropy of a softmax over cosines, divided by a temperature,
 * with passages that the retrievers took for relevant among the others. It begins at the identity,
 * moves by Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015), and takes
 * the matrix of the round that is best for questions of its own, which it does not move by. The
 * mean of several fits, which differ in these questions and in what is drawn, is nearer to the
 * optimum than each (Wortsman et al., "Model soups", ICML 2022).
 */
final class AdapterFit {
  /** Chosen on cranfield by another implementation, and kept. */
  private static final float RATE = 3e-4f;

  private static final float TEMPERATURE = 0.05f;
  private static final int FITS = 5;
  private static final int BATCH = 32; // questions
  private static final int NEGATIVES = 4; // of each question
  private static final double HELD = 0.2; // of the questions, to stop by
  private static final int ROUND = 8; // steps, after which it looks whether to stop
  private static final int ROUNDS = 200;
  private static final int PATIENCE = 5; // rounds
  private static final float KEEP = 0.9f; // of the gradients' mean
  private static final float KEEP_SQUARES = 0.999f;
  private static final float SMALL = 1e-8f;

  /**
   * A question.
   *
   * @param vector of length 1
   * @param relevant its passages, as places among all
   * @param negatives passages that are not relevant, and found by a retriever
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Example(float[] vector, int[] relevant, int[] negatives) {

    boolean isRelevant(int passage) {
      return Arrays.binarySearch(relevant, passage) >= 0; // ascending
    }
  }

  private final float[][] passages;
  private final Sides sides;
  private final int dimension;
  private final SplittableRandom random;
  private final float[][] turned; // the matrix's columns as rows
  private final float[][] gradient;
  private final float[][] mean;
  private final float[][] squares;
  private int steps;

  private AdapterFit(float[][] passages, Sides sides, int dimension, long seed) {
    this.passages = passages;
    this.sides = sides;
    this.dimension = dimension;
    this.random = new SplittableRandom(seed);
    this.turned = Matrices.identity(dimension);
    this.gradient = new float[dimension][dimension];
    this.mean = new float[dimension][dimension];
    this.squares = new float[dimension][dimension];
  }

  /** The matrix's rows, the mean of all fits. There are two examples or more. */
  static float[][] learn(List<Example> examples, float[][] passages, Sides sides, long seed) {
    int dimension = examples.getFirst().vector().length;
    float[][] sum = new float[dimension][dimension];
    for (int fit = 0; fit < FITS; fit++) {
      AdapterFit one = new AdapterFit(passages, sides, dimension, seed * FITS + fit);
      float[][] best = one.fit(examples);
      for (int i = 0; i < dimension; i++) {
        Matrices.addScaled(sum[i], 1f / FITS, best[i]);
      }
    }
    return Matrices.transposed(sum, dimension);
  }

  private float[][] fit(List<Example> examples) {
    List<Example> order = new ArrayList<>(examples);
    shuffle(order);
    int held = Math.max(1, (int) (HELD * order.size()));
    List<Example> stopping = List.copyOf(order.subList(0, held));
    List<Example> moving = new ArrayList<>(order.subList(held, order.size()));
    float[][] best = copy(turned);
    double least = loss(stopping);
    int since = 0;
    int from = moving.size();
    for (int round = 0; round < ROUNDS && since < PATIENCE; round++) {
      for (int step = 0; step < ROUND; step++) {
        if (from >= moving.size()) {
          shuffle(moving);
          from = 0;
        }
        int to = Math.min(from + BATCH, moving.size());
        step(moving.subList(from, to));
        from = to;
      }
      double now = loss(stopping);
      since++;
      if (now < least) {
        least = now;
        best = copy(turned);
        since = 0;
      }
    }
    return best;
  }

  private void shuffle(List<Example> order) {
    for (int i = order.size() - 1; i > 0; i--) {
      order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
    }
  }

  /** The mean over questions of the mean over their relevant passages, among all of theirs. */
  private double loss(List<Example> examples) {
    Map<Integer, Integer> places = new LinkedHashMap<>();
    for (Example example : examples) {
      Arrays.stream(example.relevant()).forEach(p -> places.putIfAbsent(p, places.size()));
      Arrays.stream(example.negatives()).forEach(p -> places.putIfAbsent(p, places.size()));
    }
    int[] candidates = places.keySet().stream().mapToInt(Integer::intValue).toArray();
    Side questions = new Side(vectors(examples), true);
    Side found = new Side(vectors(candidates), sides == Sides.BOTH);
    float[][] scores = scores(questions, found);
    double sum = 0;
    for (int q = 0; q < scores.length; q++) {
      Example example = examples.get(q);
      double others = 0; // a question's other relevant passages are no wrong answers
      for (int c = 0; c < candidates.length; c++) {
        others +=
            example.isRelevant(candidates[c]) ? 0 : StrictMath.exp(scores[q][c] / TEMPERATURE);
      }
      double own = 0;
      for (int passage : example.relevant()) {
        double right = scores[q][requireNonNull(places.get(passage))] / TEMPERATURE;
        own += StrictMath.log(StrictMath.exp(right) + others) - right;
      }
      sum += own / example.relevant().length;
    }
    return sum / examples.size();
  }

  private void step(List<Example> batch) {
    Map<Integer, Integer> places = new LinkedHashMap<>();
    int[] right = new int[batch.size()];
    for (int q = 0; q < right.length; q++) {
      Example example = batch.get(q);
      int drawn = example.relevant()[random.nextInt(example.relevant().length)];
      places.putIfAbsent(drawn, places.size());
      right[q] = places.get(drawn);
      int[] negatives = example.negatives();
      for (int i = 0; i < Math.min(NEGATIVES, negatives.length); i++) {
        places.putIfAbsent(negatives[random.nextInt(negatives.length)], places.size());
      }
    }
    int[] candidates = places.keySet().stream().mapToInt(Integer::intValue).toArray();
    Side questions = new Side(vectors(batch), true);
    Side found = new Side(vectors(candidates), sides == Sides.BOTH);
    float[][] slopes = scores(questions, found);
    for (int q = 0; q < right.length; q++) {
      slope(batch.get(q), candidates, right[q], slopes[q], 1f / right.length);
    }
    for (float[] row : gradient) {
      Arrays.fill(row, 0);
    }
    questions.addGradient(Matrices.product(slopes, found.units, dimension));
    if (sides == Sides.BOTH) {
      found.addGradient(
          Matrices.product(
              Matrices.transposed(slopes, candidates.length), questions.units, dimension));
    }
    move();
  }

  /** Turns a question's cosines into the loss's slopes in them. */
  private static void slope(
      Example example, int[] candidates, int right, float[] scores, float share) {
    float most = scores[right];
    for (float score : scores) {
      most = Math.max(most, score);
    }
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      boolean counts = c == right || !example.isRelevant(candidates[c]);
      scores[c] = counts ? (float) StrictMath.exp((scores[c] - most) / TEMPERATURE) : 0;
      sum += scores[c];
    }
    for (int c = 0; c < scores.length; c++) {
      scores[c] = (float) (scores[c] / sum - (c == right ? 1 : 0)) * share / TEMPERATURE;
    }
  }

  private float[][] scores(Side questions, Side found) {
    return Matrices.product(
        questions.units, Matrices.transposed(found.units, dimension), found.units.length);
  }

  private static float[][] vectors(List<Example> examples) {
    return examples.stream().map(Example::vector).toArray(float[][]::new);
  }

  private float[][] vectors(int[] places) {
    return Arrays.stream(places).mapToObj(place -> passages[place]).toArray(float[][]::new);
  }

  /** Vectors as they are, and as they are compared: mapped, and scaled to length 1. */
  private final class Side {
    final float[][] vectors;
    final float[][] units;
    final float[] lengths;

    Side(float[][] vectors, boolean mapped) {
      this.vectors = vectors;
      this.units = mapped ? Matrices.product(vectors, turned, dimension) : vectors;
      this.lengths = new float[vectors.length];
      for (int i = 0; mapped && i < units.length; i++) {
        lengths[i] = (float) Math.sqrt(Embeddings.dot(units[i], units[i]));
        for (int j = 0; lengths[i] > 0 && j < dimension; j++) {
          units[i][j] /= lengths[i];
        }
      }
    }

    /** Of the slopes in the scaled vectors, what is across them, through the map. */
    void addGradient(float[][] slopes) {
      for (int i = 0; i < slopes.length; i++) {
        float along = (float) Embeddings.dot(slopes[i], units[i]);
        Matrices.addScaled(slopes[i], -along, units[i]);
        for (int j = 0; j < dimension; j++) {
          slopes[i][j] = lengths[i] > 0 ? slopes[i][j] / lengths[i] : 0;
        }
      }
      Matrices.addProduct(Matrices.transposed(vectors, dimension), slopes, gradient);
    }
  }

  private void move() {
    steps++;
    float rate =
        (float)
            (RATE
                * Math.sqrt(1 - StrictMath.pow(KEEP_SQUARES, steps))
                / (1 - StrictMath.pow(KEEP, steps)));
    for (int i = 0; i < dimension; i++) {
      move(turned[i], gradient[i], mean[i], squares[i], rate);
    }
  }

  private static void move(float[] row, float[] slope, float[] mean, float[] squares, float rate) {
    for (int j = 0; j < row.length; j++) {
      mean[j] = KEEP * mean[j] + (1 - KEEP) * slope[j];
      squares[j] = KEEP_SQUARES * squares[j] + (1 - KEEP_SQUARES) * slope[j] * slope[j];
      row[j] -= rate * mean[j] / ((float) Math.sqrt(squares[j]) + SMALL);
    }
  }

  private static float[][] copy(float[][] rows) {
    return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
  }
}
