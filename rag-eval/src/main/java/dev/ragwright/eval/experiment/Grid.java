package dev.ragwright.eval.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** All combinations of levels that are not excluded, the last factor varying fastest. */
final class Grid {
  private final Map<Factor<?>, Map<String, ?>> varied;
  private final List<Predicate<Map<String, String>>> excluded;
  private final List<Arm> arms = new ArrayList<>();

  private Grid(
      Map<Factor<?>, Map<String, ?>> varied, List<Predicate<Map<String, String>>> excluded) {
    this.varied = varied;
    this.excluded = excluded;
  }

  static List<Arm> arms(
      Map<Factor<?>, Map<String, ?>> varied,
      Map<Factor<?>, Object> fixed,
      List<Predicate<Map<String, String>>> excluded) {
    Grid grid = new Grid(varied, excluded);
    List<Factor<?>> factors = Factor.all().stream().filter(varied::containsKey).toList();
    grid.combine(factors, Map.of(), fixed);
    if (grid.arms.isEmpty()) {
      throw new IllegalArgumentException("every combination of levels is excluded; none is left");
    }
    return List.copyOf(grid.arms);
  }

  private void combine(
      List<Factor<?>> left, Map<String, String> names, Map<Factor<?>, Object> stages) {
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
                  left.subList(1, left.size()), Collections.unmodifiableMap(moreNames), moreStages);
            });
  }

  private Arm arm(Map<String, String> names, Wiring wiring) {
    String name = name(names);
    if (wiring.reranks() && wiring.rerankDepth() < wiring.topK()) {
      throw new IllegalArgumentException(
          "the arm %s: the rerank depth must be >= topK, was %d with topK %d; exclude(...) leaves such arms out"
              .formatted(name, wiring.rerankDepth(), wiring.topK()));
    }
    return new Arm(name, names, wiring);
  }

  /** The levels of what differs between arms; of all when nothing does. */
  private String name(Map<String, String> names) {
    List<String> differing =
        varied.entrySet().stream()
            .filter(factor -> factor.getValue().size() > 1)
            .map(factor -> factor.getKey().name())
            .toList();
    List<String> shown =
        names.entrySet().stream()
            .filter(level -> differing.isEmpty() || differing.contains(level.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    return shown.isEmpty() ? "fixed" : String.join(" + ", shown);
  }
}
