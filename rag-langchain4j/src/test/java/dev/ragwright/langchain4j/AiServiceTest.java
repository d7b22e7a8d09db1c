package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.AugmentationResult;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.query.Metadata;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.testkit.FakeGenerator;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AiServiceTest {
  private static final Document RIVERS =
      new Document(
          "rivers.md",
          "The Rhine rises in the Alps. The Elbe rises in the Giant Mountains.",
          dev.ragwright.document.Metadata.of("tenant", "a"));
  private static final List<Passage> PASSAGES =
      List.of(
          Passage.of(RIVERS, 0, 28, List.of("Rhine")),
          Passage.of(RIVERS, 29, RIVERS.text().length(), List.of("Elbe")));

  interface Assistant {
    Result<String> ask(String question);
  }

  /** Writes one text, and remembers what it was told. */
  private static final class Scripted implements ChatModel {
    private final List<String> told = new ArrayList<>();
    private final String reply;

    Scripted(String reply) {
      this.reply = reply;
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
      told.add(((UserMessage) request.messages().getLast()).singleText());
      return ChatResponse.builder().aiMessage(AiMessage.from(reply)).build();
    }
  }

  private final List<Trace> traces = new ArrayList<>();

  private RagPipeline pipeline() {
    return RagPipeline.builder()
        .retriever(FakeRetriever.of(PASSAGES))
        .generator(FakeGenerator.create())
        .topK(2)
        .context(c -> c.mergeNeighbours(false))
        .listener((id, question) -> TraceListener.ofEnd(traces::add))
        .build();
  }

  private static Result<String> ask(
      ChatModel model, RetrievalAugmentor augmentor, String question) {
    return AiServices.builder(Assistant.class)
        .chatModel(model)
        .retrievalAugmentor(augmentor)
        .build()
        .ask(question);
  }

  @Test
  void anAiServiceAnswersWithCitations() {
    Scripted model = new Scripted("It rises in the Alps [1].");
    Result<String> result =
        ask(model, LangChain4j.retrievalAugmentor(pipeline()), "Where does the Rhine rise?");
    assertThat(model.told).hasSize(1);
    assertThat(model.told.getFirst())
        .startsWith("Answer the question from the documents only")
        .contains("<document 1>\nThe Rhine rises in the Alps.\n</document 1>")
        .endsWith("Question: Where does the Rhine rise?");
    assertThat(result.sources())
        .extracting(source -> source.textSegment().metadata().getString("passage_id"))
        .startsWith("rivers.md#0-28");
    assertThat(result.sources().getFirst().metadata()).containsKey(ContentMetadata.SCORE);
    Generation answer = LangChain4j.cited(result.content(), result.sources());
    assertThat(answer.text()).isEqualTo("It rises in the Alps.");
    assertThat(answer.citations())
        .extracting(Citation::quote)
        .containsExactly("The Rhine rises in the Alps.");
    Trace trace = LangChain4j.trace(result.sources()).orElseThrow();
    assertThat(trace.stages())
        .extracting(StageRecord::stage)
        .containsExactly("retrieve", "context", "generate", "check");
    assertThat(trace.stages().get(2).description().name()).isEqualTo("langchain4j");
    assertThat(traces).containsExactly(trace);
  }

  /** Over LangChain4j's own memory and its AI Service. */
  @Test
  void aMemoryIsAConversation() {
    ChatMemory memory = MessageWindowChatMemory.withMaxMessages(10);
    RagPipeline pipeline = pipeline();
    Assistant assistant =
        AiServices.builder(Assistant.class)
            .chatModel(new Scripted("In the Alps [1]."))
            .chatMemory(memory)
            .storeRetrievedContentInChatMemory(false)
            .retrievalAugmentor(
                LangChain4j.retrievalAugmentor(
                    request ->
                        pipeline.in(
                            LangChain4j.conversation(
                                Condenser.english(), request.metadata().chatMemory())),
                    PromptTemplate.grounded()))
            .build();
    assistant.ask("Where does the Rhine rise?");
    assertThat(LangChain4j.conversation(Condenser.none(), memory.messages()).turns())
        .containsExactly(Turn.of("Where does the Rhine rise?", "In the Alps [1]."));
    assistant.ask("and how long is it?");
    assertThat(traces.getFirst().stages().getFirst().stage()).isEqualTo("retrieve");
    assertThat(traces.getLast().stages().getFirst().details())
        .containsEntry("question", "and how long is it (Rhine rise)?");
    assertThat(LangChain4j.conversation(Condenser.none(), null).turns()).isEmpty();
    UserMessage alone = UserMessage.from("not answered");
    UserMessage picture = UserMessage.from(ImageContent.from("http://x/i"));
    assertThat(
            LangChain4j.conversation(
                    Condenser.none(),
                    List.of(SystemMessage.from("s"), alone, picture, AiMessage.from("a cat")))
                .turns())
        .isEmpty();
  }

  @Test
  void withoutEvidenceTheModelIsAskedToDecline() {
    Scripted model = new Scripted("NO_ANSWER");
    RagPipeline pipeline = pipeline().with(p -> p.filter(Filter.is("tenant", "b")));
    Result<String> result =
        ask(model, LangChain4j.retrievalAugmentor(pipeline), "Where does the Rhine rise?");
    assertThat(model.told.getFirst())
        .startsWith("Answer the question from the documents only")
        .doesNotContain("<document")
        .endsWith("Question: Where does the Rhine rise?");
    assertThat(result.sources()).isEmpty();
    assertThat(LangChain4j.cited(result.content(), result.sources()).abstention())
        .hasValueSatisfying(why -> assertThat(why.reason()).isEqualTo(Abstention.Reason.DECLINED));
    assertThat(traces.getFirst().outcome()).isEqualTo(Trace.Outcome.ABSTAINED);
    assertThat(LangChain4j.trace(result.sources())).isEmpty();
  }

  @Test
  void aPipelineAndAPromptAreChosenForEachRequest() {
    List<Object> memories = new ArrayList<>();
    PromptTemplate prompt = PromptTemplate.grounded("Say it, or NOTHING.", "NOTHING");
    RetrievalAugmentor augmentor =
        LangChain4j.retrievalAugmentor(
            request -> {
              memories.add(request.metadata().chatMemoryId());
              return pipeline();
            },
            prompt);
    UserMessage asked =
        UserMessage.from(
            "ann", TextContent.from("Where does the Rhine rise?"), ImageContent.from("http://x/i"));
    AugmentationResult augmented =
        augmentor.augment(
            new AugmentationRequest(asked, Metadata.from(asked, "memory-7", List.of())));
    assertThat(memories).containsExactly("memory-7");
    UserMessage told = (UserMessage) augmented.chatMessage();
    assertThat(told.name()).isEqualTo("ann");
    assertThat(((TextContent) told.contents().getFirst()).text()).startsWith("Say it, or NOTHING.");
    assertThat(told.contents().getLast()).isEqualTo(asked.contents().getLast());
    assertThat(LangChain4j.cited("nothing", augmented.contents()).abstention()).isPresent();
    assertThatThrownBy(
            () ->
                augmentor.augment(
                    new AugmentationRequest(
                        SystemMessage.from("x"), Metadata.from(asked, null, List.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a pipeline needs a question: a user's message with text, was a SYSTEM");
  }

  @Test
  void augmentsWithoutAWaitingThread() {
    Cores.assumeAtLeast(20);
    UserMessage asked = UserMessage.from("Where does the Rhine rise?");
    AugmentationResult augmented =
        LangChain4j.retrievalAugmentor(pipeline())
            .augmentAsync(new AugmentationRequest(asked, Metadata.from(asked, null, List.of())))
            .join();
    assertThat(augmented.contents()).hasSize(2);
  }
}
