package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.OnnxGenerator;
import java.util.List;

/**
 * Answers closed book, by a generator that is given nothing, where {@link #NO_PASSAGE} was found,
 * and open book, by one that is given the evidence, where anything else was. A pipeline that found
 * nothing would not ask its generator at all.
 *
 * @param open given the evidence
 * @param closed given none
 */
record ClosedBook(Generator open, Generator closed) implements Generator {
  /** What stands for no passage. */
  static final Passage NO_PASSAGE = Passage.of("none", "(no passage)");

  private static final Context NOTHING = new Context(List.of(), 0, List.of());

  /** The standard prompt would tell it to decline: that would be no test of what it knows. */
  private static final PromptTemplate PROMPT =
      new PromptTemplate() {
        private static final String INSTRUCTIONS =
            "Answer the question briefly and in its language.";

        @Override
        public List<ChatMessage> messages(GenerationRequest request) {
          return List.of(
              ChatMessage.system(INSTRUCTIONS),
              ChatMessage.user("Question: " + request.question().text()));
        }

        @Override
        public boolean readsTextOnly() {
          return true;
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("prompt", "closed book").with("instructions", INSTRUCTIONS);
        }
      };

  /**
   * A generator by its name, as {@link StageNames} has them. A language model has a prompt for
   * either case.
   */
  static Generator generator(String name, StageNames names, int maxTokens) {
    StageName stage = StageNames.generatorName(name);
    if (!stage.name().equals("onnx")) {
      Generator one = names.generator(stage);
      return new ClosedBook(one, one);
    }
    OnnxChatModel model = names.closing(OnnxChatModel.load(stage.folder()));
    OnnxGenerator.Builder builder =
        OnnxGenerator.builder(model)
            .decoding(DecodingOptions.builder().maxTokens(maxTokens).build());
    return new ClosedBook(builder.build(), builder.prompt(PROMPT).build());
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    boolean none =
        request.context().evidence().stream()
            .anyMatch(evidence -> evidence.passage().id().equals(NO_PASSAGE.id()));
    return none
        ? closed.generate(GenerationRequest.of(request.question(), NOTHING), context)
        : open.generate(request, context);
  }

  @Override
  public TokenCounter tokenCounter() {
    return open.tokenCounter();
  }

  @Override
  public boolean readsTextOnly() {
    return open.readsTextOnly() && closed.readsTextOnly();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "open or closed book")
        .withParts(List.of(open.description(), closed.description()));
  }
}
