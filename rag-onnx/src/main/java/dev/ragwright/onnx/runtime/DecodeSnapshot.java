package dev.ragwright.onnx.runtime;

import java.nio.ByteBuffer;

/**
 * What a decoder made of some first tokens: a copy of their keys and values, from which {@link
 * DecodeState#restore} goes on without reading them again. It outlives the state that it is of, and
 * holds {@link #bytes()} outside the heap until it is garbage. Immutable and safe to share.
 */
public final class DecodeSnapshot {
  private final OnnxDecoder decoder;
  private final int[] tokens;
  private final ByteBuffer[] packed;

  DecodeSnapshot(OnnxDecoder decoder, int[] tokens, ByteBuffer[] packed) {
    this.decoder = decoder;
    this.tokens = tokens;
    this.packed = packed;
  }

  /** How many tokens it is of. */
  public int length() {
    return tokens.length;
  }

  /** The tokens that it is of, in their order; a copy. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** The memory that it holds: {@link OnnxDecoder#bytesPerToken()} for each token. */
  public long bytes() {
    long bytes = 0;
    for (ByteBuffer buffer : packed) {
      bytes += buffer.capacity();
    }
    return bytes;
  }

  boolean isOf(OnnxDecoder other) {
    return decoder == other;
  }

  ByteBuffer[] packed() {
    return packed;
  }
}
