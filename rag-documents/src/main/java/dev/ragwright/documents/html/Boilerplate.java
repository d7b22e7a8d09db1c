package dev.ragwright.documents.html;

import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Takes out of a page what is on every page of its site: navigation, the page's own header and
 * footer, and marks that are no text, such as the numbers of lines of code. They are known by what
 * they say of themselves (element, role, class), and navigation also by its links: see {@link
 * PageTurns}.
 */
final class Boilerplate {
  private static final String BY_ROLE =
      "nav, [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=menu],"
          + " [role=menubar], [role=dialog], [role=tooltip]";
  private static final Pattern BY_CLASS =
      Pattern.compile(
          "(?i)nav|nav-?bar|menu-?bar|(?:main|top|mobile|search)-?menu"
              + "|(?:help|search|theme)-?(?:container|popup)|search-?(?:box|form|bar)"
              + "|nav-?(?:header|footer|panel|path|list|tree|links?|buttons?)|navigation"
              + "|(?:top|bottom|sub|main|side|doc|page|spirit|site)-?nav(?:-?(?:bar|list|tree))?"
              + "|bread-?crumbs?|sphinxsidebar|.*-help-container|skip-?(?:link|nav|to-content)"
              + "|site-(?:header|footer)|title-?area|cookie-?(?:banner|notice)|longdesc-link"
              + "|(?:src-?)?line-?(?:no|nos|num|nums|numbers?)");
  private static final Pattern FOOTER = Pattern.compile("(?i)(?:page-?)?footer");
  private static final String PARTS_OF_TEXT = "main, article, section, blockquote, figure";

  private Boilerplate() {}

  static void removeFrom(Document page) {
    page.select(BY_ROLE).remove();
    for (Element element : page.select("[class], [id]")) {
      if (says(element, BY_CLASS) || (says(element, FOOTER) && !isInText(element))) {
        element.remove();
      }
    }
    for (Element element : page.select("header, footer")) {
      if (!isInText(element)
          && (element.normalName().equals("footer") || element.select("h1").isEmpty())) {
        element.remove();
      }
    }
    new PageTurns(page).remove();
  }

  private static boolean says(Element element, Pattern words) {
    return element.classNames().stream().anyMatch(name -> words.matcher(name).matches())
        || words.matcher(element.id()).matches();
  }

  private static boolean isInText(Element element) {
    return element.closest(PARTS_OF_TEXT) != null;
  }
}
