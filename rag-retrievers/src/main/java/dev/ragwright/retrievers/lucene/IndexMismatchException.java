package dev.ragwright.retrievers.lucene;

import dev.ragwright.index.IndexException;

/**
 * An index was made with other settings than it is used with now: another embedder, another
 * analyzer, another format. Nothing was changed.
 */
public final class IndexMismatchException extends IndexException {
  private static final long serialVersionUID = 1L;

  /** Creates one without a cause. */
  public IndexMismatchException(String message) {
    super(message);
  }

  /** Creates one around the failure that led to it. */
  public IndexMismatchException(String message, Throwable cause) {
    super(message, cause);
  }
}
