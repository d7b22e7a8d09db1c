package dev.ragwright.eval.learn;

import dev.ragwright.retrieve.FusionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Weights of a sum of normalised scores, by a grid and by drawing questions anew: each of the
 * grid's fusions is measured once on each question, and a draw is then a sum of numbers that are
 * known.
 */
@SuppressWarnings("ArrayRecordComponent") // package-private, and not compared
record ConvexWeights(int[] features, double[] weights) {
  private static final int DRAWS = 200;
  private static final long SEED = 20; // fixed: a model depends on its questions alone

  /** The kinds of normalised score among the features of a ranking, the preferred first. */
  private static final List<String> KINDS = List.of("minMax", "zScore", "rank", "top");

  static ConvexWeights learn(List<JudgedLists.Judged> lists, int rankings) {
    List<double[]> grid = grid(rankings);
    ConvexWeights best = null;
    double[] quality = new double[0];
    List<String> names = FusionFeatures.names(rankings);
    for (String kind : KINDS) {
      int[] features = new int[rankings];
      for (int i = 0; i < rankings; i++) {
        features[i] = names.indexOf(kind + "." + i);
      }
      ConvexWeights found = new ConvexWeights(features, drawn(lists, features, grid));
      double[] now =
          lists.stream().mapToDouble(list -> list.ndcg(features, found.weights)).toArray();
      if (best == null || betterByAnError(now, quality)) {
        best = found;
        quality = now;
      }
    }
    if (best == null) {
      throw new IllegalStateException("there is a kind of score");
    }
    return best;
  }

  static boolean betterByAnError(double[] now, double[] before) {
    double sum = 0;
    double squares = 0;
    for (int q = 0; q < now.length; q++) {
      double difference = now[q] - before[q];
      sum += difference;
      squares += difference * difference;
    }
    double mean = sum / now.length;
    double variance = Math.max(0, squares / now.length - mean * mean);
    return mean > Math.sqrt(variance / now.length);
  }

  private static double[] drawn(
      List<JudgedLists.Judged> lists, int[] features, List<double[]> grid) {
    double[][] quality = new double[grid.size()][lists.size()];
    for (int g = 0; g < grid.size(); g++) {
      for (int q = 0; q < lists.size(); q++) {
        quality[g][q] = lists.get(q).ndcg(features, grid.get(g));
      }
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] mean = new double[features.length];
    for (int d = 0; d < DRAWS; d++) {
      int[] times = new int[lists.size()];
      for (int q = 0; q < times.length; q++) {
        times[random.nextInt(times.length)]++;
      }
      double[] chosen = best(grid, quality, times);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += chosen[i] / DRAWS;
      }
    }
    return mean;
  }

  /** The mean of all that are best, which with a few questions are many. */
  private static double[] best(List<double[]> grid, double[][] quality, int[] times) {
    double[] sums = new double[grid.size()];
    for (int g = 0; g < sums.length; g++) {
      for (int q = 0; q < times.length; q++) {
        sums[g] += times[q] * quality[g][q];
      }
    }
    double most = Arrays.stream(sums).max().orElse(0) - 1e-9;
    double[] mean = new double[grid.getFirst().length];
    int ties = 0;
    for (int g = 0; g < sums.length; g++) {
      if (sums[g] >= most) {
        ties++;
        for (int i = 0; i < mean.length; i++) {
          mean[i] += grid.get(g)[i];
        }
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= ties;
    }
    return mean;
  }

  /** All weights that sum to 1, in steps that make about a hundred of them at most. */
  static List<double[]> grid(int rankings) {
    int steps =
        switch (rankings) {
          case 2 -> 20;
          case 3 -> 10;
          case 4 -> 6;
          default -> 3;
        };
    List<double[]> grid = new ArrayList<>();
    fill(new int[rankings], 0, steps, steps, grid);
    return grid;
  }

  private static void fill(int[] parts, int at, int left, int steps, List<double[]> grid) {
    if (at == parts.length - 1) {
      parts[at] = left;
      grid.add(Arrays.stream(parts).mapToDouble(part -> (double) part / steps).toArray());
      return;
    }
    for (int part = 0; part <= left; part++) {
      parts[at] = part;
      fill(parts, at + 1, left - part, steps, grid);
    }
  }
}
