package dev.ragwright.eval;

import java.util.List;

/**
 * A question of an {@link EvalSet}.
 *
 * @param text what is asked; empty where a file of answers does not say it
 * @param answers every form of the right answer, one of which is enough; empty where none is known;
 *     unmodifiable
 */
public record Question(String id, String text, List<String> answers) {
  /** Copies the answers. */
  public Question {
    answers = List.copyOf(answers);
  }
}
