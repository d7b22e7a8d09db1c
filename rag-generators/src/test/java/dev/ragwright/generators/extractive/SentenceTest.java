package dev.ragwright.generators.extractive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Evidence;
import java.util.List;
import org.junit.jupiter.api.Test;

class SentenceTest {

  private static List<String> sentences(String text) {
    List<Sentence> sentences = Sentence.of(Evidence.of(Passage.of("d", text), 1), 0);
    assertThat(sentences)
        .allSatisfy(s -> assertThat(text.substring(s.start(), s.end())).isEqualTo(s.text()));
    return sentences.stream().map(Sentence::text).toList();
  }

  @Test
  void cutsParagraphsIntoSentences() {
    assertThat(sentences("It quotes.  It does\nnot write! Does it? \n\nNo, it\nnever does."))
        .containsExactly("It quotes.  It does\nnot write!", "Does it?", "No, it\nnever does.");
  }

  @Test
  void keepsAnAbbreviationWithWhatFollows() {
    assertThat(sentences("It was said that Dr. Smith left early. He came back later on."))
        .containsExactly("It was said that Dr.", "Smith left early.", "He came back later on.");
  }

  @Test
  void quotesListItemsWithoutTheirMark() {
    assertThat(sentences("Do this now:\n\n- open the file first\n  and read\n2. close it again\n"))
        .containsExactly("Do this now:", "open the file first\n  and read", "close it again");
  }

  @Test
  void leavesOutHeadingsRulesAndFences() {
    assertThat(sentences("# Title\n\nSome words stand here.\n\n---\n\n```java\nint x = 1;\n```\n"))
        .containsExactly("Some words stand here.", "int x = 1;");
  }

  @Test
  void takesRowsOfATableOneByOne() {
    assertThat(sentences("| a | b |\n|---|---|\n| 1 | 2 |\n"))
        .containsExactly("| a | b |", "| 1 | 2 |");
  }

  @Test
  void knowsPlacesInTheDocument() {
    Document document = Document.of("d", "Before it. The words that count. After it.");
    Passage passage = Passage.of(document, 11, 33, List.of());
    Sentence sentence = Sentence.of(Evidence.of(passage, 1), 0).getFirst();
    assertThat(document.text().substring(sentence.start(), sentence.end()))
        .isEqualTo("The words that count.");
  }

  @Test
  void findsNothingInNothing() {
    assertThat(sentences("")).isEmpty();
    assertThat(sentences(" \n\t\n")).isEmpty();
    assertThat(sentences("# Only a heading")).isEmpty();
    assertThat(sentences("```\nopen end")).containsExactly("open end");
  }
}
