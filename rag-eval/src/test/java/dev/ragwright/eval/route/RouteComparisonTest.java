package dev.ragwright.eval.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RouteComparisonTest {
  private static final double[] FREE = {1, 1, 1, 1};

  private static RoutePolicy policy(String name, double[] quality, double[] cost) {
    return RoutePolicy.of(name, quality, cost, new boolean[quality.length]);
  }

  private static double[] same(double value, int n) {
    double[] values = new double[n];
    Arrays.fill(values, value);
    return values;
  }

  private final RoutePolicy cheap = policy("cheap", new double[] {1, 0, 0, 1}, same(1, 4));
  private final RoutePolicy strong = policy("strong", new double[] {1, 1, 0, 1}, same(5, 4));

  @Test
  void theOracleIsTheCheapestOfTheBest() {
    RoutePoint oracle = RouteComparison.of(List.of(cheap, strong), List.of()).oracle();
    assertThat(oracle.quality().value()).isEqualTo(0.75);
    assertThat(oracle.cost().value()).isEqualTo(2); // the second question alone needs 5
    assertThat(oracle.escalated()).isEqualTo(0.25);
    assertThat(oracle.regret().value()).isZero();
    assertThat(oracle.verdict()).isEmpty();
  }

  @Test
  void theMixIsTheLineBetweenThem() {
    // Cost 2 is a quarter of the way from 1 to 5, so the mix has 0.5 + 0.25 / 4.
    RoutePolicy perfect =
        RoutePolicy.of(
            "perfect",
            new double[] {1, 1, 0, 1},
            new double[] {1, 5, 1, 1},
            new boolean[] {false, true, false, false});
    RoutePolicy wasting =
        RoutePolicy.of(
            "wasting",
            new double[] {1, 0, 0, 1},
            new double[] {5, 1, 1, 1},
            new boolean[] {true, false, false, false});
    RouteComparison compared =
        RouteComparison.of(List.of(cheap, strong), List.of(perfect, wasting));
    RoutePoint good = compared.routes().getFirst();
    assertThat(good.overMix().orElseThrow().value()).isCloseTo(0.1875, within(1e-12));
    assertThat(good.escalated()).isEqualTo(0.25);
    assertThat(good.onFrontier()).isTrue();
    assertThat(good.regret().value()).isZero();
    RoutePoint bad = compared.routes().getLast();
    assertThat(bad.overMix().orElseThrow().value()).isCloseTo(-0.0625, within(1e-12));
    assertThat(bad.onFrontier()).isFalse();
    assertThat(bad.regret().value()).isEqualTo(0.25);
    assertThat(compared.alone()).extracting(RoutePoint::onFrontier).containsExactly(true, false);
    assertThat(compared.questions()).isEqualTo(4);
  }

  /** 400 questions, half of which only the strong one can. */
  @Test
  void aRouteIsCalledWhatItIs() {
    int n = 400;
    RandomGenerator random = Seeds.random();
    double[] cheap = new double[n];
    double[] strong = same(1, n);
    boolean[] hard = new boolean[n];
    boolean[] knowing = new boolean[n];
    boolean[] lot = new boolean[n];
    boolean[] wrong = new boolean[n];
    for (int i = 0; i < n; i++) {
      hard[i] = i % 2 == 0;
      cheap[i] = hard[i] ? 0 : 1;
      boolean guess = random.nextDouble() < 0.9;
      knowing[i] = guess == hard[i];
      wrong[i] = guess != hard[i];
      lot[i] = random.nextBoolean();
    }
    RouteComparison compared =
        RouteComparison.of(
            List.of(policy("cheap", cheap, same(1, n)), policy("strong", strong, same(10, n))),
            List.of(
                chosen("knowing", knowing, cheap, strong),
                chosen("wrong", wrong, cheap, strong),
                chosen("lot", lot, cheap, strong)));
    assertThat(compared.routes())
        .as(Seeds.replay())
        .extracting(route -> route.verdict().orElseThrow())
        .startsWith(RoutePoint.Verdict.ABOVE, RoutePoint.Verdict.BELOW);
    RoutePoint byLot = compared.routes().getLast();
    // By chance it is 2 standard errors (.05) off in 5 of 100 runs, and 4 in none.
    assertThat(byLot.overMix().orElseThrow().value()).as(Seeds.replay()).isBetween(-0.1, 0.1);
    assertThat(RoutePoint.Verdict.BELOW.words())
        .isEqualTo("below the random-mix line: choosing by lot is better");
  }

  private static RoutePolicy chosen(
      String name, boolean[] escalated, double[] cheap, double[] strong) {
    double[] quality = new double[cheap.length];
    double[] cost = new double[cheap.length];
    for (int i = 0; i < cost.length; i++) {
      quality[i] = escalated[i] ? strong[i] : cheap[i];
      cost[i] = escalated[i] ? 10 : 1;
    }
    return RoutePolicy.of(name, quality, cost, escalated);
  }

  /** The interval beside that of a bootstrap which draws the line anew each time. */
  @Test
  void theIntervalHasTheLinesUncertaintyInIt() {
    int n = 300;
    RandomGenerator random = Seeds.random();
    double[][] q = new double[3][n];
    double[][] c = new double[3][n];
    boolean[] escalated = new boolean[n];
    for (int i = 0; i < n; i++) {
      q[0][i] = random.nextDouble() < 0.4 ? 1 : 0;
      q[1][i] = random.nextDouble() < 0.6 ? 1 : 0;
      c[0][i] = 1 + random.nextDouble();
      c[1][i] = 5 + 4 * random.nextDouble();
      escalated[i] = random.nextDouble() < 0.3;
      q[2][i] = q[escalated[i] ? 1 : 0][i];
      c[2][i] = c[escalated[i] ? 1 : 0][i];
    }
    Interval own =
        RouteComparison.of(
                List.of(policy("a", q[0], c[0]), policy("b", q[1], c[1])),
                List.of(RoutePolicy.of("route", q[2], c[2], escalated)))
            .routes()
            .getFirst()
            .overMix()
            .orElseThrow()
            .interval();
    double[] over = new double[4_000];
    for (int r = 0; r < over.length; r++) {
      double[] sums = new double[6];
      for (int i = 0; i < n; i++) {
        int drawn = random.nextInt(n);
        for (int p = 0; p < 3; p++) {
          sums[p] += q[p][drawn] / n;
          sums[3 + p] += c[p][drawn] / n;
        }
      }
      double share = (sums[5] - sums[3]) / (sums[4] - sums[3]);
      over[r] = sums[2] - (sums[0] + share * (sums[1] - sums[0]));
    }
    Arrays.sort(over);
    assertThat(own.low()).as(Seeds.replay()).isCloseTo(over[100], within(0.01));
    assertThat(own.high()).as(Seeds.replay()).isCloseTo(over[3_899], within(0.01));
  }

  @Test
  void ofThreeTheHullCounts() {
    // The middle one is under the line from the first to the last, so it is left out of the mix.
    RoutePolicy a = policy("a", same(0.2, 4), same(1, 4));
    RoutePolicy b = policy("b", same(0.3, 4), same(3, 4));
    RoutePolicy c = policy("c", same(0.8, 4), same(5, 4));
    RoutePolicy at = policy("at", same(0.5, 4), same(3, 4));
    RouteComparison compared = RouteComparison.of(List.of(a, b, c), List.of(at));
    assertThat(compared.routes().getFirst().overMix().orElseThrow().value())
        .isCloseTo(0, within(1e-12));
    // Above it, it is in.
    RoutePolicy high = policy("b", same(0.7, 4), same(3, 4));
    assertThat(
            RouteComparison.of(List.of(a, high, c), List.of(at))
                .routes()
                .getFirst()
                .overMix()
                .orElseThrow()
                .value())
        .isCloseTo(-0.2, within(1e-12));
  }

  @Test
  void beyondTheBestTheLineIsFlat() {
    RoutePolicy both = policy("both", new double[] {1, 1, 0, 1}, same(6, 4));
    assertThat(
            RouteComparison.of(List.of(cheap, strong), List.of(both))
                .routes()
                .getFirst()
                .overMix()
                .orElseThrow()
                .value())
        .isZero();
    // A dear one that is worse: the best there is costs 1, and going on is a loss.
    RoutePolicy worse = policy("worse", new double[] {0, 0, 0, 1}, same(5, 4));
    RoutePolicy half = policy("half", new double[] {1, 0, 0, 0}, same(3, 4));
    assertThat(
            RouteComparison.of(List.of(cheap, worse), List.of(half))
                .routes()
                .getFirst()
                .overMix()
                .orElseThrow()
                .value())
        .isEqualTo(-0.25);
  }

  @Test
  void theSameNumbersGiveTheSameIntervals() {
    List<RoutePolicy> alone = List.of(cheap, strong);
    assertThat(RouteComparison.of(alone, List.of()).alone())
        .isEqualTo(RouteComparison.of(alone, List.of(), Resampling.standard()).alone());
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThatThrownBy(() -> RouteComparison.of(List.of(cheap), List.of()))
        .hasMessage("two generators or more are needed to route between, had 1");
    assertThatThrownBy(() -> RouteComparison.of(List.of(cheap, cheap), List.of()))
        .hasMessage("\"cheap\" stands twice");
    assertThatThrownBy(
            () ->
                RouteComparison.of(List.of(cheap, policy("b", same(1, 3), same(1, 3))), List.of()))
        .hasMessage("all must be of the same questions, but \"cheap\" has 4 and \"b\" 3");
    assertThatThrownBy(() -> policy("a", FREE, new double[] {1, 1, 1, -1}))
        .hasMessage("\"a\" has quality 1.0 at cost -1.0; both must be finite, and the cost >= 0");
    assertThatThrownBy(() -> policy("a", new double[] {Double.NaN}, new double[] {1}))
        .hasMessageContaining("both must be finite");
    assertThatThrownBy(() -> policy("a", FREE, new double[] {1}))
        .hasMessage("\"a\" needs as many qualities as costs, and at least one; had 4, 1 and 4");
    assertThatThrownBy(() -> policy(" ", FREE, FREE)).hasMessage("a route needs a name, had \" \"");
  }
}
