package dev.ragwright.experiment;

import dev.ragwright.call.PriceTable;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.stats.Resampling;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the runs of an experiment need besides arms and questions. */
record Settings(
    EvalSet set,
    Map<String, List<String>> factors,
    List<String> fixed,
    List<Measure> measures,
    int depth,
    int repeat,
    @Nullable Path memo,
    @Nullable PriceTable prices,
    Budget budget,
    Resampling resampling,
    @Nullable Explanation why,
    Lessons lessons) {

  Measure measure(String name) {
    return measures.stream()
        .filter(measure -> measure.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"%s\" is not measured; %s are".formatted(name, metricNames())));
  }

  Set<String> metricNames() {
    return measures.stream()
        .map(Measure::name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** These settings with some of the metrics, and wrong answers left unexplained. */
  Settings only(Set<String> metrics) {
    List<Measure> some =
        measures.stream().filter(measure -> metrics.contains(measure.name())).toList();
    return new Settings(
        set, factors, fixed, some, depth, repeat, memo, prices, budget, resampling, null, lessons);
  }

  /** Whether a metric looks at the context. */
  boolean reads() {
    return measures.stream().anyMatch(Measure.OfContext.class::isInstance);
  }

  StageStore open() {
    return memo == null ? StageStore.none() : Memo.open(memo);
  }
}
