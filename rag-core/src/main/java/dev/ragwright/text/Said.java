package dev.ragwright.text;

/** What a failure says of itself. */
public final class Said {
  private Said() {}

  /** Its message, or its class where it has none. */
  public static String by(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
