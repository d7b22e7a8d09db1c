package dev.ragwright.generators.onnx;

import dev.ragwright.call.RagException;
import java.util.Locale;

/**
 * A chat template cannot be rendered: it refuses the conversation, fails as it would in Python, or
 * uses what is not supported. Another template may do: see {@link ChatTemplate#preset}.
 */
public final class ChatTemplateException extends RagException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final boolean refusal;

  /** One of what cannot be done. */
  ChatTemplateException(int line, String found, String advice) {
    this(line, found, advice, false);
  }

  private ChatTemplateException(int line, String found, String advice, boolean refusal) {
    super(
        String.format(
            Locale.ROOT,
            "line %d of the chat template: %s%s",
            line,
            found,
            advice.isEmpty() ? "" : "; " + advice));
    this.line = line;
    this.refusal = refusal;
  }

  /** One of what the template itself raises. */
  static ChatTemplateException refusal(int line, String message) {
    return new ChatTemplateException(line, "it refuses the conversation: " + message, "", true);
  }

  boolean isRefusal() {
    return refusal;
  }

  /** The line of the template, from 1. */
  public int line() {
    return line;
  }
}
