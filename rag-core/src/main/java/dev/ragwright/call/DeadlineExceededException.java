package dev.ragwright.call;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The call was given up because the deadline of its {@link CallContext} passed. */
public final class DeadlineExceededException extends RagException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String stage;

  /** Creates one that names the time that was allowed. */
  public DeadlineExceededException(String message) {
    super(message);
    this.stage = null;
  }

  private DeadlineExceededException(DeadlineExceededException cause, String stage) {
    super(Objects.requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    this.stage = stage;
  }

  /** This exception as thrown in a stage of a pipeline: with its text, and itself as the cause. */
  public DeadlineExceededException in(String stage) {
    return new DeadlineExceededException(this, stage);
  }

  @Override
  public Optional<String> stage() {
    return Optional.ofNullable(stage);
  }

  /** True: the same call may be faster the next time, or be given more time. */
  @Override
  public boolean retryable() {
    return true;
  }
}
