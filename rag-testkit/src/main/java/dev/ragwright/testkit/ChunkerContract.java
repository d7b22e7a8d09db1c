package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * What {@link Chunker} promises, on texts that are hard to cut and on random ones; {@link Seeds}
 * says how to replay these. A visible character is one that is neither white space nor a space by
 * {@link Character}.
 */
public abstract class ChunkerContract {
  private static final int RANDOM_DOCUMENTS = 300;

  /** For subclasses. */
  protected ChunkerContract() {}

  /** Returns the chunker under test. */
  protected abstract Chunker chunker();

  private static Document document(String text) {
    return new Document("notes/\ud83d\ude80.md", text, Metadata.of("lang", "en").with("page", 3));
  }

  /** In plain conditions, for the sake of texts with passages by the ten thousand. */
  private static void assertSound(List<Passage> passages, Document document, String hint) {
    String text = document.text();
    boolean[] covered = new boolean[text.length()];
    Set<String> ids = new HashSet<>();
    int last = 0;
    for (Passage passage : passages) {
      String fault = fault(passage, document, last);
      if (fault.isEmpty() && !ids.add(passage.id())) {
        fault = "has the id of another";
      }
      if (!fault.isEmpty()) {
        throw new AssertionError(
            "%sthe passage %s %s: %s of %s"
                .formatted(hint, passage.id(), fault, passage.place(), abbreviated(text)));
      }
      Arrays.fill(covered, passage.start(), passage.end(), true);
      last = passage.start();
    }
    for (int i = 0; i < covered.length; i++) {
      if (!covered[i] && isVisible(text.charAt(i))) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%sno passage has the visible character at %d of %s",
                hint,
                i,
                abbreviated(text)));
      }
    }
  }

  /** What is wrong with a passage, or nothing. */
  private static String fault(Passage passage, Document document, int last) {
    String text = document.text();
    if (!passage.documentId().equals(document.id())
        || !passage.metadata().withAll(document.metadata()).equals(passage.metadata())) {
      return "has not its document's id and metadata";
    }
    if (!text.startsWith(passage.text(), passage.start())) {
      return "is not the document's text at its place";
    }
    if (!hasVisible(passage.text())) {
      return "has no visible character";
    }
    if (passage.start() < last) {
      return "begins before the one in front of it";
    }
    return isWithinPair(text, passage.start()) || isWithinPair(text, passage.end())
        ? "cuts a surrogate pair"
        : "";
  }

  private static String abbreviated(String text) {
    String shown = text.length() > 500 ? text.substring(0, 500) + "..." : text;
    return "<" + shown.replace("\n", "\\n").replace("\r", "\\r") + ">";
  }

  private static boolean isVisible(char unit) {
    return !Character.isWhitespace(unit) && !Character.isSpaceChar(unit);
  }

  private static boolean hasVisible(String text) {
    return text.chars().anyMatch(unit -> isVisible((char) unit));
  }

  private static boolean isWithinPair(String text, int place) {
    return place > 0
        && place < text.length()
        && Character.isHighSurrogate(text.charAt(place - 1))
        && Character.isLowSurrogate(text.charAt(place));
  }

  private void assertCutsSoundly(String text) {
    Document document = document(text);
    assertSound(chunker().chunk(document), document, "");
  }

  @Test
  void cutsProse() {
    assertCutsSoundly(
        """
        # Rivers

        The Rhine rises in the Alps. It is 1,233 km long,
        and ends in the North Sea.

        ## Barges

        Barges go up the river. Barges go down the river!
        """);
  }

  @Test
  void makesNothingOfNothing() {
    assertThat(chunker().chunk(document(""))).isEmpty();
    assertThat(chunker().chunk(document(" \t\r\n\u00a0\u2003\n"))).isEmpty();
  }

  @Test
  void cutsOddTexts() {
    OddTexts.shortOnes().forEach(this::assertCutsSoundly);
    OddTexts.operators().forEach(this::assertCutsSoundly);
  }

  @Test
  void cutsLongTextsWithoutSpaces() {
    assertCutsSoundly(OddTexts.longWord());
    assertCutsSoundly("\u6c34".repeat(OddTexts.LONG));
    assertCutsSoundly("\ud83d\ude80".repeat(OddTexts.LONG / 2));
    assertCutsSoundly("e\u0301".repeat(OddTexts.LONG / 2));
  }

  @Test
  void cutsLongTextsOfSpacesAndBreaks() {
    assertCutsSoundly(OddTexts.manyWords());
    assertCutsSoundly("a" + " ".repeat(OddTexts.LONG) + "b");
    assertCutsSoundly("a\r\n".repeat(OddTexts.LONG / 3));
    assertCutsSoundly("a.\n\n".repeat(OddTexts.LONG / 4));
    assertCutsSoundly("# a\n".repeat(OddTexts.LONG / 40));
  }

  @Test
  void cutsRandomTexts() {
    RandomGenerator random = Seeds.random();
    for (int i = 0; i < RANDOM_DOCUMENTS; i++) {
      Document document = document(OddTexts.random(random, 60));
      assertSound(chunker().chunk(document), document, Seeds.replay() + ": ");
    }
  }

  @Test
  void cutsTheSameTextTheSameWay() {
    Document document = document(OddTexts.random(Seeds.random(), 2_000));
    assertThat(chunker().chunk(document)).as(Seeds.replay()).isEqualTo(chunker().chunk(document));
  }

  @Test
  void cutsTheSameForParallelCallers() {
    Document document = document(OddTexts.random(Seeds.random(), 2_000));
    Chunker chunker = chunker();
    List<Passage> alone = chunker.chunk(document);
    Crowd.agree(Crowd.each(member -> chunker.chunk(document)), alone);
  }

  @Test
  void namesPassagesOfDocumentsApart() {
    String text = "The same text. In two documents.";
    List<Passage> one = chunker().chunk(Document.of("one", text));
    List<Passage> two = chunker().chunk(Document.of("two", text));
    assertThat(one)
        .extracting(Passage::id)
        .doesNotContainAnyElementsOf(two.stream().map(Passage::id).toList());
  }

  @Test
  void describesItself() {
    Chunker chunker = chunker();
    Descriptions.assertStable("chunker", chunker::description);
  }
}
