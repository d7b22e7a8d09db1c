package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryExpandersTest {
  private static final Usage TOOK = Usage.of(Usage.INPUT_TOKENS, 20).with(Usage.OUTPUT_TOKENS, 5);

  private final List<ChatMessage> asked = new ArrayList<>();

  /** Replies as a model does, and keeps what it was asked. */
  private Generator replying(Generation reply) {
    return new Generator() {
      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        throw new AssertionError("it is asked with a prompt of the expander's own");
      }

      @Override
      public Generator withPrompt(PromptTemplate prompt) {
        Generator prompted =
            (request, context) -> {
              asked.addAll(prompt.messages(request));
              return reply;
            };
        return prompted.named("scripted");
      }
    };
  }

  private Generator replying(String text) {
    return replying(text, Generation.FinishReason.STOP);
  }

  private Generator replying(String text, Generation.FinishReason finish) {
    return replying(Generation.of(text, List.of(), finish, TOOK));
  }

  private static List<String> texts(QueryExpander expander) {
    return expander.expand("Why do locks leak?").queries().stream().map(Query::text).toList();
  }

  @Test
  void searchesForPassagesLikeOneThatAnswers() {
    QueryExpander hyde = QueryExpanders.hyde(replying(" Gates rot.\nWater\nruns. \n"));
    Expansion expansion = hyde.expand("Why do locks leak?");
    assertThat(expansion.queries())
        .containsExactly(Query.of("Why do locks leak?"), Query.like("Gates rot.\nWater\nruns."));
    assertThat(expansion.usage()).isEqualTo(TOOK);
    StageRecord part = expansion.parts().getFirst();
    assertThat(part.stage()).isEqualTo("generate");
    assertThat(part.usage()).isEqualTo(TOOK);
    assertThat(part.details()).containsEntry("finish", "STOP");
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().text())
        .startsWith("Question: Why do locks leak?\n\nWrite a passage");
    assertThat(hyde.description()).hasToString("hyde(scripted)");
  }

  @Test
  void takesOneQueryOfEachLine() {
    Generator model =
        replying(
            """
            Here are three other ways to ask it:

            1. What makes locks leak?
            (2) "Why does water run out of locks?"
            - Why do locks leak?
            Question: What is wrong with 3 locks?
            """);
    assertThat(texts(QueryExpanders.multiQuery(model)))
        .containsExactly(
            "Why do locks leak?", "What makes locks leak?", "Why does water run out of locks?");
    assertThat(asked.getFirst().text()).contains("in 3 other ways");
    assertThat(texts(QueryExpanders.multiQuery(model, 4))).endsWith("What is wrong with 3 locks?");
    assertThat(QueryExpanders.multiQuery(model).description())
        .hasToString("multi-query(queries=3; scripted)");
    assertThat(texts(QueryExpanders.decomposition(replying("What is a lock?\n\n3.5 m deep?"))))
        .containsExactly("Why do locks leak?", "What is a lock?", "3.5 m deep?");
  }

  @Test
  void leavesOutALineThatWasCutOff() {
    assertThat(
            texts(
                QueryExpanders.multiQuery(
                    replying("What makes locks leak?\nWhy do", Generation.FinishReason.LENGTH))))
        .containsExactly("Why do locks leak?", "What makes locks leak?");
  }

  @Test
  void isTheQuestionAloneWhereNothingIsWritten() {
    Generation none =
        Generation.abstained(new Abstention(Abstention.Reason.DECLINED, "no answer"), TOOK);
    for (Generator model :
        List.of(replying(" \n"), replying(none), replying("- \n1. \nQuestions:"))) {
      Expansion expansion = QueryExpanders.multiQuery(model).expand("Why do locks leak?");
      assertThat(expansion.queries()).containsExactly(Query.of("Why do locks leak?"));
      assertThat(expansion.usage()).isEqualTo(TOOK);
    }
    assertThat(QueryExpanders.hyde(replying(none)).expand("Why?").queries())
        .containsExactly(Query.of("Why?"));
    asked.clear();
    assertThat(QueryExpanders.hyde(replying("x")).expand(" ").usage()).isEqualTo(Usage.none());
    assertThat(asked).as("a blank question is not worth a call").isEmpty();
  }

  @Test
  void refusesWhatHasNoPrompt() {
    Generator bare = (request, context) -> Generation.of("x");
    assertThatThrownBy(() -> QueryExpanders.hyde(bare))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no prompt to change");
    assertThatThrownBy(() -> QueryExpanders.multiQuery(replying("x"), 0))
        .hasMessage("queries must be >= 1, was 0");
  }
}
