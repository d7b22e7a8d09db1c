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

  private final String text;
  private int leaders; // stops and what may follow them go on up to here, and behind it is a symbol

  private SentenceBreaks(String text) {
    this.text = text;
  }

  /** The ends of the sentences in their order; the last is that of the text, where it has one. */
  public static int[] of(String text) {
    SentenceBreaks parts = new SentenceBreaks(text);
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    IntStream.Builder ends = IntStream.builder();
    int start = 0;
    while (start < text.length()) {
      int end = parts.end(start);
      sentences.setText(text.substring(start, end));
      for (int at = sentences.next(); at != BreakIterator.DONE; at = sentences.next()) {
        ends.add(start + at);
      }
      start = end;
    }
    return ends.build().toArray();
  }

  /** Where the part ends that begins at a place. */
  private int end(int start) {
    if (start < leaders) {
      return Math.min(start + MOST_STOPS, leaders);
    }
    int stops = 0;
    int run = 0; // stops since the last letter, number or symbol
    int begin = start; // of them
    for (int i = start; i < text.length(); ) {
      int point = text.codePointAt(i);
      int at = i;
      i += Character.charCount(point);
      if (point == '.' || point == '\uff0e') {
        begin = run++ == 0 ? at : begin;
      } else if (Character.isLetter(point)) {
        stops = 0;
        run = 0;
      } else if (run > 0 && !mayFollow(point)) {
        stops += Character.isDigit(point) ? 0 : run;
        if (run > MOST_STOPS && !Character.isDigit(point)) {
          leaders = at; // to be cut within: none of them finds a letter
          return begin > start ? begin : Math.min(start + MOST_STOPS, leaders);
        }
        run = 0;
        if (stops >= MOST_STOPS) {
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
