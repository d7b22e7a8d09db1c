package dev.ragwright.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Turn;
import java.util.List;

/** {@link LangChain4j#conversation}. */
final class Memory {
  private Memory() {}

  static Conversation conversation(Condenser condenser, List<ChatMessage> messages) {
    Conversation talk = Conversation.of(condenser);
    String asked = "";
    String answer = "";
    for (ChatMessage message : messages) {
      if (message instanceof UserMessage user) {
        talk = with(talk, asked, answer);
        asked = PipelineAugmentor.question(user);
        answer = "";
      } else if (message instanceof AiMessage model && model.text() != null) {
        answer = model.text();
      }
    }
    return with(talk, asked, answer);
  }

  private static Conversation with(Conversation talk, String asked, String answer) {
    return asked.isBlank() || answer.isBlank() ? talk : talk.with(Turn.of(asked, answer));
  }
}
