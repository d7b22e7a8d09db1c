package dev.ragwright.resilience;

import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A stream whose first piece is there, or which ended without one. */
final class BegunStream implements TokenStream {
  private final TokenStream stream;
  private final Iterator<String> pieces;
  private final UnaryOperator<Generation> atEnd;
  private final Consumer<RuntimeException> atFailure;
  private final Runnable atClose;
  private boolean asked;
  private @Nullable Generation whole;

  private BegunStream(
      TokenStream stream,
      Iterator<String> pieces,
      UnaryOperator<Generation> atEnd,
      Consumer<RuntimeException> atFailure,
      Runnable atClose) {
    this.stream = stream;
    this.pieces = pieces;
    this.atEnd = atEnd;
    this.atFailure = atFailure;
    this.atClose = atClose;
  }

  /** Waits for the first piece; a stream that fails before is closed, and its failure thrown. */
  static BegunStream of(TokenStream stream) {
    try {
      Iterator<String> pieces = stream.text().iterator();
      if (!pieces.hasNext()) {
        stream.result(); // whose failure is that of a stream without a text
      }
      return new BegunStream(stream, pieces, made -> made, failure -> {}, () -> {});
    } catch (Throwable e) {
      stream.close();
      throw e;
    }
  }

  /**
   * The same stream, with what is to be done when it ends.
   *
   * @param atEnd makes its result
   * @param atFailure told of a failure behind the first piece
   * @param atClose run when it is closed, however it ended
   */
  BegunStream ending(
      UnaryOperator<Generation> atEnd, Consumer<RuntimeException> atFailure, Runnable atClose) {
    return new BegunStream(stream, pieces, atEnd, atFailure, atClose);
  }

  @Override
  public Stream<String> text() {
    if (asked) {
      throw new IllegalStateException("the text can be asked for once");
    }
    asked = true;
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(new Told(), traits), false);
  }

  @Override
  public Generation result() {
    if (whole == null) {
      try {
        while (pieces.hasNext()) {
          pieces.next();
        }
        whole = atEnd.apply(stream.result());
      } catch (RuntimeException e) {
        atFailure.accept(e);
        throw e;
      }
    }
    return whole;
  }

  @Override
  public void close() {
    try {
      stream.close();
    } finally {
      atClose.run();
    }
  }

  /** The pieces, of which a failure is told. */
  private final class Told implements Iterator<String> {
    @Override
    public boolean hasNext() {
      try {
        return pieces.hasNext();
      } catch (RuntimeException e) {
        atFailure.accept(e);
        throw e;
      }
    }

    @Override
    public String next() {
      return pieces.next();
    }
  }
}
