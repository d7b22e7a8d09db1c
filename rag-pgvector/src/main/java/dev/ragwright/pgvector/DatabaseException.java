package dev.ragwright.pgvector;

import dev.ragwright.index.IndexException;
import java.sql.SQLException;

/**
 * A database could not be reached, lacks what the index needs, or refused a statement. {@link
 * #retryable} where it was busy, or out of reach.
 */
public final class DatabaseException extends IndexException {
  private static final long serialVersionUID = 1L;
  private static final int WORDS = 500;

  DatabaseException(String message) {
    super(message);
  }

  DatabaseException(String message, Throwable cause, boolean retryable) {
    super(message, cause, retryable);
  }

  /** What a driver threw. Of a batch the server's words, since the driver's have all its values. */
  static DatabaseException of(String what, SQLException thrown) {
    SQLException cause = thrown.getNextException() == null ? thrown : thrown.getNextException();
    String words = String.valueOf(cause.getMessage()).strip();
    return new DatabaseException(
        "%s failed with SQLSTATE %s: %s"
            .formatted(
                what,
                cause.getSQLState(),
                words.length() <= WORDS ? words : words.substring(0, WORDS) + "..."),
        cause,
        Failure.of(thrown) != Failure.LASTING);
  }

  /** What a failed statement says of the next try. */
  enum Failure {
    /** The connection is gone. */
    LOST,
    /** Another transaction wrote the same at the same time, or the server has no room. */
    BUSY,
    LASTING;

    static Failure of(SQLException thrown) {
      SQLException cause = thrown.getNextException() == null ? thrown : thrown.getNextException();
      String state = String.valueOf(cause.getSQLState());
      return switch (state) {
        case "57P01", "57P02", "57P03" -> LOST; // the server is being stopped or started
        case "40001", "40P01", "23505", "55P03" -> BUSY;
        default -> state.startsWith("08") ? LOST : state.startsWith("53") ? BUSY : LASTING;
      };
    }
  }
}
