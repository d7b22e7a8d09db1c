package dev.ragwright.eval;

import dev.ragwright.document.Passage;

/** A stretch of a document's text. */
record Place(int start, int end) {
  boolean isHeldBy(Passage passage) {
    int shared = Math.min(end, passage.end()) - Math.max(start, passage.start());
    int shorter = Math.min(end - start, passage.end() - passage.start());
    return shared > 0 && 2L * shared >= shorter;
  }

  boolean holds(Place other) {
    return start <= other.start && other.end <= end;
  }
}
