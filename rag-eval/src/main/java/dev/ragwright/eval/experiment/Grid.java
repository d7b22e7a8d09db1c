package dev.ragwright.eval.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The levels of each factor, and all combinations that are not excluded, the last factor varying
 * fastest. For one thread.
 */
final class Grid {
  private final Map<Factor<?>, Map<String, ?>> varied = new LinkedHashMap<>();
  private final Map<Factor<?>, Object> fixed = new LinkedHashMap<>();
  private final List<Predicate<Map<String, String>>> excluded = new ArrayList<>();

  /** Sets the levels; in the map's order if it has one, else by name. */
  <T> void vary(Factor<T> factor, Map<String, ? extends T> levels) {
    if (levels.isEmpty()) {
      throw new IllegalArgumentException("the factor " + factor + " has no level");
    }
    checkFree(factor);
    levels.values().forEach(level -> checkPositive(factor, level));
    varied.put(
        factor,
        Collections.unmodifiableMap(
            levels instanceof SequencedMap<String, ? extends T>
                ? new LinkedHashMap<>(levels)
                : new TreeMap<>(levels)));
  }

  <T> void fix(Factor<T> factor, T level) {
    checkFree(factor);
    checkPositive(factor, level);
    fixed.put(factor, Objects.requireNonNull(level, factor.name()));
  }

  private static void checkPositive(Factor<?> factor, @Nullable Object level) {
    if (level instanceof Integer number && number < 1) {
      throw new IllegalArgumentException(factor + " must be >= 1, was " + number);
    }
  }

  private void checkFree(Factor<?> factor) {
    if (has(factor)) {
      throw new IllegalArgumentException("the factor " + factor + " is set twice");
    }
  }

  void exclude(Predicate<Map<String, String>> levels) {
    excluded.add(Objects.requireNonNull(levels, "levels"));
  }

  boolean has(Factor<?> factor) {
    return varied.containsKey(factor) || fixed.containsKey(factor);
  }

  /** The names of the levels of each factor that is varied, in the order of the stages. */
  Map<String, List<String>> varied() {
    Map<String, List<String>> levels = new LinkedHashMap<>();
    for (Factor<?> factor : factors()) {
      levels.put(factor.name(), List.copyOf(varied.getOrDefault(factor, Map.of()).keySet()));
    }
    return Collections.unmodifiableMap(levels);
  }

  /** The names of the factors that are the same in all arms, in the order of the stages. */
  List<String> fixed() {
    return Factor.all().stream().filter(fixed::containsKey).map(Factor::name).toList();
  }

  private List<Factor<?>> factors() {
    return Factor.all().stream().filter(varied::containsKey).toList();
  }

  /**
   * The arms.
   *
   * @throws IllegalArgumentException if all are excluded, or one reranks fewer passages than it
   *     reads
   */
  List<Arm> arms() {
    List<Arm> arms = new ArrayList<>();
    combine(factors(), Map.of(), fixed, arms);
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("every combination of levels is excluded; none is left");
    }
    return List.copyOf(arms);
  }

  private void combine(
      List<Factor<?>> left,
      Map<String, String> names,
      Map<Factor<?>, Object> stages,
      List<Arm> arms) {
    if (left.isEmpty()) {
      if (excluded.stream().noneMatch(predicate -> predicate.test(names))) {
        arms.add(arm(names, new Wiring(stages)));
      }
      return;
    }
    Factor<?> factor = left.getFirst();
    varied
        .getOrDefault(factor, Map.of())
        .forEach(
            (level, stage) -> {
              Map<String, String> moreNames = new LinkedHashMap<>(names);
              moreNames.put(factor.name(), level);
              Map<Factor<?>, Object> moreStages = new LinkedHashMap<>(stages);
              moreStages.put(factor, stage);
              combine(
                  left.subList(1, left.size()),
                  Collections.unmodifiableMap(moreNames),
                  moreStages,
                  arms);
            });
  }

  private Arm arm(Map<String, String> names, Wiring wiring) {
    String name = name(names);
    if (wiring.reranks() && wiring.rerankDepth() < wiring.topK()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the arm %s: the rerank depth must be >= topK, was %d with topK %d; exclude(...) leaves such arms out",
              name,
              wiring.rerankDepth(),
              wiring.topK()));
    }
    return new Arm(name, names, wiring);
  }

  /** The levels of what differs between arms; of all when nothing does. A number says of what. */
  private String name(Map<String, String> names) {
    boolean differs = varied.values().stream().anyMatch(levels -> levels.size() > 1);
    List<String> shown = new ArrayList<>();
    for (Factor<?> factor : factors()) {
      Map<String, ?> levels = varied.getOrDefault(factor, Map.of());
      if (levels.size() > 1 || !differs) {
        String level = String.valueOf(names.get(factor.name()));
        shown.add(levels.get(level) instanceof Integer ? factor.name() + " " + level : level);
      }
    }
    return shown.isEmpty() ? "fixed" : String.join(" + ", shown);
  }
}
