package dev.ragwright.eval;

/**
 * A ranking seen through its query's judgments: all that a ranking metric needs. It is made once
 * for a query, so that several metrics do not look up the same documents. Ranks count from 1.
 * Immutable.
 */
public final class JudgedRanking {
  /** The grade of a document without a judgment; below every other grade. */
  public static final int UNJUDGED = -1;

  private final int[] grades;
  private final Judgments judgments;

  private JudgedRanking(int[] grades, Judgments judgments) {
    this.grades = grades;
    this.judgments = judgments;
  }

  /** Looks up each document of the ranking. */
  public static JudgedRanking of(Judgments judgments, Ranking ranking) {
    int[] grades = new int[ranking.size()];
    for (int i = 0; i < grades.length; i++) {
      grades[i] = judgments.gradeOrUnjudged(ranking.document(i + 1));
    }
    return new JudgedRanking(grades, judgments);
  }

  /** How many documents were found. */
  public int size() {
    return grades.length;
  }

  /**
   * The grade at a rank, 0 or more, or {@link #UNJUDGED}.
   *
   * @throws IndexOutOfBoundsException if there is no such rank
   */
  public int grade(int rank) {
    return grades[rank - 1];
  }

  /** How many documents have at least the grade {@code level}, found or not. */
  public int relevant(int level) {
    return judgments.atLeast(level);
  }

  /** How many of the first {@code ranks} documents have at least the grade {@code level}. */
  public int relevantWithin(int ranks, int level) {
    int count = 0;
    for (int i = 0; i < Math.min(ranks, grades.length); i++) {
      if (grades[i] >= level) {
        count++;
      }
    }
    return count;
  }

  /** How many documents are judged, found or not. */
  public int judged() {
    return judgments.judged();
  }

  /**
   * The grade at a rank of the ideal ranking, which has all {@link #judged()} documents, best
   * first.
   *
   * @throws IndexOutOfBoundsException if there is no such rank
   */
  public int idealGrade(int rank) {
    return judgments.ideal()[rank - 1];
  }
}
