package dev.ragwright.trace;

import dev.ragwright.call.RagException;
import dev.ragwright.text.Said;
import java.util.Optional;

/**
 * A stage of a pipeline failed. The cause says why, {@link #trace()} what happened up to then.
 * Cancellation and deadlines are not thrown inside this: they keep their types, and name the stage.
 */
public final class StageException extends RagException {
  private static final long serialVersionUID = 1L;

  private final String stage;
  private final transient Trace trace;

  /** Creates one around what a stage threw. */
  public StageException(String stage, Trace trace, Throwable cause) {
    super("stage '" + stage + "' failed: " + Said.by(cause), cause);
    this.stage = stage;
    this.trace = trace;
  }

  /** Whether the cause says that another try may succeed. */
  @Override
  public boolean retryable() {
    return getCause() instanceof RagException cause && cause.retryable();
  }

  @Override
  public Optional<String> stage() {
    return Optional.of(stage);
  }

  /** The stages up to and including the one that failed. */
  public Trace trace() {
    return trace;
  }
}
