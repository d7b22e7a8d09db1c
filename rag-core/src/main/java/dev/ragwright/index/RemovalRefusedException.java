package dev.ragwright.index;

import dev.ragwright.document.DocumentSource;

/**
 * A sync would have removed more of the documents than its source {@linkplain
 * DocumentSource#removableShare() allows}, as where an export came out empty. What the source has
 * was written, and nothing was removed.
 */
public final class RemovalRefusedException extends IndexException {
  private static final long serialVersionUID = 1L;

  private final long vanished;
  private final long documents;

  /**
   * Creates one.
   *
   * @param vanished how many documents the source no longer has
   * @param documents how many it has now, or had at an earlier sync
   */
  public RemovalRefusedException(String message, long vanished, long documents) {
    super(message);
    this.vanished = vanished;
    this.documents = documents;
  }

  /** How many documents the source no longer has. */
  public long vanished() {
    return vanished;
  }

  /** How many documents the source has now, or had at an earlier sync. */
  public long documents() {
    return documents;
  }
}
