package dev.ragwright.retrievers.lucene;

import dev.ragwright.index.IndexException;

/**
 * Files of an index are damaged or missing. Nothing was changed, and no answer was given from the
 * rest: an index that lost documents without a word is worse than none.
 */
public final class IndexCorruptException extends IndexException {
  private static final long serialVersionUID = 1L;

  /** Creates one without a cause. */
  public IndexCorruptException(String message) {
    super(message);
  }

  /** Creates one around the failure that led to it. */
  public IndexCorruptException(String message, Throwable cause) {
    super(message, cause);
  }
}
