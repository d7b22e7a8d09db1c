package dev.ragwright.langchain4j;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a call does on the wire, as far as its model's HTTP client is {@linkplain WatchedHttpClient
 * watched}. Clients send on the thread that asks, so what they send belongs to the call that this
 * thread runs. Safe to share.
 */
final class Wire {
  private static final int MOST = 16 * 1024;

  private static final ThreadLocal<Wire> CURRENT = new ThreadLocal<>();

  private final boolean streams;
  private final Runnable onEnd;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger spared = new AtomicInteger();
  private volatile @Nullable String address;
  private volatile @Nullable Duration retryAfter;
  private @Nullable Runnable exchange; // ends it; guarded by this, as those below
  private boolean isHeard; // the reply of the last request
  private boolean isOver;
  private volatile List<String> secrets = List.of();
  private byte[] end = {};
  private int kept; // of the end
  private boolean isCut; // the body is longer than what is kept of it

  /**
   * Of a call.
   *
   * @param streams whether its model streams, so that LangChain4j makes one request
   * @param onEnd is told once all of a streamed reply is here; some models tell nobody
   */
  Wire(boolean streams, Runnable onEnd) {
    this.streams = streams;
    this.onEnd = onEnd;
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

  /**
   * A request is sent.
   *
   * @param secrets the keys that it has
   */
  void requested(String address, List<String> secrets) {
    requests.incrementAndGet();
    this.address = address;
    this.secrets = secrets;
    retryAfter = null;
    clear();
  }

  private synchronized void clear() {
    exchange = null;
    isHeard = false;
    kept = 0;
    isCut = false;
  }

  /**
   * A request is on its way; what ends it is of no use once its reply is {@linkplain #hears heard}.
   *
   * @param end is run at once if the call is over
   */
  void asks(Runnable end) {
    runs(end, false);
  }

  /**
   * A reply comes.
   *
   * @param end ends it; is run at once if the call is over
   */
  void hears(Runnable end) {
    runs(end, true);
  }

  private void runs(Runnable end, boolean isReply) {
    synchronized (this) {
      if (isReply || !isHeard) { // the reply may be here before whoever has sent the request
        exchange = end;
      }
      isHeard |= isReply;
      if (!isOver) {
        return;
      }
    }
    end.run();
  }

  /** The call is over: what runs of it is ended, and what begins. */
  void end() {
    Runnable running;
    synchronized (this) {
      isOver = true;
      running = exchange;
      exchange = null;
    }
    if (running != null) {
      running.run();
    }
  }

  /** Some of a reply is here. */
  synchronized void received(ByteBuffer bytes) {
    int more = Math.min(bytes.remaining(), MOST);
    if (more < bytes.remaining()) {
      isCut = true;
      bytes.position(bytes.limit() - more);
    }
    int over = kept + more - MOST;
    if (over > 0) {
      isCut = true;
      kept -= over;
      System.arraycopy(end, over, end, 0, kept);
    }
    if (kept + more > end.length) {
      end = Arrays.copyOf(end, Math.min(MOST, Math.max(512, 2 * (kept + more))));
    }
    bytes.get(end, kept, more);
    kept += more;
  }

  void answered(int status, @Nullable Duration wait) {
    retryAfter = wait;
    if (status >= 400 && status < 500) {
      spared.incrementAndGet();
    }
  }

  /** A request did not reach its service. */
  void unreached() {
    spared.incrementAndGet();
  }

  /**
   * Whether no request had work done that may be charged for, as far as that is seen: each was
   * refused with a status below 500, or did not reach the service.
   */
  boolean isSpared() {
    return requests.get() == spared.get();
  }

  /** All of a reply is here. */
  void ended() {
    synchronized (this) {
      exchange = null;
    }
    if (streams) {
      onEnd.run();
    }
  }

  /** How many requests were sent; 0 if that is not known, since the client is not watched. */
  int requests() {
    int seen = requests.get();
    return seen == 0 && streams ? 1 : seen;
  }

  /** The keys that were sent last, as far as that is known. */
  List<String> secrets() {
    return secrets;
  }

  /** The scheme, host and port that was asked last; null if that is not known. */
  @Nullable String address() {
    return address;
  }

  /** How long the last reply asks to wait; null if it does not. */
  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /**
   * The end of the last reply's body, from its first whole line on: 16 KiB at most; empty of a
   * client that is not watched.
   */
  synchronized String body() {
    String text = new String(end, 0, kept, StandardCharsets.UTF_8);
    return isCut ? text.substring(text.indexOf('\n') + 1) : text;
  }
}
