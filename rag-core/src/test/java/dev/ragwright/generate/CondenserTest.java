package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CondenserTest {
  private static final Usage TOOK = Usage.of(Usage.INPUT_TOKENS, 20).with(Usage.OUTPUT_TOKENS, 5);
  private static final List<Turn> DELETED =
      List.of(Turn.of("How do I delete a passage from the index?", "Call delete. [1]"));

  private final List<String> asked = new ArrayList<>();

  private static String english(List<Turn> turns, String question) {
    return Condenser.english().condense(turns, question).text();
  }

  @ParameterizedTest
  @CsvSource({
    "and how do I undo it?, and how do I undo it (delete a passage from the index)?",
    "How long does that take?, How long does that take (delete a passage from the index)?",
    "what about documents, what about documents (delete a passage from the index)",
    "Why?, Why (delete a passage from the index)?",
    "for a whole folder?, for a whole folder (delete a passage from the index)?",
    "Who can see them?, Who can see them (delete a passage from the index)?",
    "Where is the name of it stored?, "
        + "Where is the name of it stored (delete a passage from the index)?"
  })
  void addsWhatTheQuestionBeforeIsAbout(String question, String alone) {
    assertThat(english(DELETED, question)).isEqualTo(alone);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "How do I add a document?",
        "What is gravity?",
        "how does a camel store its water",
        "who played young george bailey in it's a wonderful life",
        "how long does it take to rebuild",
        "where did they film the royal tv series",
        "And how often does the bank rotate the keys of its vault?",
        "of which country is sofia the capital city",
        "deadpool movie",
        "Wie lösche ich das?"
      })
  void leavesWhatStandsAlone(String question) {
    assertThat(english(DELETED, question)).isEqualTo(question);
  }

  /** What the rule cannot do: its Javadoc says so, and so does this. */
  @Test
  void knowsNoGrammar() {
    List<Turn> hamlet = List.of(Turn.of("Who wrote Hamlet?", "Shakespeare wrote Hamlet."));
    assertThat(english(hamlet, "When was he born?"))
        .as("the answer is not looked at")
        .isEqualTo("When was he born (wrote Hamlet)?");
    assertThat(english(hamlet, "When did the author publish it?"))
        .as("the author is taken for what 'it' is")
        .isEqualTo("When did the author publish it?");
    List<Turn> cup = List.of(Turn.of("Who won the cup in France?", "Brazil."));
    assertThat(english(cup, "What about Spain?"))
        .as("what is replaced stays")
        .isEqualTo("What about Spain (won the cup in France)?");
  }

  @Test
  void followsWhatFollows() {
    List<Turn> turns = new ArrayList<>(DELETED);
    turns.add(new Turn("Can I undo it?", english(DELETED, "Can I undo it?"), ""));
    turns.add(Turn.of(" ", ""));
    turns.add(new Turn("and then?", "and then (x)?", ""));
    assertThat(english(turns.subList(0, 2), "For how long?"))
        .isEqualTo("For how long (delete a passage from the index; undo)?");
    assertThat(english(turns, "How long?"))
        .as("the base, and nothing of 'and then?'")
        .isEqualTo("How long (delete a passage from the index)?");
    assertThat(english(List.of(Turn.of("Why?", "")), "And how?")).isEqualTo("And how?");
    assertThat(english(DELETED, "And delete that index passage?"))
        .as("nothing new to add")
        .isEqualTo("And delete that index passage?");
  }

  @Test
  void isBoundedWhateverIsAsked() {
    List<Turn> long1 = List.of(Turn.of(String.join(" ", Collections.nCopies(50_000, "word")), ""));
    assertThat(english(long1, "Why?").length()).isLessThan(200);
    assertThat(Condenser.joining().condense(long1, "Why?").text().length()).isLessThan(400);
  }

  @Test
  void joinsShortQuestionsInAnyLanguage() {
    List<Turn> turns = List.of(Turn.of("Wie lösche ich eine Passage?", "So."));
    assertThat(Condenser.joining().condense(turns, "Und wie zurück?").text())
        .isEqualTo("Wie lösche ich eine Passage? Und wie zurück?");
    String whole = "Wie lege ich einen neuen Index im Speicher an?";
    assertThat(Condenser.joining().condense(turns, whole).text()).isEqualTo(whole);
    assertThatThrownBy(() -> Condenser.joining(0)).hasMessage("words must be >= 1, was 0");
  }

  private Generator replying(Generation reply) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        throw new AssertionError("it is asked with a prompt of the condenser's own");
      }

      @Override
      public Generator withPrompt(PromptTemplate prompt) {
        Generator prompted =
            (request, context) -> {
              asked.add(prompt.messages(request).getLast().text());
              return reply;
            };
        return prompted.named("scripted");
      }
    };
  }

  private Condenser.Standalone written(String text, Generation.FinishReason finish) {
    return Condenser.of(replying(Generation.of(text, List.of(), finish, TOOK)))
        .condense(DELETED, Query.of("undo it?"), CallContext.unbounded());
  }

  @Test
  void hasAModelWriteTheQuestion() {
    Condenser.Standalone alone =
        written("\nQuestion: \"How do I undo a deletion?\"\nIt is", Generation.FinishReason.LENGTH);
    assertThat(alone.question()).isEqualTo(Query.of("How do I undo a deletion?"));
    assertThat(alone.usage()).isEqualTo(TOOK);
    assertThat(alone.parts().getFirst().details()).containsOnlyKeys("finish");
    assertThat(asked.getFirst())
        .startsWith(
            "Question: How do I delete a passage from the index?\nAnswer: Call delete. [1]\n"
                + "Question: undo it?\n\nWrite the last question again");
  }

  @Test
  void keepsTheQuestionWhereAModelWritesNone() {
    for (Condenser.Standalone alone :
        List.of(
            written(" \n", Generation.FinishReason.STOP),
            written("How do I", Generation.FinishReason.LENGTH))) {
      assertThat(alone.question()).isEqualTo(Query.of("undo it?"));
      assertThat(alone.usage()).isEqualTo(TOOK);
      assertThat(alone.parts().getFirst().details()).containsEntry("wrote", "no question");
    }
  }

  @Test
  void showsAModelTheLastTurnsAndLittleOfEach() {
    List<Turn> many = new ArrayList<>(Collections.nCopies(1_000, Turn.of("Old?", "Old.")));
    many.add(Turn.of("New?", "x".repeat(10_000)));
    Condenser.of(replying(Generation.of("What?"))).condense(many, "And it?");
    assertThat(asked.getFirst()).hasSizeLessThan(1_000).contains("Question: New?");
    assertThat(asked.getFirst().split("Old\\?", -1)).hasSize(3);
  }

  @Test
  void refusesAGeneratorWithoutAPrompt() {
    Generator fixed = (request, context) -> Generation.of("x");
    assertThatThrownBy(() -> Condenser.of(fixed)).hasMessageContaining("has no prompt");
  }

  @Test
  void aConversationKeepsTheLastTurns() {
    Conversation talk = Conversation.of(Condenser.none());
    Conversation begun = talk;
    for (int i = 0; i < 1_000; i++) {
      talk = talk.with(Turn.of("q" + i, "a"));
    }
    assertThat(begun.turns()).as("the conversation that begins is a value").isEmpty();
    assertThat(talk.turns()).hasSize(20).last().isEqualTo(Turn.of("q999", "a"));
    assertThat(talk.withMost(2).turns())
        .containsExactly(Turn.of("q998", "a"), Turn.of("q999", "a"));
    assertThatThrownBy(() -> begun.withMost(0)).hasMessage("a conversation keeps >= 1 turn, was 0");
  }
}
