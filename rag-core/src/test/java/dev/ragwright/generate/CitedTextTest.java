package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generation.FinishReason;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CitedTextTest {
  private static final Document GUIDE =
      Document.of(
          "guide.md",
          "Preface. The Rhine rises in the Alps. It is 1,233 km long. It ends in the North Sea.");
  private static final Context CONTEXT =
      new Context(
          List.of(
              Evidence.of(Passage.of(GUIDE, 9, 84, List.of()), 2),
              Evidence.of(Passage.of("facts", "Rivers flow into seas. Barges go up to Basel."), 1)),
          30,
          List.of());

  private static Generation read(String output) {
    return CitedText.read(
        output, CONTEXT, PromptTemplate.grounded(), FinishReason.STOP, Usage.none());
  }

  private static List<String> cited(Generation generation) {
    return generation.citations().stream()
        .map(
            citation ->
                generation.text().substring(citation.answerStart(), citation.answerEnd())
                    + " <- "
                    + citation.quote())
        .toList();
  }

  @Test
  void citesTheSentenceThatFitsBest() {
    Generation generation =
        read(
            "The river rises in the Alps [1]. It then ends in the North Sea [1], and barges go to Basel [2].");
    assertThat(generation.text())
        .isEqualTo(
            "The river rises in the Alps. It then ends in the North Sea, and barges go to Basel.");
    assertThat(cited(generation))
        .containsExactly(
            "The river rises in the Alps. <- The Rhine rises in the Alps.",
            "It then ends in the North Sea, and barges go to Basel. <- It ends in the North Sea.",
            "It then ends in the North Sea, and barges go to Basel. <- Barges go up to Basel.");
    Citation first = generation.citations().getFirst();
    assertThat(first.documentId()).isEqualTo("guide.md");
    assertThat(GUIDE.text().substring(first.start(), first.end())).isEqualTo(first.quote());
    assertThat(generation.refusedCitations()).isZero();
    assertThat(generation.abstention()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          It rises in the Alps [1].|It rises in the Alps.
          It rises in the Alps[1].|It rises in the Alps.
          It rises in the Alps. [1]|It rises in the Alps.
          It rises in the Alps [1, 2].|It rises in the Alps.
          It rises in the Alps [1][2].|It rises in the Alps.
          It rises in the Alps [1] [ 2 ;1 ].|It rises in the Alps.
          [1] It rises in the Alps.|It rises in the Alps.
          [1]It rises in the Alps.|It rises in the Alps.
          It rises [1] in the Alps.|It rises in the Alps.
          It rises [1]in the Alps.|It rises in the Alps.
          - It rises in the Alps [1]!  |- It rises in the Alps!
          """)
  void takesMarkersOut(String output, String text) {
    Generation generation = read(output);
    assertThat(generation.text()).isEqualTo(text);
    assertThat(generation.citations())
        .extracting(Citation::quote)
        .containsExactly("The Rhine rises in the Alps.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a[i]", "[a] b", "[]", "[1", "[1,", "[,1]", "[1 2]", "[-1]", "x] [y", "[[", "[1-2]"
      })
  void leavesOtherBrackets(String output) {
    assertThat(read(output).text()).isEqualTo(output);
    assertThat(read(output).citations()).isEmpty();
    assertThat(read(output).refusedCitations()).isZero();
  }

  @Test
  void readsMarkersAtTheBeginningOfALine() {
    Generation generation =
        read(
            "[1] The Rhine rises in the Alps.\n[2] The barges go up to Basel.\n[1]\n\nBasel it is.\n[7]");
    assertThat(generation.text())
        .isEqualTo("The Rhine rises in the Alps.\nThe barges go up to Basel.\n\nBasel it is.");
    assertThat(cited(generation))
        .containsExactly(
            "The Rhine rises in the Alps. <- The Rhine rises in the Alps.",
            "The barges go up to Basel. <- Barges go up to Basel.");
    assertThat(generation.refusedCitations()).isEqualTo(2);
  }

  @Test
  void takesAModelThatCannotStop() {
    String output = "[" + "1,".repeat(100_000);
    assertThat(read(output).text()).isEqualTo(output);
    assertThat(read("[" + "1,".repeat(31) + "1] The Rhine rises.").citations()).hasSize(1);
    assertThat(read("[" + "1,".repeat(32) + "1] The Rhine rises.").citations()).isEmpty();
  }

  @Test
  void refusesNumbersOfNothing() {
    Generation generation = read("The Rhine rises in the Alps [0, 3, 999999999] [1].");
    assertThat(generation.text()).isEqualTo("The Rhine rises in the Alps.");
    assertThat(generation.citations()).hasSize(1);
    assertThat(generation.refusedCitations()).isEqualTo(3);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Generation generation = read("Bananas are grown in Ecuador and the Philippines [1]. Yes [2].");
    assertThat(generation.citations()).isEmpty();
    assertThat(generation.refusedCitations()).isEqualTo(2);
  }

  @Test
  void takesAShareAtTheFloor() {
    // "abcd" of "abcd efghijklmnop": 4 letters of 16, then of 17.
    Context context =
        new Context(List.of(Evidence.of(Passage.of("d", "Here abcd stands."), 1)), 3, List.of());
    PromptTemplate prompt = PromptTemplate.grounded();
    assertThat(
            CitedText.read(
                    "abcd efghijklmnop [1]", context, prompt, FinishReason.STOP, Usage.none())
                .citations())
        .hasSize(1);
    assertThat(
            CitedText.read(
                    "abcd efghijklmnopq [1]", context, prompt, FinishReason.STOP, Usage.none())
                .citations())
        .isEmpty();
  }

  @Test
  void readsOtherScripts() {
    Passage passage = Passage.of("zh", "莱茵河发源于阿尔卑斯山。它流入北海。");
    Context context = new Context(List.of(Evidence.of(passage, 1)), 10, List.of());
    Generation generation =
        CitedText.read(
            "莱茵河流入北海[1]。", context, PromptTemplate.grounded(), FinishReason.STOP, Usage.none());
    assertThat(generation.text()).isEqualTo("莱茵河流入北海。");
    assertThat(generation.citations()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NO_ANSWER",
        " no_answer.\n",
        "\"NO_ANSWER\"",
        "**NO_ANSWER**",
        "NO_ANSWER\n\nThe documents do not say [1]."
      })
  void abstainsWhenTheModelDeclines(String output) {
    Generation generation = read(output);
    assertThat(generation.text()).isEmpty();
    assertThat(generation.citations()).isEmpty();
    assertThat(generation.abstention())
        .contains(
            new Abstention(
                Abstention.Reason.DECLINED,
                "the model replied 'NO_ANSWER', as it was asked to without an answer"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NO_ANSWERS exist.", "NO_ANS", "No answer was given.", "It is not NO_ANSWER."})
  void takesOtherWordsForAnAnswer(String output) {
    assertThat(read(output).text()).isEqualTo(output);
    assertThat(read(output).abstention()).isEmpty();
  }

  @Test
  void doesNotLookForWordsThatWereNotAskedFor() {
    PromptTemplate own = request -> List.of(ChatMessage.user(request.question().text()));
    assertThat(
            CitedText.read("NO_ANSWER", CONTEXT, own, FinishReason.STOP, Usage.none()).abstention())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n ", "[1]"})
  void abstainsWithoutAText(String output) {
    Generation generation =
        CitedText.read(
            output,
            CONTEXT,
            PromptTemplate.grounded(),
            FinishReason.CONTENT_FILTER,
            Usage.of(Usage.INPUT_TOKENS, 7));
    assertThat(generation.abstention())
        .contains(
            new Abstention(
                Abstention.Reason.DECLINED,
                "the model wrote nothing (finish reason CONTENT_FILTER)"));
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    assertThat(generation.usage()).isEqualTo(Usage.of(Usage.INPUT_TOKENS, 7));
  }

  @Test
  void readsTheSameInAnyPieces() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> parts =
        List.of(
            "[1]",
            "[2, 1]",
            "[",
            "]",
            "1",
            " ",
            "\n",
            ".",
            "The Rhine",
            "rises",
            "NO_ANSWER",
            "🌊",
            ",",
            "x");
    for (int round = 0; round < 2_000; round++) {
      StringBuilder made = new StringBuilder();
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        made.append(parts.get(random.nextInt(parts.size())));
      }
      String output = made.toString();
      Generation whole = read(output);
      CitedText text = CitedText.of(CONTEXT, PromptTemplate.grounded());
      StringBuilder taken = new StringBuilder();
      for (int from = 0; from < output.length(); ) {
        int to = from + 1 + random.nextInt(Math.min(4, output.length() - from));
        taken.append(text.append(output.substring(from, to)));
        from = to;
      }
      taken.append(text.end());
      Generation pieces = text.generation(FinishReason.STOP, Usage.none());
      assertThat(taken.toString())
          .as("seed %d, <%s>", seed, output)
          .isEqualTo(pieces.text())
          .isEqualTo(whole.text())
          .isEqualTo(whole.text().strip());
      assertThat(pieces.citations()).as("<%s>", output).isEqualTo(whole.citations());
      assertThat(pieces.refusedCitations()).isEqualTo(whole.refusedCitations());
      assertThat(pieces.abstention()).isEqualTo(whole.abstention());
    }
  }

  @Test
  void handsOverWhatIsCertain() {
    CitedText text = CitedText.of(CONTEXT, PromptTemplate.grounded());
    List<String> handed =
        Stream.of("N", "o", "w it", " rises ", "[", "1", "]", ". Then").map(text::append).toList();
    assertThat(handed).containsExactly("", "", "Now it", " rises", "", "", "", ". Then");
    assertThat(text.end()).isEmpty();
    assertThat(text.end()).isEmpty();
  }

  @Test
  void refusesToBeUsedOutOfOrder() {
    CitedText text = CitedText.of(CONTEXT, PromptTemplate.grounded());
    assertThatThrownBy(() -> text.generation(FinishReason.STOP, Usage.none()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the output has not ended");
    text.end();
    assertThatThrownBy(() -> text.append("more"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the output has ended");
  }
}
