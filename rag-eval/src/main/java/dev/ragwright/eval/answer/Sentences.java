package dev.ragwright.eval.answer;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences of an answer: those of Java's {@link BreakIterator} within each line, put together
 * again after initials and common abbreviations. Markers such as {@code [1]} that follow a full stop
 * belong to the sentence before them.
 */
final class Sentences {
  private static final Pattern MARKERS = Pattern.compile("(?:\\s*\\[\\d+(?:\\s*,\\s*\\d+)*\\])+\\s*");
  private static final Pattern GOES_ON =
      Pattern.compile(
          "(?:.*[\\s(])?(?:\\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nos|Fig|Figs|vs|cf|al|ca|approx"
              + "|e\\.g|i\\.e|U\\.S|Gen|Gov|Sen|Rep|Lt|Col|Capt|Inc|Ltd|Co|Corp)\\.\\s*",
          Pattern.DOTALL);

  /**
   * A place in a text.
   *
   * @param start the first UTF-16 unit, inclusive
   * @param end the last, exclusive
   */
  record Span(int start, int end) {}

  private Sentences() {}

  /** The places of the sentences, without white space around them; none is empty. */
  static List<Span> of(String text) {
    List<Span> spans = new ArrayList<>();
    for (int line = 0; line <= text.length(); ) {
      int feed = text.indexOf('\n', line);
      int end = feed < 0 ? text.length() : feed;
      addLine(text, line, end, spans);
      line = end + 1;
    }
    return spans;
  }

  private static void addLine(String text, int lineStart, int lineEnd, List<Span> spans) {
    String line = text.substring(lineStart, lineEnd);
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(line);
    int from = 0;
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      Matcher markers = MARKERS.matcher(line).region(to, line.length());
      int end = markers.lookingAt() ? markers.end() : to;
      if (end > from && (end == line.length() || !goesOn(line, from, end))) {
        addTrimmed(text, lineStart + from, lineStart + end, spans);
        from = end;
      }
    }
  }

  private static boolean goesOn(String line, int from, int to) {
    return GOES_ON.matcher(line).region(from, to).matches();
  }

  private static void addTrimmed(String text, int start, int end, List<Span> spans) {
    while (start < end && PythonText.isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && PythonText.isSpace(text.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      spans.add(new Span(start, end));
    }
  }
}
