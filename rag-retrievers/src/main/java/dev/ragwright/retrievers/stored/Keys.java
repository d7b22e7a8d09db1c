package dev.ragwright.retrievers.stored;

import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Keywords that an engine compares as {@link dev.ragwright.retrieve.Filter} does: texts by their
 * UTF-16 units, numbers as double. They are ASCII, so no engine changes, cuts or refuses them.
 */
public final class Keys {
  /** What is longer stands in the order by its beginning, and is told by its digest. */
  public static final int LONGEST = 1_000;

  private static final String LONG = "+";
  private static final HexFormat HEX = HexFormat.of();

  private Keys() {}

  /** A text's units as four digits each, whose order is that of {@link String#compareTo}. */
  public static String text(String text) {
    StringBuilder key = new StringBuilder(4 * text.length());
    for (int i = 0; i < text.length(); i++) {
      key.append(HEX.toHexDigits(text.charAt(i)));
    }
    return key.toString();
  }

  /** The text of which {@link #text(String)} made a key. */
  public static String read(String key) {
    StringBuilder text = new StringBuilder(key.length() / 4);
    for (int i = 0; i < key.length(); i += 4) {
      text.append((char) HexFormat.fromHexDigits(key, i, i + 4));
    }
    return text.toString();
  }

  /** A text under a metadata key; of a long one its beginning. */
  public static String text(String key, String text) {
    return under(key)
        + (text.length() <= LONGEST ? text(text) : text(text.substring(0, LONGEST)) + LONG);
  }

  /** What all texts under a metadata key begin with, and nothing else. */
  public static String under(String key) {
    return text(key) + "=";
  }

  /** What is behind all texts under a metadata key, and before those of the next key. */
  public static String behind(String key) {
    return text(key) + ">";
  }

  /** A number under a metadata key; 0 and -0 are one. */
  public static String number(String key, double number) {
    long bits = Double.doubleToLongBits(number + 0.0);
    long ordered = bits ^ ((bits >> 63) & Long.MAX_VALUE) ^ Long.MIN_VALUE;
    return under(key) + HEX.toHexDigits(ordered);
  }

  /** A digest of any text, which is an id that no engine refuses. */
  public static String digest(String text) {
    byte[] digest = Sha.sha256().digest(text(text).getBytes(StandardCharsets.US_ASCII));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }
}
