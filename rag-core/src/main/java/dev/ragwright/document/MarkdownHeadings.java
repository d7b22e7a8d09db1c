package dev.ragwright.document;

import dev.ragwright.document.Places.Heading;
import dev.ragwright.markdown.MarkdownBlocks;
import dev.ragwright.markdown.MarkdownBlocks.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The headings at the top level of a Markdown text. Linear in the text. Compared with a CommonMark
 * parser in the tests.
 */
final class MarkdownHeadings {
  private static final Pattern YAML =
      Pattern.compile(
          "[ \\t]*(?:#.*)?|[^\\s:#-][^:]*+:(?:[ \\t].*)?|[ \\t]+\\S.*|-[ \\t].*|[]}].*");
  private static final Pattern TOML =
      Pattern.compile("[ \\t]*(?:#.*)?|[^\\s=#+][^=]*+=.*|\\[.*|[ \\t]+\\S.*|[]}].*");

  private MarkdownHeadings() {}

  /** The headings in their order; front matter has none. */
  static List<Heading> of(String text) {
    List<Heading> headings = new ArrayList<>();
    MarkdownBlocks blocks = new MarkdownBlocks();
    int paragraph = -1; // where its text begins; -1 while it only defines links
    for (int start = behindFrontMatter(text); start < text.length(); ) {
      int next = behindLine(text, start);
      MarkdownBlocks.Line line = blocks.next(withoutEnd(text.substring(start, next)));
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

  /**
   * Where the text begins behind front matter: YAML between lines of {@code ---}, or TOML between
   * lines of {@code +++}, by how each line begins. What stands behind a rule that leads a text is
   * something else.
   */
  static int behindFrontMatter(String text) {
    boolean yaml = text.startsWith("---");
    if (!yaml && !text.startsWith("+++")) {
      return 0;
    }
    int start = behindLine(text, 0);
    boolean first = true;
    if (text.substring(3, start).isBlank()) {
      while (start < text.length()) {
        int next = behindLine(text, start);
        String line = text.substring(start, next).stripTrailing();
        if (line.equals(yaml ? "---" : "+++") || (yaml && line.equals("..."))) {
          return next;
        }
        if ((first && line.isEmpty()) || !(yaml ? YAML : TOML).matcher(line).matches()) {
          return 0;
        }
        first = false;
        start = next;
      }
    }
    return 0;
  }

  static String withoutEnd(String line) {
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
      end--;
    }
    return line.substring(0, end);
  }

  static int behindLine(String text, int place) {
    int end = place;
    while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
  }
}
