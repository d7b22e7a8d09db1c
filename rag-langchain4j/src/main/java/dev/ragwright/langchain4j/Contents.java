package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.PassageProperties;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What LangChain4j's contents tell. */
final class Contents {
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
    return PassageProperties.passage(segment.text(), values, () -> metadata(values))
        .orElseGet(() -> stored(content));
  }

  private static Passage stored(Content content) {
    TextSegment segment = content.textSegment();
    Object stored = content.metadata().get(ContentMetadata.EMBEDDING_ID);
    return Segments.passage(
        segment,
        stored == null ? EmbeddingStoreAdapter.id(segment.text()) : stored.toString(),
        Segments.USUAL_DOCUMENT_KEYS);
  }

  private static Metadata metadata(Map<String, Object> values) {
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      if (!PassageProperties.isOne(entry.getKey())) {
        metadata = Segments.with(metadata, entry.getKey(), entry.getValue());
      }
    }
    return metadata;
  }
}
