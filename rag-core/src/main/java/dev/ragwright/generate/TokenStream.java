package dev.ragwright.generate;

import java.util.stream.Stream;

/**
 * A text while it is made. For one consumer on one thread; {@link #close()} may be called from any.
 */
public interface TokenStream extends AutoCloseable {

  /**
   * The pieces, each when it is there: the next one is waited for. Can be asked for once. A failure
   * is thrown here, and again by {@link #result()}.
   */
  Stream<String> text();

  /** The whole, after what is left of the pieces was taken. */
  Generation result();

  /** Ends the making of a text that is no longer wanted. Idempotent. */
  @Override
  void close();

  /** A text that is already there, in one piece; in none when it is empty. */
  static TokenStream of(Generation generation) {
    return new TokenStream() {
      @Override
      public Stream<String> text() {
        return generation.text().isEmpty() ? Stream.of() : Stream.of(generation.text());
      }

      @Override
      public Generation result() {
        return generation;
      }

      @Override
      public void close() {}
    };
  }
}
