package dev.ragwright.documents.html;

import dev.ragwright.text.LetterCase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jspecify.annotations.Nullable;

/**
 * Finds the links of a page that lead to the pages around it, and the short blocks that are made of
 * them: {@code Prev Up Next}, {@code Next: Examples, Up: Using it}, the strip of an index's
 * letters. A link is one by its words, by its relation, class or access key, or because the page's
 * head names its address as the next page's or another's. For one page.
 */
final class PageTurns {
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
  private static final Set<String> ALONE = Set.of("next", "prev", "previous", "top", "up");
  private static final Set<String> BESIDE =
      Set.of(
          "back",
          "book",
          "button",
          "chapter",
          "document",
          "go",
          "goto",
          "jump",
          "letter",
          "link",
          "manual",
          "node",
          "of",
          "page",
          "section",
          "table",
          "the",
          "this",
          "to",
          "topic");
  private static final Set<String> ACCESS_KEYS = Set.of("h", "n", "p", "u"); // of DocBook, Texinfo
  private static final Pattern NOT_LETTERS = Pattern.compile("[^\\p{L}]+");
  private static final Pattern SENTENCE = Pattern.compile("\\p{L}{2,}[^\\p{L}]*[.!?](?:\\s|$)");
  private static final String TITLES = "h1, h2, h3, h4, h5, h6";
  private static final int SHORT = 400;
  private static final int MOST_LEVELS = 8;
  private static final int LEAST_STRIP = 6;

  private final Document page;
  private final Set<String> around = new HashSet<>();
  private final Set<Element> large = new HashSet<>();
  private final Set<Element> none = new HashSet<>(); // small blocks that are none

  PageTurns(Document page) {
    this.page = page;
    for (Element link : page.head().select("link[rel][href]")) {
      if (TURNS.contains(LetterCase.lower(link.attr("rel")))) {
        around.add(link.attr("href"));
      }
    }
  }

  /** Takes them out of the page. */
  void remove() {
    Element heading = page.selectFirst(TITLES);
    boolean above = heading != null; // so long as no heading came
    for (Element element : page.select("a[href], " + TITLES)) {
      if (!element.normalName().equals("a")) {
        above = false;
      } else if (element.root().equals(page)) { // or it went with a block
        Element block = outermost(element, above);
        if (block == null) {
          removeRun(element);
        } else {
          block.remove();
        }
      }
    }
  }

  /** The largest short block around a link that only turns pages. */
  private @Nullable Element outermost(Element link, boolean above) {
    Element found = null;
    int levels = 0;
    for (Element block = link.parent();
        block != null && !block.normalName().equals("body") && levels < MOST_LEVELS;
        block = block.parent()) {
      levels++;
      if (large.contains(block)) {
        break;
      }
      if (none.contains(block)) {
        continue;
      }
      if (isLong(block) || block.selectFirst(TITLES + ", pre") != null) {
        large.add(block);
        break;
      }
      if (turnsPages(block, above)) {
        found = block;
      } else {
        none.add(block);
      }
    }
    return found;
  }

  private static boolean isLong(Element block) {
    int[] length = {0};
    for (TextNode words :
        (Iterable<TextNode>)
            block.nodeStream(TextNode.class).takeWhile(n -> length[0] <= SHORT)::iterator) {
      length[0] += words.text().strip().length() + 1;
    }
    return length[0] > SHORT;
  }

  /**
   * Whether most links lead to the pages around; or all that stands beside two links are words for
   * that; or it is a strip of letters or numbers; or, above the first heading, links alone, of
   * which one leads home; or a single link such as {@code top}.
   */
  private boolean turnsPages(Element block, boolean above) {
    List<Element> links = block.select("a[href]");
    Element rest = block.clone();
    rest.select("a[href]").remove();
    List<String> beside = words(rest.text());
    long turns = links.stream().filter(this::isTurn).count();
    if (links.size() == 1) {
      return beside.isEmpty() && isTurnAlone(links.getFirst()) && !isItem(block);
    }
    if (turns >= 2 && 2 * turns >= links.size()) {
      return !SENTENCE.matcher(rest.text()).find();
    }
    if (beside.size() >= 2 && TURNS.containsAll(beside)) {
      return true;
    }
    if (above && turns >= 1 && links.size() > 2 && beside.isEmpty()) {
      return true;
    }
    return links.size() >= LEAST_STRIP
        && BESIDE.containsAll(beside)
        && links.stream().allMatch(link -> link.text().strip().length() <= 3 || isTurn(link));
  }

  private static boolean isItem(Element block) {
    return switch (block.normalName()) {
      case "li", "ul", "ol", "dt", "dd", "dl", "td", "tr" -> true;
      default -> block.closest("li, dt, dd, td") != null;
    };
  }

  private static boolean isTurnAlone(Element link) {
    List<String> words = words(link.text());
    return words.stream().anyMatch(ALONE::contains) && onlyTurns(words);
  }

  private boolean isTurn(Element link) {
    Element parent = link.parent();
    return onlyTurns(words(link.text()))
        || TURNS.contains(LetterCase.lower(link.attr("rel")))
        || ACCESS_KEYS.contains(LetterCase.lower(link.attr("accesskey")))
        || (around.contains(link.attr("href")) && link.closest("li, dt, dd") == null) // no contents
        || saysTurn(link)
        || (parent != null && saysTurn(parent) && parent.select("a[href]").size() == 1);
  }

  private static boolean saysTurn(Element element) {
    return element.classNames().stream().anyMatch(name -> onlyTurns(words(name)));
  }

  /** Whether these are a word for a page around, and none but words that go with it. */
  private static boolean onlyTurns(List<String> words) {
    return words.stream().anyMatch(TURNS::contains)
        && words.size() <= 4
        && words.stream().allMatch(word -> TURNS.contains(word) || BESIDE.contains(word));
  }

  private static List<String> words(String text) {
    return NOT_LETTERS
        .splitAsStream(LetterCase.lower(text))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** Links that turn pages and stand beside each other, with no other word between blocks. */
  private void removeRun(Element link) {
    if (!isTurn(link)) {
      return;
    }
    List<Element> run = new ArrayList<>(List.of(link));
    Node next = link.previousSibling();
    while (next != null && goesOn(next, run)) {
      next = next.previousSibling();
    }
    next = link.nextSibling();
    while (next != null && goesOn(next, run)) {
      next = next.nextSibling();
    }
    if (run.size() > 1 && run.stream().allMatch(each -> isTurn(each))) {
      run.forEach(Element::remove);
    }
  }

  private static boolean goesOn(Node next, List<Element> run) {
    return switch (next) {
      case TextNode words -> {
        boolean apart = words(words.text()).isEmpty();
        if (!apart) {
          run.add(new Element("none")); // which is no turn
        }
        yield apart;
      }
      case Element element when element.isBlock() -> false;
      case Element element -> {
        if (!element.normalName().equals("br") && !element.text().isBlank()) {
          run.add(element);
        }
        yield true;
      }
      default -> true;
    };
  }
}
