package dev.ragwright.foreign;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Where a passage stands, as metadata of another framework's text, and back. */
public final class PassageProperties {
  /** The passage's id, a text. */
  public static final String PASSAGE_ID = "passage_id";

  private static final String DOCUMENT_ID = "document_id";
  private static final String PLACE = "place";
  private static final String START = "start";
  private static final String END = "end";
  private static final String HEADINGS = "headings";
  private static final Set<String> ALL =
      Set.of(PASSAGE_ID, DOCUMENT_ID, PLACE, START, END, HEADINGS);
  private static final String BETWEEN = " › ";

  private PassageProperties() {}

  /** All of a passage but its text and metadata: texts and integers. */
  public static Map<String, Object> of(Passage passage) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(PASSAGE_ID, passage.id());
    properties.put(DOCUMENT_ID, passage.documentId());
    properties.put(PLACE, passage.place());
    properties.put(START, passage.start());
    properties.put(END, passage.end());
    if (!passage.headings().isEmpty()) {
      properties.put(HEADINGS, String.join(BETWEEN, passage.headings()));
    }
    return properties;
  }

  /** Whether {@link #of} makes a property of this name, so that it is none of the metadata. */
  public static boolean isOne(String key) {
    return ALL.contains(key);
  }

  /**
   * The passage that these values are the properties of; empty if they are of none. Of a text that
   * was changed, the place is that of its beginning.
   */
  public static Optional<Passage> passage(
      String text, Map<String, Object> values, Supplier<Metadata> metadata) {
    if (!(values.get(PASSAGE_ID) instanceof String id
        && values.get(DOCUMENT_ID) instanceof String document
        && values.get(START) instanceof Number number)) {
      return Optional.empty();
    }
    List<String> headings =
        values.get(HEADINGS) instanceof String joined
            ? List.of(joined.split(BETWEEN, -1))
            : List.of();
    int start = number.intValue();
    return Optional.of(
        new Passage(id, document, start, start + text.length(), text, headings, metadata.get()));
  }
}
