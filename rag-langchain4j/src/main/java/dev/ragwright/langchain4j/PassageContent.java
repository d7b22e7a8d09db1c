package dev.ragwright.langchain4j;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.foreign.PassageProperties;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.trace.Trace;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A passage as LangChain4j's content. Its segment's metadata have what a page shows of it; the
 * passage itself, and what it was read for, are reached through {@link LangChain4j}, as long as
 * nobody puts another content in its place.
 */
final class PassageContent implements Content {
  private static final String PAGE = "page";

  private final Passage passage;
  private final TextSegment segment;
  private final Map<ContentMetadata, Object> metadata;
  private final @Nullable Reading reading;

  /** What a pipeline read the passage for. */
  record Reading(Context context, PromptTemplate prompt, Trace trace) {}

  PassageContent(Passage passage, double score, @Nullable Reading reading) {
    this.passage = passage;
    this.segment = TextSegment.from(passage.text(), metadata(passage));
    this.metadata =
        Map.of(ContentMetadata.SCORE, score, ContentMetadata.EMBEDDING_ID, passage.id());
    this.reading = reading;
  }

  private static Metadata metadata(Passage passage) {
    Metadata metadata = new Metadata();
    passage
        .metadata()
        .asMap()
        .forEach(
            (key, value) -> {
              if (key.isBlank()) {
                return; // LangChain4j refuses it
              }
              switch (value) {
                case Long number -> metadata.put(key, number);
                case Double number -> metadata.put(key, number);
                default -> metadata.put(key, value.toString());
              }
            });
    metadata.putAll(PassageProperties.of(passage));
    passage.places().marks().stream()
        .filter(mark -> mark.kind() == Places.Kind.PAGE)
        .findFirst()
        .ifPresent(page -> metadata.put(PAGE, page.label()));
    return metadata;
  }

  Passage passage() {
    return passage;
  }

  @Nullable Reading reading() {
    return reading;
  }

  @Override
  public TextSegment textSegment() {
    return segment;
  }

  @Override
  public Map<ContentMetadata, Object> metadata() {
    return metadata;
  }

  /** As LangChain4j's own contents are: by the segment alone. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Content content && segment.equals(content.textSegment());
  }

  @Override
  public int hashCode() {
    return Objects.hash(segment);
  }

  @Override
  public String toString() {
    return passage.place() + " " + metadata;
  }
}
