package dev.ragwright.documents.html;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Takes out of a page what is on every page of its site: navigation, and the page's own header and
 * footer. They are known by what they say of themselves (element, role, class), and navigation also
 * by its links: a short block of which two lead to the next page, the one before, or up.
 */
final class Boilerplate {
  private static final String BY_ROLE =
      "nav, [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=menubar]";
  private static final Pattern BY_CLASS =
      Pattern.compile(
          "(?i)nav|navbar|nav-?bar|nav-?header|nav-?footer|navigation|nav-?panel|bread-?crumbs?"
              + "|sphinxsidebar|skip-?(?:link|nav|to-content)|site-(?:header|footer)|cookie-?(?:banner|notice)");
  private static final Set<String> TURNS =
      Set.of(
          "contents",
          "first",
          "home",
          "index",
          "last",
          "next",
          "prev",
          "previous",
          "top",
          "up",
          "start",
          "toc");
  private static final Pattern NOT_LETTERS = Pattern.compile("[^\\p{L}]+");
  private static final int SHORT = 400;

  private Boilerplate() {}

  static void removeFrom(Document page) {
    page.select(BY_ROLE).remove();
    for (Element element : page.select("[class], [id]")) {
      if (element.classNames().stream().anyMatch(name -> BY_CLASS.matcher(name).matches())
          || BY_CLASS.matcher(element.id()).matches()) {
        element.remove();
      }
    }
    for (Element element : page.select("header, footer")) {
      if (element.closest("main, article, section, blockquote, figure") == null) {
        if (element.normalName().equals("footer") || element.select("h1").isEmpty()) {
          element.remove();
        }
      }
    }
    for (Element link : page.select("a[href]")) {
      if (link.ownerDocument() != null && isTurn(link)) {
        outermostOfTurns(link).remove();
      }
    }
  }

  /** The largest short block around a link that has two such links, or else a detached element. */
  private static Element outermostOfTurns(Element link) {
    Element found = new Element("none");
    for (Element around = link.parent();
        around != null && !around.normalName().equals("body");
        around = around.parent()) {
      if (around.text().length() > SHORT || !around.select("h1, h2, h3, pre").isEmpty()) {
        break;
      }
      if (around.select("a[href]").stream().filter(Boilerplate::isTurn).count() >= 2) {
        found = around;
      }
    }
    return found;
  }

  private static boolean isTurn(Element link) {
    String relation = link.attr("rel").toLowerCase(Locale.ROOT);
    String words =
        NOT_LETTERS.matcher(link.text()).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    return TURNS.contains(words) || TURNS.contains(relation);
  }
}
