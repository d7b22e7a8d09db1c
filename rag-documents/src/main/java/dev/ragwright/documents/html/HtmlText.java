package dev.ragwright.documents.html;

import dev.ragwright.document.Metadata;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Raised;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.text.LetterCase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a browser shows of a page: its h1 to h6 are the headings, whatever else looks like
 * one; lists have the labels that are seen; a term is a line above what is said of it; cells keep
 * their columns; preformatted text stands between fences. What a style sheet hides cannot be known;
 * what an attribute hides, deleted text and what is no text (scripts, drawings) is left out.
 */
final class HtmlText implements NodeVisitor {
  private static final Set<String> NO_TEXT =
      Set.of(
          "audio",
          "canvas",
          "datalist",
          "head",
          "iframe",
          "noscript",
          "object",
          "rp",
          "rt",
          "script",
          "style",
          "svg",
          "template",
          "video");
  private static final Set<String> DELETED = Set.of("del", "s", "strike");
  private static final String LABELS_OF_LINKS_TO_HERE = "\u00b6#\u00a7";
  private static final Pattern FORMULA = Pattern.compile("(?i).*(?:math|formula|latex|tex).*");
  private static final Pattern NEVER_SEEN = Pattern.compile("[\u00ad\u200b\ufeff]");
  private static final int MOST_OF_TERMS = 600;

  private final TextWriter out;
  private final ReadOptions options;
  private final boolean inCell;
  private final StringBuilder terms = new StringBuilder(); // one a line, until what is said of them
  private final Deque<HtmlList> lists = new ArrayDeque<>();
  private final Deque<StringBuilder> texts = new ArrayDeque<>(); // raised ones on top
  private StringBuilder text = new StringBuilder();
  private @Nullable StringBuilder preformatted;
  private @Nullable Element preElement;
  private @Nullable Element skipped;
  private String label = "";
  private String heading = ""; // written last
  private int headingEnd = -1;
  private Set<String> titles = Set.of();
  private boolean space;
  private boolean gap; // something unseen stood here

  HtmlText(TextWriter out, ReadOptions options) {
    this(out, options, false);
  }

  private HtmlText(TextWriter out, ReadOptions options, boolean inCell) {
    this.out = out;
    this.options = options;
    this.inCell = inCell;
  }

  /** The first paragraph that is one of these, above any heading, is a heading. */
  HtmlText titled(Set<String> titles) {
    this.titles = titles;
    return this;
  }

  /** Writes an element and all in it. */
  void write(Element element) {
    element.traverse(this);
    flush();
    flushTerms();
  }

  /** Writes what is in an element, apart from what is around it. */
  void inside(Element element) {
    new HtmlText(out, options, inCell).write(element);
  }

  /** The text of a cell or caption, in lines. */
  String ofCell(Element cell) {
    TextWriter lines = new TextWriter(options.maxCharacters());
    HtmlText inside = new HtmlText(lines, options, true);
    cell.childNodes().forEach(child -> child.traverse(inside));
    inside.flush();
    inside.flushTerms();
    return trimmed(lines.document("cell", Metadata.empty()).text());
  }

  @Override
  public void head(Node node, int depth) {
    if (skipped != null) {
      return;
    }
    if (node instanceof Element element) {
      begin(element);
    } else if (node instanceof TextNode words) {
      if (preformatted != null) {
        boolean betweenLines =
            preElement != null
                && preElement.hasClass("fragment")
                && preElement.equals(words.parent())
                && words.isBlank();
        preformatted.append(betweenLines ? "" : words.getWholeText());
      } else {
        flowing(words.getWholeText());
      }
    }
  }

  private void begin(Element element) {
    String name = element.normalName();
    if (isUnseen(element, name)) {
      unseen(element, name);
    } else if (preformatted != null) {
      line(name.equals("br"), element);
    } else if (name.equals("math")) {
      math(element);
    } else if (name.equals("table") && HtmlTable.isData(element)) {
      flush();
      flushTerms();
      skipped = element;
      HtmlTable.write(element, out, this);
    } else if (name.equals("sup") || name.equals("sub")) {
      due();
      texts.push(text);
      text = new StringBuilder();
    } else if (name.equals("br")) {
      text.append('\n');
      space = false;
    } else if (name.equals("img")) {
      flowing(formula(element));
    } else if (name.equals("q")) {
      due();
      text.append('\u201c');
    } else if (isBlock(element, name)) {
      flush();
      beginBlock(element, name);
    }
  }

