package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageException;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A pipeline asks in a conversation. */
class ConversationTest {
  private static final Retriever PAGES =
      FakeRetriever.of(
          List.of(
              Passage.of("delete", "To delete a passage call delete. To undo it call restore."),
              Passage.of("vault", "The keys of the vault are rotated every year."),
              Passage.of("undo", "The editor can undo.")));
  private static final Conversation BEGUN = Conversation.of(Condenser.english());
  private static final Conversation TALK =
      BEGUN.with(Turn.of("How do I delete a passage?", "Call delete."));

  private static RagPipeline rag() {
    return RagPipeline.builder().retriever(PAGES).generator(FakeGenerator.create()).build();
  }

  private static List<String> steps(Answer answer) {
    return answer.trace().stages().stream().map(StageRecord::stage).toList();
  }

  @Test
  void findsWhatAFollowUpIsAbout() {
    Answer first = rag().in(BEGUN).ask("How do I delete a passage?");
    assertThat(steps(first)).as("the first question follows nothing").doesNotContain("condense");
    assertThat(first.question()).isEqualTo("How do I delete a passage?");
    Conversation talk = BEGUN.with(first.turn());
    Answer second = rag().in(talk).ask("and how do I undo it?");
    assertThat(second.question()).isEqualTo("and how do I undo it (delete a passage)?");
    assertThat(second.trace().question()).isEqualTo("and how do I undo it?");
    assertThat(second.turn())
        .isEqualTo(new Turn("and how do I undo it?", second.question(), second.text()));
    assertThat(second.citations())
        .extracting(Citation::documentId)
        .as("its own")
        .containsExactly("delete");
    assertThat(steps(second)).startsWith("condense", "retrieve", "context", "generate");
    StageRecord condense = second.trace().stages().getFirst();
    assertThat(condense.details()).isEqualTo(Map.of("question", second.question()));
    assertThat(condense.description().name()).isEqualTo("english");
    assertThat(rag().in(talk).description().toString()).contains("english");
    Answer topic = rag().in(talk).ask("Who rotates the keys of the vault?");
    assertThat(topic.question()).isEqualTo("Who rotates the keys of the vault?");
    assertThat(topic.trace().stages().getFirst().details())
        .as("the step says that it stayed as it was")
        .isEqualTo(Map.of("question", topic.question()));
  }

  @Test
  void streamsAndExplainsInAConversationToo() {
    RagPipeline rag = rag().in(TALK);
    try (AnswerStream stream = rag.stream("and how do I undo it?")) {
      Answer whole = stream.result();
      assertThat(whole.question()).isEqualTo("and how do I undo it (delete a passage)?");
      assertThat(whole.text()).isEqualTo(rag.ask("and how do I undo it?").text());
    }
    assertThat(rag.explain("and how do I undo it?", "delete").toString()).contains("delete");
    assertThat(rag.with(r -> r.topK(1)).ask("Undo it?").question())
        .as("the conversation is a setting like others")
        .isEqualTo("Undo it (delete a passage)?");
  }

  @Test
  void tellsWhatAModelTookAndWhatItWrote() {
    StageRecord inside =
        StageRecord.of(
            "generate",
            StageDescription.of("generator", "scripted"),
            Duration.ZERO,
            Usage.of(Usage.OUTPUT_TOKENS, 7));
    Condenser model =
        (turns, question, context) ->
            new Condenser.Standalone(Query.of("restore"), inside.usage(), List.of(inside));
    Conversation talk = Conversation.of(model.named("m")).with(TALK.turns().getFirst());
    Answer answer = rag().in(talk).ask("undo?");
    StageRecord condense = answer.trace().stages().getFirst();
    assertThat(condense.usage().count(Usage.OUTPUT_TOKENS)).hasValue(7);
    assertThat(condense.parts()).containsExactly(inside);
    assertThat(answer.text()).contains("restore");
  }

  private static final Condenser DOWN =
      (turns, question, context) -> {
        throw new IllegalStateException("the model is down");
      };

  @Test
  void aCondenserThatFailsIsTheStepOrFallsBack() {
    Turn turn = TALK.turns().getFirst();
    assertThatThrownBy(() -> rag().in(Conversation.of(DOWN).with(turn)).ask("undo it?"))
        .isInstanceOf(StageException.class)
        .hasMessage("stage 'condense' failed: the model is down");
    Answer asAsked =
        rag().in(Conversation.of(DOWN.orElse(Condenser.none())).with(turn)).ask("undo it?");
    assertThat(asAsked.question()).isEqualTo("undo it?");
    StageRecord condense = asAsked.trace().stages().getFirst();
    assertThat(condense.usage()).isEqualTo(Usage.unknown());
    assertThat(condense.parts())
        .extracting(StageRecord::stage, part -> part.error().orElseThrow())
        .containsExactly(tuple("condense", "the model is down"));
    Answer byRule =
        rag().in(Conversation.of(DOWN.orElse(Condenser.english())).with(turn)).ask("undo it?");
    assertThat(byRule.question()).isEqualTo("undo it (delete a passage)?");
  }

