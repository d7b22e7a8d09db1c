package dev.ragwright.retrievers.stored;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrievers.lucene.PassageWords;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How an index of an engine is made: it remembers that, and refuses to be opened otherwise. */
public final class IndexMade {
  /** Under which an index remembers its embedder. */
  public static final String EMBEDDER = "embedder";

  /** What it remembers there without one. */
  public static final String NO_EMBEDDER = "none";

  private IndexMade() {}

  /**
   * What an index remembers; sorted, and the caller's to add to.
   *
   * @param embedder null for none
   * @throws IllegalArgumentException if the embedder does not say what it is
   */
  public static Map<String, String> with(PassageWords words, @Nullable Embedder embedder) {
    if (embedder != null && embedder.description().opaque()) {
      throw new IllegalArgumentException(
          "the embedder %s does not say what it is, so an index cannot remember it; override its description()"
              .formatted(embedder.description()));
    }
    Map<String, String> made = new TreeMap<>();
    made.put("format", "ragwright/1");
    made.put("words", words.name());
    made.put(EMBEDDER, embedder == null ? NO_EMBEDDER : embedder.passageDescription().toString());
    return made;
  }

  /** What has to be so for reading alone: an index that has vectors is read without an embedder. */
  public static Map<String, String> forReading(Map<String, String> wanted) {
    Map<String, String> needed = new TreeMap<>(wanted);
    needed.remove(EMBEDDER, NO_EMBEDDER);
    return needed;
  }

  /**
   * What is not as wanted of the index that is there; null if all is.
   *
   * @param ways out of it, in the imperative
   */
  public static @Nullable String otherwise(
      String name, Map<String, String> wanted, Map<String, String> there, String ways) {
    for (Map.Entry<String, String> entry : wanted.entrySet()) {
      String found = there.get(entry.getKey());
      if (!entry.getValue().equals(found)) {
        return "the index '%s' was made with %s '%s', and is opened with '%s'; %s"
            .formatted(name, entry.getKey(), found, entry.getValue(), ways);
      }
    }
    return null;
  }
}
