package dev.ragwright.eval.answer;

import java.util.List;

/**
 * 1 if a reference answer stands in the answer, both normalised as for {@link ExactMatch}, else 0:
 * for answers that are sentences (the "accuracy" of Mallen et al., ACL 2023; ALCE's {@code
 * exact_presence}, Gao et al., EMNLP 2023). It does not ask for whole words: "art" stands in
 * "party".
 *
 * <p>Unlike there, a reference answer of which the normalisation leaves nothing does not count,
 * since it would stand in every answer; if there are no others, an answer without a word is right.
 */
public final class SubstringAccuracy extends BestReference {

  private SubstringAccuracy() {
    super("substring");
  }

  /** The metric, which has no parameters. */
  public static SubstringAccuracy create() {
    return new SubstringAccuracy();
  }

  @Override
  List<String> admitted(List<String> references) {
    return withWords(references);
  }

  @Override
  double against(String reference, String answer) {
    String expected = SquadText.normalized(reference);
    String actual = SquadText.normalized(answer);
    return (expected.isEmpty() ? actual.isEmpty() : actual.contains(expected)) ? 1 : 0;
  }
}
