package dev.ragwright.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes with a checksum, of them and of the name that they are kept under: for a store that would
 * give back what a damaged disk made of them.
 */
public final class Sealed {
  private Sealed() {}

  /** The bytes with their checksum in front, four bytes more. */
  public static byte[] seal(String name, byte[] bytes) {
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(sum(name, bytes, 0))
        .put(bytes)
        .array();
  }

  /** The bytes that were sealed; null where these are not what was sealed under the name. */
  public static byte @Nullable [] open(String name, byte[] sealed) {
    return sealed.length >= Integer.BYTES
            && ByteBuffer.wrap(sealed).getInt() == sum(name, sealed, Integer.BYTES)
        ? Arrays.copyOfRange(sealed, Integer.BYTES, sealed.length)
        : null;
  }

  private static int sum(String name, byte[] bytes, int from) {
    CRC32C sum = new CRC32C();
    sum.update(name.getBytes(StandardCharsets.UTF_8));
    sum.update(bytes, from, bytes.length - from);
    return (int) sum.getValue();
  }
}
