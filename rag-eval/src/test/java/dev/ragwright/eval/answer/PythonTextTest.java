package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.eval.GoldenFile;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares all characters with CPython 3.11's, which knows Unicode 14; later ones, which one of
 * both does not know yet, are left out.
 */
class PythonTextTest {
  /** A mark without a width of its own in Unicode 14, with one since Unicode 16. */
  private static final int AHOM_MEDIAL_RA = 0x1171e;

  private static final Map<String, BitSet> SETS = new HashMap<>();
  private static final Map<String, String> LOWER = new HashMap<>();
  private static final Map<String, String> SIGMAS = new HashMap<>();

  @BeforeAll
  static void read() {
    for (String line : GoldenFile.lines(PythonTextTest.class, "characters.tsv.gz")) {
      List<String> fields = List.of(line.split("\t", -1));
      switch (fields.get(0)) {
        case "unicode" -> assertThat(fields.get(1)).isEqualTo("14.0.0");
        case "lower" -> LOWER.put(text(fields.get(1)), text(fields.get(2)));
        case "sigma" -> SIGMAS.put(text(fields.get(1)), text(fields.get(2)));
        default -> SETS.put(fields.get(0), set(fields.get(1)));
      }
    }
  }

  private static String text(String codes) {
    StringBuilder text = new StringBuilder();
    for (String code : codes.split(" ", -1)) {
      text.appendCodePoint(Integer.parseInt(code, 16));
    }
    return text.toString();
  }

  private static BitSet set(String ranges) {
    BitSet set = new BitSet();
    for (String range : ranges.split(" ", -1)) {
      int dash = range.indexOf('-');
      set.set(
          Integer.parseInt(range.substring(0, dash), 16),
          Integer.parseInt(range.substring(dash + 1), 16) + 1);
    }
    return set;
  }

  private static BitSet assigned() {
    return SETS.getOrDefault("assigned", new BitSet());
  }

  private static BitSet differences(String set, IntPredicate ours) {
    BitSet there = SETS.getOrDefault(set, new BitSet());
    assertThat(there.isEmpty()).isFalse();
    BitSet different = new BitSet();
    assigned().stream()
        .filter(c -> c != AHOM_MEDIAL_RA)
        .filter(c -> (c < 0xd800 || c > 0xdfff) && Character.isDefined(c))
        .filter(c -> there.get(c) != ours.test(c))
        .forEach(different::set);
    return different;
  }

  @Test
  void knowsTheSameSpaces() {
    assertThat(differences("space", PythonText::isSpace).stream()).isEmpty();
  }

  @Test
  void knowsTheSameLettersAndNumbers() {
    assertThat(differences("word", PythonText::isWord).stream()).isEmpty();
  }

  @Test
  void knowsTheSamePunctuation() {
    assertThat(differences("punctuation", PythonText::isPunctuation).stream()).isEmpty();
  }

  @Test
  void lowersTheSame() {
    assertThat(LOWER).hasSizeGreaterThan(1300);
    assigned().stream()
        .filter(c -> c < 0xd800 || c > 0xdfff)
        .mapToObj(Character::toString)
        .forEach(c -> assertThat(PythonText.lower(c)).isEqualTo(LOWER.getOrDefault(c, c)));
  }

  @Test
  void knowsWhereAWordEndsInSigma() {
    assertThat(
            differences(
                "beforeFinalSigma",
                c -> PythonText.lower(Character.toString(c) + "\u03a3").endsWith("\u03c2"))
                .stream())
        .isEmpty();
    assertThat(
            differences(
                "withinFinalSigma",
                c -> PythonText.lower("A" + Character.toString(c) + "\u03a3").endsWith("\u03c2"))
                .stream())
        .isEmpty();
    assertThat(
            differences(
                "afterFinalSigma",
                c -> PythonText.lower("A\u03a3" + Character.toString(c)).charAt(1) == '\u03c2')
                .stream())
        .isEmpty();
  }

  @Test
  void lowersSigmaByItsPlaceInTheWord() {
    assertThat(SIGMAS).hasSizeGreaterThan(300);
    SIGMAS.forEach(
        (text, lower) ->
            assertThat(PythonText.lower(text))
                .as(text.codePoints().mapToObj(Integer::toHexString).toList().toString())
                .isEqualTo(lower));
  }

  @Test
  void splitsAtNoBreakSpacesToo() {
    assertThat(PythonText.split("\u00a0a\u3000b \u2028\tc\u200bd "))
        .containsExactly("a", "b", "c\u200bd");
    assertThat(PythonText.split(" ")).isEmpty();
  }
}
