package dev.ragwright.documents.text;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.options.ReadOptions;
import java.util.Locale;

/** What readers of all kinds say when a file is larger than {@link ReadOptions} allow. */
public final class Limits {
  private Limits() {}

  /**
   * Refuses a file that has more bytes.
   *
   * @throws DocumentReadException if it has
   */
  public static void checkSize(long size, long maxBytes) {
    if (size > maxBytes) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT, "is larger than %,d bytes; ReadOptions.maxBytes allows more", maxBytes));
    }
  }

  /** What is said of a text that is longer. */
  public static String tooLong(int maxCharacters) {
    return String.format(
        Locale.ROOT,
        "has more than %,d characters of text; ReadOptions.maxCharacters allows more",
        maxCharacters);
  }
}
