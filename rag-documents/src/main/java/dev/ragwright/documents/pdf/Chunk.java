package dev.ragwright.documents.pdf;

import org.jspecify.annotations.Nullable;

/**
 * Glyphs that stand beside each other on one line without a gap as wide as that between columns.
 * Places are those of the frame that the glyphs' turn gives.
 *
 * @param x0 where it begins
 * @param x1 where it ends
 * @param y its baseline
 * @param size of its font
 * @param firstWord how wide its first word is
 * @param order when it was drawn, among the chunks of its page
 * @param fixed whether its font has one width for all glyphs
 * @param mark the marked content that it is in, if any
 */
record Chunk(
    String text,
    float x0,
    float x1,
    float y,
    float size,
    float firstWord,
    int order,
    boolean fixed,
    @Nullable Mark mark) {

  /** The top of its small letters, about. */
  float top() {
    return y - 0.7f * size;
  }

  boolean artifact() {
    return mark != null && mark.artifact();
  }
}
