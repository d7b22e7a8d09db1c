package dev.ragwright.onnx.hub;

import dev.ragwright.call.CallContext;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock among threads and among Java processes, so that a file is fetched once. The cache does not
 * depend on it: what is moved into its place has been hashed. (Python's {@code flock} and Java's
 * record locks do not see each other on Linux, and a network disk may have none.)
 */
final class HubLock implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(HubLock.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final @Nullable FileChannel channel;

  private HubLock(Path file, @Nullable FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Waits for the lock, looking again every twentieth of a second. */
  static HubLock acquire(Path path, CallContext context) throws IOException {
    Path file = path.toAbsolutePath().normalize();
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    while (true) {
      context.throwIfStopped();
      if (HELD.add(file)) {
        HubLock lock = tryLock(file);
        if (lock != null) {
          return lock;
        }
      }
      pause(POLL, context);
    }
  }

  /** Holds the path in {@link #HELD} if it gives a lock, and takes it out if not. */
  private static @Nullable HubLock tryLock(Path file) throws IOException {
    boolean locked = false;
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        locked = lock != null;
      } catch (OverlappingFileLockException e) { // held by this library in another class loader
        locked = false;
      } catch (IOException e) {
        logger.warn("{} cannot be locked: files may be fetched twice", file, e);
        channel.close();
        locked = true;
        return new HubLock(file, null);
      } finally {
        if (!locked) {
          channel.close();
        }
      }
      return locked ? new HubLock(file, channel) : null;
    } finally {
      if (!locked) {
        HELD.remove(file);
      }
    }
  }

  /** Waits, but not when the call stops. */
  @SuppressWarnings("try") // the registration only has to be closed
  static void pause(Duration time, CallContext context) {
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    over.completeOnTimeout(true, time.toNanos(), TimeUnit.NANOSECONDS);
    try (CallContext.Registration stop = context.onStop(() -> over.complete(false))) {
      over.join();
    }
    context.throwIfStopped();
  }

  /** Whether nobody else can have it: not so where the disk has no locks. */
  boolean isExclusive() {
    return channel != null;
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      logger.warn("{} cannot be closed", file, e);
    } finally {
      HELD.remove(file);
    }
  }
}
