package dev.ragwright.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import java.text.BreakIterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SentenceBreaksTest {
  private static final String[] PARTS = {
    ".",
    ".",
    "-",
    " ",
    " ",
    "a",
    "B",
    "1",
    "\n",
    "\"",
    ")",
    "!",
    "?",
    "*",
    "\u00e9",
    "\u3002",
    "...",
    "\uff0e",
    "|",
    "#",
    "/",
    "word",
    "Two",
    ". . . . .",
    "\u4e2d",
    "---",
    "\ud83d\ude00"
  };

  private static int[] ofTheJdk(String text) {
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    sentences.setText(text);
    return IntStream.iterate(
            sentences.next(), at -> at != BreakIterator.DONE, at -> sentences.next())
        .toArray();
  }

  @Test
  void areThoseOfTheJdk() {
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append(PARTS[random.nextInt(PARTS.length)]);
      }
      assertThat(SentenceBreaks.of(text.toString()))
          .as("replay with -Dragwright.seed=%d <%s>", seed, text)
          .isEqualTo(ofTheJdk(text.toString()));
    }
    String contents = "Chapter one " + ". ".repeat(500) + "12\nChapter two " + ".".repeat(900);
    assertThat(SentenceBreaks.of(contents)).isEqualTo(ofTheJdk(contents));
  }

  /** Each would take the JDK many minutes: its time grows with the square of the length. */
  @Test
  void areFoundInTextsWithoutLetters() {
    for (String part :
        List.of(".-", ".[", ".``", ". |", ".\" *", "..-", ".\ud83d\ude00", ".\u0085")) {
      String text = part.repeat(500_000 / part.length());
      int[] ends = SentenceBreaks.of(text);
      assertThat(ends).as(part).isSorted().doesNotHaveDuplicates();
      assertThat(ends[ends.length - 1]).isEqualTo(text.length());
    }
    String text = ".- ".repeat(60_000);
    assertThat(Chunkers.recursive(100, 0).chunk(Document.of("d", text))).isNotEmpty();
  }

  /** A model that writes white space where its answer is to begin. */
  @Test
  void thoughtsWaitForAnAnswerThatDoesNotCome() {
    for (String begun : List.of("", "<think>Hm.</think>")) {
      Thoughts thoughts = new Thoughts("");
      StringBuilder answer = new StringBuilder(thoughts.append(begun));
      for (int i = 0; i < 300_000; i++) {
        answer.append(thoughts.append(i % 7 == 0 ? "\n" : " "));
      }
      answer.append(thoughts.append("Yes. ")).append(thoughts.end());
      assertThat(answer.toString().strip()).isEqualTo("Yes.");
      assertThat(thoughts.thinking()).isEqualTo(begun.isEmpty() ? "" : "Hm.");
    }
  }

  /** 26,000 characters took 7 s: each stop looked for a letter behind all the others. */
  @Test
  void stopsInARowBeforeASymbolAreLinear() {
    for (String text :
        new String[] {
          "\"" + ".".repeat(1_000_000) + "<", ("." + ".".repeat(1_600) + "<").repeat(600)
        }) {
      int[] ends = SentenceBreaks.of(text);
      assertThat(ends[ends.length - 1]).isEqualTo(text.length());
    }
    assertThat(SentenceBreaks.of("The harbour " + ".".repeat(90) + " 12\n")).hasSize(1);
  }
}