  private void beginBlock(Element element, String name) {
    if (name.equals("ul") || name.equals("ol") || name.equals("menu")) {
      flushTerms();
      lists.push(HtmlList.of(element));
    } else if (name.equals("li")) {
      label = lists.isEmpty() ? "-" : lists.element().next(element);
    } else if (isPreformatted(element, name)) {
      preformatted = new StringBuilder();
      preElement = element;
    }
  }

  private static boolean isPreformatted(Element element, String name) {
    return switch (name) {
      case "pre", "textarea", "listing", "xmp" -> true;
      case "div" ->
          element.attr("style").replace(" ", "").contains("white-space:pre")
              || (element.hasClass("fragment") && element.selectFirst("> div.line") != null);
      default -> false;
    };
  }

  /** What a picture says, where it is a formula. */
  private static String formula(Element picture) {
    String words = picture.attr("alt").strip();
    boolean formula =
        words.startsWith("$")
            || words.startsWith("\\")
            || picture.classNames().stream().anyMatch(name -> FORMULA.matcher(name).matches());
    return formula ? words : "";
  }

  @Override
  public void tail(Node node, int depth) {
    if (skipped != null) {
      skipped = node.equals(skipped) ? null : skipped; // the same node, to jsoup
      return;
    }
    if (!(node instanceof Element element)) {
      return;
    }
    String name = element.normalName();
    StringBuilder code = preformatted;
    if (code != null) {
      if (element.equals(preElement)) {
        preformatted = null;
        label = code(code.toString()) ? "" : label;
      } else {
        line(false, element);
      }
    } else if ((name.equals("sup") || name.equals("sub")) && !texts.isEmpty()) {
      String small = text.toString();
      text = texts.pop();
      if (name.equals("sup")) {
        Raised.above(text, small);
      } else {
        Raised.below(text, small);
      }
    } else if (name.equals("q")) {
      text.append('\u201d');
    } else if (isHeading(name)) {
      heading(name.charAt(1) - '0');
    } else if (name.equals("dt")) {
      term();
    } else if (isBlock(element, name)) {
      flush();
      if (name.equals("ul") || name.equals("ol") || name.equals("menu")) {
        lists.poll();
      } else if (name.equals("li")) {
        label = "";
      } else if (name.equals("dl")) {
        flushTerms();
      }
    }
  }

  private static boolean isHeading(String name) {
    return name.length() == 2
        && name.charAt(0) == 'h'
        && name.charAt(1) >= '1'
        && name.charAt(1) <= '6';
  }

  private static boolean isBlock(Element element, String name) {
    return element.isBlock()
        || switch (name) {
          case "td", "th", "tr", "caption", "li", "dt", "dd", "option", "summary" -> true;
          default -> false;
        };
  }

  private static boolean isUnseen(Element element, String name) {
    return NO_TEXT.contains(name)
        || DELETED.contains(name)
        || isHidden(element)
        || (name.equals("option")
            && !element.hasAttr("selected")
            && element.elementSiblingIndex() > 0)
        || (name.equals("a") && isLinkToHere(element));
  }

  private static boolean isHidden(Element element) {
    String style = LetterCase.lower(element.attr("style").replace(" ", ""));
    return element.hasAttr("hidden")
        || element.attr("aria-hidden").equals("true")
        || style.contains("display:none")
        || style.contains("visibility:hidden");
  }

  /** The mark beside a heading that shows where it can be linked to. */
  private static boolean isLinkToHere(Element link) {
    String words = link.ownText().strip();
    return words.length() == 1
        && LABELS_OF_LINKS_TO_HERE.contains(words)
        && link.attr("href").startsWith("#");
  }

