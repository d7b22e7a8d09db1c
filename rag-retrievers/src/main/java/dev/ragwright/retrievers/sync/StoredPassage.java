package dev.ragwright.retrievers.sync;

import dev.ragwright.document.Passage;
import org.jspecify.annotations.Nullable;

/**
 * A passage as an engine keeps it.
 *
 * @param vector null without an embedder, and where it has no direction; not changed by anyone
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two
public record StoredPassage(Passage passage, float @Nullable [] vector) {}
