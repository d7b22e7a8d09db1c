package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.lifecycle.Lifecycle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Where connections come from, one for each call. A call whose connection is lost, or that met
 * another's write, is made again; so it has to be one that may be made twice. Safe to share.
 */
final class Connections implements AutoCloseable {
  private static final int TRIES = 6;

  /** Opens a connection, or takes it from the caller's pool. */
  @FunctionalInterface
  interface Source {
    Connection open() throws SQLException;
  }

  /** What a call does with its connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Session session) throws SQLException;
  }

  private final Source source;
  private final BlockingQueue<Connection> idle;
  private final boolean pooled;
  private final Lifecycle lifecycle;

  /**
   * Connections.
   *
   * @param kept how many are kept open for the next calls: 0 for a source that does so itself
   */
  Connections(Source source, int kept, String name) {
    this.source = source;
    this.pooled = kept > 0;
    this.idle = new ArrayBlockingQueue<>(Math.max(1, kept));
    this.lifecycle = new Lifecycle("the index " + name);
  }

  /** Refuses once it is closed. */
  void check() {
    lifecycle.acquire().close();
  }

  /** Something that is single statements. */
  <T> T read(String what, CallContext context, Work<T> work) {
    return call(what, context, true, work);
  }

  /** All or nothing. */
  <T> T write(String what, CallContext context, Work<T> work) {
    return call(what, context, false, work);
  }

  @SuppressWarnings("try") // the lease only has to be closed
  private <T> T call(String what, CallContext context, boolean single, Work<T> work) {
    Duration pause = Duration.ofMillis(20);
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      for (int tried = 1; ; tried++) {
        context.throwIfStopped();
        try {
          return once(context, single, work);
        } catch (SQLException e) {
          context.throwIfStopped();
          DatabaseException.Failure failure = DatabaseException.Failure.of(e);
          if (failure == DatabaseException.Failure.LASTING || tried == TRIES) {
            throw DatabaseException.of(what, e);
          }
          if (failure == DatabaseException.Failure.LOST) {
            closeIdle(); // they were opened before
          }
        }
        Interrupts.pause(pause, context);
        pause = pause.multipliedBy(2);
      }
    }
  }

  @SuppressWarnings("try") // the registration only has to be closed
  private <T> T once(CallContext context, boolean single, Work<T> work) throws SQLException {
    Connection kept = idle.poll();
    Connection connection = kept == null ? source.open() : kept;
    Session session = new Session(connection);
    boolean sound = false;
    boolean before = true;
    try (CallContext.Registration registration = context.onStop(session::stop)) {
      before = connection.getAutoCommit();
      if (before != single) {
        connection.setAutoCommit(single);
      }
      T result = work.on(session);
      if (!single) {
        connection.commit();
      }
      sound = true;
      return result;
    } finally {
      boolean stopped = session.end();
      giveBack(connection, single, before, sound, stopped);
    }
  }

  /**
   * What was begun and not committed is undone; a connection of which nothing is known is closed.
   */
  private void giveBack(
      Connection connection, boolean single, boolean before, boolean sound, boolean stopped) {
    try {
      if (!sound && !single) {
        connection.rollback();
      }
      if (before != single) {
        connection.setAutoCommit(before);
      }
      if (pooled && !stopped && !connection.isClosed() && idle.offer(connection)) {
        return;
      }
    } catch (SQLException e) {
      // it is lost, which the call told or the next one notices
    }
    close(connection);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // it is gone
    }
  }

  private void closeIdle() {
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      close(connection);
    }
  }

  /** Refuses new calls, waits for those that run, and closes what is kept. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(this::closeIdle);
  }
}
