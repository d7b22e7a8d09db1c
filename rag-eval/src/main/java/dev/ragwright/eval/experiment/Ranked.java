package dev.ragwright.eval.experiment;

import dev.ragwright.eval.JudgedRanking;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Ranking;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A ranking of one question. Many arms ask the same of it, so what is derived from it is derived
 * once, and two arms have the same ranking if they have the same object. For one thread.
 */
final class Ranked {
  private final Passages passages;
  private final List<Hit> hits;
  private final Map<Integer, Ranked> cuts = new HashMap<>();
  private final IdentityHashMap<Ranked, Ranked> tails = new IdentityHashMap<>();
  private @Nullable List<String> ids;
  private @Nullable String digest;
  private @Nullable JudgedRanking judged;

  private Ranked(Passages passages, List<Hit> hits) {
    this.passages = passages;
    this.hits = hits;
  }

  /** The rankings of one question, by the lists that stages gave. */
  static final class Pool {
    private final Passages passages;
    private final IdentityHashMap<List<Hit>, Ranked> known = new IdentityHashMap<>();

    Pool(Passages passages) {
      this.passages = passages;
    }

    Ranked of(List<Hit> hits) {
      return known.computeIfAbsent(hits, list -> new Ranked(passages, list));
    }
  }

  List<Hit> hits() {
    return hits;
  }

  /** The best {@code most}. */
  Ranked first(int most) {
    return hits.size() <= most
        ? this
        : cuts.computeIfAbsent(most, n -> new Ranked(passages, hits.subList(0, n)));
  }

  /** This ranking with what only the other one has below it, in its order. */
  Ranked withTail(Ranked other) {
    return tails.computeIfAbsent(
        other,
        tail -> {
          Set<String> seen = new HashSet<>(ids());
          return new Ranked(
              passages,
              Stream.concat(
                      hits.stream(),
                      tail.hits.stream().filter(hit -> !seen.contains(hit.passage().id())))
                  .toList());
        });
  }

  /** The passages' ids, in order. */
  List<String> ids() {
    List<String> known = ids;
    if (known == null) {
      known = passages.ids(hits);
      ids = known;
    }
    return known;
  }

  /**
   * The documents seen through the question's judgments.
   *
   * @param judgments the same each time
   */
  JudgedRanking judged(Judgments judgments) {
    JudgedRanking known = judged;
    if (known == null) {
      known = JudgedRanking.of(judgments, Ranking.of(Retrieval.of(hits)));
      judged = known;
    }
    return known;
  }

  /** A digest of the passages' content, their scores and their order. */
  String digest() {
    String known = digest;
    if (known == null) {
      Digest content = Digest.start().add(hits.size());
      for (Hit hit : hits) {
        content.add(passages.digest(hit.passage())).add(hit.score()).add(hit.source());
      }
      known = content.end();
      digest = known;
    }
    return known;
  }
}
