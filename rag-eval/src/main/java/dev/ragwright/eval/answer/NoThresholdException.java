package dev.ragwright.eval.answer;

import dev.ragwright.call.RagException;

/** There is no threshold that can promise what was asked; the text says what could. */
public final class NoThresholdException extends RagException {
  private static final long serialVersionUID = 1;

  NoThresholdException(String message) {
    super(message);
  }
}
