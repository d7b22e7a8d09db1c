package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReaderReportTest {
  @TempDir Path folder;

  private static boolean holds(Expectation.Kind kind, String expected, String text) {
    return new Expectation("f", kind, expected).holds(Expectation.comparable(text), 0);
  }

  @Test
  void comparesWhatAPersonSees() {
    assertThat(holds(Expectation.Kind.ONCE, "10^6 of non-stop", "10⁶  of\nnon\u2011stop")).isTrue();
    assertThat(holds(Expectation.Kind.ONCE, "Deck||9", "| a |\n| --- |\n| Deck | | 9 |\n"))
        .isTrue();
    assertThat(holds(Expectation.Kind.ONCE, "Deck||9", "Deck\t\t9")).isTrue();
    assertThat(holds(Expectation.Kind.ONCE, "Deck||9", "Deck\t9")).isFalse();
    assertThat(holds(Expectation.Kind.ONCE, "a", "a a")).isFalse();
    assertThat(holds(Expectation.Kind.NEVER, "|0.00 EUR", "| x | 40.00 EUR |")).isTrue();
    assertThat(holds(Expectation.Kind.NEVER, "|0.00 EUR", "| x | 0.00 EUR |")).isFalse();
  }

  @Test
  void refusesLinesThatSayNothing() throws IOException {
    Files.writeString(
        folder.resolve("expect.tsv"), "# all well\na.pdf\tonce\ttext\na.pdf\ttwice\tb\n");
    assertThatThrownBy(() -> Expectation.of(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "expect.tsv, line 3: must be file, once, never or order, and text, apart by tabs;"
                + " was: a.pdf\ttwice\tb");
  }

  /** What the five sample files must give, which no peer gives two thirds of. */
  @Test
  void holdsAllThatIsExpectedOfTheSamples() {
    Path samples = Repository.sharedOrSkip("data/documents");
    Map<String, String> texts = new HashMap<>();
    List<ReadProblem> problems = new ArrayList<>();
    try (Stream<Document> documents =
        new DocumentOptions().folder(samples).documents(problems::add)) {
      documents.forEach(d -> texts.put(d.id(), Expectation.comparable(d.text())));
    }
    Map<String, Integer> behind = new HashMap<>();
    for (Expectation expectation : Expectation.of(samples)) {
      String text = texts.getOrDefault(expectation.file(), "");
      int from = behind.getOrDefault(expectation.file(), 0);
      assertThat(expectation.holds(text, from)).as("%s in %s", expectation, text).isTrue();
      behind.put(expectation.file(), expectation.behind(text, from));
    }
    assertThat(problems).extracting(ReadProblem::documentId).contains("form-and-layers.pdf");
  }
}
