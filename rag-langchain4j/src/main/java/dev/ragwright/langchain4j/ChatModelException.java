package dev.ragwright.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;

/** A chat model's service could not be reached, refused, or sent what cannot be read. */
public final class ChatModelException extends CallFailedException {
  private static final long serialVersionUID = 1L;

  private ChatModelException(String message) {
    super(message, true);
  }

  private ChatModelException(String model, Throwable thrown) {
    super("chat model '%s'".formatted(model), thrown, advice(thrown));
  }

  /** A stream that ended, but not as one that is whole does. */
  static ChatModelException cut(String model) {
    return new ChatModelException(
        ("the stream of the chat model '%s' ended with neither a finish reason nor a usage: it was"
                + " probably cut; a model of your own has to give one of them")
            .formatted(model));
  }

  /** Wraps what a model threw. */
  static ChatModelException of(String model, Throwable thrown) {
    return new ChatModelException(model, thrown);
  }

  private static String advice(Throwable thrown) {
    return switch (thrown) {
      case AuthenticationException e -> "; check the key that its builder was given";
      case ModelNotFoundException e -> "; check the model name that its builder was given";
      case RateLimitException e -> "; ask less often, or later";
      case TimeoutException e -> "; its builder's timeout allows it more time";
      default -> "";
    };
  }
}