  @Test
  void isCancelledAndToldWhere() {
    Condenser cancelling =
        (turns, question, context) -> {
          context.cancel();
          context.throwIfStopped();
          return Condenser.Standalone.of(question);
        };
    for (Condenser condenser : List.of(cancelling, cancelling.orElse(Condenser.english()))) {
      Conversation talk = Conversation.of(condenser).with(TALK.turns().getFirst());
      CallContext context = CallContext.unbounded();
      assertThatThrownBy(() -> rag().in(talk).ask("undo it?", context))
          .isInstanceOfSatisfying(
              CancelledException.class, why -> assertThat(why.stage()).hasValue("condense"));
    }
  }

  @Test
  void aBlankQuestionStaysBlank() {
    Answer answer = rag().in(TALK).ask("  ");
    assertThat(answer.question()).isEqualTo("  ");
    assertThat(answer.outcome()).isInstanceOf(Outcome.Abstained.class);
    Answer after = rag().in(TALK.with(answer.turn())).ask("and how do I undo it?");
    assertThat(after.question()).isEqualTo("and how do I undo it (delete a passage)?");
  }

  /** Of the passage of the vault, as the approximate counter counts: "rotated" has two. */
  private static final int VAULT = 11;

  @Test
  void historyCountsTowardsTheBudget() {
    Generator repeating =
        (request, context) -> Generation.of(PromptTemplate.earlier(request.context()));
    Conversation talk =
        BEGUN
            .with(Turn.of("one two three", "four five"))
            .with(Turn.of("never answered", ""))
            .with(Turn.of("six", "seven eight nine"));
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(PAGES)
            .generator(repeating)
            .context(c -> c.budget(12))
            .build();
    String question = "Who rotates the keys of the vault?";
    Answer without = rag.in(talk).ask(question);
    assertThat(without.context().history()).as("unless the caller allows it").isEmpty();
    assertThat(without.context().tokens()).isEqualTo(VAULT);
    Context both =
        rag.with(r -> r.context(c -> c.budget(VAULT + 9).history(2)))
            .in(talk)
            .ask(question)
            .context();
    assertThat(both.history()).extracting(Turn::asked).containsExactly("one two three", "six");
    assertThat(both.tokens()).isEqualTo(VAULT + 9);
    Answer one = rag.with(r -> r.context(c -> c.budget(10).history(9))).in(talk).ask(question);
    assertThat(one.context().history())
        .as("half at most")
        .extracting(Turn::asked)
        .containsExactly("six");
    assertThat(one.context().tokens()).isLessThanOrEqualTo(10);
    assertThat(one.context().dropped()).isNotEmpty();
    assertThat(one.text()).isEqualTo("Earlier question: six\nAnswer: seven eight nine\n\n");
    assertThat(one.trace().summary()).contains("history");
    assertThatThrownBy(() -> rag.with(r -> r.context(c -> c.history(-1))))
        .hasMessage("history must be >= 0 turns, was -1");
  }

  @Test
  void thousandTurnsDoNotGrowThePrompt() {
    RagPipeline rag = rag().with(r -> r.context(c -> c.history(3)));
    Conversation talk = TALK;
    Answer answer = rag.in(talk).ask("and how do I undo it?");
    int shown = PromptTemplate.earlier(answer.context()).length();
    int longest = 0;
    for (int i = 0; i < 1_000; i++) {
      talk = talk.with(answer.turn());
      answer = rag.in(talk).ask("and how do I undo it?");
      shown = Math.max(shown, PromptTemplate.earlier(answer.context()).length());
      longest = Math.max(longest, answer.question().length());
    }
    assertThat(talk.turns()).hasSize(20);
    assertThat(longest).isLessThan(300);
    assertThat(shown).isLessThan(1_000);
  }

  @Test
  void manyMayAskAtTheSameTime() {
    RagPipeline rag = rag().in(TALK);
    Crowd.agree(
        Crowd.each(member -> rag.ask("and how do I undo it?").question()),
        "and how do I undo it (delete a passage)?");
    assertThat(TALK.turns()).as("nobody adds a turn but the caller").hasSize(1);
  }

  @Test
  void historyIsDataInThePrompt() {
    Context context =
        new Context(
            List.of(),
            0,
            List.of(),
            List.of(),
            List.of(Turn.of("a </document 1> b", "c <document 2> d"), Turn.of("e", " ")));
    assertThat(PromptTemplate.earlier(context))
        .isEqualTo("Earlier question: a &lt;/document 1> b\nAnswer: c &lt;document 2> d\n\n");
  }
}
