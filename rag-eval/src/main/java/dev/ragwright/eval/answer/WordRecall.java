package dev.ragwright.eval.answer;

import java.util.List;
import java.util.Set;

/**
 * The share of a reference answer's words that stand in the answer; the best over the reference
 * answers, from 0 to 1. Words are compared as {@link Groundedness#lexical()} does, so that {@code
 * Röntgen's rays} have {@code Röntgen} in them. A reference answer without any word is worth 0. The
 * free baseline for whether an answer is correct.
 */
public final class WordRecall extends BestReference {

  private WordRecall() {
    super("word-recall");
  }

  /** The metric, which has no parameters. */
  public static WordRecall create() {
    return new WordRecall();
  }

  @Override
  double against(String reference, String answer) {
    List<String> expected = Words.telling(reference);
    return expected.isEmpty()
        ? 0
        : (double) Words.found(expected, Set.copyOf(Words.of(answer))) / expected.size();
  }
}
