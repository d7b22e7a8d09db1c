package dev.ragwright.document;

import dev.ragwright.document.Places.Heading;
import dev.ragwright.markdown.MarkdownBlocks;
import dev.ragwright.markdown.MarkdownBlocks.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The headings at the top level of a Markdown text. Linear in the text. Compared with a CommonMark
 * parser in the tests.
 */
final class MarkdownHeadings {
  private MarkdownHeadings() {}

  /** The headings in their order; YAML front matter has none. */
  static List<Heading> of(String text) {
    List<Heading> headings = new ArrayList<>();
    MarkdownBlocks blocks = new MarkdownBlocks();
    int paragraph = -1; // where its text begins; -1 while it only defines links
    for (int start = behindFrontMatter(text); start < text.length(); ) {
      int end = start;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      int next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
      MarkdownBlocks.Line line = blocks.next(text.substring(start, end));
      if (line.kind() == Kind.TEXT || (line.kind() == Kind.MORE && paragraph < 0)) {
        paragraph = MarkdownBlocks.defines(line.content()) ? -1 : start;
      }
      if (line.level() > 0 && line.depth() == 0) {
        boolean above = line.kind() == Kind.UNDERLINE;
        headings.add(
            new Heading(
                above ? paragraph : start,
                next,
                line.level(),
                above
                    ? joined(text.substring(paragraph, start))
                    : withoutMarks(line.content().substring(line.level()).strip())));
      }
      start = next;
    }
    return headings;
  }

  private static String joined(String lines) {
    return lines.lines().map(String::strip).collect(Collectors.joining(" "));
  }

  /** The title of a heading without the marks that may close it. */
  private static String withoutMarks(String title) {
    int end = title.length();
    while (end > 0 && title.charAt(end - 1) == '#') {
      end--;
    }
    return end == 0 || title.charAt(end - 1) == ' ' ? title.substring(0, end).strip() : title;
  }

  private static int behindFrontMatter(String text) {
    if (!text.startsWith("---\n") && !text.startsWith("---\r\n")) {
      return 0;
    }
    Matcher end = Pattern.compile("\\R(?:---|\\.\\.\\.)[ \\t]*(?:\\R|\\z)").matcher(text);
    return end.find(3) ? end.end() : 0;
  }
}
