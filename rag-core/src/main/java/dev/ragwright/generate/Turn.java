package dev.ragwright.generate;

import java.util.Objects;

/**
 * A question of a conversation, with what was made of it.
 *
 * @param asked the question as it was asked
 * @param question the question as it was searched for and answered: {@code asked}, or standing
 *     alone where that did not
 * @param answer the answer's words; empty after an abstention
 */
public record Turn(String asked, String question, String answer) {
  /** Refuses null. */
  public Turn {
    Objects.requireNonNull(asked, "asked");
    Objects.requireNonNull(question, "question");
    Objects.requireNonNull(answer, "answer");
  }

  /** A turn whose question stands alone as it was asked. */
  public static Turn of(String question, String answer) {
    return new Turn(question, question, answer);
  }

  /** Whether the question was searched for as it was asked. */
  public boolean standsAlone() {
    return asked.equals(question);
  }
}
