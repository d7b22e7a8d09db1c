package dev.ragwright.eval.answer;

import java.util.List;

/**
 * 1 if the answer equals a reference answer once both are in lower case and without ASCII
 * punctuation, English articles and repeated white space, else 0. As SQuAD's evaluation scripts
 * count it (Rajpurkar et al., EMNLP 2016 and ACL 2018).
 */
public final class ExactMatch extends BestReference {
  private final boolean dropsEmpty;

  private ExactMatch(String name, boolean dropsEmpty) {
    super(name);
    this.dropsEmpty = dropsEmpty;
  }

  /**
   * By {@code evaluate-v2.0.py}: reference answers without a word do not count; if there are no
   * others, an answer without a word is right. A question that has no answer is given as {@code
   * List.of("")}.
   */
  public static ExactMatch squad() {
    return new ExactMatch("em", true);
  }

  /** By {@code evaluate-v1.1.py}: all reference answers count. HotpotQA's script does the same. */
  public static ExactMatch squadV1() {
    return new ExactMatch("em-squad1.1", false);
  }

  @Override
  List<String> admitted(List<String> references) {
    return dropsEmpty ? withWords(references) : references;
  }

  @Override
  double against(String reference, String answer) {
    return SquadText.tokens(reference).equals(SquadText.tokens(answer)) ? 1 : 0;
  }
}
