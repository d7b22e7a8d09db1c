package dev.ragwright.call;

/** The call was given up because its {@link CallContext} was cancelled. */
public final class CancelledException extends RagException {
  private static final long serialVersionUID = 1L;

  /** Creates one that names what was being done. */
  public CancelledException(String message) {
    super(message);
  }
}
