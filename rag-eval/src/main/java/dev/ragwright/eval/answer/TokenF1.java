package dev.ragwright.eval.answer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The harmonic mean of the shares of words that answer and reference answer have in common, each
 * word as often as it stands in both; the words are those of {@link ExactMatch}. The best over the
 * reference answers, from 0 to 1. As SQuAD's evaluation scripts count it (Rajpurkar et al., EMNLP
 * 2016 and ACL 2018).
 */
public final class TokenF1 extends BestReference {
  private static final Set<String> CLOSED = Set.of("yes", "no", "noanswer");

  private enum Rules {
    SQUAD_1,
    SQUAD_2,
    HOTPOT
  }

  private final Rules rules;

  private TokenF1(String name, Rules rules) {
    super(name);
    this.rules = rules;
  }

  /**
   * By {@code evaluate-v2.0.py}: reference answers without a word do not count; if there are no
   * others, an answer without a word is worth 1 and any other 0. A question that has no answer is
   * given as {@code List.of("")}.
   */
  public static TokenF1 squad() {
    return new TokenF1("f1", Rules.SQUAD_2);
  }

  /** By {@code evaluate-v1.1.py}: 0 without a word in common, so also if both have none. */
  public static TokenF1 squadV1() {
    return new TokenF1("f1-squad1.1", Rules.SQUAD_1);
  }

  /**
   * By {@code hotpot_evaluate_v1.py} (Yang et al., EMNLP 2018): as {@link #squadV1()}, but where
   * one of both is yes, no or noanswer, they are equal or the score is 0.
   */
  public static TokenF1 hotpot() {
    return new TokenF1("f1-hotpot", Rules.HOTPOT);
  }

  @Override
  List<String> admitted(List<String> references) {
    return rules == Rules.SQUAD_2 ? withWords(references) : references;
  }

  @Override
  double against(String reference, String answer) {
    List<String> expected = SquadText.tokens(reference);
    List<String> actual = SquadText.tokens(answer);
    if (rules == Rules.SQUAD_2 && (expected.isEmpty() || actual.isEmpty())) {
      return expected.equals(actual) ? 1 : 0;
    }
    if (rules == Rules.HOTPOT
        && !expected.equals(actual)
        && (CLOSED.contains(String.join(" ", expected))
            || CLOSED.contains(String.join(" ", actual)))) {
      return 0;
    }
    int same = common(expected, actual);
    if (same == 0) {
      return 0;
    }
    double precision = (double) same / actual.size();
    double recall = (double) same / expected.size();
    return 2 * precision * recall / (precision + recall);
  }

  private static int common(List<String> expected, List<String> actual) {
    Map<String, Integer> left = new HashMap<>();
    expected.forEach(word -> left.merge(word, 1, Integer::sum));
    int same = 0;
    for (String word : actual) {
      int count = left.getOrDefault(word, 0);
      if (count > 0) {
        left.put(word, count - 1);
        same++;
      }
    }
    return same;
  }
}
