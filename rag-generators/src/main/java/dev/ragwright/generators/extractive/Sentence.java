package dev.ragwright.generators.extractive;

import dev.ragwright.document.Passage;
import dev.ragwright.generate.Evidence;
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
record Sentence(Evidence evidence, int rank, int start, int end) {
  private static final Pattern FENCE = Pattern.compile("\\s*(?:`{3,}|~{3,}).*");
  private static final Pattern HEADING = Pattern.compile(" {0,3}#{1,6}(?:\\s.*)?");
  private static final Pattern NOTHING_TO_SAY = Pattern.compile("[\\s|:=_*+~-]*");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*+]|\\d{1,9}[.)])\\s+");
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  /** The retrieved passage that it begins in. */
  Passage passage() {
    return evidence.at(start);
  }

  String text() {
    Passage whole = evidence.passage();
    return whole.text().substring(start - whole.start(), end - whole.start());
  }

  static List<Sentence> of(Evidence evidence, int rank) {
    List<Sentence> sentences = new ArrayList<>();
    String text = evidence.passage().text();
    int block = -1; // where the open paragraph or code begins
    boolean code = false;
    for (int line = 0; line < text.length(); ) {
      int feed = text.indexOf('\n', line);
      int next = feed < 0 ? text.length() : feed + 1;
      String content = text.substring(line, feed < 0 ? next : feed).stripTrailing();
      boolean row = content.stripLeading().startsWith("|");
      if (FENCE.matcher(content).matches()) {
        add(evidence, rank, block, line, code, sentences);
        code = !code;
        block = code ? next : -1;
      } else if (!code) {
        var item = ITEM.matcher(content);
        boolean skipped =
            HEADING.matcher(content).matches() || NOTHING_TO_SAY.matcher(content).matches();
        if (skipped || row || item.lookingAt()) {
          add(evidence, rank, block, line, false, sentences);
          block = skipped ? -1 : row ? line : line + item.end();
        } else if (block < 0) {
          block = line;
        }
        if (row && !skipped) {
          add(evidence, rank, block, next, true, sentences);
          block = -1;
        }
      }
      line = next;
    }
    add(evidence, rank, block, text.length(), code, sentences);
    return sentences;
  }

  private static void add(
      Evidence evidence, int rank, int start, int end, boolean whole, List<Sentence> sentences) {
    if (start < 0 || start >= end) {
      return;
    }
    String block = evidence.passage().text().substring(start, end);
    if (whole) {
      addTrimmed(evidence, rank, start, end, sentences);
      return;
    }
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(block);
    int from = 0;
    int read = 0;
    int words = 0;
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      words += (int) WORD.matcher(block).region(read, to).results().count();
      read = to;
      if (words >= 3 || to == block.length()) { // fewer are an abbreviation's
        addTrimmed(evidence, rank, start + from, start + to, sentences);
        from = to;
        words = 0;
      }
    }
  }

  private static void addTrimmed(
      Evidence evidence, int rank, int start, int end, List<Sentence> sentences) {
    Passage passage = evidence.passage();
    String text = passage.text();
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      sentences.add(new Sentence(evidence, rank, passage.start() + start, passage.start() + end));
    }
  }
}
