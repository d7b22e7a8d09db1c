package dev.ragwright.retrievers.embedding;

import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The text of a document as far as its passages hold it, and where in it they stand. What no
 * passage holds, white space as a rule, is a line feed.
 *
 * @param places of the passages
 */
record ReadTogether(String text, List<Place> places) {

  /**
   * A passage's place in the text.
   *
   * @param index which of the passages that were given
   */
  record Place(int index, int start, int end) {}

  /** A text for each document, in the order of their first passages. */
  static List<ReadTogether> of(List<Passage> passages) {
    Map<String, List<Integer>> byDocument = new LinkedHashMap<>();
    for (int i = 0; i < passages.size(); i++) {
      byDocument
          .computeIfAbsent(passages.get(i).documentId(), document -> new ArrayList<>())
          .add(i);
    }
    return byDocument.values().stream().map(indexes -> of(indexes, passages)).toList();
  }

  private static ReadTogether of(List<Integer> indexes, List<Passage> passages) {
    List<Integer> ascending = new ArrayList<>(indexes);
    ascending.sort(Comparator.comparingInt(index -> passages.get(index).start()));
    StringBuilder text = new StringBuilder();
    List<Place> places = new ArrayList<>();
    int behind = passages.get(ascending.getFirst()).start(); // of the document, what is here
    for (int index : ascending) {
      Passage passage = passages.get(index);
      if (passage.start() > behind) {
        text.append('\n');
        behind = passage.start();
      }
      int start = text.length() - (behind - passage.start());
      if (passage.end() > behind) {
        text.append(passage.text(), behind - passage.start(), passage.text().length());
        behind = passage.end();
      }
      places.add(new Place(index, start, start + passage.text().length()));
    }
    return new ReadTogether(text.toString(), List.copyOf(places));
  }
}
