package dev.ragwright.generate;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a bracket with numbers stands, which says whether it may be a marker. Code that is not
 * marked as code is told from prose by what stands beside the bracket. That is a guess, and one
 * that errs on the side of leaving the text as it is.
 */
enum MarkerPlace {
  /** Where no marker is. */
  NONE,
  /** At the beginning of a line. */
  FIRST,
  /** Behind a word or a sentence, and a space. */
  SPACED,
  /** Directly behind a word or a sentence, as an index is. */
  ATTACHED;

  private static final int FARTHEST = 100; // looked back, which bounds what it costs

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}\\p{So}%\u2030\u20ac]");
  private static final Pattern SAYS =
      Pattern.compile("[\\p{L}\\p{N}\\p{So}\\p{Sc}%\u00b0\u2030`!?\u2026\u00bb]");
  private static final Pattern GOES_ON = // behind it something has to come
      Pattern.compile("[(\\[{<=:,;|/\\\\&^@\\p{Pd}]\\z");
  private static final Pattern SENTENCE_END =
      Pattern.compile(
          "(?:[.!?,;)\"'*~%`\u00b0\u2030\u2026\u2019\u201d\u00bb\u203a\u3001\u3002\uff01\uff0c"
              + "\uff1b\uff1f\u300d\u300f\uff09\u061f\u0964\\p{So}\\p{Sc}\\p{No}]"
              + "|(?:\\A|\\s)_.*_|[A-Za-z](?:\\+\\+|#))\\z");
  private static final Pattern URL = Pattern.compile("(?:://|\\Awww\\.)[^)>]*\\z");

  /** A name as programs have it, and an operator before a word. */
  private static final Pattern INDEXED =
      Pattern.compile(
          "(?:(?<![\\p{L}\\p{M}\\p{N}_$'\u2019])"
              + "(?:[a-z]\\d*|u?int\\d*|char|bool|boolean|arr|args|argv|buf|vec"
              + "|[a-z]{2,}[A-Z][a-z]+\\w*)"
              + "|[\\p{L}\\p{N}][_$]+[\\p{L}\\p{N}_$]*|[$@\\\\]\\w+"
              + "|(?:->|::|[\\p{L}_$)\\]]\\.)[\\p{L}_$]\\w*"
              + "|(?:=|\\s[+*<>])\\s*(?:new\\s+)?[\\w$.]+|\\Anew\\s+[\\w$.]+)\\z");

  private static final String CODE_BEHIND =
      "[(\\[\\]{}=\\\\>]|<(?![/A-Za-z])"
          + "|[ \\t]{1,8}(?:=|[+*<>][\\s=]|[-!:/%&|^]=|&&|\\|\\||->|\\+\\+)";
  private static final Pattern ANYWHERE = Pattern.compile(CODE_BEHIND);
  private static final Pattern AT_LINE_START = Pattern.compile(CODE_BEHIND + "|[.:;,!?)*/%&^|+-]");
  private static final Pattern AT_WORD =
      Pattern.compile(
          CODE_BEHIND
              + "|[\\p{Lu}\\p{Ll}\\p{Lt}\\p{Nd}$+/%&^@#`]|<(?!/|br)|-[\\p{L}\\p{Nd}>-]|\\|\\|"
              + "|[.,;:!?][\\p{Lu}\\p{Ll}\\p{Nd}_$(\\[{=]|[*_~]++[\\p{L}\\p{Nd}]"
              + "|\\)(?:[\\[({]|\\.\\p{L})");

  /**
   * The place of a bracket.
   *
   * @param line where the text of its line begins
   */
  static MarkerPlace of(CharSequence text, int line, int bracket) {
    int end = bracket;
    while (end > line && isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (end == line) {
      return FIRST;
    }
    String behind = text.subSequence(Math.max(line, end - FARTHEST), end).toString();
    int start = behind.length();
    while (start > 0 && !isSpace(behind.charAt(start - 1))) {
      start--;
    }
    String last = behind.substring(start);
    if (end < bracket) {
      return SAYS.matcher(last).find() && !GOES_ON.matcher(last).find() ? SPACED : NONE;
    }
    int unit = last.codePointBefore(last.length());
    boolean isLetter =
        Character.isLetterOrDigit(unit) || Character.getType(unit) == Character.NON_SPACING_MARK;
    boolean fits =
        isLetter
            ? !INDEXED.matcher(behind).find()
            : SENTENCE_END.matcher(behind).find() && WORD.matcher(last).find();
    return fits && !URL.matcher(last).find() && !isCall(behind) ? ATTACHED : NONE;
  }

  private static boolean isSpace(char unit) {
    return Character.isWhitespace(unit) || Character.isSpaceChar(unit);
  }

  /** Whether a text ends with, or within, what is handed to a function. */
  private static boolean isCall(String text) {
    int depth = text.endsWith(")") ? 0 : 1;
    for (int i = text.length() - 1; i > 0; i--) {
      char unit = text.charAt(i);
      depth += unit == ')' ? 1 : unit == '(' ? -1 : 0;
      if (unit == '(' && depth == 0) {
        char before = text.charAt(i - 1);
        return Character.isLetterOrDigit(before) || before == '_' || before == '$';
      }
    }
    return false;
  }

  /** Whether a text may go on so behind a marker that stands here; {@code hitEnd} where not. */
  Matcher codeBehind(CharSequence text) {
    Pattern pattern =
        switch (this) {
          case FIRST -> AT_LINE_START;
          case ATTACHED -> AT_WORD;
          case SPACED, NONE -> ANYWHERE;
        };
    return pattern.matcher(text);
  }
}
