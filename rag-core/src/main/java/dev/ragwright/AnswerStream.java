package dev.ragwright;

import dev.ragwright.generate.TokenStream;
import java.util.Iterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is still being written. Close it, best with try-with-resources: closing stops the
 * work on an answer that is no longer wanted. A stream is for one consumer on one thread; {@link
 * #close()} may be called from any thread.
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
   * The pieces of the text, each as soon as it is written; none when the pipeline abstains. They
   * can be asked for once. The answer is complete after the last piece. A failure is thrown here,
   * and again by {@link #result()}.
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
   * Returns the whole answer, after reading the pieces that are left. After {@link #close()} there
   * is one only if it was complete before.
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

  /** Stops the work on the answer if it is not complete. Idempotent. */
  @Override
  public void close() {
    release.run();
    tokens.close();
  }
}
