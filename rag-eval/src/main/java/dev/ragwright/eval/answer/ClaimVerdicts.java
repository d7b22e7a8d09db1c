package dev.ragwright.eval.answer;

import dev.ragwright.eval.Subject;
import java.util.List;
import java.util.Locale;

/**
 * Which text entails which claim, for one question: all that RAGChecker's metrics rest on. The
 * lists are unmodifiable.
 *
 * @param answerByReference for each claim of the answer, whether the reference answer entails it,
 *     which makes it right
 * @param referenceByAnswer for each claim of the reference, whether the answer entails it
 * @param referenceByPassage for each passage, of each claim of the reference, whether the passage
 *     entails it
 * @param answerByPassage for each passage, of each claim of the answer, whether the passage entails
 *     it
 */
public record ClaimVerdicts(
    List<Boolean> answerByReference,
    List<Boolean> referenceByAnswer,
    List<List<Boolean>> referenceByPassage,
    List<List<Boolean>> answerByPassage) {
  /** A metric's subject; nothing is expected of it. */
  public static final Subject<Object, ClaimVerdicts> SUBJECT = Subject.of("verdicts on claims");

  /** Copies the lists and refuses those that do not fit together. */
  public ClaimVerdicts {
    answerByReference = List.copyOf(answerByReference);
    referenceByAnswer = List.copyOf(referenceByAnswer);
    referenceByPassage = rows("reference", referenceByPassage, referenceByAnswer.size());
    answerByPassage = rows("answer", answerByPassage, answerByReference.size());
    if (referenceByPassage.size() != answerByPassage.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d passages were held against the claims of the reference, %d against the answer's",
              referenceByPassage.size(),
              answerByPassage.size()));
    }
  }

  private static List<List<Boolean>> rows(String of, List<List<Boolean>> rows, int claims) {
    for (List<Boolean> row : rows) {
      if (row.size() != claims) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the %s has %d claims, but a passage was held against %d",
                of,
                claims,
                row.size()));
      }
    }
    return rows.stream().map(List::copyOf).toList();
  }
}
