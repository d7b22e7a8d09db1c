package dev.ragwright.eval.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.learn.SyntheticQuestions.Made;
import dev.ragwright.eval.learn.SyntheticQuestions.Refusal;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeRetriever;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyntheticQuestionsTest {
  private static final List<Passage> PASSAGES =
      List.of(
          Passage.of("pump", "the old pump was built in 1951 by two brothers from the north"),
          Passage.of("keys", "signing keys rotate every day at noon"),
          Passage.of("tea", "tea is served with crêpes"),
          Passage.of("copy", "one two three four five six seven eight nine"),
          Passage.of("cut", "a passage about which too much is said"));

  /** Writes what the id says, as a model would that reads the passage. */
  private static final Generator SCRIPTED =
      (request, context) ->
          switch (request.context().evidence().getFirst().passage().id()) {
            case "pump" -> Generation.of("When was the pump built?");
            case "keys" -> Generation.of("Here is a question:\nHow often do keys rotate?");
            case "tea" -> Generation.of("Brewed how hot exactly?");
            case "copy" -> Generation.of("What is one two three four five six seven eight?");
            default ->
                Generation.of("When does", List.of(), Generation.FinishReason.LENGTH, Usage.none());
          };

  private static Made make(int count, long seed) {
    return SyntheticQuestions.of(SCRIPTED, FakeRetriever.of(PASSAGES), 2)
        .make(PASSAGES, count, seed, CallContext.unbounded());
  }

  @Test
  void onlyQuestionsThatLeadBackAreKept() {
    Made made = make(10, 1);
    assertThat(made.set().questions().values())
        .extracting(question -> question.text())
        .containsExactly("When was the pump built?");
    assertThat(made.set().qrels().judgments("pump").grades()).isEqualTo(Map.of("pump", 1));
    assertThat(made.refused())
        .isEqualTo(
            Map.of(
                Refusal.NO_QUESTION, 1,
                Refusal.NOT_FOUND, 1,
                Refusal.COPIED, 1,
                Refusal.NOT_WRITTEN, 1));
  }

  @Test
  @SuppressWarnings("NullAway") // what is given is what is refused
  void refusesWhatIsMissing() {
    assertThatThrownBy(() -> SyntheticQuestions.of(null, FakeRetriever.of("text"), 3))
        .hasMessage("generator");
    assertThatThrownBy(() -> SyntheticQuestions.of(SCRIPTED, FakeRetriever.of("text"), 0))
        .hasMessage("topK must be >= 1, was 0");
  }

  @Test
  void theSameWordsAreKeptOnce() {
    Generator same = (request, context) -> Generation.of("When was the pump built?");
    Made made =
        SyntheticQuestions.of(same, FakeRetriever.of(PASSAGES), 5)
            .make(PASSAGES, 10, 3, CallContext.unbounded());
    assertThat(made.refused()).containsEntry(Refusal.REPEATED, PASSAGES.size() - 1);
  }

  @Test
  void theSeedDecidesTheOrder() {
    assertThat(make(1, 5).refused()).isEqualTo(make(1, 5).refused());
    assertThat(make(1, 5).set().name()).isEqualTo("synthetic, seed 5");
  }

  @Test
  void ownWordsAreHeadingsSentencesAndKeywords() {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String text =
          "The common machine number %s stands here. Valve%s valve%s pressure%s sinks%s slowly%s."
              .formatted(i, i, i, i, i, i);
      passages.add(
          new Passage(
              "p" + i,
              "d" + i,
              0,
              text.length(),
              text,
              i == 0 ? List.of() : List.of("Manual", "About machine " + i),
              Metadata.empty()));
    }
    Retriever none = (request, context) -> Retrieval.of(List.of());
    Made made =
        SyntheticQuestions.ofPassages(3, none, FakeRetriever.of(passages))
            .make(passages, 100, 1, CallContext.unbounded());
    List<String> texts =
        made.set().questions().values().stream().map(question -> question.text()).toList();
    assertThat(texts).anyMatch(text -> text.matches("About machine \\d+"));
    assertThat(texts).anyMatch(text -> text.matches("The common machine number \\d+ stands here."));
    assertThat(texts)
        .anyMatch(
            text ->
                text.matches("valve(\\d+) pressure\\1 sinks\\1 slowly\\1|.* valve\\d+ pressure.*"));
    assertThat(made.set().qrels().judgments().size() + sum(made)).isEqualTo(30);
    assertThat(
            SyntheticQuestions.ofPassages(3, none)
                .make(passages, 100, 1, CallContext.unbounded())
                .refused())
        .isEqualTo(Map.of(Refusal.NOT_FOUND, 30));
    Made bare =
        SyntheticQuestions.ofPassages(3, none)
            .make(List.of(Passage.of("x", "Two words")), 5, 1, CallContext.unbounded());
    assertThat(bare.refused()).isEqualTo(Map.of(Refusal.NO_QUESTION, 1));
    assertThatThrownBy(() -> SyntheticQuestions.ofPassages(3))
        .hasMessage("questions are filtered by one retriever or more, had 0");
  }

  private static int sum(Made made) {
    return made.refused().values().stream().mapToInt(Integer::intValue).sum();
  }
}
