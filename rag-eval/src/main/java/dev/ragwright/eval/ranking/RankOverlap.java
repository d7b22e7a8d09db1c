package dev.ragwright.eval.ranking;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How alike two rankings are, whatever is relevant. Ids that stand twice in one are refused. */
public final class RankOverlap {
  private RankOverlap() {}

  /**
   * Returns the share of the first k that both have, in any order: how many are among the first k
   * of both, over the larger number of those that each has there. 1 if both are empty.
   *
   * @throws IllegalArgumentException if {@code k < 1} or an id stands twice
   */
  public static double ofFirst(int k, List<String> one, List<String> other) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be >= 1, was " + k);
    }
    Set<String> first = distinct(one.subList(0, Math.min(k, one.size())));
    Set<String> second = distinct(other.subList(0, Math.min(k, other.size())));
    int most = Math.max(first.size(), second.size());
    first.retainAll(second);
    return most == 0 ? 1 : (double) first.size() / most;
  }

  /**
   * Returns the rank-biased overlap, from 0 to 1: the overlap of the first d, expected over a d at
   * which a reader stops who goes on to the next with probability p; beyond the ends of both the
   * overlap is taken to stay as it is. Webber, Moffat and Zobel, "A similarity measure for
   * indefinite rankings" (ACM TOIS 28, 2010), equation 32. 1 if both are empty, 0 if one is.
   *
   * @param p above 0 and below 1; .9 gives the first ten 86 % of the weight
   * @throws IllegalArgumentException if p is out of range or an id stands twice
   */
  public static double rankBiased(double p, List<String> one, List<String> other) {
    if (!(p > 0 && p < 1)) {
      throw new IllegalArgumentException("p must be above 0 and below 1, was " + p);
    }
    boolean firstIsShorter = one.size() <= other.size();
    List<String> shorter = firstIsShorter ? one : other;
    List<String> longer = firstIsShorter ? other : one;
    distinct(shorter);
    distinct(longer);
    int s = shorter.size();
    int l = longer.size();
    if (s == 0) {
      return l == 0 ? 1 : 0;
    }
    Set<String> seen = new HashSet<>();
    int common = 0; // X_d
    int commonOfShorter = 0; // X_s
    double sum = 0;
    double weight = 1; // p^d
    for (int d = 1; d <= l; d++) {
      weight *= p;
      common += seen.add(longer.get(d - 1)) ? 0 : 1;
      if (d <= s) {
        common += seen.add(shorter.get(d - 1)) ? 0 : 1;
        commonOfShorter = common;
      }
      sum += (double) common / d * weight;
      if (d > s) {
        sum += (double) commonOfShorter * (d - s) / ((double) s * d) * weight;
      }
    }
    return (1 - p) / p * sum
        + ((double) (common - commonOfShorter) / l + (double) commonOfShorter / s) * weight;
  }

  private static Set<String> distinct(List<String> ids) {
    Set<String> all = new HashSet<>();
    for (String id : ids) {
      if (!all.add(id)) {
        throw new IllegalArgumentException("the id \"" + id + "\" stands twice in a ranking");
      }
    }
    return all;
  }
}
