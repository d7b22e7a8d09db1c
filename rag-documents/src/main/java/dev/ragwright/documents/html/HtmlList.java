package dev.ragwright.documents.html;

import dev.ragwright.documents.text.Labels;
import org.jsoup.nodes.Element;

/**
 * The labels of a list's items, as browsers show them; a list with headings in it only lays out a
 * page, and has none unless it counts. For one list.
 */
final class HtmlList {
  private final boolean numbered;
  private final boolean layout;
  private final String type;
  private final int step;
  private int number;

  private HtmlList(boolean numbered, boolean layout, String type, int first, int step) {
    this.numbered = numbered;
    this.layout = layout;
    this.type = type;
    this.number = first;
    this.step = step;
  }

  static HtmlList of(Element list) {
    boolean reversed = list.hasAttr("reversed");
    long items = list.children().stream().filter(c -> c.normalName().equals("li")).count();
    int first = number(list.attr("start"), reversed ? (int) items : 1);
    boolean numbered = list.normalName().equals("ol");
    boolean layout = !numbered && list.selectFirst("h1, h2, h3, h4, h5, h6") != null;
    return new HtmlList(numbered, layout, list.attr("type"), first, reversed ? -1 : 1);
  }

  /** Whether it is none that anybody sees as a list. */
  boolean isLayout() {
    return layout;
  }

  /** The label of the next item. */
  String next(Element item) {
    if (!numbered) {
      return layout ? "" : "-";
    }
    number = number(item.attr("value"), number);
    String shown =
        switch (type) {
          case "a" -> Labels.letters(number, 'a');
          case "A" -> Labels.letters(number, 'A');
          case "i" -> Labels.roman(number, false);
          case "I" -> Labels.roman(number, true);
          default -> Integer.toString(number);
        };
    number += step;
    return shown + ".";
  }

  private static int number(String text, int otherwise) {
    return text.strip().matches("-?\\d{1,9}") ? Integer.parseInt(text.strip()) : otherwise;
  }
}
