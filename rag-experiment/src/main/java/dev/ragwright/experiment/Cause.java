package dev.ragwright.experiment;

/**
 * Why an answer is wrong, as found out by giving the generator other contexts. A cause holds for
 * one question: the first of {@link #NOT_NEEDED}, {@link #RETRIEVAL_FAILED} or {@link
 * #MISUSED_EVIDENCE}, {@link #QUESTION_OR_GOLD_AT_FAULT}, {@link #GENERATION_FAILED} that does.
 */
public enum Cause {
  /** The generator is right with gold evidence, and has not read it. */
  RETRIEVAL_FAILED,
  /** Gold evidence does not help either, though it holds the answer. */
  GENERATION_FAILED,
  /** The gold evidence was read; the generator is right with it alone. */
  MISUSED_EVIDENCE,
  /** The generator is right without any context: what it was given misled it. */
  NOT_NEEDED,
  /**
   * Gold evidence does not help, and cannot: the source does not have the gold documents, or they
   * have not even half of the words of any reference answer. Such a question is one to look at, not
   * one that is proven wrong: an answer may say in other words what the document says.
   */
  QUESTION_OR_GOLD_AT_FAULT,
  /** No gold document is known, or the generator failed when it was given the gold evidence. */
  UNTESTED
}
