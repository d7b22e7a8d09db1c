package dev.ragwright.markdown;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is taken as it is within the text of a Markdown block that comes piece by piece: code, tags,
 * where links lead to, formulas. CommonMark's rules, and for formulas those of Pandoc. Linear in
 * the text, if what is not known is asked for again only after the text has grown by a share. Not
 * safe to share.
 */
public final class MarkdownSpans {
  /** More has to come before it is known. */
  public static final int WAIT = -1;

  /** There is none. */
  public static final int NONE = -2;

  /** Parentheses within parentheses beyond this are no link: depth costs time. */
  private static final int DEEPEST = 32;

  /** A tag longer than this is text: {@link Pattern} recurses for each attribute. */
  private static final int LONGEST_TAG = 1_000;

  /** A formula in a line is not longer than this: a dollar sign is looked for no farther. */
  private static final int LONGEST_FORMULA = 200;

  private static final Pattern TAG =
      Pattern.compile(
          "<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}+:[^\\s<>]*+>"
              + "|([A-Za-z][A-Za-z0-9-]*+)(?:\\s++[A-Za-z_:][\\w.:-]*+"
              + "(?:\\s*+=\\s*+(?:[^\\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+)*+\\s*+/?>"
              + "|/[A-Za-z][A-Za-z0-9-]*+\\s*+>)");
  private static final String[][] OTHER_TAGS = { // (begins with, ends with)
    {"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}
  };
  private static final Set<String> CODE_TAGS =
      Set.of("code", "kbd", "math", "pre", "samp", "script", "style", "textarea");

  private final StringBuilder raw;
  private int limit;
  private boolean lineGoesOn; // or may
  private boolean ended;
  private int runsRead; // up to here all runs of backticks are in the map
  private final Map<Integer, Deque<Integer>> runs = new HashMap<>(); // length to places
  private final Map<String, int[]> ends = new HashMap<>(); // to where it is next, searched up to

  /** Of a text that others append to. */
  public MarkdownSpans(StringBuilder raw) {
    this.raw = raw;
  }

  /** A block begins: nothing before this place matters. */
  public void begin(int start) {
    limit = start;
    runsRead = start;
    runs.clear();
    ends.clear();
    ended = false;
  }

  /**
   * The block's text goes up to this place at least.
   *
   * @param more whether the line that ends there may go on
   */
  public void extend(int end, boolean more) {
    limit = end;
    lineGoesOn = more;
  }

  /** The block's text ends where it does. */
  public void end() {
    ended = true;
    lineGoesOn = false;
  }

  /** Where the block's text ends so far. */
  public int limit() {
    return limit;
  }

  /** Whether the block has ended. */
  public boolean ended() {
    return ended;
  }

  /** Whether a unit is not there, but may come in the same line. */
  public boolean mayCome(int place) {
    return place >= limit && lineGoesOn;
  }

  /** Whether this unit stands at a place. */
  public boolean has(char unit, int place) {
    return place < limit && raw.charAt(place) == unit;
  }

  /**
   * The end of what begins at a place with a backslash, a backtick, a dollar sign or a {@code <};
   * of that alone if nothing does; or {@link #WAIT}.
   */
  public int end(int place) {
    if (mayCome(place + 1)) {
      return WAIT;
    }
    return switch (raw.charAt(place)) {
      case '\\' -> escaped(place);
      case '`' -> code(place);
      case '$' -> formula(place);
      case '<' -> tag(place);
      default -> place + 1;
    };
  }

  private int escaped(int start) {
    if (has('(', start + 1)) {
      return until("\\)", start + 2);
    }
    if (has('[', start + 1)) {
      return until("\\]", start + 2);
    }
    boolean escapes = start + 1 < limit && isPunctuation(raw.charAt(start + 1));
    return escapes ? start + 2 : start + 1;
  }

  private static boolean isPunctuation(char unit) {
    return unit > ' ' && unit < 127 && !Character.isLetterOrDigit(unit);
  }

  private int code(int start) {
    int end = runEnd(start);
    if (mayCome(end)) {
      return WAIT;
    }
    while (runsRead < limit) {
      int runEnd = runEnd(runsRead);
      if (mayCome(runEnd)) {
        break;
      }
      if (runEnd > runsRead) {
        runs.computeIfAbsent(runEnd - runsRead, length -> new ArrayDeque<>()).add(runsRead);
      }
      runsRead = Math.max(runEnd, runsRead + 1);
    }
    Deque<Integer> alike = runs.getOrDefault(end - start, new ArrayDeque<>());
    while (!alike.isEmpty() && alike.getFirst() < end) {
      alike.removeFirst();
    }
    if (!alike.isEmpty()) {
      return alike.getFirst() + end - start;
    }
    return ended ? end : WAIT;
  }

  private int runEnd(int start) {
    int end = start;
    while (has('`', end)) {
      end++;
    }
    return end;
  }

  /** As Pandoc has them; so that prices are none, no digit follows the first dollar sign. */
  private int formula(int start) {
    if (has('$', start + 1)) {
      return until("$$", start + 2);
    }
    boolean price = start > 0 && Character.isLetterOrDigit(raw.charAt(start - 1));
    for (int i = start + 1; !price && i <= start + LONGEST_FORMULA; i++) {
      if (mayCome(i) || (has('$', i) && mayCome(i + 1))) {
        return WAIT;
      }
      if (i >= limit || raw.charAt(i) == '\n') {
        break;
      }
      char unit = raw.charAt(i);
      boolean space = Character.isWhitespace(raw.charAt(i - 1));
      if (i == start + 1) {
        price = Character.isWhitespace(unit) || Character.isDigit(unit);
      } else if (unit == '$' && !space && raw.charAt(i - 1) != '\\') {
        if (i + 1 >= limit || !Character.isDigit(raw.charAt(i + 1))) {
          return i + 1;
        }
      }
    }
    return start + 1;
  }

  @SuppressWarnings("JdkObsolete") // streaming is what hitEnd is for
  private int tag(int start) {
    if (start + 1 >= limit || ("/!?".indexOf(raw.charAt(start + 1)) < 0 && !isLetter(start + 1))) {
      return start + 1;
    }
    for (String[] form : OTHER_TAGS) {
      int length = 0;
      while (length < form[0].length() && has(form[0].charAt(length), start + length)) {
        length++;
      }
      if (length == form[0].length()) {
        int end = until(form[1], start + 2);
        return end == start + 2 ? start + 1 : end;
      }
      if (mayCome(start + length)) {
        return WAIT;
      }
    }
    int most = Math.min(limit, start + LONGEST_TAG);
    Matcher tag = TAG.matcher(raw).region(start, most);
    if (!tag.lookingAt()) {
      return tag.hitEnd() && most == limit && !ended ? WAIT : start + 1;
    }
    String name = tag.group(1);
    if (name == null || !CODE_TAGS.contains(name) || raw.charAt(tag.end() - 2) == '/') {
      return tag.end();
    }
    int closing = next("</" + name, tag.end());
    return closing == NONE ? tag.end() : closing;
  }

  private boolean isLetter(int place) {
    int small = raw.charAt(place) | 0x20;
    return small >= 'a' && small <= 'z';
  }

  /** Behind the next end mark; where it was looked for from if there is none in the block. */
  private int until(String mark, int from) {
    int found = next(mark, from);
    return found == NONE ? from : found == WAIT ? WAIT : found + mark.length();
  }

  /** Where a mark stands next. Asked for at growing places, it is looked for once. */
  private int next(String mark, int from) {
    int[] state = ends.computeIfAbsent(mark, any -> new int[] {NONE, from});
    if (state[0] >= from) {
      return state[0];
    }
    state[0] = NONE;
    for (int i = Math.max(from, state[1]); i + mark.length() <= limit; i++) {
      state[1] = i + 1;
      int length = 0;
      while (length < mark.length() && raw.charAt(i + length) == mark.charAt(length)) {
        length++;
      }
      if (length == mark.length()) {
        state[0] = i;
        return i;
      }
    }
    return ended ? NONE : WAIT;
  }

  /**
   * The end of where a link leads to, and of its title, in parentheses that open at a place; {@link
   * #NONE}, or {@link #WAIT}.
   */
  public int linkEnd(int place) {
    int start = skipSpace(place + 1);
    int end = has('<', start) ? bracketedEnd(start) : bareEnd(start);
    if (end < 0) {
      return end;
    }
    int title = skipSpace(end);
    if (title > end && title < limit && "\"'(".indexOf(raw.charAt(title)) >= 0) {
      title = titleEnd(title);
      if (title < 0) {
        return title;
      }
      title = skipSpace(title);
    }
    return has(')', title) ? title + 1 : missing(title);
  }

  private int missing(int place) {
    return place >= limit && !ended ? WAIT : NONE;
  }

  private int skipSpace(int place) {
    int end = place;
    while (end < limit && Character.isWhitespace(raw.charAt(end))) {
      end++;
    }
    return end;
  }

  private int bracketedEnd(int start) {
    int i = start + 1;
    while (i < limit && "<>\n".indexOf(raw.charAt(i)) < 0) {
      i += raw.charAt(i) == '\\' ? 2 : 1;
    }
    return has('>', i) ? i + 1 : missing(i);
  }

  private int bareEnd(int start) {
    int depth = 0;
    int i = start;
    while (i < limit && raw.charAt(i) > ' ' && raw.charAt(i) != 127) {
      char unit = raw.charAt(i);
      if (unit == ')' && depth == 0) {
        return i;
      }
      depth += unit == '(' ? 1 : unit == ')' ? -1 : 0;
      if (depth > DEEPEST) {
        return NONE;
      }
      i += unit == '\\' && i + 1 < limit && isPunctuation(raw.charAt(i + 1)) ? 2 : 1;
    }
    return i < limit && depth == 0 ? i : i < limit ? NONE : missing(i);
  }

  private int titleEnd(int start) {
    char mark = raw.charAt(start) == '(' ? ')' : raw.charAt(start);
    int i = start + 1;
    while (i < limit && raw.charAt(i) != mark) {
      if (mark == ')' && raw.charAt(i) == '(') {
        return NONE;
      }
      i += raw.charAt(i) == '\\' ? 2 : 1;
    }
    return has(mark, i) ? i + 1 : missing(i);
  }
}
