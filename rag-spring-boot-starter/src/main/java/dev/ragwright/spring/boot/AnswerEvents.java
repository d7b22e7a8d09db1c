package dev.ragwright.spring.boot;

import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * An answer as server-sent events, each with JSON as its data:
 *
 * <ul>
 *   <li>{@code text}, any number of times: {@code {"text": "..."}}, the next piece of the text
 *   <li>{@code answer}, at the end: the {@link dev.ragwright.AnswerBody}, with the whole text, its
 *       citations, or why there is none
 *   <li>{@code error}, in place of the latter: an {@link Failure}
 * </ul>
 */
public final class AnswerEvents {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerEvents.class);

  private AnswerEvents() {}

  /** A piece of the text. */
  record Piece(String text) {}

  /**
   * No answer.
   *
   * @param message what failed, for people; without the causes of it, which are logged
   * @param stage of the pipeline that failed; empty if that is not known
   * @param retryable whether the same question may be answered when it is asked again
   */
  public record Failure(String message, String stage, boolean retryable) {}

  /** {@link #of(RagPipeline, String, CallContext)}, within the pipeline's own timeout. */
  public static SseEmitter of(RagPipeline pipeline, String question) {
    return of(pipeline, question, CallContext.unbounded());
  }

  /**
   * Asks on a thread of its own, and returns what a controller returns to send the events. A client
   * that goes away, which the next event notices, cancels the context; so the work on an answer
   * that nobody reads ends.
   */
  public static SseEmitter of(RagPipeline pipeline, String question, CallContext context) {
    SseEmitter emitter = new SseEmitter(0L); // the pipeline's timeout ends it
    emitter.onCompletion(context::cancel);
    emitter.onTimeout(context::cancel);
    emitter.onError(gone -> context.cancel());
    Thread.ofVirtual()
        .name("ragwright-events")
        .start(() -> send(pipeline, question, context, emitter));
    return emitter;
  }

  private static void send(
      RagPipeline pipeline, String question, CallContext context, SseEmitter emitter) {
    try {
      try (AnswerStream stream = pipeline.stream(question, context)) {
        stream.text().forEach(piece -> event(emitter, "text", new Piece(piece)));
        event(emitter, "answer", stream.result().body());
      } catch (UncheckedIOException gone) {
        throw gone;
      } catch (RuntimeException e) {
        LOG.warn("no answer", e);
        event(emitter, "error", failure(e));
      }
      emitter.complete();
    } catch (UncheckedIOException | IllegalStateException gone) {
      context.cancel();
      LOG.debug("nobody reads the answer any longer", gone);
    }
  }

  private static Failure failure(RuntimeException e) {
    return e instanceof RagException known
        ? new Failure(
            String.valueOf(known.getMessage()), known.stage().orElse(""), known.retryable())
        : new Failure("the question could not be answered", "", false);
  }

  private static void event(SseEmitter emitter, String name, Object data) {
    try {
      emitter.send(SseEmitter.event().name(name).data(data, MediaType.APPLICATION_JSON));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
