package dev.ragwright.retrievers.lucene;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model made of a passage for the index to keep.
 *
 * @param whole of its text, or null where there is no embedder, or a store has it
 * @param tokens of its tokens, as {@link
 *     dev.ragwright.retrievers.vectors.QuantizedVectors#stored()} gives them, or null without
 * @param sparse what the tokens of a vocabulary weigh, or null without a sparse encoder
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PassageVectors(
    float @Nullable [] whole, byte @Nullable [] tokens, @Nullable Map<String, Float> sparse) {
  static final PassageVectors NONE = new PassageVectors(null, null, null);
}
