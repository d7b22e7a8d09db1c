package dev.ragwright.experiment;

import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Runs a race. Retrieval is ranked on all questions without a generation, and its Pareto set goes
 * on. Then successive halving (Karnin, Koren and Somekh, "Almost Optimal Exploration in Multi-Armed
 * Bandits", ICML 2013): each round spends about the same, on half of the arms, so that the first
 * has few questions for many arms and the last many for few. All arms of a round have the same
 * questions.
 *
 * <p>In each round arms that are significantly worse than the leader are dropped first: sign-flip
 * tests on paired questions, Holm over the round at {@code errorRate / rounds}, so that by the
 * union bound over the rounds an arm as good as the leader is dropped by a false alarm with a
 * chance of at most the error rate. The leader is chosen on the same questions: as with {@link
 * Winners}, that holds for each such arm, not for all of them at once. The schedule then drops the
 * worst until half are left, which no test vouches for: the round says which these were, and how
 * likely the best was among them.
 */
final class RaceRun {
  private static final Set<String> RETRIEVAL =
      Set.of(
          Factor.EXPANDER.name(),
          Factor.RETRIEVER.name(),
          Factor.FILTER.name(),
          Factor.FUSION.name(),
          Factor.RERANKER.name(),
          Factor.RERANK_DEPTH.name(),
          Factor.TOP_K.name(),
          Factor.GATE.name(),
          Factor.FALLBACK.name(),
          Factor.FALLBACK_FUSION.name());
  private static final int RISK_DRAWS = 1_000;

  /** Runs arms on questions by the metrics named, with the same caches each time. */
  @FunctionalInterface
  interface Runner {
    ExperimentResult run(
        List<Arm> arms, List<Question> questions, Set<String> metrics, boolean generates);
  }

  private final List<Arm> arms;
  private final List<Question> questions;
  private final Settings settings;
  private final Race.Rules rules;
  private final Runner runner;

  RaceRun(
      List<Arm> arms,
      List<Question> questions,
      Settings settings,
      Race.Rules rules,
      Runner runner) {
    this.arms = arms;
    List<Question> shuffled = new ArrayList<>(questions);
    Collections.shuffle(shuffled, new Random(settings.resampling().seed()));
    this.questions = List.copyOf(shuffled);
    this.settings = settings;
    this.rules = rules;
    this.runner = runner;
  }

  Race run(Set<String> allMetrics) {
    List<Race.Retrieval> retrieval = ranked();
    Set<Map<String, String>> kept = new HashSet<>();
    for (Race.Retrieval way : retrieval) {
      if (way.verdict() == Race.Retrieval.Verdict.KEPT) {
        kept.add(way.levels());
      }
    }
    List<Arm> left = arms.stream().filter(arm -> kept.contains(retrieval(arm))).toList();
    List<Integer> sizes = sizes(left.size());
    int[] asked = schedule(sizes);
    List<Race.Round> rounds = new ArrayList<>();
    for (int r = 0; r + 1 < sizes.size(); r++) {
      ExperimentResult result =
          runner.run(left, questions.subList(0, asked[r]), Set.of(rules.raceBy()), true);
      Race.Round round = round(result, sizes.get(r + 1), sizes.size() - 1);
      rounds.add(round);
      Set<String> names = new HashSet<>(round.left());
      left = left.stream().filter(arm -> names.contains(arm.name())).toList();
    }
    return new Race(rules, retrieval, rounds, runner.run(left, questions, allMetrics, true));
  }

  /** How many arms each round has: halves, down to the finalists. */
  private List<Integer> sizes(int arms) {
    List<Integer> sizes = new ArrayList<>(List.of(arms));
    while (sizes.getLast() > rules.finalists()) {
      sizes.add(Math.max(rules.finalists(), (sizes.getLast() + 1) / 2));
    }
    return sizes;
  }

  /** How many questions have been asked by the end of each round, all of them by the last. */
  private int[] schedule(List<Integer> sizes) {
    double shares = sizes.stream().mapToDouble(size -> 1.0 / size).sum();
    int[] asked = new int[sizes.size()];
    double share = 0;
    for (int r = 0; r < asked.length; r++) {
      share += 1.0 / sizes.get(r) / shares;
      int least = Math.min(questions.size(), rules.leastQuestions() + r);
      asked[r] = Math.max(least, (int) Math.round(share * questions.size()));
    }
    return asked;
  }

  private Race.Round round(ExperimentResult result, int target, int rounds) {
    FactorialAnalysis reading =
        new FactorialAnalysis(result.arms(), rules.raceBy(), settings.resampling());
    Winners standing = reading.winners(reading.best().name(), false);
    List<String> left = new ArrayList<>(List.of(standing.best()));
    List<Race.Drop> dropped = new ArrayList<>();
    for (Winners.Rival rival : standing.rivals()) { // best first
      boolean byEvidence =
          rival.adjusted() <= rules.errorRate() / rounds && rival.difference().value() < 0;
      if (!byEvidence && left.size() < target) {
        left.add(rival.name());
      } else {
        dropped.add(new Race.Drop(rival.name(), rival.difference(), rival.adjusted(), byEvidence));
      }
    }
    return new Race.Round(
        result.questions().size(), standing.best(), left, dropped, risk(result, dropped));
  }

  private double risk(ExperimentResult result, List<Race.Drop> dropped) {
    Set<String> bySchedule = new HashSet<>();
    dropped.stream().filter(drop -> !drop.byEvidence()).forEach(drop -> bySchedule.add(drop.arm()));
    if (bySchedule.isEmpty()) {
      return 0;
    }
    SplittableRandom random = new SplittableRandom(settings.resampling().seed());
    List<ArmResult> all = result.arms();
    int cases = result.questions().size();
    int lost = 0;
    for (int draw = 0; draw < RISK_DRAWS; draw++) {
      int[] times = new int[cases];
      for (int i = 0; i < cases; i++) {
        times[random.nextInt(cases)]++;
      }
      double bestLeft = Double.NEGATIVE_INFINITY;
      double bestDropped = Double.NEGATIVE_INFINITY;
      for (ArmResult arm : all) {
        double mean = mean(arm.metric(rules.raceBy()).shared(), times);
        if (bySchedule.contains(arm.name())) {
          bestDropped = Math.max(bestDropped, mean);
        } else {
          bestLeft = Math.max(bestLeft, mean);
        }
      }
      lost += bestDropped > bestLeft ? 1 : 0;
    }
    return (double) lost / RISK_DRAWS;
  }

  private static double mean(double[] scores, int[] times) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < scores.length; i++) {
      if (!Double.isNaN(scores[i])) {
        sum += times[i] * scores[i];
        n += times[i];
      }
    }
    return n == 0 ? Double.NEGATIVE_INFINITY : sum / n;
  }

  /** Every way to retrieve, through the first arm that has it. */
  private List<Race.Retrieval> ranked() {
    Map<Map<String, String>, Arm> ways = new LinkedHashMap<>();
    arms.forEach(arm -> ways.putIfAbsent(retrieval(arm), arm));
    ExperimentResult result =
        runner.run(List.copyOf(ways.values()), questions, Set.of(rules.rankBy()), false);
    List<Candidate> all = new ArrayList<>();
    List<Map<String, String>> levels = List.copyOf(ways.keySet());
    for (int i = 0; i < levels.size(); i++) {
      all.add(Candidate.of(levels.get(i), result.arms().get(i), rules.rankBy()));
    }
    // A stable sort: ties stay in the order of the arms.
    all.sort(
        Comparator.comparingDouble(Candidate::value)
            .reversed()
            .thenComparingDouble(Candidate::tokens));
    List<Race.Retrieval> told = new ArrayList<>();
    int kept = 0;
    for (int i = 0; i < all.size(); i++) {
      Candidate way = all.get(i);
      Candidate better = dominating(i, all);
      Race.Retrieval.Verdict verdict =
          better != null
              ? Race.Retrieval.Verdict.DOMINATED
              : kept++ < rules.keep() ? Race.Retrieval.Verdict.KEPT : Race.Retrieval.Verdict.BEYOND;
      told.add(
          new Race.Retrieval(
              way.levels(),
              way.quality(),
              way.tokens(),
              way.millis(),
              verdict,
              better == null ? null : better.levels()));
    }
    return told;
  }

  private record Candidate(
      Map<String, String> levels, @Nullable Estimate quality, double tokens, double millis) {

    static Candidate of(Map<String, String> levels, ArmResult arm, String metric) {
      MetricResult scores = arm.metric(metric);
      Interval interval = scores.interval().orElse(null);
      Duration time = arm.meanStageTimes().values().stream().reduce(Duration.ZERO, Duration::plus);
      return new Candidate(
          levels,
          interval == null ? null : new Estimate(scores.mean().orElseThrow(), interval),
          arm.outcomes().stream().mapToInt(QuestionOutcome::contextTokens).average().orElse(0),
          time.toNanos() / 1e6);
    }

    double value() {
      return quality == null ? Double.NEGATIVE_INFINITY : quality.value();
    }

    double cost(Race.CostMeasure cost) {
      return switch (cost) {
        case CONTEXT_TOKENS -> tokens;
        case TIME -> millis;
      };
    }
  }

  /** What is at least as good and as cheap, and better or cheaper, or equal and before it. */
  private @Nullable Candidate dominating(int place, List<Candidate> all) {
    if (rules.costs().isEmpty()) { // then the best alone would be left
      return null;
    }
    Candidate way = all.get(place);
    for (int i = 0; i < all.size(); i++) {
      Candidate other = all.get(i);
      if (i == place) {
        continue;
      }
      boolean noWorse = other.value() >= way.value();
      boolean better = other.value() > way.value();
      for (Race.CostMeasure cost : rules.costs()) {
        noWorse &= other.cost(cost) <= way.cost(cost);
        better |= other.cost(cost) < way.cost(cost);
      }
      if (noWorse && (better || i < place)) {
        return other;
      }
    }
    return null;
  }

  private static Map<String, String> retrieval(Arm arm) {
    if (arm.levels().isEmpty()) { // a pipeline of its own
      return Map.of("arm", arm.name());
    }
    Map<String, String> levels = new LinkedHashMap<>(arm.levels());
    levels.keySet().retainAll(RETRIEVAL);
    return Collections.unmodifiableMap(levels);
  }
}
