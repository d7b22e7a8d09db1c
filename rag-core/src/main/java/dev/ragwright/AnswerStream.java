package dev.ragwright;

import dev.ragwright.generate.TokenStream;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
   * for once. The answer is complete behind the last piece. A failure is thrown here, and again by
   * {@link #result()}.
   */
  public Stream<String> text() {
    Iterator<String> pieces = tokens.text().iterator();
    Iterator<String> completing =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            boolean more = pieces.hasNext();
            if (!more) {
              result();
            }
            return more;
          }

          @Override
          public String next() {
            return pieces.next();
          }
        };
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(completing, 0), false);
  }

  /**
   * The whole answer, after what is left of the pieces was taken; after {@link #close()} only if it
   * was complete before.
   *
   * @throws dev.ragwright.call.CancelledException if the stream was closed before
   */
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
