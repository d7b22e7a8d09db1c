package dev.ragwright.eval.learn;

import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Questions to learn from, and others to measure with what was learnt. None of the latter is among
 * the former, by its id or by its text. Immutable.
 */
public final class Fold {
  /** The fewest questions for each fold. */
  private static final int LEAST = 2;

  private final EvalSet training;
  private final EvalSet unseen;
  private final Set<String> texts = new HashSet<>();

  Fold(EvalSet training, EvalSet unseen) {
    this.training = training;
    this.unseen = unseen;
    training.questions().values().forEach(question -> texts.add(Questions.plain(question)));
  }

  /**
   * Deals the questions that have a relevant document into so many parts of about the same size;
   * those of the same text into the same. Each part is what one fold has not seen. A question
   * without a relevant document teaches nothing and is in none.
   *
   * @param folds how many parts, from 2
   * @param seed decides which question is in which part; the same whatever the order of the set
   * @throws IllegalArgumentException if there are fewer than two such questions for each fold
   */
  public static List<Fold> dealt(EvalSet set, int folds, long seed) {
    if (folds < 2) {
      throw new IllegalArgumentException("folds must be >= 2, was " + folds);
    }
    EvalSet all = Questions.teaching(set);
    if (all.questions().size() < LEAST * folds) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d folds need at least %d judged questions with a relevant document, and %s has %d;"
                  + " judge more, or use fewer folds",
              folds,
              LEAST * folds,
              all.name(),
              all.questions().size()));
    }
    List<Fold> dealt = new ArrayList<>();
    for (EvalSet part : Questions.dealt(all, folds, seed)) {
      dealt.add(new Fold(Questions.without(all, part.questions().keySet()), part));
    }
    return List.copyOf(dealt);
  }

  /** The questions to learn from. */
  public EvalSet training() {
    return training;
  }

  /** The questions to measure with. */
  public EvalSet unseen() {
    return unseen;
  }

  /**
   * Ids of the questions to measure with that share no relevant document with those to learn from.
   */
  Set<String> apart() {
    Set<String> taught = new HashSet<>();
    for (String id : training.questions().keySet()) {
      taught.addAll(training.qrels().judgments(id).relevant());
    }
    Set<String> apart = new LinkedHashSet<>();
    for (String id : unseen.questions().keySet()) {
      if (Collections.disjoint(taught, unseen.qrels().judgments(id).relevant())) {
        apart.add(id);
      }
    }
    return apart;
  }

  /** Whether a question, of whatever set, is among those to learn from, by its id or its text. */
  public boolean hasSeen(Question question) {
    return training.questions().containsKey(question.id())
        || texts.contains(Questions.plain(question));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d questions to learn from, %d to measure with",
        training.questions().size(),
        unseen.questions().size());
  }
}
