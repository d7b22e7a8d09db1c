package dev.ragwright.markdown;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the lines of a Markdown text are: the first phase of CommonMark's parsing strategy. Linear
 * in the text. Compared with a CommonMark parser in the tests of its users. Not safe to share.
 *
 * @see <a href="https://spec.commonmark.org/0.31.2/#phase-1-block-structure">Block structure</a>
 */
public final class MarkdownBlocks {
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

  /** What a line is. */
  public enum Kind {
    /** The first of a paragraph. */
    TEXT,
    /** Another one of a paragraph. */
    MORE,
    /** A heading that begins with {@code #}. */
    HEADING,
    /** It makes a heading of the paragraph above it. */
    UNDERLINE,
    /** In tags that may have text between them, until a blank line. */
    HTML,
    /** It opens or closes a block of code. */
    FENCE,
    /** What is taken as it is: code, comments, scripts. */
    CODE,
    /** A rule, or blank. */
    NOTHING
  }

  /**
   * A line.
   *
   * @param content with tabs as spaces, behind the marks of the quotes and list items that it is in
   *     and the indentation
   * @param level of a heading, else 0
   * @param depth how many quotes and list items it is in
   */
  public record Line(Kind kind, String content, int level, int depth) {}

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

  private final List<Container> containers = new ArrayList<>();
  private Leaf leaf = Leaf.NONE;
  private boolean says; // the open paragraph does not only define links
  private String fence = "";
  private @Nullable Pattern htmlEnd; // null: a blank line

  /** At the beginning of a text. */
  public MarkdownBlocks() {}

  /** In code that was opened by a fence of these marks, before the text begins. */
  static MarkdownBlocks withinFence(String marks) {
    MarkdownBlocks blocks = new MarkdownBlocks();
    blocks.leaf = Leaf.FENCE;
    blocks.fence = marks;
    return blocks;
  }

  /** Whether the line read last is between fences, or opens a block of code. */
  public boolean withinFence() {
    return leaf == Leaf.FENCE;
  }

  /** At the same place of the same text. */
  public MarkdownBlocks copy() {
    MarkdownBlocks copy = new MarkdownBlocks();
    containers.forEach(each -> copy.containers.add(new Container(each.indent, each.hasContent)));
    copy.leaf = leaf;
    copy.says = says;
    copy.fence = fence;
    copy.htmlEnd = htmlEnd;
    return copy;
  }

  /** Whether a paragraph that begins with this line defines a link in it, and says nothing. */
  public static boolean defines(String content) {
    return DEFINITION.matcher(content).matches();
  }

  /** Where the content of a line begins in it. */
  public static int place(String raw, Line line) {
    int columns = withoutTabs(raw).length() - line.content.length();
    int place = 0;
    for (int column = 0; column < columns; place++) {
      column += raw.charAt(place) == '\t' ? 4 - column % 4 : 1;
    }
    return place;
  }

  /** Reads the next line, without its end. */
  public Line next(String raw) {
    String line = withoutTabs(raw);
    int depth = 0; // how many of the containers go on in this line
    int place = 0;
    while (depth < containers.size()) {
      int inside = inside(containers.get(depth), line, place);
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
        return line(Kind.FENCE, rest);
      }
      return line(Kind.CODE, rest);
    }
    if (allGoOn && leaf == Leaf.HTML) {
      return html(line.substring(place));
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
        return line(Kind.NOTHING, rest);
      }
      if (indent >= 4) {
        if (paragraph) {
          return text(rest);
        }
        close(depth);
        return line(Kind.CODE, rest);
      }
      Matcher marker = MARKER.matcher(rest);
      if (rest.charAt(0) == '>' && depth < DEEPEST) {
        open(depth++, new Container(0, true));
        place += indent + (rest.startsWith("> ") ? 2 : 1);
        continue;
      }
      Line leafed = leaf(rest, goesOn, depth);
      if (leafed != null) {
        return leafed;
      }
      if (depth < DEEPEST && marker.lookingAt() && !(goesOn && isWeak(marker, rest))) {
        int spaces = indent(rest.substring(marker.end()));
        boolean empty = marker.end() + spaces == rest.length();
        int width = indent + marker.end() + (empty || spaces > 4 ? 1 : spaces);
        open(depth++, new Container(width, !empty));
        place = Math.min(place + width, line.length());
      } else {
        if (!paragraph) { // else it goes on, even where its container does not: a lazy line
          close(depth);
        }
        return text(rest);
      }
    }
  }

  private Line line(Kind kind, String content) {
    return new Line(kind, content, 0, containers.size());
  }

  private Line text(String content) {
    Kind kind = leaf == Leaf.PARAGRAPH ? Kind.MORE : Kind.TEXT;
    says = !defines(content) || (kind == Kind.MORE && says);
    leaf = Leaf.PARAGRAPH;
    return line(kind, content);
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

  /** The line, if it is, or begins, a block that has no blocks in it. */
  private @Nullable Line leaf(String rest, boolean inParagraph, int depth) {
    int level = 0;
    while (level < rest.length() && rest.charAt(level) == '#') {
      level++;
    }
    if (level > 0 && level <= 6 && (level == rest.length() || rest.charAt(level) == ' ')) {
      close(depth);
      leaf = Leaf.NONE;
      return new Line(Kind.HEADING, rest, level, containers.size());
    }
    Matcher fenced = FENCE.matcher(rest);
    if (fenced.matches()) {
      close(depth);
      leaf = Leaf.FENCE;
      fence = fenced.group(1) == null ? fenced.group(2) : fenced.group(1);
      return line(Kind.FENCE, rest);
    }
    if (rest.charAt(0) == '<' && beginsHtml(rest)) {
      close(depth);
      leaf = Leaf.HTML;
      return html(rest);
    }
    if (inParagraph && says && SETEXT.matcher(rest).matches()) {
      leaf = Leaf.NONE;
      return new Line(Kind.UNDERLINE, rest, rest.charAt(0) == '=' ? 1 : 2, containers.size());
    }
    if (isRule(rest)) {
      close(depth);
      leaf = Leaf.NONE;
      return line(Kind.NOTHING, rest);
    }
    return null;
  }

  /** Whether the line is a rule: three or more of the same mark, and spaces. */
  private static boolean isRule(String rest) {
    char mark = rest.charAt(0);
    return (mark == '-' || mark == '_' || mark == '*')
        && rest.chars().allMatch(c -> c == mark || c == ' ')
        && rest.chars().filter(c -> c == mark).count() >= 3;
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

  private Line html(String content) {
    Pattern end = htmlEnd;
    if (end == null ? content.isBlank() : end.matcher(content).find()) {
      leaf = Leaf.NONE;
    }
    return line(end == null ? Kind.HTML : Kind.CODE, content);
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
}
