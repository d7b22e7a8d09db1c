package dev.ragwright.generate;

import java.util.stream.Stream;

/**
 * A text that is still being written. A stream is for one consumer on one thread; {@link #close()}
 * may be called from any thread.
 */
public interface TokenStream extends AutoCloseable {

  /**
   * The pieces, each as soon as it is written; reading waits for the next one. They can be asked
   * for once. A failure is thrown here, and again by {@link #result()}.
   */
  Stream<String> text();

  /** Returns the whole, after reading the pieces that are left. */
  Generation result();

  /** Stops the work on a text that is no longer wanted. Idempotent. */
  @Override
  void close();

  /** Streams a finished text in one piece, or in no piece if it is empty. */
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
