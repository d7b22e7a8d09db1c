package dev.ragwright.markdown;

import dev.ragwright.markdown.MarkdownBlocks.Kind;
import dev.ragwright.text.SentenceBreaks;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of a text that can be quoted on its own: a sentence of a paragraph or a list item, a row
 * of a table, or a block of code. Headings, rules and fences are no sentences. Places are UTF-16
 * units of the text.
 *
 * <p>What is between fences is found as CommonMark finds it. A passage may begin within code, where
 * a document was cut; that is taken to be so if the text would otherwise end within code, or have a
 * fence with a name in it, and its first fence has no name and a blank line below it, or nothing,
 * and then no blank line above.
 *
 * @param start inclusive
 * @param end exclusive, {@code > start}
 */
public record SentenceSpan(int start, int end) {
  private static final Pattern NOTHING_TO_SAY = Pattern.compile("[\\s|:=_*+~-]*");
  private static final Pattern NAMED_FENCE = Pattern.compile("(?:`{3,}|~{3,}) ?\\w+");
  private static final Pattern ITEM = Pattern.compile("\\s*(?:[-*+]|\\d{1,9}[.)])\\s+");

  /** The sentences of a text in its order, without white space around them; unmodifiable. */
  public static List<SentenceSpan> of(String text) {
    Scan scan = new Scan(text, new MarkdownBlocks());
    if (scan.doubts() > 0 && !scan.firstMark.isEmpty()) {
      Scan within = new Scan(text, MarkdownBlocks.withinFence(scan.firstMark));
      if (within.doubts() <= scan.doubts()) {
        return List.copyOf(within.sentences);
      }
    }
    return List.copyOf(scan.sentences);
  }

  /** One reading of a text. */
  private static final class Scan {
    private final String text;
    private final MarkdownBlocks blocks;
    final List<SentenceSpan> sentences = new ArrayList<>();
    private int block = -1; // where the open paragraph or code begins
    private boolean code;
    private String firstMark = ""; // of the first fence, if it may as well be one that closes
    private boolean namedFenceInCode;
    private boolean
        blankEdges; // some code begins and ends with a blank line, as prose between does
    private boolean fenceSeen;

    Scan(String text, MarkdownBlocks blocks) {
      this.text = text;
      this.blocks = blocks;
      this.code = blocks.withinFence();
      this.block = code ? 0 : -1;
      for (int line = 0; line < text.length(); ) {
        int feed = text.indexOf('\n', line);
        int next = feed < 0 ? text.length() : feed + 1;
        read(line, next, text.substring(line, feed < 0 ? next : feed).stripTrailing());
        line = next;
      }
      close(text.length());
    }

    /** How much speaks for code that was taken for prose, and the other way round. */
    int doubts() {
      return (blocks.withinFence() ? 1 : 0) + (blankEdges ? 1 : 0) + (namedFenceInCode ? 2 : 0);
    }

    private void read(int line, int next, String content) {
      MarkdownBlocks.Line is = blocks.next(content);
      if (is.kind() == Kind.FENCE) {
        noteFirst(is.content().strip(), line, next);
        blankEdges |= code && block >= 0 && hasBlankEdges(text.substring(block, line));
        close(line);
        code = blocks.withinFence();
        block = code ? next : -1;
      } else if (code && is.kind() == Kind.CODE) {
        namedFenceInCode |= NAMED_FENCE.matcher(is.content()).matches();
      } else {
        if (code) { // the list or quote ended that the code was in
          close(line);
          code = false;
        }
        prose(line, next, content, is.kind());
      }
    }

    private static boolean hasBlankEdges(String code) {
      return !code.isBlank()
          && code.lines().findFirst().orElse("").isBlank()
          && code.stripTrailing().length() < code.length() - 1;
    }

    private void noteFirst(String fence, int line, int next) {
      if (!fenceSeen) {
        fenceSeen = true;
        boolean bare = fence.chars().allMatch(c -> c == fence.charAt(0));
        int feed = text.indexOf('\n', next);
        boolean last = text.substring(next).isBlank();
        boolean blankBelow = text.substring(next, feed < 0 ? text.length() : feed).isBlank();
        boolean blankAbove = text.substring(0, line).stripTrailing().length() < line - 1;
        firstMark = bare && blankBelow && !(last && blankAbove) ? fence : "";
      }
    }

    private void prose(int line, int next, String content, Kind kind) {
      if (kind == Kind.UNDERLINE) {
        block = -1; // what stands above is a heading
        return;
      }
      boolean row = content.stripLeading().startsWith("|");
      Matcher item = ITEM.matcher(content);
      boolean skipped = kind == Kind.HEADING || NOTHING_TO_SAY.matcher(content).matches();
      if (skipped || row || item.lookingAt()) {
        close(line);
        block = skipped ? -1 : row ? line : line + item.end();
      } else if (block < 0) {
        block = line;
      }
      if (row && !skipped) {
        addTrimmed(block, next);
        block = -1;
      }
    }

    private void close(int end) {
      if (block >= 0 && block < end) {
        if (code) {
          addTrimmed(block, end);
        } else {
          addSentences(block, end);
        }
      }
      block = -1;
    }

    private void addSentences(int start, int end) {
      String paragraph = text.substring(start, end);
      int from = 0;
      int read = 0;
      int words = 0;
      for (int to : SentenceBreaks.of(paragraph)) {
        words += Words.count(paragraph.substring(read, to));
        read = to;
        if (words >= 3 || to == paragraph.length()) { // fewer are an abbreviation's
          addTrimmed(start + from, start + to);
          from = to;
          words = 0;
        }
      }
    }

    private void addTrimmed(int start, int end) {
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
}
