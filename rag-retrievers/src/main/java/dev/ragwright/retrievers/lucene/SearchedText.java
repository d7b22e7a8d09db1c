package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.jspecify.annotations.Nullable;

/**
 * What of a passage is searched by words, and how often a word of each part counts, against once in
 * its text: BM25 of weighted fields, in which a weight is a repetition. From Robertson, Zaragoza
 * and Taylor, "Simple BM25 extension to multiple weighted fields" (CIKM 2004).
 *
 * @param said whether the opening says so, or takes the index as it was made
 * @param headings how often a word of the headings counts
 * @param metadata how often a word of the texts under a metadata key counts
 */
record SearchedText(boolean said, int headings, SortedMap<String, Integer> metadata) {
  private static final String HEADINGS = "ragwright.headings";
  private static final String KEY = "ragwright.searched.";
  private static final int MOST = 100;

  SearchedText {
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** What an index is made with unless something else is said. */
  static SearchedText usual() {
    return new SearchedText(false, 1, new TreeMap<>(Map.of("title", 2)));
  }

  SearchedText withHeadings(int weight) {
    return new SearchedText(true, checked(weight), metadata);
  }

  SearchedText with(String key, int weight) {
    SortedMap<String, Integer> next = new TreeMap<>(metadata);
    next.put(key, checked(weight));
    next.values().removeIf(each -> each == 0);
    return new SearchedText(true, headings, next);
  }

  private static int checked(int weight) {
    if (weight < 0 || weight > MOST) {
      throw new IllegalArgumentException(
          "a weight must be within 0 and " + MOST + ", was " + weight);
    }
    return weight;
  }

  /** Whether an index that was made with this is opened rightly with what an opening says. */
  boolean fits(SearchedText opening) {
    return !opening.said || (headings == opening.headings && metadata.equals(opening.metadata));
  }

  static SearchedText of(Map<String, String> data) {
    SortedMap<String, Integer> metadata = new TreeMap<>();
    data.forEach(
        (key, value) -> {
          if (key.startsWith(KEY)) {
            metadata.put(key.substring(KEY.length()), Integer.parseInt(value));
          }
        });
    return new SearchedText(true, Integer.parseInt(data.getOrDefault(HEADINGS, "1")), metadata);
  }

  void addTo(Map<String, String> data) {
    data.put(HEADINGS, Integer.toString(headings));
    metadata.forEach((key, weight) -> data.put(KEY + key, weight.toString()));
  }

  /**
   * Gives a passage its words.
   *
   * @param language what it was detected to be in; null where all are in one
   */
  void addTo(Document fields, String field, Passage passage, @Nullable String language) {
    for (String text : texts(passage)) {
      fields.add(
          language == null
              ? new TextField(field, text, Field.Store.NO)
              : DetectedLanguages.field(field, text, language));
    }
  }

  /** All that a passage is found by, each as often as it counts; its own text first. */
  List<String> texts(Passage passage) {
    List<String> texts = new ArrayList<>();
    texts.add(headings == 0 ? withoutHeadings(passage).searchText() : passage.searchText());
    for (String heading : passage.headings()) {
      texts.addAll(Collections.nCopies(Math.max(0, headings - 1), heading));
    }
    metadata.forEach(
        (key, weight) -> {
          switch (passage.metadata().get(key)) {
            case String text -> texts.addAll(Collections.nCopies(weight, text));
            case List<?> several ->
                several.forEach(text -> texts.addAll(Collections.nCopies(weight, text.toString())));
            case null, default -> {}
          }
        });
    return texts;
  }

  private static Passage withoutHeadings(Passage passage) {
    return new Passage(
        passage.id(),
        passage.documentId(),
        passage.start(),
        passage.end(),
        passage.text(),
        List.of(),
        passage.metadata());
  }

  /** As Lucene writes weights of fields: {@code headings^1 title^2}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("headings^").append(headings);
    metadata.forEach((key, weight) -> text.append(' ').append(key).append('^').append(weight));
    return text.toString();
  }
}
