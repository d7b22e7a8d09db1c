package dev.ragwright.call;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The call was given up because its {@link CallContext} was cancelled. */
public final class CancelledException extends RagException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String stage;

  /** Creates one that names what was being done. */
  public CancelledException(String message) {
    super(message);
    this.stage = null;
  }

  private CancelledException(CancelledException cause, String stage) {
    super(Objects.requireNonNullElse(cause.getMessage(), cause.toString()), cause);
    this.stage = stage;
  }

  /** This exception as thrown in a stage of a pipeline: with its text, and itself as the cause. */
  public CancelledException in(String stage) {
    return new CancelledException(this, stage);
  }

  @Override
  public Optional<String> stage() {
    return Optional.ofNullable(stage);
  }
}
