package dev.ragwright.guard;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a text is JSON as RFC 8259 has it, an object or an array, which it then has to stay. */
enum JsonText {
  /** It is. */
  WHOLE,
  /** It is not yet, and may be with more behind it. */
  BEGUN,
  /** It is not, whatever comes. */
  NONE;

  // Possessive: a long text costs no stack.
  private static final Pattern TOKEN =
      Pattern.compile(
          "[ \\t\\r\\n]*+(?:[{}\\[\\],:]"
              + "|\"(?:[^\"\\\\\\x00-\\x1f]|\\\\(?:[\"\\\\/bfnrt]|u[0-9A-Fa-f]{4}))*+\""
              + "|-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![0-9A-Za-z.+-])"
              + "|(?:true|false|null)(?![0-9A-Za-z]))");
  private static final Pattern SPACE = Pattern.compile("[ \\t\\r\\n]*+");

  // What may stand next.
  private static final char VALUE = 'v';
  private static final char VALUE_OR_END = 'V';
  private static final char KEY = 'k';
  private static final char KEY_OR_END = 'K';
  private static final char COLON = ':';
  private static final char BEHIND_VALUE = ',';
  private static final char NOTHING = '!';

  /** That of a text. */
  @SuppressWarnings("JdkObsolete") // hitEnd: more of a text may make a token of what is none yet
  static JsonText of(CharSequence text) {
    Matcher token = TOKEN.matcher(text);
    Matcher space = SPACE.matcher(text);
    StringBuilder open = new StringBuilder(); // the brackets
    char state = VALUE;
    int at = 0;
    while (true) {
      space.region(at, text.length()).lookingAt();
      if (space.end() == text.length()) {
        return state == BEHIND_VALUE && open.isEmpty() ? WHOLE : BEGUN;
      }
      char first = text.charAt(space.end());
      if (!token.region(at, text.length()).lookingAt()) {
        return token.hitEnd() && mayFollow(state, first, open) ? BEGUN : NONE;
      }
      state = behind(state, first, open);
      if (state == NOTHING) {
        return NONE;
      }
      at = token.end();
    }
  }

  private static boolean mayFollow(char state, char token, CharSequence open) {
    return behind(state, token, new StringBuilder(open)) != NOTHING;
  }

  /** What may stand behind a token, by its first character; opens and closes brackets. */
  private static char behind(char state, char token, StringBuilder open) {
    char in = open.isEmpty() ? NOTHING : open.charAt(open.length() - 1);
    boolean isValue = state == VALUE || state == VALUE_OR_END;
    boolean mayEnd = state == BEHIND_VALUE || state == VALUE_OR_END || state == KEY_OR_END;
    switch (token) {
      case '{', '[' -> {
        if (isValue) {
          open.append(token);
          return token == '{' ? KEY_OR_END : VALUE_OR_END;
        }
      }
      case '}', ']' -> {
        if (mayEnd && in == (token == '}' ? '{' : '[')) {
          open.setLength(open.length() - 1);
          return BEHIND_VALUE;
        }
      }
      case ',' -> {
        if (state == BEHIND_VALUE && in != NOTHING) {
          return in == '{' ? KEY : VALUE;
        }
      }
      case ':' -> {
        if (state == COLON) {
          return VALUE;
        }
      }
      default -> {
        if (token == '"' && (state == KEY || state == KEY_OR_END)) {
          return COLON;
        }
        if (isValue && in != NOTHING) {
          return BEHIND_VALUE;
        }
      }
    }
    return NOTHING;
  }

  /** A text as it stands within a string of JSON. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      switch (unit) {
        case '"', '\\' -> escaped.append('\\').append(unit);
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        default -> {
          if (unit < ' ') {
            escaped.append("\\u00").append((char) ('0' + (unit >> 4)));
            escaped.append(Character.forDigit(unit & 15, 16));
          } else {
            escaped.append(unit);
          }
        }
      }
    }
    return escaped.toString();
  }
}
