package dev.ragwright.experiment;

import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Holm;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.eval.stats.SignFlipTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a grid as a factorial experiment. Each contrast is a number for each question, a mean of
 * differences between arms on that question, so that what is easy or hard about the question falls
 * out before anything is averaged.
 */
final class FactorialAnalysis {
  private final List<ArmResult> arms;
  private final String metric;
  private final Resampling resampling;

  FactorialAnalysis(List<ArmResult> arms, String metric, Resampling resampling) {
    this.arms = arms;
    this.metric = metric;
    this.resampling = resampling;
  }

  Effect effect(String factor, List<String> levels) {
    Map<Map<String, String>, Map<String, ArmResult>> blocks = complete(factor, levels);
    double[][] byLevel = new double[levels.size()][];
    for (int l = 0; l < byLevel.length; l++) {
      String level = levels.get(l);
      byLevel[l] =
          mean(
              blocks.values().stream().map(arm -> Objects.requireNonNull(arm.get(level))).toList());
    }
    int[] scored = scoredByAll(byLevel);
    double[][] kept = new double[byLevel.length][];
    double[][] differences = new double[byLevel.length][];
    for (int l = 0; l < byLevel.length; l++) {
      kept[l] = at(scored, byLevel[l]);
      differences[l] = minus(kept[l], kept[0]);
    }
    List<Tested> tested = tested(Arrays.copyOfRange(differences, 1, differences.length));
    List<Effect.Level> read = new ArrayList<>();
    for (int l = 0; l < byLevel.length; l++) {
      Tested test = l == 0 ? Tested.same(resampling.level()) : tested.get(l - 1);
      read.add(
          new Effect.Level(
              levels.get(l), mean(kept[l]), test.estimate(), test.pValue(), test.adjusted()));
    }
    return new Effect(factor, metric, read, scored.length, blocks.size());
  }

  Interaction interaction(
      String factor, List<String> levels, String other, List<String> otherLevels) {
    List<double[]> contrasts = new ArrayList<>();
    List<String[]> names = new ArrayList<>();
    Map<Map<String, String>, Map<String, ArmResult>> blocks =
        completePairs(factor, levels, other, otherLevels);
    for (String level : levels.subList(1, levels.size())) {
      for (String otherLevel : otherLevels.subList(1, otherLevels.size())) {
        double[] gain = gain(blocks, levels.getFirst(), level, otherLevel);
        double[] before = gain(blocks, levels.getFirst(), level, otherLevels.getFirst());
        contrasts.add(minus(gain, before));
        names.add(new String[] {level, otherLevel});
      }
    }
    int[] scored = scoredByAll(contrasts.toArray(new double[0][]));
    List<Tested> tested =
        tested(contrasts.stream().map(all -> at(scored, all)).toArray(double[][]::new));
    List<Interaction.Entry> entries = new ArrayList<>();
    for (int i = 0; i < tested.size(); i++) {
      Tested test = tested.get(i);
      entries.add(
          new Interaction.Entry(
              names.get(i)[0], names.get(i)[1], test.estimate(), test.pValue(), test.adjusted()));
    }
    return new Interaction(factor, other, metric, entries, scored.length);
  }

  /** The arm with the highest mean, ties by the order of the arms. */
  ArmResult best() {
    return arms.stream()
        .filter(arm -> arm.metric(metric).mean().isPresent())
        .max(
            Comparator.<ArmResult>comparingDouble(arm -> arm.metric(metric).mean().orElseThrow())
                .thenComparing(arms::indexOf, Comparator.reverseOrder()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no arm has a score by \"%s\": %s"
                        .formatted(metric, MetricFailures.whyNone(arms, metric))));
  }

  Winners winners(String bestName, boolean chosenElsewhere) {
    ArmResult best =
        arms.stream().filter(arm -> arm.name().equals(bestName)).findFirst().orElseThrow();
    double[] bestScores = best.metric(metric).shared();
    List<ArmResult> others =
        arms.stream()
            .filter(arm -> arm != best && arm.metric(metric).mean().isPresent())
            .sorted(
                Comparator.<ArmResult>comparingDouble(
                        arm -> arm.metric(metric).mean().orElseThrow())
                    .reversed())
            .toList();
    List<Tested> tested =
        tested(
            others.stream()
                .map(arm -> minus(arm.metric(metric).shared(), bestScores))
                .toArray(double[][]::new));
    List<Winners.Rival> rivals = new ArrayList<>();
    for (int i = 0; i < others.size(); i++) {
      Tested test = tested.get(i);
      boolean worse = test.adjusted() <= 1 - resampling.level() && test.estimate().value() < 0;
      rivals.add(
          new Winners.Rival(
              others.get(i).name(),
              others.get(i).metric(metric).mean().orElseThrow(),
              test.estimate(),
              test.adjusted(),
              !worse));
    }
    return new Winners(
        metric,
        best.name(),
        best.metric(metric).mean().orElse(Double.NaN),
        rivals,
        resampling.level(),
        bestScores.length,
        chosenElsewhere);
  }

