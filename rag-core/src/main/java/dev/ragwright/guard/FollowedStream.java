package dev.ragwright.guard;

import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A stream of which somebody is told how it ends. */
abstract class FollowedStream implements TokenStream {
  private final TokenStream stream;
  private boolean read; // all of its text
  private @Nullable Generation whole;

  FollowedStream(TokenStream stream) {
    this.stream = stream;
  }

  /** Told of the end; returns its result. */
  abstract Generation ended(Generation made);

  /** Told of a failure, which is then thrown, perhaps more than once. */
  abstract void failed(RuntimeException failure);

  /** Told that it is closed. */
  abstract void closed();

  @Override
  public Stream<String> text() {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    Iterator<String> pieces;
    try {
      pieces = stream.text().iterator();
    } catch (RuntimeException e) {
      failed(e);
      throw e;
    }
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(new Told(pieces), traits), false);
  }

  @Override
  public Generation result() {
    if (whole == null) {
      try {
        whole = ended(stream.result());
      } catch (RuntimeException e) {
        failed(e);
        throw e;
      }
    }
    return whole;
  }

  /** What was read to its end has a result, though nobody asked for it. */
  @Override
  public void close() {
    try {
      if (read && whole == null) {
        result();
      }
    } finally {
      try {
        stream.close();
      } finally {
        closed();
      }
    }
  }

  private final class Told implements Iterator<String> {
    private final Iterator<String> pieces;

    Told(Iterator<String> pieces) {
      this.pieces = pieces;
    }

    @Override
    public boolean hasNext() {
      try {
        read = !pieces.hasNext();
        return !read;
      } catch (RuntimeException e) {
        failed(e);
        throw e;
      }
    }

    @Override
    public String next() {
      return pieces.next();
    }
  }
}
