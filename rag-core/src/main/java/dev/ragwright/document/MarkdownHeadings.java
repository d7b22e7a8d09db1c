package dev.ragwright.document;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The headings at the top level of a Markdown text: the first phase of CommonMark's parsing
 * strategy, in which blocks are found line by line, and of these only what can hold or hide a
 * heading. Linear in the text. Compared with a CommonMark parser in the tests.
 *
 * @see <a href="https://spec.commonmark.org/0.31.2/#phase-1-block-structure">Block structure</a>
 */
final class MarkdownHeadings {
  /** Blocks within blocks beyond this are text: depth costs time in every line. */
  private static final int DEEPEST = 100;

  /** A tag longer than this is text: {@link Pattern} recurses for each attribute. */
  private static final int LONGEST_TAG = 1_000;

  private static final Pattern SETEXT = Pattern.compile("(?:=+|-+) *");
  private static final Pattern FENCE = Pattern.compile("(`{3,})[^`]*|(~{3,}).*");
  private static final Pattern MARKER = Pattern.compile("([-+*]|(\\d{1,9})[.)])(?= |$)");
  private static final Pattern DEFINITION =
      Pattern.compile(
          "\\[[^]\\[]+]: *(?:<[^<>]*>|[^ <]\\S*)" + "(?: +(?:\"[^\"]*\"|'[^']*'|\\([^()]*\\)))? *");
  private static final Pattern ENDS_AT_BLANK =
      Pattern.compile(
          "(?i)</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col"
              + "|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form"
              + "|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu"
              + "|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table"
              + "|tbody|td|tfoot|th|thead|title|tr|track|ul)(?: .*|/?>.*|)");
  private static final Pattern LONE_TAG =
      Pattern.compile(
          "(?:<[A-Za-z][A-Za-z0-9-]*"
              + "(?: +[A-Za-z_:][\\w.:-]*(?: *= *(?:[^ \"'=<>`]+|'[^']*'|\"[^\"]*\"))?)* */?>"
              + "|</[A-Za-z][A-Za-z0-9-]* *>) *");
  private static final String[][] HTML = { // (begins with, ends with)
    {"(?i)<(?:script|pre|textarea|style)(?: .*|>.*|)", "(?i)</(?:script|pre|textarea|style)>"},
    {"<!--.*", "-->"},
    {"<\\?.*", "\\?>"},
    {"<![A-Za-z].*", ">"},
    {"<!\\[CDATA\\[.*", "]]>"}
  };

  /**
   * A heading.
   *
   * @param start of its first line
   * @param bodyStart of the line behind it
   */
  record Heading(int start, int bodyStart, int level, String title) {}

  private enum Leaf {
    NONE,
    PARAGRAPH,
    FENCE,
    HTML
  }

  /** A block quote, or a list item whose content stands {@code indent} columns to the right. */
  private static final class Container {
    final int indent; // 0 for a quote
    boolean hasContent;

    Container(int indent, boolean hasContent) {
      this.indent = indent;
      this.hasContent = hasContent;
    }
  }

  private final String text;
  private final List<Heading> headings = new ArrayList<>();
  private final List<Container> containers = new ArrayList<>();
  private Leaf leaf = Leaf.NONE;
  private int paragraphStart; // of the open paragraph's text; -1 while it only defines links
  private String fence = "";
  private @Nullable Pattern htmlEnd; // null: a blank line

  private MarkdownHeadings(String text) {
    this.text = text;
  }

  /** The headings in their order; YAML front matter has none. */
  static List<Heading> of(String text) {
    MarkdownHeadings parser = new MarkdownHeadings(text);
    for (int start = behindFrontMatter(text); start < text.length(); ) {
      int end = start;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      int next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
      parser.line(start, next, withoutTabs(text.substring(start, end)));
      start = next;
    }
    return parser.headings;
  }

  private void line(int start, int next, String line) {
    int depth = 0; // how many of the containers go on in this line
    int place = 0;
    while (depth < containers.size()) {
      Container container = containers.get(depth);
      int inside = inside(container, line, place);
      if (inside < 0) {
        break;
      }
      place = inside;
      depth++;
    }
    boolean allGoOn = depth == containers.size();
    if (allGoOn && leaf == Leaf.FENCE) {
      String rest = line.substring(place);
      if (indent(rest) <= 3 && closesFence(rest.strip())) {
        leaf = Leaf.NONE;
      }
      return;
    }
    if (allGoOn && leaf == Leaf.HTML) {
      endHtml(line.substring(place));
      return;
    }
    while (true) {
      int indent = indent(line.substring(place));
      String rest = line.substring(place + indent);
      boolean paragraph = leaf == Leaf.PARAGRAPH;
      boolean goesOn = paragraph && depth == containers.size();
      if (rest.isEmpty()) {
        close(depth);
        if (goesOn) {
          leaf = Leaf.NONE;
        }
        return;
      }
      if (indent >= 4) {
        if (paragraph) {
          paragraphLine(rest, start);
        } else {
          close(depth); // indented code
        }
        return;
      }
      Matcher marker = MARKER.matcher(rest);
      if (rest.charAt(0) == '>' && depth < DEEPEST) {
        open(depth++, new Container(0, true));
        place += indent + (rest.startsWith("> ") ? 2 : 1);
      } else if (isLeaf(rest, goesOn, depth, start, next)) {
        return;
      } else if (depth < DEEPEST && marker.lookingAt() && !(goesOn && isWeak(marker, rest))) {
        int spaces = indent(rest.substring(marker.end()));
        boolean empty = marker.end() + spaces == rest.length();
        int width = indent + marker.end() + (empty || spaces > 4 ? 1 : spaces);
        open(depth++, new Container(width, !empty));
        place = Math.min(place + width, line.length());
      } else {
        if (!paragraph) { // else it goes on, even where its container does not: a lazy line
          close(depth);
          leaf = Leaf.PARAGRAPH;
          paragraphStart = -1;
        }
        paragraphLine(rest, start);
        return;
      }
    }
  }

