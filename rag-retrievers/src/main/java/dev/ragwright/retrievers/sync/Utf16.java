package dev.ragwright.retrievers.sync;

import java.util.Arrays;
import java.util.Locale;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.BytesRef;

/**
 * Strings as bytes, each UTF-16 unit on its own in one to three bytes (CESU-8).
 *
 * <p>Lucene's UTF-8 would be wrong twice: it replaces a surrogate without its partner, so that a
 * text would come back changed, and it orders characters beyond the BMP behind U+FFFF, where {@link
 * String#compareTo}, and so every ranking, puts them before U+E000. These bytes lose nothing and
 * are ordered as the strings are.
 */
public final class Utf16 {
  private Utf16() {}

  /** The bytes of a text. */
  public static BytesRef encode(String text) {
    byte[] bytes = new byte[Math.multiplyExact(text.length(), 3)];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      int unit = text.charAt(i);
      if (unit < 0x80) {
        bytes[length++] = (byte) unit;
      } else if (unit < 0x800) {
        bytes[length++] = (byte) (0xC0 | (unit >> 6));
        bytes[length++] = (byte) (0x80 | (unit & 0x3F));
      } else {
        bytes[length++] = (byte) (0xE0 | (unit >> 12));
        bytes[length++] = (byte) (0x80 | ((unit >> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (unit & 0x3F));
      }
    }
    return new BytesRef(Arrays.copyOf(bytes, length));
  }

  /** Whether UTF-8 keeps a text: every surrogate in it has its partner. */
  public static boolean isWellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** How many bytes a text becomes. */
  public static int length(CharSequence text) {
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      int unit = text.charAt(i);
      length += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }
    return length;
  }

  /** The text of bytes that {@link #encode} made. */
  public static String decode(BytesRef ref) {
    char[] units = new char[ref.length];
    byte[] bytes = ref.bytes;
    int length = 0;
    int end = ref.offset + ref.length;
    for (int i = ref.offset; i < end; ) {
      int first = bytes[i++];
      if (first >= 0) {
        units[length++] = (char) first;
      } else if ((first & 0xE0) == 0xC0) {
        units[length++] = (char) (((first & 0x1F) << 6) | (bytes[i++] & 0x3F));
      } else {
        units[length++] =
            (char) (((first & 0x0F) << 12) | ((bytes[i++] & 0x3F) << 6) | (bytes[i++] & 0x3F));
      }
    }
    return new String(units, 0, length);
  }

  /**
   * The term of an id.
   *
   * @throws IllegalArgumentException if it is longer than a term can be
   */
  public static BytesRef id(String what, String id) {
    BytesRef term = encode(id);
    if (term.length > IndexWriter.MAX_TERM_LENGTH) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a %s's id must be at most %,d bytes long, was %,d: %s...",
              what,
              IndexWriter.MAX_TERM_LENGTH,
              term.length,
              id.substring(0, 60)));
    }
    return term;
  }
}
