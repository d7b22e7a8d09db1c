package dev.ragwright.text;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of a text that can be quoted on its own: a sentence of a paragraph or a list item, a row
 * of a table, or a block of code. Headings, rules and fences are no sentences. Places are UTF-16
 * units of the text.
 *
 * @param start inclusive
 * @param end exclusive, {@code > start}
 */
public record SentenceSpan(int start, int end) {
  private static final Pattern FENCE = Pattern.compile("\\s*(?:`{3,}|~{3,}).*");
  private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6}(?:\\s.*)?");
  private static final Pattern NOTHING_TO_SAY = Pattern.compile("[\\s|:=_*+~-]*");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*+]|\\d{1,9}[.)])\\s+");

  /** The sentences of a text in its order, without white space around them; unmodifiable. */
  public static List<SentenceSpan> of(String text) {
    List<SentenceSpan> sentences = new ArrayList<>();
    int block = -1; // where the open paragraph or code begins
    boolean code = false;
    for (int line = 0; line < text.length(); ) {
      int feed = text.indexOf('\n', line);
      int next = feed < 0 ? text.length() : feed + 1;
      String content = text.substring(line, feed < 0 ? next : feed).stripTrailing();
      boolean row = content.stripLeading().startsWith("|");
      if (FENCE.matcher(content).matches()) {
        add(text, block, line, code, sentences);
        code = !code;
        block = code ? next : -1;
      } else if (!code) {
        Matcher item = ITEM.matcher(content);
        boolean skipped =
            HEADING.matcher(content).matches() || NOTHING_TO_SAY.matcher(content).matches();
        if (skipped || row || item.lookingAt()) {
          add(text, block, line, false, sentences);
          block = skipped ? -1 : row ? line : line + item.end();
        } else if (block < 0) {
          block = line;
        }
        if (row && !skipped) {
          add(text, block, next, true, sentences);
          block = -1;
        }
      }
      line = next;
    }
    add(text, block, text.length(), code, sentences);
    return List.copyOf(sentences);
  }

  private static void add(
      String text, int start, int end, boolean whole, List<SentenceSpan> sentences) {
    if (start < 0 || start >= end) {
      return;
    }
    if (whole) {
      addTrimmed(text, start, end, sentences);
      return;
    }
    String block = text.substring(start, end);
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(block);
    int from = 0;
    int read = 0;
    int words = 0;
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      words += (int) Words.runs(block.substring(read, to)).count();
      read = to;
      if (words >= 3 || to == block.length()) { // fewer are an abbreviation's
        addTrimmed(text, start + from, start + to, sentences);
        from = to;
        words = 0;
      }
    }
  }

  private static void addTrimmed(String text, int start, int end, List<SentenceSpan> sentences) {
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      sentences.add(new SentenceSpan(start, end));
    }
  }
}
