package dev.ragwright.observe;

import dev.ragwright.text.Sampling;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a sample of a pipeline's traces to a file, a line of {@link Trace#toJson} each; what is in
 * the file stays. Where its last line was torn, by a full disk or a killed process, the next one
 * begins on its own. Traces hold the users' questions: choose where it lies accordingly.
 *
 * <p>Whether a question is taken depends on its words and the seed alone, so the same question is
 * taken every time or never, on every machine, and the share is one of distinct questions.
 *
 * <p>Questions do not wait for the disk: a thread of its own writes, and when more than {@value
 * #QUEUE} traces wait for it, further ones are {@linkplain #dropped() counted and lost}, as are
 * those of questions that end after it was closed. Safe to share. Close it when done: that writes
 * what is waiting.
 */
public final class TraceLog implements TraceListener.Factory, AutoCloseable {
  private static final int QUEUE = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(TraceLog.class);
  private static final String END = "";

  private final Path file;
  private final double share;
  private final long seed;
  private final OutputStream out;
  private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>(QUEUE);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;
  private volatile boolean ended;
  private boolean torn; // the last line has no end, since the disk was full or a process killed
  private @Nullable IOException failure; // the first

  private TraceLog(Path file, double share, long seed) {
    this.file = file;
    this.share = share;
    this.seed = seed;
    try {
      this.torn = isTorn(file);
      this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write traces to " + file, e);
    }
    this.thread = Thread.ofPlatform().daemon().name("ragwright-traces").start(this::write);
  }

  /**
   * Appends to a file, which is made if it is not there.
   *
   * @param share of distinct questions to take, above 0 and at most 1
   * @param seed which ones
   * @throws IllegalArgumentException if the share is out of range
   * @throws UncheckedIOException if the file cannot be written
   */
  public static TraceLog open(Path file, double share, long seed) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be above 0 and at most 1, was " + share);
    }
    return new TraceLog(file, share, seed);
  }

  @Override
  public TraceListener create(String id, String question) {
    return TraceListener.ofEnd(this::log);
  }

  private void log(Trace trace) {
    if (Sampling.fraction(trace.question(), seed) >= share) {
      return;
    }
    append(trace.toJson());
  }

  /**
   * Writes a line beside the sampled traces, such as one of {@link ShadowComparison#toJson()}, in
   * its turn.
   *
   * @param line one object of JSON, without line breaks
   * @throws IllegalArgumentException if it is empty or has a line break
   */
  public void append(String line) {
    if (line.isEmpty() || line.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a line of a log is one line, was \"" + line + "\"");
    }
    boolean waits = !closed && waiting.offer(line);
    // What was put behind the end is lost: whoever takes it out again counts it, here or in close.
    if (!waits || (ended && waiting.remove(line))) {
      dropped.incrementAndGet();
    }
  }

  /** How many traces were lost: the disk was too slow or failed, or the log was closed already. */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Writes what is waiting and closes the file. Idempotent.
   *
   * @throws UncheckedIOException if something could not be written
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = false;
    boolean told = false;
    while (true) {
      try {
        if (!told) {
          waiting.put(END);
          told = true; // once: what is left behind the end counts as lost
        }
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // what was taken is written all the same
      }
    }
    ended = true;
    dropped.addAndGet(waiting.drainTo(new ArrayList<>()));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      out.close();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    }
    if (failure != null) {
      throw new UncheckedIOException(
          String.format(
              Locale.ROOT, "%s lacks %d traces that could not be written", file, dropped()),
          failure);
    }
  }

  private void write() {
    while (true) {
      try {
        String line = waiting.take();
        if (line.equals(END)) {
          return;
        }
        put(line);
      } catch (InterruptedException e) {
        LOG.warn("the writer of {} was interrupted and goes on", file);
      }
    }
  }

  private static boolean isTorn(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) == 0) {
      return false;
    }
    try (FileChannel read = FileChannel.open(file)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      read.read(last, read.size() - 1);
      return last.get(0) != '\n';
    }
  }

  /**
   * Behind a line that was torn the next one begins on its own; each is tried, as room may come.
   */
  private void put(String line) {
    String whole = (torn ? "\n" : "") + line + "\n";
    try {
      torn = true;
      out.write(whole.getBytes(StandardCharsets.UTF_8));
      torn = false;
    } catch (IOException e) {
      if (failure == null) {
        LOG.error("a trace could not be written to {}; later ones are tried", file, e);
        failure = e;
      }
      dropped.incrementAndGet();
    }
  }
}
