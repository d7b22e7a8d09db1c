package dev.ragwright.document;

import dev.ragwright.document.Places.Heading;
import java.util.ArrayList;
import java.util.List;

/**
 * The sections of a document: what stands between its headings. These are the ones that its reader
 * told, or else those of its text as {@link MarkdownHeadings} finds them.
 */
final class Sections {
  /**
   * A stretch of the text under its headings.
   *
   * @param headings outermost first, its own last; empty before the first heading
   */
  record Section(int start, int end, List<String> headings) {}

  private Sections() {}

  /** The sections in their order; together they are the text. */
  static List<Section> of(Document document) {
    String text = document.text();
    List<Section> sections = new ArrayList<>();
    List<Heading> path = new ArrayList<>();
    List<Heading> headings =
        document.places().known() ? document.places().headings() : MarkdownHeadings.of(text);
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
}
