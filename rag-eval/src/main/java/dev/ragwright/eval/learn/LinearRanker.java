package dev.ragwright.eval.learn;

import dev.ragwright.eval.model.Newton;
import dev.ragwright.retrieve.FusionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear ranker by a softmax over each question's passages, held to a start by a penalty.
 *
 * <p>For the standardised features x of a question's best passages by the start, the loss is the
 * cross-entropy of the share of each passage's grade and the softmax of w·x, summed over questions,
 * plus half the penalty times |w - start|². It is convex, and Newton's method finds its minimum.
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, and not compared
record LinearRanker(int[] features, double[] weights) {
  private static final int FOLDS = 5;
  private static final int PASSAGES = 50; // of each question, the best by the start
  private static final int STEPS = 8;

  /** From the strongest on; behind none of them is the start itself. */
  private static final double[] PENALTIES = {300, 100, 30, 10, 3, 1};

  static LinearRanker learn(List<JudgedLists.Judged> lists, int rankings) {
    int width = FusionFeatures.names(rankings).size();
    int[] all = IntStream.range(0, width).toArray();
    double[][] byPenalty = new double[PENALTIES.length][lists.size()];
    double[] ofStart = new double[lists.size()];
    if (lists.size() >= 2 * FOLDS) {
      for (int fold = 0; fold < FOLDS; fold++) {
        List<JudgedLists.Judged> inner = new ArrayList<>();
        for (int q = 0; q < lists.size(); q++) {
          if (q % FOLDS != fold) {
            inner.add(lists.get(q));
          }
        }
        Fit fit = new Fit(inner, rankings, width);
        for (int q = fold; q < lists.size(); q += FOLDS) {
          ofStart[q] = lists.get(q).ndcg(fit.start.features(), fit.start.weights());
        }
        for (int p = 0; p < PENALTIES.length; p++) {
          double[] weights = fit.weights(PENALTIES[p]);
          for (int q = fold; q < lists.size(); q += FOLDS) {
            byPenalty[p][q] = lists.get(q).ndcg(all, weights);
          }
        }
      }
    }
    int chosen = -1;
    double[] best = ofStart;
    for (int p = 0; p < PENALTIES.length; p++) {
      if (mean(byPenalty[p]) > mean(best)) {
        chosen = p;
        best = byPenalty[p];
      }
    }
    Fit fit = new Fit(lists, rankings, width);
    if (chosen < 0) {
      return new LinearRanker(fit.start.features(), fit.start.weights());
    }
    double[] weights = new double[0];
    for (int p = 0; p <= chosen; p++) {
      weights = fit.weights(PENALTIES[p]);
    }
    return new LinearRanker(all, weights);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** Fits one after the other, each from where the last one ended. */
  private static final class Fit {
    final ConvexWeights start;
    private final List<double[][]> rows = new ArrayList<>(); // of each question (passage, feature)
    private final List<double[]> shares = new ArrayList<>(); // of each question's passages
    private final double[] deviations;
    private final double[] prior; // in standard units
    private double[] weights;

    Fit(List<JudgedLists.Judged> lists, int rankings, int width) {
      start = ConvexWeights.learn(lists, rankings);
      double[] wide = new double[width];
      for (int f = 0; f < start.features().length; f++) {
        wide[start.features()[f]] = start.weights()[f];
      }
      for (JudgedLists.Judged list : lists) {
        add(list, wide);
      }
      deviations = standardise(rows, width);
      prior = new double[width];
      for (int f = 0; f < width; f++) {
        prior[f] = wide[f] * deviations[f];
      }
      double scale = scale();
      for (int f = 0; f < width; f++) {
        prior[f] *= scale;
      }
      weights = prior.clone();
    }

    private void add(JudgedLists.Judged list, double[] wide) {
      double[] scores =
          Arrays.stream(list.values()).mapToDouble(row -> Newton.dot(row, wide)).toArray();
      int[] kept =
          IntStream.range(0, scores.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
              .limit(PASSAGES)
              .mapToInt(Integer::intValue)
              .toArray();
      double sum = Arrays.stream(kept).mapToDouble(i -> list.grades()[i]).sum();
      if (sum > 0) {
        rows.add(
            Arrays.stream(kept).mapToObj(i -> list.values()[i].clone()).toArray(double[][]::new));
        shares.add(Arrays.stream(kept).mapToDouble(i -> list.grades()[i] / sum).toArray());
      }
    }

    /**
     * Divides by the deviation within a question, all that an order depends on, and takes off the
     * question's mean.
     */
    private static double[] standardise(List<double[][]> rows, int width) {
      double[] squares = new double[width];
      int count = 0;
      for (double[][] question : rows) {
        for (int f = 0; f < width; f++) {
          double mean = 0;
          for (double[] row : question) {
            mean += row[f] / question.length;
          }
          for (double[] row : question) {
            row[f] -= mean;
            squares[f] += row[f] * row[f];
          }
        }
        count += question.length;
      }
      double[] deviations = new double[width];
      for (int f = 0; f < width; f++) {
        double deviation = count == 0 ? 0 : Math.sqrt(squares[f] / count);
        deviations[f] = deviation > 1e-9 ? deviation : 1;
      }
      rows.forEach(
          question -> {
            for (double[] row : question) {
              for (int f = 0; f < width; f++) {
                row[f] /= deviations[f];
              }
            }
          });
      return deviations;
    }

    /** The multiple of the start that has the least loss, of powers of the root of 2. */
    private double scale() {
      double best = 1;
      double least = Double.POSITIVE_INFINITY;
      for (int power = -2; power <= 16; power++) {
        double scale = StrictMath.pow(2, power / 2.0);
        double[] scaled = Arrays.stream(prior).map(weight -> weight * scale).toArray();
        double loss = loss(scaled, 0);
        if (loss < least) {
          least = loss;
          best = scale;
        }
      }
      return best;
    }

    /** The weights of the features as they are. */
    double[] weights(double penalty) {
      for (int step = 0; step < STEPS && !rows.isEmpty(); step++) {
        double[] gradient = new double[weights.length];
        double[] direction = direction(penalty, gradient);
        double falls = Newton.dot(gradient, direction);
        if (falls < 1e-9) {
          break;
        }
        double loss = loss(weights, penalty);
        double size = 1;
        double[] next = Newton.moved(weights, direction, size);
        while (loss(next, penalty) > loss - 1e-4 * size * falls && size > 1e-6) {
          size /= 2;
          next = Newton.moved(weights, direction, size);
        }
        weights = next;
      }
      double[] plain = new double[weights.length];
      for (int f = 0; f < plain.length; f++) {
        plain[f] = weights[f] / deviations[f];
      }
      return plain;
    }

    private double loss(double[] at, double penalty) {
      double sum = 0;
      for (int q = 0; q < rows.size(); q++) {
        double[] likely = softmax(rows.get(q), at);
        double[] share = shares.get(q);
        for (int i = 0; i < share.length; i++) {
          sum -= share[i] > 0 ? share[i] * StrictMath.log(Math.max(likely[i], 1e-300)) : 0;
        }
      }
      for (int f = 0; f < at.length; f++) {
        sum += penalty / 2 * (at[f] - prior[f]) * (at[f] - prior[f]);
      }
      return sum;
    }

    private double[] direction(double penalty, double[] gradient) {
      int n = weights.length;
      double[][] hessian = new double[n][n];
      for (int q = 0; q < rows.size(); q++) {
        double[][] question = rows.get(q);
        double[] likely = softmax(question, weights);
        double[] share = shares.get(q);
        double[] mean = new double[n];
        for (int i = 0; i < likely.length; i++) {
          double[] row = question[i];
          for (int j = 0; j < n; j++) {
            gradient[j] += (likely[i] - share[i]) * row[j];
            double part = likely[i] * row[j];
            mean[j] += part;
            for (int k = 0; k <= j; k++) {
              hessian[j][k] += part * row[k];
            }
          }
        }
        for (int j = 0; j < n; j++) {
          for (int k = 0; k <= j; k++) {
            hessian[j][k] -= mean[j] * mean[k];
          }
        }
      }
      for (int j = 0; j < n; j++) {
        gradient[j] += penalty * (weights[j] - prior[j]);
        hessian[j][j] += penalty;
      }
      return Newton.solved(hessian, gradient);
    }

    private static double[] softmax(double[][] question, double[] weights) {
      double[] scores = new double[question.length];
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < scores.length; i++) {
        scores[i] = Newton.dot(question[i], weights);
        most = Math.max(most, scores[i]);
      }
      double sum = 0;
      for (int i = 0; i < scores.length; i++) {
        scores[i] = StrictMath.exp(scores[i] - most);
        sum += scores[i];
      }
      for (int i = 0; i < scores.length; i++) {
        scores[i] /= sum;
      }
      return scores;
    }
  }
}
