package dev.ragwright.spring.ai;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.FoundPassages;
import dev.ragwright.foreign.PassageProperties;
import dev.ragwright.retrieve.Hit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.springframework.ai.document.Document;
import org.springframework.ai.document.DocumentMetadata;

/** Passages as Spring AI's documents, and back. */
final class Documents {
  /** A store's own, of one query: no property of a passage. */
  private static final String DISTANCE = DocumentMetadata.DISTANCE.value();

  private Documents() {}

  static Document.Builder of(Passage passage) {
    Map<String, Object> metadata = new LinkedHashMap<>(passage.metadata().asMap());
    metadata.putAll(PassageProperties.of(passage));
    return Document.builder().id(passage.id()).text(passage.text()).metadata(metadata);
  }

  static Passage passage(Document document) {
    String text = document.getText();
    if (text == null) {
      throw new IllegalArgumentException(
          "the document %s is not a text, and has no passage".formatted(document.getId()));
    }
    Map<String, Object> values = document.getMetadata();
    return PassageProperties.passage(
            text, values, () -> metadata(values, key -> !PassageProperties.isOne(key)))
        .orElseGet(() -> foreign(document.getId(), text, values));
  }

  private static Passage foreign(String id, String text, Map<String, Object> values) {
    return new Passage(id, id, 0, text.length(), text, List.of(), metadata(values, key -> true));
  }

  private static Metadata metadata(Map<String, Object> values, Predicate<String> keeps) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      if (keeps.test(entry.getKey()) && !entry.getKey().equals(DISTANCE)) {
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

  static List<Hit> hits(List<Document> documents, String name) {
    return FoundPassages.hits(documents, Documents::passage, Documents::score, name);
  }

  private static double score(Document document) {
    Double score = document.getScore();
    return score == null ? Double.NaN : score;
  }
}
