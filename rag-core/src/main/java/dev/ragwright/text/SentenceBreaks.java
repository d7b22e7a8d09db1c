package dev.ragwright.text;

import java.text.BreakIterator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Where the sentences of a text end, as the JDK's {@link BreakIterator} has them. That looks behind
 * each full stop for the next letter, which may be far, so that a text of {@code .-} and no letter
 * takes it time that grows with the square of its length. So it gets a text in parts, of which each
 * has so few of these stops that it is linear: only between letters that are farther apart than
 * prose has them, a sentence may end where it had not ended else.
 */
public final class SentenceBreaks {
  private static final int MOST_STOPS = 32; // without a letter between them

  private SentenceBreaks() {}

  /** The ends of the sentences in their order; the last is that of the text, where it has one. */
  public static int[] of(String text) {
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    IntStream.Builder ends = IntStream.builder();
    int start = 0;
    while (start < text.length()) {
      int end = end(text, start);
      sentences.setText(text.substring(start, end));
      for (int at = sentences.next(); at != BreakIterator.DONE; at = sentences.next()) {
        ends.add(start + at);
      }
      start = end;
    }
    return ends.build().toArray();
  }

  /** Where the part ends that begins at a place. */
  private static int end(String text, int start) {
    int stops = 0;
    boolean stopped = false;
    for (int i = start; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if (point == '.' || point == '\uff0e') {
        stopped = true;
      } else if (Character.isLetter(point)) {
        stops = 0;
        stopped = false;
      } else if (stopped && !mayFollow(point)) {
        stops += Character.isDigit(point) ? 0 : 1;
        stopped = false;
        if (stops == MOST_STOPS) {
          return i;
        }
      }
    }
    return text.length();
  }

  /** Whether what stands behind a full stop belongs to its sentence. */
  private static boolean mayFollow(int point) {
    return Character.isWhitespace(point)
        || switch (Character.getType(point)) {
          case Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION ->
              true;
          default -> point == '"' || point == '\'';
        };
  }
}