  private void paragraphLine(String rest, int start) {
    if (paragraphStart < 0 && !DEFINITION.matcher(rest).matches()) {
      paragraphStart = start;
    }
  }

  /** Where a container's content begins in a line, or -1 if the container ends before the line. */
  private static int inside(Container container, String line, int place) {
    int indent = indent(line.substring(place));
    boolean blank = place + indent == line.length();
    if (container.indent == 0) {
      if (indent > 3 || blank || line.charAt(place + indent) != '>') {
        return -1;
      }
      return place + indent + (line.startsWith("> ", place + indent) ? 2 : 1);
    }
    if (blank) {
      return container.hasContent ? place : -1;
    }
    if (indent < container.indent) {
      return -1;
    }
    container.hasContent = true;
    return place + container.indent;
  }

  /** Whether the line is, or begins, a block that has no blocks in it; then it is done. */
  private boolean isLeaf(String rest, boolean inParagraph, int depth, int start, int next) {
    int level = 0;
    while (level < rest.length() && rest.charAt(level) == '#') {
      level++;
    }
    if (level > 0 && level <= 6 && (level == rest.length() || rest.charAt(level) == ' ')) {
      close(depth);
      leaf = Leaf.NONE;
      add(start, next, level, withoutMarks(rest.substring(level).strip()));
      return true;
    }
    Matcher fenced = FENCE.matcher(rest);
    if (fenced.matches()) {
      close(depth);
      leaf = Leaf.FENCE;
      fence = fenced.group(1) == null ? fenced.group(2) : fenced.group(1);
      return true;
    }
    if (rest.charAt(0) == '<' && beginsHtml(rest)) {
      close(depth);
      leaf = Leaf.HTML;
      endHtml(rest);
      return true;
    }
    if (inParagraph && paragraphStart >= 0 && SETEXT.matcher(rest).matches()) {
      leaf = Leaf.NONE;
      String title =
          text.substring(paragraphStart, start)
              .lines()
              .map(String::strip)
              .collect(Collectors.joining(" "));
      add(paragraphStart, next, rest.charAt(0) == '=' ? 1 : 2, title);
      return true;
    }
    if (isRule(rest)) {
      close(depth);
      leaf = Leaf.NONE;
      return true;
    }
    return false;
  }

  /** The title of a heading without the marks that may close it. */
  private static String withoutMarks(String title) {
    int end = title.length();
    while (end > 0 && title.charAt(end - 1) == '#') {
      end--;
    }
    return end == 0 || title.charAt(end - 1) == ' ' ? title.substring(0, end).strip() : title;
  }

  /** Whether the line is a rule: three or more of the same mark, and spaces. */
  private static boolean isRule(String rest) {
    char mark = rest.charAt(0);
    return (mark == '-' || mark == '_' || mark == '*')
        && rest.chars().allMatch(c -> c == mark || c == ' ')
        && rest.chars().filter(c -> c == mark).count() >= 3;
  }

  private void add(int start, int next, int level, String title) {
    if (containers.isEmpty()) {
      headings.add(new Heading(start, next, level, title));
    }
  }

  /** Whether a list item is too weak to end a paragraph: empty, or not the first of its list. */
  private static boolean isWeak(Matcher marker, String rest) {
    return rest.substring(marker.end()).isBlank()
        || (marker.group(2) != null && Integer.parseInt(marker.group(2)) != 1);
  }

  private boolean beginsHtml(String rest) {
    for (String[] form : HTML) {
      if (rest.matches(form[0])) {
        htmlEnd = Pattern.compile(form[1]);
        return true;
      }
    }
    htmlEnd = null;
    return ENDS_AT_BLANK.matcher(rest).matches()
        || (leaf != Leaf.PARAGRAPH
            && rest.length() <= LONGEST_TAG
            && LONE_TAG.matcher(rest).matches());
  }

  private void endHtml(String line) {
    if (htmlEnd == null ? line.isBlank() : htmlEnd.matcher(line).find()) {
      leaf = Leaf.NONE;
    }
  }

  private boolean closesFence(String mark) {
    return mark.startsWith(fence) && mark.chars().allMatch(c -> c == fence.charAt(0));
  }

  private void open(int depth, Container container) {
    close(depth);
    leaf = Leaf.NONE;
    containers.add(container);
  }

  /** Closes all containers but the outermost {@code depth}, with what is open in them. */
  private void close(int depth) {
    if (depth < containers.size()) {
      containers.subList(depth, containers.size()).clear();
      leaf = Leaf.NONE;
    }
  }

  private static int indent(String line) {
    int indent = 0;
    while (indent < line.length() && line.charAt(indent) == ' ') {
      indent++;
    }
    return indent;
  }

  /** The line with tabs as spaces to the next fourth column, which is what they mean to blocks. */
  private static String withoutTabs(String line) {
    if (line.indexOf('\t') < 0) {
      return line;
    }
    StringBuilder spaced = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) == '\t') {
        spaced.repeat(' ', 4 - spaced.length() % 4);
      } else {
        spaced.append(line.charAt(i));
      }
    }
    return spaced.toString();
  }

  private static int behindFrontMatter(String text) {
    if (!text.startsWith("---\n") && !text.startsWith("---\r\n")) {
      return 0;
    }
    Matcher end = Pattern.compile("\\R(?:---|\\.\\.\\.)[ \\t]*(?:\\R|\\z)").matcher(text);
    return end.find(3) ? end.end() : 0;
  }
}
