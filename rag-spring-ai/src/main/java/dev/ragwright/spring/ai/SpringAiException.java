package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.foreign.Secrets;
import dev.ragwright.foreign.Unheard;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** A model, a store or a retriever of Spring AI failed, or returned what cannot be used. */
public final class SpringAiException extends RagException {
  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  SpringAiException(String message) {
    super(message);
    retryable = false;
  }

  SpringAiException(String what, Throwable thrown) {
    super(
        Secrets.hidden(
            "%s failed: %s"
                .formatted(
                    what, thrown.getMessage() == null ? thrown : thrown.getMessage().strip()),
            List.of()),
        Secrets.hidden(thrown, List.of()));
    retryable = passes(thrown);
  }

  /** Waits for a call of Spring AI, whose failure is this. */
  static <T> T await(CallContext context, String what, Supplier<T> call) {
    return Unheard.await(
        context, "ragwright-spring-ai", call, thrown -> new SpringAiException(what, thrown));
  }

  /** Spring AI calls what may pass transient, by a type of a module that may not be there. */
  private static boolean passes(Throwable thrown) {
    return switch (thrown) {
      case IOException e -> true;
      case Throwable e when e.getClass().getSimpleName().startsWith("Transient") -> true;
      default -> thrown.getCause() != null && passes(thrown.getCause());
    };
  }

  /** Whether the service may answer when it is asked again: it was busy, late or out of reach. */
  @Override
  public boolean retryable() {
    return retryable;
  }
}
