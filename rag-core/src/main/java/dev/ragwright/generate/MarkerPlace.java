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
  private static final String LINE_ENDS = "\n\r\u0085\u2028\u2029";
  private static final Pattern SENTENCE_END = // within three units
      Pattern.compile(
          "(?:[.!?,;)\"'*~%`\u00b0\u2030\u2026\u2019\u201d\u00bb\u203a\u3001\u3002\uff01\uff0c"
              + "\uff1b\uff1f\u300d\u300f\uff09\u061f\u0964\\p{So}\\p{Sc}\\p{No}]"
              + "|[A-Za-z](?:\\+\\+|#))\\z");

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
        isLetter ? !isIndexed(behind) : endsSentence(behind) && WORD.matcher(last).find();
    return fits && !isUrl(last) && !isCall(behind) ? ATTACHED : NONE;
  }

  /** Looks no farther back than what is indexed reaches, since there may be many brackets. */
  private static boolean isIndexed(String text) {
    int name = text.length();
    while (name > 0 && isOfName(text.charAt(name - 1))) {
      name--;
    }
    int before = withoutSpace(text, name);
    before = before < name && text.startsWith("new", before - 3) ? before - 3 : before;
    return INDEXED
        .matcher(text)
        .region(Math.max(0, withoutSpace(text, before) - 2), text.length())
        .useTransparentBounds(true)
        .useAnchoringBounds(false)
        .find();
  }

  private static boolean isOfName(char unit) {
    return unit == '.'
        || unit == '_'
        || unit == '$'
        || Character.isLetterOrDigit(unit)
        || Character.isSurrogate(unit)
        || switch (Character.getType(unit)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.LETTER_NUMBER,
              Character.OTHER_NUMBER ->
              true;
          default -> false;
        };
  }

  private static int withoutSpace(String text, int end) {
    int place = end;
    while (place > 0 && Character.isWhitespace(text.charAt(place - 1))) {
      place--;
    }
    return place;
  }

  /** Whether a text ends within an address. */
  private static boolean isUrl(String text) {
    int closed = Math.max(text.lastIndexOf(')'), text.lastIndexOf('>'));
    return text.lastIndexOf("://") > closed || (closed < 0 && text.startsWith("www."));
  }

  private static boolean endsSentence(String text) {
    return text.endsWith("_")
        ? endsEmphasis(text)
        : SENTENCE_END.matcher(text.substring(Math.max(0, text.length() - 3))).find();
  }

  private static boolean endsEmphasis(String text) {
    for (int i = text.length() - 2; i >= 0 && LINE_ENDS.indexOf(text.charAt(i)) < 0; i--) {
      if (text.charAt(i) == '_' && (i == 0 || isSpace(text.charAt(i - 1)))) {
        return true;
      }
    }
    return false;
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
