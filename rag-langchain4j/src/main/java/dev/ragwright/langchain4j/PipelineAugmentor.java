package dev.ragwright.langchain4j;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@link LangChain4j#retrievalAugmentor}. */
record PipelineAugmentor(
    Function<AugmentationRequest, RagPipeline> pipelines, PromptTemplate prompt)
    implements RetrievalAugmentor {

  @Override
  public AugmentationResult augment(AugmentationRequest request) {
    return augment(request, CallContext.unbounded());
  }

  @Override
  public CompletableFuture<AugmentationResult> augmentAsync(AugmentationRequest request) {
    return Unheard.future("ragwright-augment", context -> augment(request, context));
  }

  private AugmentationResult augment(AugmentationRequest request, CallContext context) {
    UserMessage asked = asked(request.chatMessage());
    String question = question(asked);
    RagPipeline pipeline = pipelines.apply(request);
    TokenCounter counter = pipeline.stages().generator().tokenCounter();
    Answer read = pipeline.with(p -> p.generator(new Elsewhere(counter))).ask(question, context);
    String told =
        prompt.messages(GenerationRequest.of(Query.of(question), read.context())).stream()
            .map(dev.ragwright.generate.ChatMessage::text)
            .collect(Collectors.joining("\n\n"));
    return new AugmentationResult(withText(asked, told), contents(read));
  }

  private static UserMessage asked(ChatMessage message) {
    if (message instanceof UserMessage user
        && user.contents().stream().anyMatch(TextContent.class::isInstance)) {
      return user;
    }
    throw new IllegalArgumentException(
        "a pipeline needs a question: a user's message with text, was a %s"
            .formatted(message.type()));
  }

  static String question(UserMessage message) {
    return message.contents().stream()
        .filter(TextContent.class::isInstance)
        .map(content -> ((TextContent) content).text())
        .collect(Collectors.joining("\n"));
  }

  /** The message with another text; pictures and what else it has stay behind it. */
  private static UserMessage withText(UserMessage message, String text) {
    List<dev.langchain4j.data.message.Content> contents = new ArrayList<>();
    contents.add(TextContent.from(text));
    message.contents().stream()
        .filter(content -> !(content instanceof TextContent))
        .forEach(contents::add);
    return message.toBuilder().contents(contents).build();
  }

  private List<Content> contents(Answer read) {
    Context context = read.context();
    PassageContent.Reading reading = new PassageContent.Reading(context, prompt, read.trace());
    List<Content> contents = new ArrayList<>();
    for (Evidence evidence : context.evidence()) {
      contents.add(new PassageContent(evidence.passage(), evidence.score(), reading));
    }
    return contents;
  }

  /** Stands where the AI Service's model will write, which no pipeline sees. */
  private record Elsewhere(TokenCounter counter) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      return Generation.of("", List.of(), FinishReason.STOP, Usage.none());
    }

    @Override
    public TokenCounter tokenCounter() {
      return counter;
    }

    @Override
    public boolean readsTextOnly() {
      return true;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "langchain4j");
    }
  }
}
