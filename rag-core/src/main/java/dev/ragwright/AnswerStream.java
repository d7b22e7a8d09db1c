package dev.ragwright;

import dev.ragwright.generate.TokenStream;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it is made. Close it, best with try-with-resources: that stops the making of an
 * answer that is no longer wanted. For one consumer on one thread; {@link #close()} may be called
 * from any.
 */
public final class AnswerStream implements AutoCloseable {
  private final TokenStream tokens;
  private final Supplier<Answer> finish;
  private final Runnable release;
  private @Nullable Answer answer;
  private @Nullable RuntimeException failure;

  AnswerStream(TokenStream tokens, Supplier<Answer> finish, Runnable release) {
    this.tokens = tokens;
    this.finish = finish;
    this.release = release;
  }

  /**
   * The pieces of the text, each when it is there; none when the pipeline abstains. Can be asked
   * for once. A failure is thrown here, and again by {@link #result()}.
   */
  public Stream<String> text() {
    return tokens.text();
  }

  /** The whole answer, after what is left of the pieces was taken. */
  public Answer result() {
    if (failure != null) {
      throw failure;
    }
    if (answer == null) {
      try {
        answer = finish.get();
      } catch (RuntimeException e) {
        failure = e;
        throw e;
      }
    }
    return answer;
  }

  /** Stops what is still being made. Idempotent. */
  @Override
  public void close() {
    release.run();
    tokens.close();
  }
}
