package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.lifecycle.Interrupts;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A connection while a call has it, whose statement another thread can stop. */
final class Session {
  /** How long a server may take to end a statement that it was asked to cancel. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private final Connection connection;
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable Statement running; // guarded by lock
  private boolean stopped; // guarded by lock
  private boolean over; // guarded by lock

  Session(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  /** A statement, which the caller closes; it is the one that is cancelled from now on. */
  PreparedStatement prepare(String sql) throws SQLException {
    return running(connection.prepareStatement(sql));
  }

  /** Executes statements without parameters. */
  void execute(String sql) throws SQLException {
    try (Statement statement = running(connection.createStatement())) {
      statement.execute(sql);
    }
  }

  Array texts(java.util.List<String> texts) throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }

  private <T extends Statement> T running(T statement) throws SQLException {
    lock.lock();
    try {
      if (stopped) {
        statement.close();
        throw new SQLException("the call was stopped", "57014");
      }
      running = statement;
      return statement;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends what runs, on another thread: the server is asked to, and if nothing comes of it within
   * the grace, since it does not answer, the connection is cut.
   */
  void stop() {
    Statement statement;
    lock.lock();
    try {
      stopped = true;
      statement = running;
    } finally {
      lock.unlock();
    }
    if (statement != null) {
      Thread.ofVirtual().name("ragwright-cancel").start(() -> cancel(statement));
      Thread.ofVirtual().name("ragwright-abort").start(this::abort);
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      // it is over, or the connection is cut soon
    }
  }

  private void abort() {
    if (Interrupts.await(ended, GRACE, CallContext.unbounded())) {
      return;
    }
    lock.lock();
    try {
      if (!over) {
        connection.abort(Runnable::run);
      }
    } catch (SQLException e) {
      // nothing can be done for it
    } finally {
      lock.unlock();
    }
  }

  /** From now on the connection is another's; whether it was stopped before. */
  boolean end() {
    lock.lock();
    try {
      over = true;
      ended.countDown();
      return stopped;
    } finally {
      lock.unlock();
    }
  }
}
