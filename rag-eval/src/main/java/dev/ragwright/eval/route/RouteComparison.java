package dev.ragwright.eval.route;

import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Resampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Routes beside the generators that they choose from, on the same questions.
 *
 * <p><b>The random mix.</b> Whoever asks one generator or another by lot, whatever the question,
 * gets any mean cost between theirs, and the quality on the line between them; with more than two,
 * on the upper hull of their points. A route that is not above the line at its own cost has learnt
 * nothing of the questions. (The line of FrugalGPT's and RouteLLM's figures.) Beyond the best point
 * of the hull the line is flat: more money buys nothing there.
 *
 * <p><b>Over the mix.</b> The line is an estimate too, and so is the route's cost. For each
 * question the route's quality, less that of the mix of the two generators whose segment it is
 * compared with, less what the difference of their costs is worth by the slope of that segment: the
 * mean of these is the distance to the line, and their bootstrap is its interval, with the line's
 * own uncertainty in it to first order (the linear expansion of a ratio; Efron and Tibshirani, "An
 * Introduction to the Bootstrap", 1993, chapter 22).
 *
 * <p><b>The oracle.</b> For each question the generator with the best answer, the cheapest of the
 * best. No route can be better, and none reaches it; it says how much there is to gain.
 *
 * <p>Nothing here knows what was learnt from which questions: give it others than those. Immutable.
 */
public final class RouteComparison {
  private final List<RoutePoint> alone;
  private final List<RoutePoint> routes;
  private final RoutePoint oracle;
  private final int questions;

  private RouteComparison(
      List<RoutePoint> alone, List<RoutePoint> routes, RoutePoint oracle, int questions) {
    this.alone = List.copyOf(alone);
    this.routes = List.copyOf(routes);
    this.oracle = oracle;
    this.questions = questions;
  }

  /** Compares with 10,000 draws from a fixed seed and intervals of 95 %. */
  public static RouteComparison of(List<RoutePolicy> alone, List<RoutePolicy> routes) {
    return of(alone, routes, Resampling.standard());
  }

  /**
   * Compares.
   *
   * @param alone each generator for all questions, two or more, the cheapest first
   * @param routes any number
   * @throws IllegalArgumentException if there are fewer than two generators, a name stands twice,
   *     or there are not the same number of questions in each
   */
  public static RouteComparison of(
      List<RoutePolicy> alone, List<RoutePolicy> routes, Resampling resampling) {
    check(alone, routes);
    List<RoutePolicy> hull = hull(alone);
    RoutePolicy best = oracle(alone);
    List<RoutePolicy> all = Stream.concat(alone.stream(), routes.stream()).toList();
    List<RoutePoint> points = new ArrayList<>();
    for (RoutePolicy one : alone) {
      points.add(point(one, best, Optional.empty(), all, resampling));
    }
    List<RoutePoint> routed = new ArrayList<>();
    for (RoutePolicy one : routes) {
      Estimate over = estimate(overMix(one, hull), resampling);
      routed.add(point(one, best, Optional.of(over), all, resampling));
    }
    return new RouteComparison(
        points,
        routed,
        point(best, best, Optional.empty(), List.of(best), resampling),
        best.questions());
  }

  private static void check(List<RoutePolicy> alone, List<RoutePolicy> routes) {
    if (alone.size() < 2) {
      throw new IllegalArgumentException(
          "two generators or more are needed to route between, had " + alone.size());
    }
    Set<String> names = new HashSet<>();
    int questions = alone.getFirst().questions();
    for (RoutePolicy one : Stream.concat(alone.stream(), routes.stream()).toList()) {
      if (!names.add(one.name())) {
        throw new IllegalArgumentException("\"" + one.name() + "\" stands twice");
      }
      if (one.questions() != questions) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "all must be of the same questions, but \"%s\" has %d and \"%s\" %d",
                alone.getFirst().name(),
                questions,
                one.name(),
                one.questions()));
      }
    }
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  private static Estimate estimate(double[] values, Resampling resampling) {
    return new Estimate(mean(values), Bootstrap.ofMean(values, resampling));
  }

  private static RoutePoint point(
      RoutePolicy one,
      RoutePolicy oracle,
      Optional<Estimate> overMix,
      List<RoutePolicy> all,
      Resampling resampling) {
    double[] regret = oracle.quality();
    double[] quality = one.quality();
    for (int i = 0; i < regret.length; i++) {
      regret[i] -= quality[i];
    }
    return new RoutePoint(
        one.name(),
        estimate(quality, resampling),
        estimate(one.cost(), resampling),
        one.escalatedShare(),
        estimate(regret, resampling),
        overMix,
        all.stream().noneMatch(other -> beats(other, one)));
  }

  private static boolean beats(RoutePolicy other, RoutePolicy one) {
    double quality = mean(other.quality()) - mean(one.quality());
    double cost = mean(other.cost()) - mean(one.cost());
    return quality >= 0 && cost <= 0 && (quality > 0 || cost < 0);
  }

  private static RoutePolicy oracle(List<RoutePolicy> alone) {
    int n = alone.getFirst().questions();
    double[] quality = new double[n];
    double[] cost = new double[n];
    boolean[] escalated = new boolean[n];
    for (int g = 0; g < alone.size(); g++) {
      double[] qualities = alone.get(g).quality();
      double[] costs = alone.get(g).cost();
      for (int i = 0; i < n; i++) {
        boolean better = qualities[i] > quality[i];
        boolean cheaper = qualities[i] == quality[i] && costs[i] < cost[i];
        if (g == 0 || better || cheaper) {
          quality[i] = qualities[i];
          cost[i] = costs[i];
          escalated[i] = g > 0;
        }
      }
    }
    return RoutePolicy.of("oracle", quality, cost, escalated);
  }

  /** The generators whose mixes are best, by rising cost: quality rises, ever more slowly. */
  private static List<RoutePolicy> hull(List<RoutePolicy> alone) {
    List<RoutePolicy> byCost =
        alone.stream()
            .sorted(
                Comparator.<RoutePolicy>comparingDouble(one -> mean(one.cost()))
                    .thenComparing(
                        Comparator.<RoutePolicy>comparingDouble(one -> mean(one.quality()))
                            .reversed()))
            .toList();
    List<RoutePolicy> hull = new ArrayList<>();
    for (RoutePolicy one : byCost) {
      if (!hull.isEmpty() && mean(one.quality()) <= mean(hull.getLast().quality())) {
        continue;
      }
      while (hull.size() > 1
          && slope(hull.get(hull.size() - 2), hull.getLast()) <= slope(hull.getLast(), one)) {
        hull.removeLast();
      }
      hull.add(one);
    }
    return hull;
  }

  private static double slope(RoutePolicy from, RoutePolicy to) {
    return (mean(to.quality()) - mean(from.quality())) / (mean(to.cost()) - mean(from.cost()));
  }

  /** For each question what the route has more than the mix at its cost; see above. */
  private static double[] overMix(RoutePolicy route, List<RoutePolicy> hull) {
    double cost = mean(route.cost());
    int next = 0;
    while (next < hull.size() && mean(hull.get(next).cost()) <= cost) {
      next++;
    }
    RoutePolicy from = hull.get(Math.max(0, next - 1));
    RoutePolicy to = next == 0 || next == hull.size() ? from : hull.get(next);
    double share =
        from == to ? 0 : (cost - mean(from.cost())) / (mean(to.cost()) - mean(from.cost()));
    double slope = from == to ? 0 : slope(from, to);
    double[] over = route.quality();
    double[] costs = route.cost();
    double[] quality = mixed(from.quality(), to.quality(), share);
    double[] paid = mixed(from.cost(), to.cost(), share);
    for (int i = 0; i < over.length; i++) {
      over[i] -= quality[i] + slope * (costs[i] - paid[i]);
    }
    return over;
  }

  private static double[] mixed(double[] from, double[] to, double share) {
    double[] mix = new double[from.length];
    for (int i = 0; i < mix.length; i++) {
      mix[i] = (1 - share) * from[i] + share * to[i];
    }
    return mix;
  }

  /** Each generator for all questions, in their order; unmodifiable. */
  public List<RoutePoint> alone() {
    return alone;
  }

  /** The routes, in their order; unmodifiable. */
  public List<RoutePoint> routes() {
    return routes;
  }

  /** The best generator for each question, the cheapest of the best. */
  public RoutePoint oracle() {
    return oracle;
  }

  /** How many questions there are. */
  public int questions() {
    return questions;
  }
}
