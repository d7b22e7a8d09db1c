package dev.ragwright.eval.answer;

import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.names.UnknownMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The metrics against reference answers by the names that people type. */
public final class AnswerMetrics {
  private static final Map<String, Evaluator<List<String>, String>> BY_NAME =
      List.of(
              ExactMatch.squad(),
              TokenF1.squad(),
              Rouge.n(1),
              Rouge.n(2),
              Rouge.rougeL(),
              Rouge.rougeLsum(),
              SubstringAccuracy.create(),
              WordRecall.create(),
              ExactMatch.squadV1(),
              TokenF1.squadV1(),
              TokenF1.hotpot(),
              Rouge.n(1).stemmed(),
              Rouge.n(2).stemmed(),
              Rouge.rougeL().stemmed(),
              Rouge.rougeLsum().stemmed())
          .stream()
          .collect(
              Collectors.toMap(
                  Evaluator::name, metric -> metric, (one, other) -> one, LinkedHashMap::new));

  private AnswerMetrics() {}

  /** All names, each metric's {@link Evaluator#name()}. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  /**
   * The metric of a name.
   *
   * @throws IllegalArgumentException if there is none; the text has the nearest that there is
   */
  public static Evaluator<List<String>, String> named(String name) {
    Evaluator<List<String>, String> metric = BY_NAME.get(name);
    if (metric == null) {
      throw UnknownMetric.named(name, names());
    }
    return metric;
  }
}
