package dev.ragwright.onnx.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as its bytes come in. The JDK's own stream would wait for ever on a
 * connection that is silent but open; this one gives up, and returns at once when it is closed.
 */
final class HubBody implements BodySubscriber<HubBody>, AutoCloseable {
  private record Signal(List<ByteBuffer> buffers, @Nullable Throwable failure, boolean isLast) {}

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

  @Override
  public CompletionStage<HubBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (subscription.complete(given)) {
      given.request(1);
    } else {
      given.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Signal(buffers, null, false));
  }

  @Override
  public void onError(Throwable failure) {
    signals.add(new Signal(List.of(), failure, true));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal(List.of(), null, true));
  }

  /**
   * The next bytes, empty when the body was closed meanwhile, null at its end.
   *
   * @throws IOException if the connection broke, or nothing came for the given time
   */
  private @Nullable List<ByteBuffer> next(Duration timeout) throws IOException {
    Signal signal = poll(timeout);
    if (signal == null) {
      throw new HttpTimeoutException("no more bytes within " + timeout);
    }
    if (signal.failure() != null) {
      throw new IOException(signal.failure().toString(), signal.failure());
    }
    if (signal.isLast()) {
      return null;
    }
    subscription.join().request(1); // it is there, since something came by it
    return signal.buffers();
  }

  /**
   * All of it as a stream, to be read by one thread; ends early where the body is closed.
   *
   * @param timeout how long nothing may come
   */
  InputStream stream(Duration timeout) {
    return new InputStream() {
      private Iterator<ByteBuffer> buffers = Collections.emptyIterator();
      private ByteBuffer buffer = ByteBuffer.allocate(0);
      private boolean isOver;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        while (!buffer.hasRemaining() && !isOver && length > 0) {
          if (buffers.hasNext()) {
            buffer = buffers.next();
          } else {
            List<ByteBuffer> next = next(timeout);
            isOver = next == null || next.isEmpty();
            buffers = next == null ? Collections.emptyIterator() : next.iterator();
          }
        }
        int read = Math.min(length, buffer.remaining());
        buffer.get(bytes, offset, read);
        return isOver && read == 0 && length > 0 ? -1 : read;
      }
    };
  }

  /** An interrupt is kept for later, as everywhere: it is no way to stop a call. */
  private @Nullable Signal poll(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return signals.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Gives the connection up, and ends a waiting {@link #next}. */
  @Override
  public void close() {
    if (!subscription.cancel(false)) {
      subscription.join().cancel();
    }
    signals.add(new Signal(List.of(), null, true));
  }
}
