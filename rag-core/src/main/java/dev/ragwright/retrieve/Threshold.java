package dev.ragwright.retrieve;

import java.util.Locale;

/**
 * A score from which evidence is accepted, and what is promised of it. One is learnt from judged
 * questions, by {@code ThresholdCalibration} of rag-eval; a number that was not learnt promises
 * nothing.
 *
 * <p>The promise: for questions like those that it was learnt from, of what scores at least {@code
 * value} a share of at most {@code errorAtMost} is wrong. It is broken by a share of at most {@code
 * 1 - confidence} of all such calibrations. One that was learnt of what ought not to be accepted
 * ({@code ThresholdCalibration.reachedByAtMost}, {@code StopCalibration}) promises it of all such
 * cases in place of those accepted.
 *
 * @param value in the units of the scorer; negative infinity accepts all
 * @param source which retriever or reranker the scores are of, as in {@link Hit#source()}; a score
 *     of another one cannot be compared with it
 * @param errorAtMost the largest share of errors among what is accepted, above 0 and below 1
 * @param confidence above 0 and below 1
 * @param cases how many judged questions it was learnt from
 * @param accepted how many of them score at least {@code value}
 */
public record Threshold(
    double value, String source, double errorAtMost, double confidence, int cases, int accepted) {

  /** Refuses what cannot be. */
  public Threshold {
    if (Double.isNaN(value)) {
      throw new IllegalArgumentException("a threshold must be a number, was NaN");
    }
    if (!(errorAtMost > 0 && errorAtMost < 1 && confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "errorAtMost and confidence must be above 0 and below 1, were %s and %s"
              .formatted(errorAtMost, confidence));
    }
    if (accepted < 0 || accepted > cases) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "accepted must be from 0 to cases, was %d of %d", accepted, cases));
    }
  }

  /** For people: {@code bm25 >= 7.31 (error <= 0.05, confidence 0.9; 212 of 600 accepted)}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s >= %.2f (error <= %s, confidence %s; %d of %d accepted)",
        source,
        value,
        errorAtMost,
        confidence,
        accepted,
        cases);
  }
}
