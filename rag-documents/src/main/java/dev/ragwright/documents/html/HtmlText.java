package dev.ragwright.documents.html;

import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/**
 * The visible text of an HTML page, parsed by jsoup: blocks apart by an empty line, headings marked
 * as Markdown marks them (so that {@code Chunkers.markdown} knows the sections of a page too), list
 * items by a dash, table cells apart by a tab, preformatted text as it is. Scripts, styles,
 * templates and what is hidden by attribute are left out.
 */
final class HtmlText {
  private static final Set<String> INVISIBLE =
      Set.of("script", "style", "template", "noscript", "head", "svg", "iframe", "object");
  private static final Set<String> HEADINGS = Set.of("h1", "h2", "h3", "h4", "h5", "h6");

  private HtmlText() {}

  static Document document(String id, String html) {
    org.jsoup.nodes.Document page = Jsoup.parse(html);
    Writer writer = new Writer();
    if (page.body() != null) {
      page.body().traverse(writer);
    }
    String title = page.title().strip();
    return new Document(
        id, writer.text(), title.isEmpty() ? Metadata.empty() : Metadata.of("title", title));
  }

  /** Collects text; white space and line breaks that are due are written before the next word. */
  private static final class Writer implements NodeVisitor {
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder pre = new StringBuilder();
    private int invisible;
    private int preformatted;
    private int breaks;
    private boolean space;
    private String mark = "";

    @Override
    public void head(Node node, int depth) {
      if (node instanceof Element element) {
        begin(element);
      } else if (node instanceof TextNode text && invisible == 0) {
        if (preformatted > 0) {
          pre.append(text.getWholeText());
        } else {
          flowing(text.getWholeText());
        }
      }
    }

    private void begin(Element element) {
      String name = element.normalName();
      if (isInvisible(element)) {
        invisible++;
      }
      if (preformatted > 0) {
        preformattedLine(name.equals("br"), element);
      } else if (name.equals("br")) {
        breaks = Math.max(breaks, 1);
      } else if (name.equals("td") || name.equals("th")) {
        mark = element.previousElementSibling() == null ? mark : "\t";
      } else if (name.equals("li") || name.equals("tr")) {
        breaks = Math.max(breaks, 1);
        mark = name.equals("li") ? "- " : "";
      } else if (element.isBlock()) {
        breaks = 2;
        mark =
            HEADINGS.contains(name)
                ? "#".repeat(name.charAt(1) - '0') + " "
                : mark.equals("- ") || mark.startsWith("#") ? mark : "";
      }
      if (name.equals("pre")) {
        preformatted++;
      }
    }

    @Override
    public void tail(Node node, int depth) {
      if (node instanceof Element element) {
        String name = element.normalName();
        if (isInvisible(element)) {
          invisible--;
        }
        if (HEADINGS.contains(name)) {
          mark = ""; // where the heading has no text, the next text is none either
        }
        if (name.equals("pre") && --preformatted == 0) {
          preformatted();
        }
        if (preformatted > 0) {
          preformattedLine(false, element);
        } else if (name.equals("li") || name.equals("tr")) {
          breaks = Math.max(breaks, 1);
        } else if (element.isBlock() && !name.equals("td") && !name.equals("th")) {
          breaks = 2;
        }
      }
    }

    private static boolean isInvisible(Element element) {
      return INVISIBLE.contains(element.normalName())
          || element.hasAttr("hidden")
          || element.attr("aria-hidden").equals("true");
    }

    private void flowing(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
          space = true;
        } else {
          due();
          out.append(c);
        }
      }
    }

    /** Lines of code may be elements of their own. */
    private void preformattedLine(boolean always, Element element) {
      boolean inLine = !pre.isEmpty() && pre.charAt(pre.length() - 1) != '\n';
      if (always || (inLine && element.isBlock())) {
        pre.append('\n');
      }
    }

    /** Writes a whole preformatted text, whatever elements it had inside. */
    private void preformatted() {
      String text = pre.toString().stripTrailing();
      pre.setLength(0);
      if (!text.isEmpty()) {
        due();
        out.append(text);
      }
    }

    private void due() {
      if (!out.isEmpty()) {
        if (breaks > 0) {
          out.append("\n".repeat(breaks));
        } else if (space && mark.isEmpty()) {
          out.append(' ');
        }
      }
      out.append(mark);
      breaks = 0;
      space = false;
      mark = "";
    }

    String text() {
      return out.isEmpty() ? "" : out.append('\n').toString();
    }
  }
}
