package dev.ragwright.generators.extractive;

import java.util.Comparator;

/**
 * A stretch of a text that may answer a question.
 *
 * @param text the words, as they stand in the text
 * @param start the place of its first UTF-16 unit in the text
 * @param end {@code start + text.length()}
 * @param spanScore the model's start logit where it begins and end logit where it ends, summed; the
 *     best over the windows that hold it
 * @param nullScore the same for "there is no answer", the sum at the first token; the least over
 *     all windows of the text
 */
public record ReadAnswer(String text, int start, int end, double spanScore, double nullScore) {
  /** Higher scores first, ties by place. */
  static final Comparator<ReadAnswer> BEST_FIRST =
      Comparator.comparingDouble(ReadAnswer::spanScore)
          .reversed()
          .thenComparingInt(ReadAnswer::start)
          .thenComparingInt(ReadAnswer::end);

  /**
   * How much more the model holds of this answer than of there being none: {@code spanScore -
   * nullScore}, in logits. Comparable among texts read by one model with one question.
   */
  public double score() {
    return spanScore - nullScore;
  }
}
