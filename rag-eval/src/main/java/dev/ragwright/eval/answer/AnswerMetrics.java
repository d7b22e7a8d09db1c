package dev.ragwright.eval.answer;

import dev.ragwright.eval.Evaluator;
import java.util.Comparator;
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
      String nearest =
          BY_NAME.keySet().stream()
              .min(
                  Comparator.<String>comparingInt(
                      known -> distance(PythonText.lower(known), PythonText.lower(name))))
              .orElseThrow();
      throw new IllegalArgumentException(
          "there is no metric \""
              + name
              + "\"; the nearest is "
              + nearest
              + ", all are "
              + String.join(", ", BY_NAME.keySet()));
    }
    return metric;
  }

  /** Levenshtein's. */
  private static int distance(String one, String other) {
    int[] above = new int[other.length() + 1];
    for (int j = 0; j < above.length; j++) {
      above[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] current = new int[above.length];
      current[0] = i;
      for (int j = 1; j < above.length; j++) {
        int replaced = above[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(above[j], current[j - 1]) + 1);
      }
      above = current;
    }
    return above[other.length()];
  }
}
