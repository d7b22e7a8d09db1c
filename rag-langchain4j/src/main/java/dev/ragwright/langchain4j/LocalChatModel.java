package dev.ragwright.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.call.CallContext;
import dev.ragwright.foreign.Unheard;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@link LangChain4j#chatModel}. */
record LocalChatModel(LocalChat chat) implements ChatModel {

  @Override
  public ChatResponse doChat(ChatRequest request) {
    return chat.reply(request, CallContext.unbounded(), piece -> {});
  }

  @Override
  public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
    return Unheard.future("ragwright-chat", context -> chat.reply(request, context, piece -> {}));
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
