package dev.ragwright.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model that runs on a thread of its own, and what comes of it, in order. One thread
 * takes; the call is {@linkplain #abandon() abandoned} from any. Abandoning wakes the taker at
 * once; the exchange is ended where its client is watched, or LangChain4j hands out a handle for
 * that, which is with the first piece, and else goes on unheard to its own timeout.
 */
final class ChatCall implements StreamingChatResponseHandler, AutoCloseable {

  /** What comes of a call. */
  sealed interface Event {
    /** Some of the text. */
    record Piece(String text) implements Event {}

    /** A sign of life without any of the text. */
    record Thinking() implements Event {}

    /** The service has nothing more to say; what it said may still be on its way. */
    record Ended() implements Event {}

    /** The end of it. */
    record Done(ChatResponse response) implements Event {}

    /** No end of it. */
    record Failed(Throwable thrown) implements Event {}

    /** Nobody wants it any longer. */
    record Abandoned() implements Event {}
  }

  /** What asks the model, and tells the handler. */
  interface Work {
    void run(StreamingChatResponseHandler handler);
  }

  private final CallContext context;
  private final CallContext.Registration registration;
  private final Wire wire;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private volatile boolean abandoned;
  private volatile boolean done;
  private volatile @Nullable StreamingHandle handle;

  private ChatCall(CallContext context, boolean streams) {
    this.context = context;
    this.wire = new Wire(streams, () -> events.add(new Event.Ended()));
    this.registration = context.onStop(this::abandon);
  }

  static ChatCall start(CallContext context, boolean streams, Work work) {
    context.throwIfStopped();
    ChatCall call = new ChatCall(context, streams);
    Thread.ofVirtual().name("ragwright-chat").start(() -> call.run(work));
    return call;
  }

  private void run(Work work) {
    try {
      wire.run(() -> work.run(this));
    } catch (Throwable e) { // whatever it is, somebody waits for it
      onError(e);
    }
  }

  /** What the call does on the wire. */
  Wire wire() {
    return wire;
  }

  /**
   * The next event, waited for; an interrupt is kept for later.
   *
   * @param most how long it may take
   * @return null if it takes longer
   */
  @Nullable Event next(Duration most) {
    context.throwIfStopped();
    Event event = take(most);
    if (event instanceof Event.Abandoned) {
      context.throwIfStopped();
      throw new CancelledException("the stream was closed");
    }
    return event;
  }

  private @Nullable Event take(Duration most) {
    boolean interrupted = false;
    long end = System.nanoTime() + most.toNanos();
    try {
      while (true) {
        try {
          return events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the call, if it still runs. Idempotent. */
  void abandon() {
    abandoned = true;
    events.add(new Event.Abandoned());
    end(handle);
    if (!done) {
      wire.end(); // of a reply that is whole, the connection serves the next call
    }
  }

  private static void end(@Nullable StreamingHandle running) {
    if (running == null) {
      return;
    }
    try {
      running.cancel();
    } catch (UnsupportedFeatureException e) {
      // Some providers have no way to end an exchange: it goes on unheard.
    }
  }

  /** The reply is whole. */
  void done() {
    done = true;
    close();
  }

  /** Abandons the call. */
  @Override
  public void close() {
    registration.close();
    abandon();
  }

  private void keep(StreamingHandle running) {
    handle = running;
    if (abandoned) {
      end(running);
    }
  }

  @Override
  public void onPartialResponse(String piece) {
    if (!abandoned) {
      events.add(new Event.Piece(piece));
    }
  }

  @Override
  public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
    keep(context.streamingHandle());
    onPartialResponse(piece.text());
  }

  @Override
  public void onPartialThinking(PartialThinking thinking, PartialThinkingContext context) {
    keep(context.streamingHandle());
    onPartialThinking(thinking);
  }

  @Override
  public void onPartialThinking(PartialThinking thinking) {
    if (!abandoned) {
      events.add(new Event.Thinking());
    }
  }

  @Override
  public void onCompleteResponse(ChatResponse response) {
    events.add(new Event.Done(response));
  }

  @Override
  public void onError(Throwable thrown) {
    events.add(new Event.Failed(thrown));
  }
}
