package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What LangChain4j's contents tell. */
final class Contents {
  private static final Set<String> OWN =
      Set.of(
          PassageContent.PASSAGE_ID,
          PassageContent.DOCUMENT_ID,
          PassageContent.PLACE,
          PassageContent.START,
          PassageContent.END,
          PassageContent.HEADINGS);

  private Contents() {}

  /** What a pipeline read these contents for; empty if none did, or one of them is not of it. */
  static Optional<PassageContent.Reading> reading(List<Content> contents) {
    return contents.stream()
        .map(content -> content instanceof PassageContent made ? made.reading() : null)
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** The passage of a content that somebody else made, perhaps of one of ours. */
  static Passage passage(Content content) {
    TextSegment segment = content.textSegment();
    Map<String, Object> values = segment.metadata().toMap();
    Object id = values.get(PassageContent.PASSAGE_ID);
    Object document = values.get(PassageContent.DOCUMENT_ID);
    if (id instanceof String passage
        && document instanceof String of
        && values.get(PassageContent.START) instanceof Number start) {
      return rebuilt(segment, passage, of, start.intValue(), values);
    }
    Object stored = content.metadata().get(ContentMetadata.EMBEDDING_ID);
    return Segments.passage(
        segment,
        stored == null ? EmbeddingStoreAdapter.id(segment.text()) : stored.toString(),
        Segments.USUAL_DOCUMENT_KEYS);
  }

  private static Passage rebuilt(
      TextSegment segment, String id, String document, int start, Map<String, Object> values) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      if (!OWN.contains(entry.getKey())) {
        metadata = Segments.with(metadata, entry.getKey(), entry.getValue());
      }
    }
    List<String> headings =
        values.get(PassageContent.HEADINGS) instanceof String text
            ? List.of(text.split(PassageContent.HEADINGS_BETWEEN, -1))
            : List.of();
    return new Passage(
        id, document, start, start + segment.text().length(), segment.text(), headings, metadata);
  }
}
