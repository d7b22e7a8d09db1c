package dev.ragwright.eval;

import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One query's documents with their scores, in the order that trec_eval gives them: higher scores
 * first, ties by document id descending (as unsigned bytes of UTF-8), no document twice. Ranks
 * count from 1. Immutable.
 */
public final class Ranking {
  private static final Ranking EMPTY = new Ranking(new String[0], new double[0]);

  private final String[] documents;
  private final double[] scores;

  private Ranking(String[] documents, double[] scores) {
    this.documents = documents;
    this.scores = scores;
  }

  /** Nothing was found. */
  public static Ranking empty() {
    return EMPTY;
  }

  /**
   * Ranks documents by their scores.
   *
   * @throws IllegalArgumentException if a score is NaN or infinite
   */
  public static Ranking of(Map<String, Double> scores) {
    String[] ids = new String[scores.size()];
    double[] values = new double[ids.length];
    int n = 0;
    for (Map.Entry<String, Double> entry : scores.entrySet()) {
      ids[n] = entry.getKey();
      values[n++] = entry.getValue();
    }
    return sorted(ids, values);
  }

  /**
   * Ranks the documents of the passages found; of several passages of a document the first counts.
   *
   * <p>Passages whose scores rise somewhere, because a reranker chose for more than the score, keep
   * their order: the documents' scores are then their number, their number less 1, and so on down
   * to 1. Otherwise the scores are the hits', and what ties is in trec_eval's order, not in the
   * retriever's.
   *
   * @throws IllegalArgumentException if a score is infinite
   */
  public static Ranking of(Retrieval retrieval) {
    Map<String, Double> first = new LinkedHashMap<>();
    boolean descending = true;
    double last = Double.POSITIVE_INFINITY;
    for (Hit hit : retrieval.hits()) {
      descending &= hit.score() <= last;
      last = hit.score();
      first.putIfAbsent(hit.passage().documentId(), hit.score());
    }
    if (!descending) {
      double score = first.size();
      for (Map.Entry<String, Double> entry : first.entrySet()) {
        entry.setValue(score--);
      }
    }
    return of(first);
  }

  /** Sorts the arrays, which it keeps. */
  private static Ranking sorted(String[] ids, double[] scores) {
    boolean inOrder = true;
    for (int i = 0; i < ids.length; i++) {
      if (!Double.isFinite(scores[i])) {
        throw new IllegalArgumentException(
            "the score of document " + ids[i] + " is " + scores[i] + ", not a finite number");
      }
      inOrder &= i == 0 || compare(ids[i - 1], scores[i - 1], ids[i], scores[i]) < 0;
    }
    if (inOrder) {
      return new Ranking(ids, scores);
    }
    Scored[] entries = new Scored[ids.length];
    for (int i = 0; i < ids.length; i++) {
      entries[i] = new Scored(ids[i], scores[i]);
    }
    Arrays.sort(entries, (a, b) -> compare(a.id, a.score, b.id, b.score));
    for (int i = 0; i < ids.length; i++) {
      ids[i] = entries[i].id;
      scores[i] = entries[i].score;
    }
    return new Ranking(ids, scores);
  }

  private record Scored(String id, double score) {}

  /** {@link Double#compare} would put 0.0 before -0.0; C has them equal. */
  private static int compare(String a, double scoreOfA, String b, double scoreOfB) {
    if (scoreOfA != scoreOfB) {
      return scoreOfA > scoreOfB ? -1 : 1;
    }
    return Utf8Order.compare(b, a);
  }

  /** How many documents there are. */
  public int size() {
    return documents.length;
  }

  /**
   * The document at a rank.
   *
   * @throws IndexOutOfBoundsException if there is no such rank
   */
  public String document(int rank) {
    return documents[rank - 1];
  }

  /**
   * The score at a rank.
   *
   * @throws IndexOutOfBoundsException if there is no such rank
   */
  public double score(int rank) {
    return scores[rank - 1];
  }

  /** The document ids, best first; unmodifiable. */
  public List<String> documents() {
    return Collections.unmodifiableList(Arrays.asList(documents));
  }

  /**
   * This ranking with its scores rounded to {@code float}, and sorted by those: trec_eval up to
   * 9.0.8, and what builds on it, takes scores as equal that differ beyond the seventh digit.
   *
   * @throws IllegalArgumentException if a score is beyond the range of {@code float}
   */
  public Ranking withFloatScores() {
    double[] rounded = new double[scores.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) scores[i];
      if (Double.isInfinite(rounded[i])) {
        throw new IllegalArgumentException(
            "the score of document " + documents[i] + ", " + scores[i] + ", is beyond float");
      }
    }
    return sorted(documents.clone(), rounded);
  }

  /** This ranking without a document, and no longer than {@code depth}. */
  Ranking without(String document, int depth) {
    int[] kept =
        IntStream.range(0, documents.length)
            .filter(i -> !documents[i].equals(document))
            .limit(depth)
            .toArray();
    return new Ranking(
        IntStream.of(kept).mapToObj(i -> documents[i]).toArray(String[]::new),
        IntStream.of(kept).mapToDouble(i -> scores[i]).toArray());
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Ranking other
        && Arrays.equals(documents, other.documents)
        && Arrays.equals(scores, other.scores);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(documents) + Arrays.hashCode(scores);
  }

  /** The document ids, best first. */
  @Override
  public String toString() {
    return Arrays.toString(documents);
  }
}
