package dev.ragwright.retrievers.lucene;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a word of the trade stands in a text, such as {@code RFC-2119}, {@code C#}, {@code U.S.},
 * {@code user@example.com}, {@code Parser.java}, {@code parseHTTPHeader} or {@code 10.6.0}:
 * letters, digits and underscores, joined by single signs.
 *
 * @param start of the word in the text
 * @param end behind it
 */
record TechnicalWord(int start, int end) {
  /** What is longer is no word to a reader, and no term to Lucene. */
  private static final int LONGEST = 255;

  /** How far to look for the words beside one. */
  private static final int BESIDE = 32;

  private static final String JOINERS = ".-\u2010\u2011/@&";
  private static final Pattern CAPITALS = Pattern.compile("\\p{Lu}{2,}");

  /** The words of the trade in a text, in their order; they do not overlap. */
  static List<TechnicalWord> in(String text) {
    List<TechnicalWord> words = new ArrayList<>();
    for (int i = 0; i < text.length(); ) {
      if (!isWord(text, i)) {
        i += Character.charCount(text.codePointAt(i));
        continue;
      }
      int start = startsWithPoint(text, i) ? i - 1 : i;
      int end = end(text, i);
      if (end - start <= LONGEST && !isPlain(text, start, end)) {
        TechnicalWord word = new TechnicalWord(start, end);
        if (!word.shouted(text)) {
          words.add(word);
        }
      }
      i = end;
    }
    return words;
  }

  /** Letters, of which the first alone may be a capital, or digits alone: most words by far. */
  private static boolean isPlain(String text, int start, int end) {
    boolean digits = Character.isDigit(text.charAt(start));
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      boolean expected =
          digits
              ? Character.isDigit(c)
              : (Character.isLetter(c) && (i == start || !Character.isUpperCase(c)))
                  || Character.getType(c) == Character.NON_SPACING_MARK;
      if (!expected) {
        return false;
      }
    }
    return true;
  }

  /** Letters of scripts that are written without spaces belong to no word here. */
  private static boolean isWord(String text, int at) {
    if (at >= text.length()) {
      return false;
    }
    int point = text.codePointAt(at);
    if (point < 0x80) {
      return point == '_' || Character.isLetterOrDigit(point);
    }
    if (!Character.isLetterOrDigit(point)
        && Character.getType(point) != Character.NON_SPACING_MARK) {
      return false;
    }
    return switch (Character.UnicodeScript.of(point)) {
      case HAN, HIRAGANA, KATAKANA, HANGUL, THAI, LAO, KHMER, MYANMAR -> false;
      default -> true;
    };
  }

  private static boolean startsWithPoint(String text, int at) {
    return at > 0
        && text.charAt(at - 1) == '.'
        && Character.isLetter(text.codePointAt(at))
        && (at == 1 || (!isWord(text, at - 2) && ".)]}!?".indexOf(text.charAt(at - 2)) < 0));
  }

  private static int end(String text, int start) {
    int end = start;
    while (true) {
      while (isWord(text, end)) {
        end += Character.charCount(text.codePointAt(end));
      }
      if (end < text.length() && JOINERS.indexOf(text.charAt(end)) >= 0 && isWord(text, end + 1)) {
        end++;
      } else {
        return end + sign(text, end);
      }
    }
  }

  /** The length of the {@code #} or {@code ++} that ends a word. */
  private static int sign(String text, int at) {
    if (!Character.isLetter(text.charAt(at - 1))) {
      return 0;
    }
    int length = text.startsWith("++", at) ? 2 : text.startsWith("#", at) ? 1 : 0;
    boolean ends = !isWord(text, at + length) && !text.startsWith("+", at + length);
    return ends ? length : 0;
  }

  /** Whether it and the words beside it are in capitals, which then say nothing. */
  private boolean shouted(String text) {
    if (!CAPITALS.matcher(text.subSequence(start, end)).matches()) {
      return false;
    }
    int before = start - 1;
    while (before > start - BESIDE && before >= 0 && !Character.isLetter(text.charAt(before))) {
      before--;
    }
    int after = end;
    while (after < end + BESIDE
        && after < text.length()
        && !Character.isLetter(text.charAt(after))) {
      after++;
    }
    boolean loudBefore = before >= 0 && Character.isUpperCase(text.charAt(before));
    boolean loudAfter = after < text.length() && Character.isUpperCase(text.charAt(after));
    if (loudAfter && after + 1 < text.length()) {
      loudAfter = !Character.isLowerCase(text.charAt(after + 1));
    }
    return (loudBefore && loudAfter)
        || (loudBefore && after == text.length())
        || (loudAfter && before < 0);
  }

  /**
   * What a word is found by.
   *
   * @param exact forms that are equal for all ways to write it: without hyphens where it is a code
   *     ({@code RFC2119}), without the points between single letters ({@code US}), else as it
   *     stands. What is hyphenated as prose is ({@code well-known}) has none.
   * @param parts what it is made of: what stands between the signs, humps of camelCase, letters and
   *     digits apart, and the beginnings of a version; a letter or digit alone is no part, and of
   *     {@code E17} the number is none
   */
  record Forms(List<String> exact, List<String> parts) {
    private static final Pattern HYPHEN = Pattern.compile("[-\u2010\u2011]");
    private static final Pattern WAY = Pattern.compile("[/@&]");
    private static final Pattern NO_ATOM = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");
    private static final Pattern VERSION = Pattern.compile("[vV]?(\\d+(?:\\.\\d+)+)");

    /** In capitals: "i.e." and "e.g." say nothing, and would count twice. */
    private static final Pattern INITIALS = Pattern.compile("\\p{Lu}(?:\\.\\p{Lu})+");

    /** PDFs: one acronym, and not humps. */
    private static final Pattern PLURAL = Pattern.compile("\\p{Lu}+s");

    /** E17: its number alone is that of anything else. */
    private static final Pattern LETTER_AND_NUMBER = Pattern.compile("\\p{L}\\d+");

    private static final Pattern ORDINAL = Pattern.compile("\\d+(?:st|nd|rd|th)");

    private static final Pattern HUMPS =
        Pattern.compile(
            "(?<=\\p{Ll})(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})"
                + "|(?<=\\p{L})(?=\\p{N})|(?<=\\p{N})(?=\\p{L})");

    static Forms of(String word) {
      Forms forms = new Forms(new ArrayList<>(), new ArrayList<>());
      forms.read(word);
      return forms;
    }

    private void read(String word) {
      if (word.codePoints().noneMatch(Character::isLetterOrDigit)) {
        return; // a line of underscores
      }
      if (INITIALS.matcher(word).matches()) {
        exact.add(word.replace(".", ""));
        return;
      }
      for (String way : WAY.split(word, -1)) {
        for (String segment : HYPHEN.split(way, -1)) {
          readSegment(segment);
        }
        readHyphens(way);
      }
      readWhole(word);
    }

    private void readWhole(String word) {
      boolean initials = all(WAY.split(word, -1), Forms::isCode);
      boolean path = word.indexOf('/') != word.lastIndexOf('/') || word.contains("_");
      if (word.contains("@")
          || (word.contains("&") && initials)
          || (word.contains("/") && (initials || path))) {
        exact.add(word);
      }
    }

    private void readHyphens(String word) {
      String[] segments = HYPHEN.split(word, -1);
      if (segments.length < 2) {
        return;
      }
      String joined = String.join("", segments);
      if (joined.codePoints().allMatch(Character::isDigit)) {
        exact.add(String.join("-", segments));
      } else if (segments[0].length() == 1
          || joined.codePoints().anyMatch(Character::isDigit)
          || all(segments, Forms::isCode)) {
        exact.add(joined);
      }
    }

    private static boolean isCode(int point) {
      return Character.isUpperCase(point) || Character.isDigit(point);
    }

    private static boolean all(String[] segments, IntPredicate points) {
      for (String segment : segments) {
        if (!segment.codePoints().allMatch(points)) {
          return false;
        }
      }
      return true;
    }

    private void readHumps(String[] humps) {
      for (String hump : humps) {
        if (hump.length() > 1 && humps.length > 1) {
          parts.add(hump);
        }
      }
    }

    private void readSegment(String segment) {
      Matcher version = VERSION.matcher(segment);
      if (version.matches()) {
        String numbers = version.group(1);
        if (numbers.length() < segment.length()) {
          parts.add(numbers);
        }
        int first = numbers.indexOf('.');
        for (int i = numbers.lastIndexOf('.'); i > first; i = numbers.lastIndexOf('.', i - 1)) {
          parts.add(numbers.substring(0, i));
        }
        return;
      }
      if (CAPITALS.matcher(segment).matches()
          || !Character.isLetterOrDigit(segment.codePointBefore(segment.length()))
          || segment.startsWith(".")
          || segment.contains("_")
          || segment.contains(".")) {
        exact.add(segment);
      }
      for (String atom : NO_ATOM.split(segment, -1)) {
        if (atom.length() > 1 && atom.length() < segment.length()) {
          parts.add(atom);
        }
        if (PLURAL.matcher(atom).matches() || ORDINAL.matcher(atom).matches()) {
          continue;
        }
        if (!LETTER_AND_NUMBER.matcher(atom).matches()) {
          readHumps(HUMPS.split(atom, -1));
        }
      }
    }
  }
}
