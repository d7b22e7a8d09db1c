package dev.ragwright.spring.ai;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.ai.document.Document;
import org.springframework.ai.document.DocumentMetadata;

/** Passages as Spring AI's documents, and back. */
final class Documents {
  static final String PASSAGE_ID = "passage_id";
  static final String DOCUMENT_ID = "document_id";
  static final String PLACE = "place";
  static final String START = "start";
  static final String END = "end";
  static final String HEADINGS = "headings";

  /** A store's own, of one query: no property of a passage. */
  private static final String DISTANCE = DocumentMetadata.DISTANCE.value();

  private static final String BETWEEN = " › ";
  private static final Set<String> OWN =
      Set.of(PASSAGE_ID, DOCUMENT_ID, PLACE, START, END, HEADINGS, DISTANCE);

  private Documents() {}

  static Document.Builder of(Passage passage) {
    Map<String, Object> metadata = new LinkedHashMap<>(passage.metadata().asMap());
    metadata.put(PASSAGE_ID, passage.id());
    metadata.put(DOCUMENT_ID, passage.documentId());
    metadata.put(PLACE, passage.place());
    metadata.put(START, passage.start());
    metadata.put(END, passage.end());
    if (!passage.headings().isEmpty()) {
      metadata.put(HEADINGS, String.join(BETWEEN, passage.headings()));
    }
    return Document.builder().id(passage.id()).text(passage.text()).metadata(metadata);
  }

  static Passage passage(Document document) {
    String text = document.getText();
    if (text == null) {
      throw new IllegalArgumentException(
          "the document %s is not a text, and has no passage".formatted(document.getId()));
    }
    Map<String, Object> values = document.getMetadata();
    if (values.get(PASSAGE_ID) instanceof String id
        && values.get(DOCUMENT_ID) instanceof String of
        && values.get(START) instanceof Number start) {
      List<String> headings =
          values.get(HEADINGS) instanceof String joined
              ? List.of(joined.split(BETWEEN, -1))
              : List.of();
      int from = start.intValue();
      return new Passage(id, of, from, from + text.length(), text, headings, metadata(values, OWN));
    }
    String id = document.getId();
    return new Passage(
        id, id, 0, text.length(), text, List.of(), metadata(values, Set.of(DISTANCE)));
  }

  private static Metadata metadata(Map<String, Object> values, Set<String> without) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      if (!without.contains(entry.getKey())) {
        metadata = with(metadata, entry.getKey(), entry.getValue());
      }
    }
    return metadata;
  }

  private static Metadata with(Metadata metadata, String key, Object value) {
    return switch (value) {
      case Boolean truth -> metadata.with(key, truth.booleanValue());
      case Double number when Double.isFinite(number) -> metadata.with(key, number.doubleValue());
      case Float number when Float.isFinite(number) -> metadata.with(key, number.doubleValue());
      case Long number -> metadata.with(key, number.longValue());
      case Integer number -> metadata.with(key, number.longValue());
      case Short number -> metadata.with(key, number.longValue());
      case Byte number -> metadata.with(key, number.longValue());
      default -> metadata.with(key, value.toString());
    };
  }

  /**
   * The hits of what was found, in its order, each passage once: with the scores, if all have one,
   * else with {@code 1 / rank}, which only says what order they came in.
   */
  static List<Hit> hits(List<Document> documents, String name) {
    boolean scored = documents.stream().allMatch(Documents::isScored);
    Set<String> seen = new HashSet<>();
    List<Hit> hits = new ArrayList<>();
    for (Document document : documents) {
      Passage passage = passage(document);
      if (seen.add(passage.id())) {
        Double score = document.getScore();
        hits.add(
            scored && score != null
                ? new Hit(passage, score, name)
                : new Hit(passage, 1.0 / (1 + hits.size()), name + "/rank"));
      }
    }
    return hits;
  }

  private static boolean isScored(Document document) {
    Double score = document.getScore();
    return score != null && !score.isNaN();
  }
}
