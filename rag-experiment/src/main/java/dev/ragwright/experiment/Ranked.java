package dev.ragwright.experiment;

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
  private final IdentityHashMap<Ranked, Ranked> tails = new IdentityHashMap<>();
  private @Nullable List<String> ids;
  private @Nullable String digest;
  private @Nullable JudgedRanking judged;

  private Ranked(Passages passages, List<Hit> hits) {
    this.passages = passages;
    this.hits = hits;
  }

  /** The rankings of one question: the same hits in the same order are one. */
  static final class Pool {
    private final Passages passages;
    private final Map<Same, Ranked> known = new HashMap<>();

    Pool(Passages passages) {
      this.passages = passages;
    }

    Ranked of(List<Hit> hits) {
      return known.computeIfAbsent(new Same(hits), same -> new Ranked(passages, hits));
    }

    /** Compares objects, not what they hold: what stages gave is kept, and never made twice. */
    private record Same(List<Hit> hits) {
      @Override
      public int hashCode() {
        return hits.isEmpty()
            ? 0
            : 31 * System.identityHashCode(hits.getFirst())
                + 7 * System.identityHashCode(hits.getLast())
                + hits.size();
      }

      @Override
      @SuppressWarnings("ReferenceEquality")
      public boolean equals(@Nullable Object o) {
        if (!(o instanceof Same other) || other.hits.size() != hits.size()) {
          return false;
        }
        for (int i = 0; i < hits.size(); i++) {
          if (hits.get(i) != other.hits.get(i)) {
            return false;
          }
        }
        return true;
      }
    }
  }

  List<Hit> hits() {
    return hits;
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
