package dev.ragwright.call;

/** The call was given up because the deadline of its {@link CallContext} passed. */
public final class DeadlineExceededException extends RagException {
  private static final long serialVersionUID = 1L;

  /** Creates one that names the time that was allowed. */
  public DeadlineExceededException(String message) {
    super(message);
  }

  /** True: the same call may be faster the next time, or be given more time. */
  @Override
  public boolean retryable() {
    return true;
  }
}
