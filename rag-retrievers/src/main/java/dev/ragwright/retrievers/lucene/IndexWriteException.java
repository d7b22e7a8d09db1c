package dev.ragwright.retrievers.lucene;

import dev.ragwright.index.IndexException;

/**
 * An index could not be written, for example because the disk is full. What was committed before
 * stays readable.
 */
public final class IndexWriteException extends IndexException {
  private static final long serialVersionUID = 1L;

  /** Creates one without a cause. */
  public IndexWriteException(String message) {
    super(message);
  }

  /** Creates one around the failure that led to it. */
  public IndexWriteException(String message, Throwable cause) {
    super(message, cause);
  }
}
