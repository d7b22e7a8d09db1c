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
          It rises in the Alps.[1]|It rises in the Alps.
          It rises in the Alps [1][1].|It rises in the Alps.
          It rises in the Alps [1] [ 1 ;1 ].|It rises in the Alps.
          It rises in the Alps [1], [1].|It rises in the Alps.
          It rises in the Alps ([1]).|It rises in the Alps.
          It rises in the Alps ([1], [1]) there.|It rises in the Alps there.
          (It rises in the Alps [1])|(It rises in the Alps)
          It rises in the Alps,[1] there.|It rises in the Alps, there.
          It rises in the **Alps[1]**.|It rises in the **Alps**.
          It rises in the "Alps"[1] there.|It rises in the "Alps" there.
          It rises in the `Alps`[1].|It rises in the `Alps`.
          It's the river's[1] rise in the Alps.|It's the river's rise in the Alps.
          It rises 20 %[1] in the Alps.|It rises 20 % in the Alps.
          It rises in [the Alps](http://x) [1].|It rises in [the Alps](http://x).
          It rises in [the Alps](http://x)[1].|It rises in [the Alps](http://x).
          It rises in [the Alps [1], they say].|It rises in [the Alps, they say].
          It rises in the Alps, for $5 [1] or $6.|It rises in the Alps, for $5 or $6.
          It rises 1,233 km off in the Alps [1]; then|It rises 1,233 km off in the Alps; then
          It rises in the Alps [1] - there.|It rises in the Alps - there.
          It rises in the Alps[1] and C++[1].|It rises in the Alps and C++.
          It rises in the <b>Alps</b> [1].|It rises in the <b>Alps</b>.
          > It rises in the Alps [1].|> It rises in the Alps.
          [1] It rises in the Alps.|It rises in the Alps.
          [1]It rises in the Alps.|It rises in the Alps.
          - [1] It rises in the Alps.|- It rises in the Alps.
          It rises [1] in the Alps.|It rises in the Alps.
          It rises [1]in the Alps.|It rises in the Alps.
          - It rises in the Alps [1]!  |- It rises in the Alps!
          """)
  void takesMarkersOut(String output, String text) {
    Generation generation = read(output);
    assertThat(generation.text()).isEqualTo(text);
    assertThat(generation.refusedCitations()).isZero();
    assertThat(generation.citations())
        .extracting(Citation::quote)
        .containsExactly("The Rhine rises in the Alps.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a[i]",
        "[a] b",
        "[]",
        "[1",
        "[1,",
        "[,1]",
        "[1 2]",
        "[-1]",
        "x] [y",
        "[[",
        "[1-2]",
        // code
        "int[] v = new int[1]; v[0] = 7;",
        "So: `int[] v = new int[1]; v[0] = 7;`",
        "So: ``the `word[1]` ``",
        "So: `the\nword [1]` there",
        "```\nint[] v = new int[1]; v[0] = 7;\n```",
        "```java\nthe word [1]\n\n\nthe word [2]",
        "~~~\nthe word [1]\n```\nthe word [2]\n~~~",
        "````\n```\nthe word [1]\n```\n````",
        "- so:\n\n  ```\n  the word [1]\n  ```",
        "> ```\n> the word [1]\n> ```",
        "So:\n\n    the word [1]\n\n\tthe word [2]\n\nThere.",
        "    the word [1]\n    the word [2]",
        "1. So:\n\n       the word [1]",
        "<pre>\nthe word [1]\n\nthe word [2]\n</pre>",
        "Call <code>the word [1]</code> there",
        // links
        "[1](http://x)",
        "See [1](http://x \"the word [2]\").",
        "See [1][guide].",
        "See [the guide][1].",
        "See [the word [1] there](http://x/the(word[2])).",
        "[1]: http://x",
        "See.\n\n  [1]: <http://x> 'the word [2]'\n[2]: http://y",
        "![1](x.png) ![the word [1] there](x.png) ![1]",
        "A note.[^1]\n\n[^1]: So.",
        "<http://x/word[1]> http://x/word[1] www.x.org/word[1]",
        "The \\[1\\] and \\[1].",
        // tags and formulas
        "<a href=\"word [1]\" title='word [2]'>there</a> <!-- word [1] -->",
        "Where $w[1]$, $$the word [1]$$, \\(the word [1]\\), \\[the\nword [2]\\] are",
        // indices
        "v[1]",
        "v[1][2]",
        "x [1] = 2",
        "words[1] = 2",
        "words[1] == 2",
        "words[1] += 2",
        "words[1]++",
        "words[1].length",
        "words[1](x)",
        "words[i][1]",
        "words[1][i]",
        "n = words[1]",
        "n = new words[1]",
        "new Words[1];",
        "if (n < words[1]) {}",
        "my_words[1]",
        "myWords[1]",
        "int[1]",
        "args[1]",
        "print(words[1])",
        "print(n, words[1]);",
        "words()[1]",
        "this.words[1]",
        "this->words[1]",
        "$words[1]",
        "words[1]*n",
        "words[1]-n",
        "words[1]:n",
        "words[1],n",
        "{ words: [1, 2] }",
        "[1, 2].map(n)",
        "n = [1, 2]",
        "f([1])",
        "[[1], [2]]",
        "[[1, 2], [1]]",
        "a, [1]",
        "Sources: [1], [2]",
      })
  void leavesOtherBrackets(String output) {
    Generation generation = read(output);
    assertThat(generation.text()).isEqualTo(output);
    assertThat(generation.citations()).isEmpty();
    assertThat(generation.refusedCitations()).isZero();
  }

  @Test
  void citesBesideCode() {
    Generation generation =
        read(
            "The Rhine rises in the Alps [1]:\n\n```java\nint[] v = new int[1];\nv[1] = 2;\n```\n[1]\n\n"
                + "Barges go up to Basel, as `v[1]` says [2]. See [1](http://x).");
    assertThat(generation.text())
        .isEqualTo(
            "The Rhine rises in the Alps:\n\n```java\nint[] v = new int[1];\nv[1] = 2;\n```\n\n"
                + "Barges go up to Basel, as `v[1]` says. See [1](http://x).");
    assertThat(cited(generation))
        .containsExactly(
            "The Rhine rises in the Alps: <- The Rhine rises in the Alps.",
            "int[] v = new int[1];\nv[1] = 2; <- The Rhine rises in the Alps. It is 1,233 km long."
                + " It ends in the North Sea.",
            "Barges go up to Basel, as `v[1]` says. <- Barges go up to Basel.");
    assertThat(generation.citations())
        .extracting(Citation::quoted)
        .containsExactly(true, false, true);
  }

  @Test
  void readsMarkersAtTheBeginningOfALine() {
    Generation generation =
        read(
            "[1] The Rhine rises in the Alps.\n[2] The barges go up to Basel.\n[1]\n\nBasel it is.\n[7]");
    assertThat(generation.text())
        .isEqualTo("The Rhine rises in the Alps.\nThe barges go up to Basel.\n\nBasel it is.\n[7]");
    assertThat(cited(generation))
        .containsExactly(
            "The Rhine rises in the Alps. <- The Rhine rises in the Alps.",
            "The barges go up to Basel. <- Barges go up to Basel.",
            "The barges go up to Basel. <- The Rhine rises in the Alps. It is 1,233 km long. It ends in"
                + " the North Sea.");
    assertThat(generation.refusedCitations()).isEqualTo(1);
  }

  @Test
  void aMarkerHasUpTo32Numbers() {
    assertThat(read("[" + "1,".repeat(31) + "1] The Rhine rises.").citations()).hasSize(1);
    assertThat(read("[" + "1,".repeat(32) + "1] The Rhine rises.").citations()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          The Rhine rises in the Alps [0, 3, 999999999] [1].|The Rhine rises in the Alps [0, 3, 999999999].|3
          The Rhine rises in the Alps [3][1].|The Rhine rises in the Alps [3].|1
          The Rhine rises in the Alps [1], [3].|The Rhine rises in the Alps, [3].|1
          The Rhine rises in the Alps [1] ([3]).|The Rhine rises in the Alps ([3]).|1
          """)
  void keepsNumbersOfNothing(String output, String text, int refused) {
    Generation generation = read(output);
    assertThat(generation.text()).isEqualTo(text);
    assertThat(generation.citations()).hasSize(1);
    assertThat(generation.refusedCitations()).isEqualTo(refused);
  }

  @Test
  void citesWithoutAQuoteWhatSaysItInOtherWords() {
    Generation generation =
        read("Bananas are grown in Ecuador and the Philippines [1]. Yes [2]. No [2].");
    assertThat(generation.text())
        .isEqualTo("Bananas are grown in Ecuador and the Philippines. Yes. No.");
    assertThat(cited(generation))
        .containsExactly(
            "Bananas are grown in Ecuador and the Philippines. <- The Rhine rises in the Alps. It is"
                + " 1,233 km long. It ends in the North Sea.",
            "Yes. No. <- Rivers flow into seas. Barges go up to Basel.");
    assertThat(generation.citations()).extracting(Citation::quoted).containsOnly(false);
    assertThat(generation.citations())
        .extracting(Citation::toString)
        .containsExactly("guide.md [9, 84) without a quote", "facts [0, 45) without a quote");
    assertThat(generation.citations()).allMatch(CONTEXT::holds);
    assertThat(generation.refusedCitations()).isZero();
  }

  @Test
  void takesAShareAtTheFloor() {
    // "abcd" of "abcd efghijklmnop": 4 letters of 16, then of 17.
    Context context =
        new Context(List.of(Evidence.of(Passage.of("d", "Here abcd stands."), 1)), 3, List.of());
    PromptTemplate prompt = PromptTemplate.grounded();
    assertThat(
            CitedText.read(
                    "abcd efghijklmnop [1] \n\nabcd efghijklmnopq [1]",
                    context,
                    prompt,
                    FinishReason.STOP,
                    Usage.none())
                .citations())
        .extracting(Citation::quoted)
        .containsExactly(true, false);
  }

  @Test
  void readsOtherScripts() {
    Passage passage = Passage.of("zh", "莱茵河发源于阿尔卑斯山。它流入北海。");
    Context context = new Context(List.of(Evidence.of(passage, 1)), 10, List.of());
    Generation generation =
        CitedText.read(
            "莱茵河流入北海[1]。它[1]发源于阿尔卑斯山[1]，是",
            context,
            PromptTemplate.grounded(),
            FinishReason.STOP,
            Usage.none());
    assertThat(generation.text()).isEqualTo("莱茵河流入北海。它发源于阿尔卑斯山，是");
    assertThat(generation.citations())
        .extracting(Citation::quote)
        .as("a sentence each")
        .containsExactly("它流入北海。", "莱茵河发源于阿尔卑斯山。");
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

  private static final String[] PARTS = {
    "[1]",
    "[2, 1]",
    "[3]",
    " [1]",
    " [2].",
    "[",
    "]",
    "(",
    ")",
    "](u)",
    "]: u",
    "1",
    " ",
    "    ",
    "\n",
    "\n\n",
    "\r\n",
    ".",
    ",",
    ", ",
    "The Rhine",
    "rises",
    "v",
    "NO_ANSWER",
    "\ud83c\udf0a",
    "x",
    "`",
    "``",
    "```\n",
    "~~~\n",
    "- ",
    "> ",
    "1. ",
    "# ",
    "$",
    "\\",
    "\\(",
    "\\)",
    "<a b=\"",
    "\">",
    "<!--",
    "-->",
    "<code>",
    "</code>",
    "=",
    " = ",
    "*",
    "![",
    "http://x",
    "\t"
  };

  @Test
  void readsTheSameInAnyPieces() {
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 8_000; round++) {
      StringBuilder made = new StringBuilder();
      int count = random.nextInt(16);
      for (int i = 0; i < count; i++) {
        made.append(PARTS[random.nextInt(PARTS.length)]);
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
          .as("replay with -Dragwright.seed=%d <%s>", seed, output)
          .isEqualTo(pieces.text())
          .isEqualTo(whole.text())
          .isEqualTo(whole.text().stripTrailing());
      assertThat(pieces.citations()).as("<%s>", output).isEqualTo(whole.citations());
      assertThat(pieces.refusedCitations()).isEqualTo(whole.refusedCitations());
      assertThat(pieces.abstention()).isEqualTo(whole.abstention());
    }
  }

  /** Each would take many minutes if it were more than linear in the text. */
  @Test
  void takesAModelThatCannotStop() {
    int many = 40_000;
    for (String part :
        List.of(
            " ",
            "\n",
            "[1]",
            "[1] ",
            "a [1] ",
            "a [1], ",
            "[",
            "]",
            "[1,",
            "[ ",
            "[a",
            "[a](",
            "](",
            "](a ",
            "](<",
            "](a '",
            "([1",
            "`",
            "`a ``b ",
            "<",
            "<a ",
            "<a b=\"",
            "<!--",
            "<code>",
            "$",
            "$a ",
            "$$",
            "\\(",
            "\\[",
            "- ",
            "> ",
            "    ",
            "\t",
            "```",
            "``` [",
            "[1]\n",
            "a [1]\n\n",
            "> [1]\n",
            "a`[1]\n",
            "[1]: ",
            "\u3000",
            "a. ",
            "a[1]",
            "_[1]",
            ".-",
            ".[",
            "`.",
            "* .",
            "1")) {
      String output = part.repeat(many / part.length());
      CitedText text = CitedText.of(CONTEXT, PromptTemplate.grounded());
      StringBuilder taken = new StringBuilder();
      for (int i = 0; i < output.length(); i++) {
        taken.append(text.append(output.substring(i, i + 1)));
      }
      taken.append(text.end());
      Generation generation = text.generation(FinishReason.LENGTH, Usage.none());
      assertThat(taken.toString()).isEqualTo(generation.text());
      assertThat(generation.text()).isEqualTo(read(output).text());
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
