package dev.ragwright.documents.sheet;

/**
 * A piece of a section of a format.
 *
 * @param text what it shows or asks for
 */
record Token(Kind kind, String text) {

  enum Kind {
    /** Text that is shown. */
    LITERAL,
    /** A digit: {@code 0}, {@code #} or {@code ?}. */
    DIGIT,
    /** {@code .} */
    POINT,
    /** {@code ,} */
    COMMA,
    /** {@code %} */
    PERCENT,
    /** {@code E+} or {@code E-} */
    EXPONENT,
    /** {@code /} */
    SLASH,
    /** {@code @} */
    TEXT,
    /** {@code General} */
    GENERAL,
    /** A part of a day or time, such as {@code yyyy}, {@code [h]} or {@code AM/PM}. */
    DATE
  }

  boolean is(Kind other) {
    return kind == other;
  }
}
