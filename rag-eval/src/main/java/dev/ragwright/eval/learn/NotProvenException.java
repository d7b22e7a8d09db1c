package dev.ragwright.eval.learn;

import dev.ragwright.call.RagException;

/** Something learnt is not proven to help; the text has its gain and what could be done. */
public final class NotProvenException extends RagException {
  private static final long serialVersionUID = 1;

  NotProvenException(Card card) {
    super(
        "%s is not adopted: its gain in %s over %s is %s, which %s. Judge more questions, or take it with adoptUnproven()."
            .formatted(
                card.learnt(),
                card.metric(),
                card.baseline(),
                card.gain(),
                card.verdict() == Card.Verdict.HARMS ? "is a loss" : "has 0 in its interval"));
  }
}
