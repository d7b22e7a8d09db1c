package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why a search of an index finds a passage where it does, or does not.
 *
 * @param passageId of the passage that was asked about
 * @param standing what became of it
 * @param topK how many passages were asked for
 * @param rankings of what was searched, in their order: {@code bm25}, then {@code knn} and {@code
 *     hybrid} where the index has vectors; empty where the passage is not in question; unmodifiable
 */
public record Explanation(String passageId, Standing standing, int topK, List<Ranking> rankings) {

  /** What became of a passage. */
  public enum Standing {
    /** It is among the passages that were asked for. */
    FOUND,
    /** It is ranked, and more are asked for before it is among them. */
    BEHIND,
    /** It is too far behind in each of the rankings that are fused. */
    NOT_FUSED,
    /** It shares no word with the question, and words are all that is searched. */
    NO_WORD,
    /** The filter does not accept it. */
    FILTERED,
    /** The index has no passage with this id. */
    NOT_INDEXED
  }

  /**
   * The passage in one ranking.
   *
   * @param name of the search
   * @param rank from 1; empty where the passage is not in the ranking
   * @param of how many passages are
   * @param score by which it is ranked; empty where it is not
   * @param terms what each word of the question gives to the score of {@code bm25}, most first,
   *     ties by term; empty for other rankings; unmodifiable
   */
  public record Ranking(
      String name, OptionalInt rank, int of, OptionalDouble score, List<Term> terms) {
    /** Copies the terms. */
    public Ranking {
      terms = List.copyOf(terms);
    }

    /** As one line, such as {@code bm25: rank 3 of 812, score 7.31 = rotat 4.21 + key 3.10}. */
    @Override
    public String toString() {
      if (rank.isEmpty()) {
        return String.format(Locale.ROOT, "%s: not among %,d", name, of);
      }
      String sum = terms.stream().map(Term::toString).collect(Collectors.joining(" + "));
      return String.format(
          Locale.ROOT,
          "%s: rank %,d of %,d, score %.4f%s",
          name,
          rank.getAsInt(),
          of,
          score.getAsDouble(),
          sum.isEmpty() ? "" : " = " + sum);
    }
  }

  /**
   * A word of the question, in the form in which it is indexed.
   *
   * @param score what it gives
   */
  public record Term(String term, double score) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s %.4f", term, score);
    }
  }

  /**
   * The explanation for a passage that is there and that the filter accepts.
   *
   * @param byWords all that are found by words, best first, or as many as are looked at
   * @param terms what each word of the question gives the passage
   * @param byVectors likewise by vectors; null where words are all that is searched
   * @param fusion of both
   * @param depth how many of each are fused, or {@code topK} if that is more
   */
  public static Explanation of(
      String passageId,
      int topK,
      List<Hit> byWords,
      List<Term> terms,
      @Nullable List<Hit> byVectors,
      RankFusion fusion,
      int depth) {
    List<Ranking> rankings = new ArrayList<>();
    rankings.add(ranking("bm25", byWords, passageId, terms));
    if (byVectors != null) {
      int deep = Math.max(depth, topK);
      List<Hit> fused =
          fusion.fuse(List.of(first(byWords, deep), first(byVectors, deep)), 2 * deep);
      rankings.add(ranking("knn", byVectors, passageId, List.of()));
      rankings.add(ranking("hybrid", fused, passageId, List.of()));
    }
    OptionalInt rank = rankings.getLast().rank();
    Standing standing;
    if (rank.isPresent()) {
      standing = rank.getAsInt() <= topK ? Standing.FOUND : Standing.BEHIND;
    } else if (byVectors != null) {
      standing = Standing.NOT_FUSED;
    } else {
      standing = terms.isEmpty() ? Standing.NO_WORD : Standing.BEHIND;
    }
    return new Explanation(passageId, standing, topK, rankings);
  }

  private static List<Hit> first(List<Hit> hits, int most) {
    return hits.subList(0, Math.min(most, hits.size()));
  }

  private static Ranking ranking(String name, List<Hit> hits, String passageId, List<Term> terms) {
    for (int i = 0; i < hits.size(); i++) {
      if (hits.get(i).passage().id().equals(passageId)) {
        return new Ranking(
            name,
            OptionalInt.of(i + 1),
            hits.size(),
            OptionalDouble.of(hits.get(i).score()),
            terms);
      }
    }
    return new Ranking(name, OptionalInt.empty(), hits.size(), OptionalDouble.empty(), List.of());
  }

  /** Copies the rankings. */
  public Explanation {
    rankings = List.copyOf(rankings);
  }

  /** For people: what became of it, and below that one line for each ranking. */
  @Override
  public String toString() {
    String said =
        switch (standing) {
          case FOUND -> "is among the first " + topK;
          case BEHIND -> "is ranked behind the first " + topK;
          case NOT_FUSED -> "is too far behind in each ranking to be fused";
          case NO_WORD -> "shares no word with the question";
          case FILTERED -> "is not accepted by the filter";
          case NOT_INDEXED -> "is not in the index";
        };
    return rankings.stream()
        .map(ranking -> "\n  " + ranking)
        .collect(Collectors.joining("", "passage " + passageId + " " + said, ""));
  }
}
