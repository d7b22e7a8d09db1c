package dev.ragwright.eval;

import dev.ragwright.source.files.TextLine;

/** What can be an id in a TREC file. */
final class TrecIds {
  private TrecIds() {}

  /** Refuses an id that a TREC file cannot hold. */
  static void checkWritable(String what, String id) {
    if (id.isEmpty() || id.chars().anyMatch(c -> TextLine.isSpace((char) c))) {
      throw new IllegalArgumentException(
          what + " \"" + id + "\" is empty or has white space, which a TREC file cannot hold");
    }
  }
}
