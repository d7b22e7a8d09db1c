package dev.ragwright.generators.extractive;

import dev.ragwright.document.Passage;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A piece of a passage that can be quoted on its own: a sentence of a paragraph or a list item, a
 * row of a table, or a block of code. Headings are not quoted.
 *
 * @param rank of its passage in the context, from 0
 * @param start in the document's text, inclusive
 * @param end exclusive
 */
record Sentence(Passage passage, int rank, int start, int end) {
  private static final Pattern FENCE = Pattern.compile("\\s*(?:`{3,}|~{3,}).*");
  private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6}(?:\\s.*)?");
  private static final Pattern NOTHING_TO_SAY = Pattern.compile("[\\s|:=_*+~-]*");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*+]|\\d{1,9}[.)])\\s+");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  String text() {
    return passage.text().substring(start - passage.start(), end - passage.start());
  }

  static List<Sentence> of(Passage passage, int rank) {
    List<Sentence> sentences = new ArrayList<>();
    String text = passage.text();
    int block = -1; // where the open paragraph or code begins
    boolean code = false;
    for (int line = 0; line < text.length(); ) {
      int feed = text.indexOf('\n', line);
      int next = feed < 0 ? text.length() : feed + 1;
      String content = text.substring(line, feed < 0 ? next : feed).stripTrailing();
      boolean row = content.stripLeading().startsWith("|");
      if (FENCE.matcher(content).matches()) {
        add(passage, rank, block, line, code, sentences);
        code = !code;
        block = code ? next : -1;
      } else if (!code) {
        var item = ITEM.matcher(content);
        boolean skipped =
            HEADING.matcher(content).matches() || NOTHING_TO_SAY.matcher(content).matches();
        if (skipped || row || item.lookingAt()) {
          add(passage, rank, block, line, false, sentences);
          block = skipped ? -1 : row ? line : line + item.end();
        } else if (block < 0) {
          block = line;
        }
        if (row && !skipped) {
          add(passage, rank, block, next, true, sentences);
          block = -1;
        }
      }
      line = next;
    }
    add(passage, rank, block, text.length(), code, sentences);
    return sentences;
  }

  private static void add(
      Passage passage, int rank, int start, int end, boolean whole, List<Sentence> sentences) {
    if (start < 0 || start >= end) {
      return;
    }
    String block = passage.text().substring(start, end);
    if (whole) {
      addTrimmed(passage, rank, start, end, sentences);
      return;
    }
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(block);
    int from = 0;
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      boolean abbreviation = WORD.matcher(block.substring(from, to)).results().count() < 3;
      if (!abbreviation || to == block.length()) {
        addTrimmed(passage, rank, start + from, start + to, sentences);
        from = to;
      }
    }
  }

  private static void addTrimmed(
      Passage passage, int rank, int start, int end, List<Sentence> sentences) {
    String text = passage.text();
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      sentences.add(new Sentence(passage, rank, passage.start() + start, passage.start() + end));
    }
  }
}
