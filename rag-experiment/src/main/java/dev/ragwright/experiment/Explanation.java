package dev.ragwright.experiment;

/**
 * How wrong answers are to be explained.
 *
 * @param corpus where gold evidence is looked up
 * @param metric the metric of answers that decides
 * @param right the least score of a right answer
 */
record Explanation(Corpus corpus, String metric, double right) {
  /** The settings of a result that was explained. */
  static final String METRIC = "why.metric";

  static final String RIGHT = "why.right";
}
