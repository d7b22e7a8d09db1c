package dev.ragwright.retrieve;

import java.util.Locale;

/**
 * From which score on what was found is taken for correct, and below which for incorrect, with what
 * is promised of either. Between them it is ambiguous. They are learnt from judged questions, by
 * {@code EvidenceCalibration} of rag-eval.
 *
 * <p>The promise is of as many of the first passages as the calibration had evaluated. For
 * questions like those that the bounds were learnt from, of those whose best score is at least
 * {@code correctFrom} for a share of at most {@code errorAtMost} what was found does not hold the
 * evidence that the calibration asked for, and of those whose best score is below {@code
 * incorrectBelow} for a share of at most {@code errorAtMost} it does. Each is broken by a share of
 * at most {@code 1 - confidence} of all such calibrations.
 *
 * @param correctFrom in the units of the evaluator; positive infinity where nothing can be promised
 * @param incorrectBelow at most {@code correctFrom}; negative infinity where nothing can be
 *     promised
 * @param source which reranker's the scores are, as in {@link Hit#source()}
 * @param errorAtMost above 0 and below 1
 * @param confidence above 0 and below 1
 * @param cases how many judged questions they were learnt from
 */
public record EvidenceBounds(
    double correctFrom,
    double incorrectBelow,
    String source,
    double errorAtMost,
    double confidence,
    int cases) {

  /** What retrieval came to. */
  public enum Sort {
    /** What was found will do. */
    CORRECT,
    /** It may do. */
    AMBIGUOUS,
    /** It will not do. */
    INCORRECT
  }

  /** Refuses what cannot be. */
  public EvidenceBounds {
    if (!(incorrectBelow <= correctFrom)) { // NaN too
      throw new IllegalArgumentException(
          "incorrectBelow must be at most correctFrom, were %s and %s"
              .formatted(incorrectBelow, correctFrom));
    }
    if (!(errorAtMost > 0 && errorAtMost < 1 && confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "errorAtMost and confidence must be above 0 and below 1, were %s and %s"
              .formatted(errorAtMost, confidence));
    }
  }

  /** Sorts a best score. */
  public Sort sort(double best) {
    if (best >= correctFrom) {
      return Sort.CORRECT;
    }
    return best < incorrectBelow ? Sort.INCORRECT : Sort.AMBIGUOUS;
  }

  /** For people: {@code minilm: correct from 2.10, incorrect below -4.00 (error <= 0.1, ...)}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: correct from %.2f, incorrect below %.2f (error <= %s, confidence %s; %d cases)",
        source,
        correctFrom,
        incorrectBelow,
        errorAtMost,
        confidence,
        cases);
  }
}
