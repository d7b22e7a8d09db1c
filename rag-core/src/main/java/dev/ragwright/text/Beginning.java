package dev.ragwright.text;

/** The beginning of a text. */
public final class Beginning {
  private Beginning() {}

  /**
   * The first units of UTF-16, one fewer where the last would be the first half of a character; the
   * text itself if it has no more.
   *
   * @param most 1 or more
   */
  public static String of(String text, int most) {
    return text.length() <= most
        ? text
        : text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }
}
