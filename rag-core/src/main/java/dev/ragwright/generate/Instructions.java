package dev.ragwright.generate;

import dev.ragwright.call.StageDescription;
import java.util.List;

/**
 * Shows the question, and passages where there are some, with instructions behind it: models of few
 * parameters follow what they have read last, and those before it they take for a reason to answer.
 */
record Instructions(String text) implements PromptTemplate {

  @Override
  public List<ChatMessage> messages(GenerationRequest request) {
    return List.of(
        ChatMessage.user(
            PromptTemplate.documents(request.context())
                + "Question: "
                + ForgedMarks.escaped(request.question().text().strip())
                + "\n\n"
                + text));
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("prompt", "instructions").with("instructions", text);
  }
}