  private void unseen(Element element, String name) {
    skipped = element;
    if (isBlock(element, name)) {
      flush();
    }
    boolean told = isHidden(element) || DELETED.contains(name);
    if (told && options.hidden() == Unseen.MARK) {
      String words = ofCell(element);
      if (!words.isEmpty()) {
        flowing(" [hidden: " + words + "] ");
      }
    } else {
      gap = DELETED.contains(name);
    }
  }

  private void math(Element element) {
    skipped = element;
    String formula = MathText.of(element);
    due();
    boolean joins =
        !text.isEmpty()
            && Character.isDigit(text.charAt(text.length() - 1))
            && !formula.isEmpty()
            && Character.isDigit(formula.charAt(0));
    text.append(joins ? " " : "").append(formula);
  }

  private void flowing(String words) {
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
        space = true;
      } else if (c != '\u00ad' && c != '\u200b' && c != '\ufeff') { // seen only at a line's end
        if (gap && Character.isDigit(c) && endsWithWord()) {
          space = true;
        }
        due();
        text.append(c);
      }
    }
  }

  private boolean endsWithWord() {
    return !text.isEmpty() && Character.isLetterOrDigit(text.charAt(text.length() - 1));
  }

  private void due() {
    if (space && !text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
      text.append(' ');
    } else if (space && !texts.isEmpty() && text.isEmpty()) {
      text.append(' ');
    }
    space = false;
    gap = false;
  }

  /** Lines of code may be elements of their own. */
  private void line(boolean always, Element element) {
    StringBuilder code = preformatted;
    if (code != null) {
      boolean inLine = !code.isEmpty() && code.charAt(code.length() - 1) != '\n';
      if (always || (inLine && element.isBlock())) {
        code.append('\n');
      }
    }
  }

  private boolean code(String code) {
    String seen = NEVER_SEEN.matcher(code).replaceAll("");
    if (seen.isBlank()) {
      return false;
    }
    flushTerms();
    if (!label.isEmpty() && !label.equals("-")) {
      out.item(depth(), label, "code:");
    }
    if (inCell) {
      out.paragraph(seen);
    } else {
      out.code(seen);
    }
    return true;
  }

  /** Writes a heading, unless the one right above is the same. */
  private void heading(int level) {
    String title = trimmed(taken());
    flushTerms();
    if (!title.isEmpty()) {
      String shown = label.isEmpty() || label.equals("-") ? title : label + " " + title;
      label = "";
      titles = Set.of();
      String folded = folded(shown);
      if (!folded.equals(heading) || out.length() != headingEnd) {
        out.heading(level, shown);
        heading = folded;
        headingEnd = out.length();
      }
    }
  }

  /** A text as titles are compared. */
  static String folded(String words) {
    return trimmed(words).replaceAll("[\\s\u00a0]+", " ");
  }

  /** Writes the open paragraph or list item. */
  private void flush() {
    String words = trimmed(taken());
    if (words.isEmpty()) {
      return;
    }
    if (!label.isEmpty()) {
      flushTerms();
      out.item(depth(), label, words);
      label = "";
    } else if (terms.isEmpty()) {
      if (titles.contains(folded(words))) {
        text.append(words);
        heading(1);
      } else {
        out.paragraph(words);
      }
    } else {
      out.paragraph(terms + words);
      terms.setLength(0);
    }
  }

  private void term() {
    String words = trimmed(taken());
    if (!words.isEmpty()) {
      terms.append(words).append('\n');
      if (terms.length() > MOST_OF_TERMS) {
        flushTerms();
      }
    }
  }

  private void flushTerms() {
    if (!terms.isEmpty()) {
      out.paragraph(terms.toString());
      terms.setLength(0);
    }
  }

  private int depth() {
    return Math.max(0, (int) lists.stream().filter(list -> !list.isLayout()).count() - 1);
  }

  /** Without white space around it, that which may not break included. */
  private static String trimmed(String words) {
    int start = 0;
    int end = words.length();
    while (start < end && isSpace(words.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(words.charAt(end - 1))) {
      end--;
    }
    return words.substring(start, end);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private String taken() {
    while (!texts.isEmpty()) { // a block within raised text
      StringBuilder small = text;
      text = texts.pop().append(small);
    }
    String words = text.toString();
    text.setLength(0);
    space = false;
    gap = false;
    return words;
  }
}