  /** A contrast's mean with its interval and p-values. */
  record Tested(Estimate estimate, double pValue, double adjusted) {
    static Tested same(double level) {
      return new Tested(new Estimate(0, new Interval(0, 0, level)), 1, 1);
    }
  }

  /** Tests contrasts, NaN where a question has none, as one family. */
  List<Tested> tested(double[][] contrasts) {
    @Nullable Interval[] intervals = Bootstrap.ofMeans(contrasts, resampling);
    // Each test draws from its own start of the seed, so the order in which they run is no matter.
    double[] pValues = Arrays.stream(contrasts).parallel().mapToDouble(this::pValue).toArray();
    double[] adjusted = Holm.adjusted(pValues);
    List<Tested> tested = new ArrayList<>();
    for (int i = 0; i < pValues.length; i++) {
      Interval interval = intervals[i];
      tested.add(
          interval == null
              ? Tested.same(resampling.level())
              : new Tested(
                  new Estimate(mean(known(contrasts[i])), interval), pValues[i], adjusted[i]));
    }
    return tested;
  }

  private double pValue(double[] contrast) {
    double[] known = known(contrast);
    return known.length == 0 ? 1 : SignFlipTest.pValue(known, resampling);
  }

  /** By the levels of all other factors: the arms by this factor's level, where all are there. */
  private Map<Map<String, String>, Map<String, ArmResult>> complete(
      String factor, List<String> levels) {
    Map<Map<String, String>, Map<String, ArmResult>> blocks = new LinkedHashMap<>();
    for (ArmResult arm : arms) {
      Map<String, String> rest = new TreeMap<>(arm.levels());
      String level = rest.remove(factor);
      if (level != null) {
        blocks.computeIfAbsent(rest, key -> new LinkedHashMap<>()).put(level, arm);
      }
    }
    blocks.values().removeIf(block -> !block.keySet().containsAll(levels));
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "no combination of the other factors has all levels of %s: %s".formatted(factor, levels));
    }
    return blocks;
  }

  /** The same for pairs of levels, whose names are joined by a line feed. */
  private Map<Map<String, String>, Map<String, ArmResult>> completePairs(
      String factor, List<String> levels, String other, List<String> otherLevels) {
    Map<Map<String, String>, Map<String, ArmResult>> blocks = new LinkedHashMap<>();
    for (ArmResult arm : arms) {
      Map<String, String> rest = new TreeMap<>(arm.levels());
      String pair = pair(rest.remove(factor), rest.remove(other));
      blocks.computeIfAbsent(rest, key -> new LinkedHashMap<>()).put(pair, arm);
    }
    List<String> all =
        levels.stream().flatMap(one -> otherLevels.stream().map(two -> pair(one, two))).toList();
    blocks.values().removeIf(block -> !block.keySet().containsAll(all));
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "no combination of the other factors has all levels of %s with all of %s"
              .formatted(factor, other));
    }
    return blocks;
  }

  private static String pair(@Nullable String level, @Nullable String otherLevel) {
    return level + "\n" + otherLevel;
  }

  private double[] gain(
      Map<Map<String, String>, Map<String, ArmResult>> blocks,
      String from,
      String to,
      String otherLevel) {
    return minus(
        mean(
            blocks.values().stream()
                .map(block -> Objects.requireNonNull(block.get(pair(to, otherLevel))))
                .toList()),
        mean(
            blocks.values().stream()
                .map(block -> Objects.requireNonNull(block.get(pair(from, otherLevel))))
                .toList()));
  }

  /** For each question the mean over the arms; NaN unless all have a score. */
  private double[] mean(List<ArmResult> of) {
    double[] sums = of.getFirst().metric(metric).values();
    for (ArmResult arm : of.subList(1, of.size())) {
      double[] scores = arm.metric(metric).shared();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += scores[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= of.size();
    }
    return sums;
  }

  private static int[] scoredByAll(double[][] columns) {
    int cases = columns.length == 0 ? 0 : columns[0].length;
    int[] scored = new int[cases];
    int n = 0;
    for (int i = 0; i < cases; i++) {
      int place = i;
      if (Arrays.stream(columns).noneMatch(column -> Double.isNaN(column[place]))) {
        scored[n++] = i;
      }
    }
    return Arrays.copyOf(scored, n);
  }

  private static double[] at(int[] places, double[] values) {
    return Arrays.stream(places).mapToDouble(place -> values[place]).toArray();
  }

  private static double[] minus(double[] one, double[] other) {
    double[] difference = new double[one.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = one[i] - other[i];
    }
    return difference;
  }

  private static double[] known(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }
}
