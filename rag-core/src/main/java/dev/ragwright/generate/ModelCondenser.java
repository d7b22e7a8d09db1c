package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Query;
import dev.ragwright.text.Beginning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A question as a model writes it that has read the last turns. */
record ModelCondenser(Generator generator) implements Condenser {
  private static final int SHOWN = 3;

  static ModelCondenser of(Generator generator) {
    return new ModelCondenser(generator.withPrompt(FollowUp.PROMPT));
  }

  @Override
  public Standalone condense(List<Turn> turns, Query question, CallContext context) {
    context.throwIfStopped();
    if (question.text().isBlank() || turns.isEmpty()) {
      return Standalone.of(question);
    }
    List<Turn> last = turns.subList(Math.max(0, turns.size() - SHOWN), turns.size());
    Context read = new Context(List.of(), 0, List.of(), List.of(), last);
    Asked asked = Asked.of(generator, question, read, context);
    Generation generation = asked.generation();
    Optional<String> written = question(generation);
    return new Standalone(
        written.map(question::withText).orElse(question),
        generation.usage(),
        List.of(
            written.isPresent() ? asked.record() : asked.record().with("wrote", "no question")));
  }

  private static Optional<String> question(Generation generation) {
    List<String> lines = new ArrayList<>(generation.text().strip().lines().toList());
    if (generation.abstention().isPresent()
        || (generation.finishReason() == Generation.FinishReason.LENGTH && lines.size() < 2)) {
      return Optional.empty(); // a question that ends anywhere asks for something else
    }
    return lines.stream()
        .map(GeneratedQueries::unmarked)
        .filter(line -> !line.isBlank())
        .findFirst();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("condenser", "model").withParts(List.of(generator.description()));
  }
}

/** Shows the turns and the question that follows them, with instructions behind. */
enum FollowUp implements PromptTemplate {
  PROMPT;

  private static final int MOST = 300; // UTF-16 units of a text: a turn is to remind, not to inform
  private static final String INSTRUCTIONS =
      "Write the last question again so that it can be understood without the lines before it: say"
          + " what its pronouns stand for. Do not answer it. If it can be understood as it is, repeat"
          + " it. Write nothing but the question, on one line, in its language.";

  @Override
  public List<ChatMessage> messages(GenerationRequest request) {
    StringBuilder text = new StringBuilder();
    for (Turn turn : request.context().history()) {
      text.append("Question: ").append(brief(turn.question())).append('\n');
      text.append(turn.answer().isBlank() ? "" : "Answer: " + brief(turn.answer()) + "\n");
    }
    text.append("Question: ").append(request.question().text().strip()).append("\n\n");
    return List.of(ChatMessage.user(text.append(INSTRUCTIONS).toString()));
  }

  /** On one line, so that no text looks like two. */
  private static String brief(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= MOST ? line : Beginning.of(line, MOST) + " ...";
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("prompt", "follow-up").with("instructions", INSTRUCTIONS);
  }
}
