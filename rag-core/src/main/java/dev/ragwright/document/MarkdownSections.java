package dev.ragwright.document;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sections of a Markdown text: line by line, since only headings and what can hide them matter
 * here (fenced code, front matter, indented code). Compared with a CommonMark parser in the tests.
 */
final class MarkdownSections {
  private static final Pattern ATX =
      Pattern.compile(" {0,3}(#{1,6})(?:[ \\t]+(.*?))??(?:[ \\t]+#+)?[ \\t]*");
  private static final Pattern SETEXT = Pattern.compile(" {0,3}(=+|-+)[ \\t]*");
  private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}(?=[^`]*$)|~{3,}).*");
  private static final Pattern RULE =
      Pattern.compile(" {0,3}(?:(?:-[ \\t]*){3,}|(?:_[ \\t]*){3,}|(?:\\*[ \\t]*){3,})");
  private static final Pattern INDENTED = Pattern.compile("(?: {4}|\\t).*");
  private static final Pattern CONTAINER =
      Pattern.compile(" {0,3}(?:>|[-+*](?:[ \\t]|$)|\\d{1,9}[.)](?:[ \\t]|$)|<).*");

  /**
   * A stretch of the text under its headings.
   *
   * @param headings outermost first, its own last; empty before the first heading
   */
  record Section(int start, int end, List<String> headings) {}

  private record Heading(int start, int bodyStart, int level, String title) {}

  private MarkdownSections() {}

  /** The sections in their order; together they are the text. */
  static List<Section> of(String text) {
    List<Section> sections = new ArrayList<>();
    List<Heading> path = new ArrayList<>();
    List<Heading> headings = headings(text);
    int start = 0;
    for (int i = 0; i <= headings.size(); i++) {
      int end = i < headings.size() ? headings.get(i).start() : text.length();
      boolean joinsNext =
          i > 0
              && i < headings.size()
              && headings.get(i).level() > headings.get(i - 1).level()
              && text.substring(headings.get(i - 1).bodyStart(), end).isBlank();
      if (end > start && !joinsNext) {
        sections.add(new Section(start, end, path.stream().map(Heading::title).toList()));
        start = end;
      }
      if (i < headings.size()) {
        Heading heading = headings.get(i);
        path.removeIf(outer -> outer.level() >= heading.level());
        path.add(heading);
      }
    }
    return sections;
  }

  private static List<Heading> headings(String text) {
    List<Heading> headings = new ArrayList<>();
    String fence = "";
    int paragraph = -1; // where the open paragraph begins
    int line = behindFrontMatter(text);
    while (line < text.length()) {
      int feed = text.indexOf('\n', line);
      int next = feed < 0 ? text.length() : feed + 1;
      String content = text.substring(line, feed < 0 ? next : feed);
      content = content.endsWith("\r") ? content.substring(0, content.length() - 1) : content;
      Matcher fenced = FENCE.matcher(content);
      Matcher atx = ATX.matcher(content);
      if (!fence.isEmpty()) {
        if (fenced.matches() && content.strip().startsWith(fence) && closes(content, fence)) {
          fence = "";
        }
      } else if (fenced.matches()) {
        fence = fenced.group(1);
        paragraph = -1;
      } else if (atx.matches()) {
        String title = atx.group(2) == null ? "" : atx.group(2).strip();
        headings.add(new Heading(line, next, atx.group(1).length(), title));
        paragraph = -1;
      } else if (content.isBlank()) {
        paragraph = -1;
      } else if (paragraph >= 0 && SETEXT.matcher(content).matches()) {
        String title = text.substring(paragraph, line).strip().replaceAll("\\s*\\R\\s*", " ");
        headings.add(new Heading(paragraph, next, content.strip().charAt(0) == '=' ? 1 : 2, title));
        paragraph = -1;
      } else if (RULE.matcher(content).matches()) {
        paragraph = -1;
      } else if (CONTAINER.matcher(content).matches()
          || (paragraph == -1 && INDENTED.matcher(content).matches())) {
        paragraph = -2; // a block in which an underline makes no heading, until a blank line
      } else if (paragraph == -1) {
        paragraph = line;
      }
      line = next;
    }
    return headings;
  }

  private static boolean closes(String content, String fence) {
    String mark = content.strip();
    return mark.chars().allMatch(c -> c == fence.charAt(0));
  }

  private static int behindFrontMatter(String text) {
    if (!text.startsWith("---\n") && !text.startsWith("---\r\n")) {
      return 0;
    }
    Matcher end = Pattern.compile("\\R(?:---|\\.\\.\\.)[ \\t]*(?:\\R|\\z)").matcher(text);
    return end.find(3) ? end.end() : 0;
  }
}
