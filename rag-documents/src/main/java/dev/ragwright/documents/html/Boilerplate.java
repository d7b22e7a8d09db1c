package dev.ragwright.documents.html;

import java.util.List;
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
      "nav, [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=menu],"
          + " [role=menubar], [role=dialog], [role=tooltip]";
  private static final Pattern BY_CLASS =
      Pattern.compile(
          "(?i)nav|nav-?bar|menu-?bar|(?:help|search|theme)-?(?:container|popup)|nav-?header|nav-?footer|navigation|nav-?panel|bread-?crumbs?"
              + "|sphinxsidebar|.*-help-container|skip-?(?:link|nav|to-content)|site-(?:header|footer)|cookie-?(?:banner|notice)");
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
  private static final Pattern SENTENCE = Pattern.compile("\\p{L}{2,}[^\\p{L}]*[.!?]\\s*$");
  private static final int SHORT = 400;
  private static final int MOST_LEVELS = 8;

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
      outermostOfTurns(link).remove();
    }
  }

  /** The largest short block around a link that only turns pages, or else a detached element. */
  private static Element outermostOfTurns(Element link) {
    Element found = new Element("none");
    int levels = 0;
    for (Element around = link.parent();
        around != null && !around.normalName().equals("body") && levels < MOST_LEVELS;
        around = around.parent()) {
      levels++;
      if (!around.select("h1, h2, h3, pre").isEmpty() || around.text().length() > SHORT) {
        break;
      }
      if (turnsPages(around)) {
        found = around;
      }
    }
    return found;
  }

  /**
   * Whether two links lead to the pages around, or all that stands beside two links are words for
   * that: {@code Next: Examples, Up: Using it}.
   */
  private static boolean turnsPages(Element block) {
    List<Element> links = block.select("a[href]");
    if (links.size() < 2) {
      return false;
    }
    Element beside = block.clone();
    beside.select("a[href]").remove();
    if (links.stream().filter(Boilerplate::isTurn).count() >= 2) {
      return !SENTENCE.matcher(beside.text()).find();
    }
    List<String> words = words(beside);
    return words.size() >= 2 && TURNS.containsAll(words);
  }

  private static List<String> words(Element element) {
    return NOT_LETTERS
        .splitAsStream(element.text().toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static boolean isTurn(Element link) {
    String relation = link.attr("rel").toLowerCase(Locale.ROOT);
    List<String> words = words(link);
    return (words.size() == 1 && TURNS.contains(words.getFirst())) || TURNS.contains(relation);
  }
}
