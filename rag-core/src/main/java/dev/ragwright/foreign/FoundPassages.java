package dev.ragwright.foreign;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What another framework's retriever found, as hits. */
public final class FoundPassages {
  private FoundPassages() {}

  /**
   * The hits of what was found, in its order, each passage once: with the scores, if all have one,
   * else with {@code 1 / rank}, which only says what order they came in.
   *
   * @param score NaN for what has none
   * @param source of the scores; of ranks, it is followed by {@code /rank}
   */
  public static <T> List<Hit> hits(
      Collection<T> found,
      Function<T, Passage> passages,
      ToDoubleFunction<T> score,
      String source) {
    boolean scored = found.stream().mapToDouble(score).noneMatch(Double::isNaN);
    Set<String> seen = new HashSet<>();
    List<Hit> hits = new ArrayList<>();
    for (T one : found) {
      Passage passage = passages.apply(one);
      if (seen.add(passage.id())) {
        hits.add(
            scored
                ? new Hit(passage, score.applyAsDouble(one), source)
                : new Hit(passage, 1.0 / (1 + hits.size()), source + "/rank"));
      }
    }
    return hits;
  }
}
