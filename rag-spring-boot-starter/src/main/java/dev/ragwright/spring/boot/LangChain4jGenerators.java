package dev.ragwright.spring.boot;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.ragwright.generate.Generator;
import dev.ragwright.langchain4j.ChatModelGenerator;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;

/** Of LangChain4j's chat models; of one that streams, if there is one, for it can be stopped. */
record LangChain4jGenerators(
    ObjectProvider<StreamingChatModel> streaming, ObjectProvider<ChatModel> plain)
    implements ChatGenerators {

  @Override
  public Optional<Generator> generator() {
    return Optional.ofNullable(streaming.getIfUnique())
        .<Generator>map(ChatModelGenerator::of)
        .or(() -> Optional.ofNullable(plain.getIfUnique()).map(ChatModelGenerator::of));
  }

  @Override
  public String lookedFor() {
    return "%s (found %s) or %s (found %s)"
        .formatted(
            StreamingChatModel.class.getName(),
            streaming.stream().count(),
            ChatModel.class.getName(),
            plain.stream().count());
  }
}
