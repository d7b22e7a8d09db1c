package dev.ragwright.generators.onnx;

import org.jspecify.annotations.Nullable;

/** What ends a rendering: see {@link Kind}. Its line is added where the rendering began. */
final class JinjaError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whose error it is. */
  enum Kind {
    /** The template raises it itself. */
    RAISED,
    /** Python fails here, too. */
    PYTHON,
    /** Python may go on, and this cannot. */
    UNSUPPORTED
  }

  private final Kind kind;
  private final int line;

  private JinjaError(Kind kind, @Nullable String message, int line) {
    super(message, null, false, false);
    this.kind = kind;
    this.line = line;
  }

  static JinjaError raised(String message) {
    return new JinjaError(Kind.RAISED, message, 0);
  }

  static JinjaError python(String message) {
    return new JinjaError(Kind.PYTHON, message, 0);
  }

  static JinjaError unsupported(String construct) {
    return new JinjaError(Kind.UNSUPPORTED, construct, 0);
  }

  /** One that is seen before anything is rendered. */
  static JinjaError syntax(int line, String message) {
    return new JinjaError(Kind.PYTHON, message, line);
  }

  /** The same, at a line, if it has none. */
  JinjaError at(int where) {
    return line > 0 ? this : new JinjaError(kind, getMessage(), where);
  }

  ChatTemplateException toException() {
    return switch (kind) {
      case RAISED -> ChatTemplateException.refusal(line, String.valueOf(getMessage()));
      case PYTHON ->
          new ChatTemplateException(line, String.valueOf(getMessage()), ChatTemplate.ADVICE);
      case UNSUPPORTED ->
          new ChatTemplateException(line, "not supported: " + getMessage(), ChatTemplate.ADVICE);
    };
  }
}
