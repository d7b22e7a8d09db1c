package dev.ragwright.experiment.report;

import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Effect;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Interaction;
import dev.ragwright.experiment.QuestionOutcome;
import dev.ragwright.experiment.Winners;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a report says, whatever it is written in.
 *
 * @param winners null if no arm has a score
 * @param elsewhere chosen on half of the questions and compared on the others; null where there are
 *     too few
 * @param looked the arm whose questions are shown: the best, or the first if there is none
 * @param ways of the relevant documents of each question in that arm
 * @param shown the places of the questions that are shown, the lowest score first
 * @param failed the places of the questions that failed, in the same order
 */
record Findings(
    ExperimentResult result,
    String metric,
    double failedBelow,
    @Nullable Winners winners,
    @Nullable Winners elsewhere,
    ArmResult looked,
    List<List<EvidencePath>> ways,
    List<Integer> shown,
    List<Integer> failed) {

  /** With fewer questions, half of them says nothing. */
  private static final int ENOUGH_TO_SPLIT = 20;

  static Findings of(ExperimentResult result, String metric, int most, double failedBelow) {
    boolean scored = result.arms().stream().anyMatch(arm -> arm.metric(metric).mean().isPresent());
    Winners winners = scored ? result.winners(metric) : null;
    ArmResult looked = winners == null ? result.arms().getFirst() : result.arm(winners.best());
    double[] scores = looked.metric(metric).values();
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(place -> rank(looked, scores, place)))
            .toList();
    return new Findings(
        result,
        metric,
        failedBelow,
        winners,
        winners == null ? null : elsewhere(result, metric),
        looked,
        IntStream.range(0, scores.length)
            .mapToObj(i -> EvidencePath.of(result, looked, i))
            .toList(),
        order.subList(0, Math.min(most, order.size())),
        order.stream().filter(place -> failed(looked, scores[place], place, failedBelow)).toList());
  }

  /** Questions that a stage failed on come first, those that the metric says nothing of last. */
  private static double rank(ArmResult arm, double[] scores, int place) {
    if (arm.outcomes().get(place).failure() != null) {
      return Double.NEGATIVE_INFINITY;
    }
    return scores[place];
  }

  /** What the metric says nothing of has not failed, unless a stage has. */
  private static boolean failed(ArmResult arm, double score, int place, double failedBelow) {
    return score < failedBelow || arm.outcomes().get(place).failure() != null;
  }

  private static @Nullable Winners elsewhere(ExperimentResult result, String metric) {
    if (result.questions().size() < ENOUGH_TO_SPLIT || result.arms().size() < 2) {
      return null;
    }
    try {
      long seed = Long.parseLong(result.settings().getOrDefault("seed", "42"));
      Winners winners = result.winners(metric, 0.5, seed);
      return Double.isNaN(winners.bestMean()) ? null : winners;
    } catch (IllegalArgumentException e) {
      return null; // one half has no question, or no score
    }
  }

  /** Of all intervals, such as 0.95. */
  double level() {
    return Double.parseDouble(result.settings().getOrDefault("level", "0.95"));
  }

  /** The arms, best first; those without a score last, in their own order. */
  List<ArmResult> ranked() {
    return result.arms().stream()
        .sorted(
            Comparator.comparingDouble(
                arm -> -arm.metric(metric).mean().orElse(Double.NEGATIVE_INFINITY)))
        .toList();
  }

  /** The arms that cannot be told from the best, best first; empty without any score. */
  List<ArmResult> best() {
    Winners known = winners;
    return known == null ? List.of() : known.indistinguishable().stream().map(result::arm).toList();
  }

  Optional<Winners.Rival> rival(ArmResult arm) {
    Winners known = winners;
    return known == null
        ? Optional.empty()
        : known.rivals().stream().filter(rival -> rival.name().equals(arm.name())).findFirst();
  }

  boolean isBest(ArmResult arm) {
    return winners != null && winners.best().equals(arm.name());
  }

  /** The factors with more than one level, with their levels. */
  Map<String, List<String>> varied() {
    Map<String, List<String>> varied = new LinkedHashMap<>(result.factors());
    varied.values().removeIf(levels -> levels.size() < 2);
    return varied;
  }

  /** The stages that are the same in all arms, by factor. */
  Map<String, String> held() {
    Map<String, String> held = new LinkedHashMap<>(result.arms().getFirst().stages());
    held.keySet().removeAll(varied().keySet());
    held.entrySet()
        .removeIf(
            stage ->
                result.arms().stream()
                    .anyMatch(
                        arm ->
                            !Objects.equals(arm.stages().get(stage.getKey()), stage.getValue())));
    result
        .factors()
        .forEach(
            (factor, levels) -> {
              if (levels.size() == 1) {
                held.putIfAbsent(factor, levels.getFirst());
              }
            });
    return held;
  }

  /** A factor's effect, or why there is none. */
  record Told<T>(@Nullable T value, String why) {}

  List<Told<Effect>> effects(String by) {
    List<Told<Effect>> effects = new ArrayList<>();
    for (String factor : varied().keySet()) {
      try {
        Effect effect = result.effectOf(factor, by);
        effects.add(
            effect.questions() == 0
                ? new Told<>(null, factor + ": no question is scored in all arms")
                : new Told<>(effect, ""));
      } catch (IllegalArgumentException e) {
        effects.add(new Told<>(null, factor + ": " + e.getMessage()));
      }
    }
    return effects;
  }

  /** Of each pair of factors that has all pairs of levels. */
  List<Interaction> interactions() {
    List<Interaction> interactions = new ArrayList<>();
    List<String> factors = List.copyOf(varied().keySet());
    for (int i = 0; i < factors.size(); i++) {
      for (String other : factors.subList(i + 1, factors.size())) {
        interaction(factors.get(i), other).ifPresent(interactions::add);
      }
    }
    return interactions;
  }

  /** Empty where the grid leaves out pairs, or no question is scored in all of them. */
  private Optional<Interaction> interaction(String factor, String other) {
    try {
      return Optional.of(result.interactionOf(factor, other, metric))
          .filter(interaction -> interaction.questions() > 0);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Why money is not known, of all arms; empty if it is of all. */
  Set<String> missingPrices() {
    Set<String> missing = new TreeSet<>();
    result.arms().forEach(arm -> missing.addAll(arm.cost().missing()));
    return missing;
  }

  /** How many of the arm's relevant documents ended where, over all questions. */
  Map<EvidencePath.Place, Integer> places(ArmResult arm) {
    Map<EvidencePath.Place, Integer> counts = new EnumMap<>(EvidencePath.Place.class);
    for (int i = 0; i < arm.outcomes().size(); i++) {
      List<EvidencePath> of = arm == looked ? ways.get(i) : EvidencePath.of(result, arm, i);
      of.forEach(way -> counts.merge(way.place(), 1, Integer::sum));
    }
    return counts;
  }

  /**
   * How many failed questions have a relevant document at a place.
   *
   * @param farthest of the questions' documents that came farthest
   * @param nearest of those that came least far: the same, for a question with one
   */
  record Lost(int farthest, int nearest) {}

  /** By place in words, the most frequent first. */
  Map<String, Lost> losses() {
    Map<String, Lost> counts = new LinkedHashMap<>();
    for (int place : failed) {
      count(counts, loss(place, Comparator.naturalOrder()), new Lost(1, 0));
      count(counts, loss(place, Comparator.reverseOrder()), new Lost(0, 1));
    }
    Map<String, Lost> sorted = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Comparator.comparingInt(count -> -count.getValue().farthest()))
        .forEach(count -> sorted.put(count.getKey(), count.getValue()));
    return sorted;
  }

  private static void count(Map<String, Lost> counts, String place, Lost more) {
    counts.merge(
        place,
        more,
        (one, two) -> new Lost(one.farthest() + two.farthest(), one.nearest() + two.nearest()));
  }

  /** Those that came farthest, as a share of the failed questions. */
  Estimate share(Lost lost) {
    return Proportion.wilson(lost.farthest(), failed.size(), level());
  }

  /** In words, where the greatest of the question's relevant documents is. */
  private String loss(int question, Comparator<EvidencePath.Place> order) {
    QuestionOutcome.Failure failure = looked.outcomes().get(question).failure();
    if (failure != null) {
      return "stage " + failure.stage() + " failed";
    }
    return ways.get(question).stream()
        .map(EvidencePath::place)
        .max(order)
        .map(EvidencePath.Place::words)
        .orElse("no relevant document is known");
  }
}
