package dev.ragwright.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/** {@link LangChain4j#streamingChatModel}. */
record LocalStreamingChatModel(LocalChat chat) implements StreamingChatModel {
  private static final int EVENTS_AHEAD = 64; // of a subscriber that asks for less

  /** Ends a call; the model writes its next token at most. */
  private record Handle(CallContext context) implements StreamingHandle {
    @Override
    public void cancel() {
      context.cancel();
    }

    @Override
    public boolean isCancelled() {
      return context.isCancelled();
    }
  }

  /**
   * Returns at once; the handler is called on a thread of the call's own. It hears nothing more of
   * a call that it has cancelled.
   */
  @Override
  public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
    Thread.ofVirtual().name("ragwright-chat").start(() -> run(request, handler));
  }

  private void run(ChatRequest request, StreamingChatResponseHandler handler) {
    CallContext context = CallContext.unbounded();
    PartialResponseContext piece = new PartialResponseContext(new Handle(context));
    try {
      handler.onCompleteResponse(
          chat.reply(
              request,
              context,
              text -> handler.onPartialResponse(new PartialResponse(text), piece)));
    } catch (CancelledException e) {
      // As the handler wanted it.
    } catch (Throwable e) { // whatever it is, the handler waits for it
      handler.onError(e);
    }
  }

  @Override
  public Flow.Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
    return subscriber -> {
      SubmissionPublisher<ChatModelStreamingEvent> events =
          new SubmissionPublisher<>(
              task -> Thread.ofVirtual().name("ragwright-chat-events").start(task), EVENTS_AHEAD);
      events.subscribe(subscriber);
      Thread.ofVirtual().name("ragwright-chat").start(() -> publish(request, events));
    };
  }

  private void publish(ChatRequest request, SubmissionPublisher<ChatModelStreamingEvent> events) {
    CallContext context = CallContext.unbounded();
    try {
      events.submit(
          new CompleteResponse(
              chat.reply(
                  request,
                  context,
                  text -> {
                    if (!events.hasSubscribers()) {
                      context.cancel();
                    }
                    events.submit(new PartialResponse(text));
                  })));
      events.close();
    } catch (CancelledException e) {
      events.close();
    } catch (Throwable e) { // whatever it is, it is the subscriber's
      events.closeExceptionally(e);
    }
  }

  @Override
  public ChatRequestParameters defaultRequestParameters() {
    return chat.parameters();
  }

  @Override
  public Set<Capability> supportedCapabilities() {
    return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
  }
}
