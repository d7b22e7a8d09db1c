package dev.ragwright.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the JDK gives for the root locale is what is expected. */
class LetterCaseTest {
  @Test
  void everyCharacterIsAsTheJdkHasIt() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      String text = "\u03a3\u0130" + Character.toString(point) + "\u03a3x";
      assertThat(LetterCase.lower(text)).isEqualTo(text.toLowerCase(Locale.ROOT));
      assertThat(LetterCase.upper(text)).isEqualTo(text.toUpperCase(Locale.ROOT));
      // What comes behind a letter that becomes two keeps its place.
      assertThat(Character.toString(point).toLowerCase(Locale.ROOT).length())
          .isEqualTo(point == 0x130 ? 2 : Character.charCount(point));
    }
  }

  @Test
  void textsOfWhatIsHardAreToo() {
    long seed = System.nanoTime();
    System.out.println("random test: seed " + seed);
    Random random = new Random(seed);
    String[] parts = {
      "\u0130",
      "\u03a3",
      "i",
      "A",
      " ",
      ".",
      "'",
      "\u00ad",
      "\u0307",
      "\u00df",
      "\ufb03",
      "\ud801\udc00",
      "\ud801",
      "\udc00",
      "\u0149",
      "\u0130stanbul ",
      "1"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(20); n >= 0; n--) {
        text.append(parts[random.nextInt(parts.length)].repeat(random.nextInt(100) == 0 ? 700 : 1));
      }
      String all = text.toString();
      assertThat(LetterCase.lower(all)).isEqualTo(all.toLowerCase(Locale.ROOT));
      assertThat(LetterCase.upper(all)).isEqualTo(all.toUpperCase(Locale.ROOT));
    }
  }

  /** Each took the JDK alone minutes. */
  @Test
  void aMillionLettersThatBecomeTwoAreRead() {
    assertThat(LetterCase.lower("\u0130".repeat(1_000_000))).isEqualTo("i\u0307".repeat(1_000_000));
    assertThat(LetterCase.upper("\u00df".repeat(1_000_000) + "\u0100"))
        .isEqualTo("SS".repeat(1_000_000) + "\u0100");
    assertThat(Words.of("a\u0130 ".repeat(300_000))).hasSize(300_000);
  }
}
