package dev.ragwright.eval.route;

import dev.ragwright.eval.model.Newton;
import java.util.Arrays;

/**
 * A logistic regression with a penalty on the weights: the minimum of the sum of {@code log(1 +
 * exp(-y z))}, y in {-1, 1}, plus half the penalty times the weights' squares, by Newton's method
 * with halved steps. The constant is not penalised. It is what scikit-learn's {@code
 * LogisticRegression(C = 1 / penalty)} finds. Nothing in it is random.
 */
final class Logistic {
  private static final int MOST_STEPS = 100;
  private static final double ENOUGH = 1e-10;

  private final double[][] rows; // (case, feature), the last 1
  private final boolean[] labels;
  private final double penalty;

  private Logistic(double[][] rows, boolean[] labels, double penalty) {
    this.rows = rows;
    this.labels = labels;
    this.penalty = penalty;
  }

  /**
   * Returns the weights, and behind them the constant.
   *
   * @param features (case, feature), standardised; both labels must be there
   */
  static double[] fit(double[][] features, boolean[] labels, double penalty) {
    double[][] rows = new double[features.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOf(features[i], features[i].length + 1);
      rows[i][features[i].length] = 1;
    }
    return new Logistic(rows, labels, penalty).fit();
  }

  private double[] fit() {
    double[] weights = new double[rows[0].length];
    double loss = loss(weights);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] gradient = new double[weights.length];
      double[] direction = direction(weights, gradient);
      double falls = Newton.dot(gradient, direction);
      if (falls < ENOUGH * ENOUGH) {
        break;
      }
      double size = 1;
      double[] next = Newton.moved(weights, direction, size);
      double nextLoss = loss(next);
      while (nextLoss > loss - 1e-4 * size * falls && size > 1e-8) {
        size /= 2;
        next = Newton.moved(weights, direction, size);
        nextLoss = loss(next);
      }
      if (nextLoss > loss) {
        break; // only rounding is left
      }
      weights = next;
      loss = nextLoss;
    }
    return weights;
  }

  private double loss(double[] weights) {
    double sum = 0;
    for (int i = 0; i < rows.length; i++) {
      double z = Newton.dot(rows[i], weights);
      double margin = labels[i] ? z : -z;
      sum +=
          margin > 0
              ? StrictMath.log1p(StrictMath.exp(-margin))
              : -margin + StrictMath.log1p(StrictMath.exp(margin));
    }
    for (int j = 0; j + 1 < weights.length; j++) {
      sum += penalty / 2 * weights[j] * weights[j];
    }
    return sum;
  }

  /** Newton's direction; the gradient is written into its array. */
  private double[] direction(double[] weights, double[] gradient) {
    int n = weights.length;
    double[][] hessian = new double[n][n];
    for (int i = 0; i < rows.length; i++) {
      double likely = 1 / (1 + StrictMath.exp(-Newton.dot(rows[i], weights)));
      double error = likely - (labels[i] ? 1 : 0);
      double curve = likely * (1 - likely);
      for (int j = 0; j < n; j++) {
        gradient[j] += error * rows[i][j];
        for (int k = 0; k <= j; k++) {
          hessian[j][k] += curve * rows[i][j] * rows[i][k];
        }
      }
    }
    for (int j = 0; j < n; j++) {
      boolean constant = j == n - 1;
      gradient[j] += constant ? 0 : penalty * weights[j];
      hessian[j][j] += constant ? 1e-12 : penalty;
    }
    return Newton.solved(hessian, gradient);
  }
}
