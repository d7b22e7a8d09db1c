package dev.ragwright.documents.sheet;

/** A formula cannot be calculated; the message says why. */
final class Uncalculated extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String why;

  Uncalculated(String why) {
    super(why, null, false, false);
    this.why = why;
  }

  String why() {
    return why;
  }
}
