package dev.ragwright.langchain4j;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a call does on the wire, as far as its model's HTTP client is {@linkplain WatchedHttpClient
 * watched}. Clients send on the thread that asks, so what they send belongs to the call that this
 * thread runs. Safe to share.
 */
final class Wire {
  private static final ThreadLocal<Wire> CURRENT = new ThreadLocal<>();

  private final boolean streams;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile @Nullable String address;
  private volatile @Nullable Duration retryAfter;
  private volatile String body = "";

  /**
   * Of a call.
   *
   * @param streams whether its model streams, so that LangChain4j makes one request
   */
  Wire(boolean streams) {
    this.streams = streams;
  }

  /** That of the call which this thread runs; null outside. */
  static @Nullable Wire current() {
    return CURRENT.get();
  }

  /** Runs a call whose requests are seen here. */
  void run(Runnable call) {
    CURRENT.set(this);
    try {
      call.run();
    } finally {
      CURRENT.remove();
    }
  }

  void requested(String address) {
    requests.incrementAndGet();
    this.address = address;
    retryAfter = null;
    body = "";
  }

  void answered(@Nullable Duration wait) {
    retryAfter = wait;
  }

  void said(String text) {
    body = text;
  }

  /** How many requests were sent; 0 if that is not known, since the client is not watched. */
  int requests() {
    int seen = requests.get();
    return seen == 0 && streams ? 1 : seen;
  }

  /** The scheme, host and port that was asked last; null if that is not known. */
  @Nullable String address() {
    return address;
  }

  /** How long the last reply asks to wait; null if it does not. */
  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** The last reply's body, where it was read at once; else empty. */
  String body() {
    return body;
  }
}
