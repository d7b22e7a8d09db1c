package dev.ragwright.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Random choice that depends on a text and a seed alone: the same text is taken every time, on
 * every machine, whatever else there is to choose from.
 */
public final class Sampling {
  private Sampling() {}

  /**
   * Returns a number from 0 to below 1, spread evenly over texts: the first 53 bits of SHA-256 over
   * the seed (8 bytes, big-endian) and the text (UTF-8). Below a share, the text is in a sample of
   * that share.
   */
  public static double fraction(String text, long seed) {
    MessageDigest sha = Sha.sha256();
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
    long bits = ByteBuffer.wrap(sha.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
    return (bits >>> 11) * 0x1p-53;
  }
}
