package dev.ragwright.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a person sees, or does not, in a file. White space, the form of a dash and of a table's
 * cells do not count.
 *
 * @param file the file's name
 * @param kind how often it comes, and where
 * @param text the words; cells of a row are apart by a bar
 */
record Expectation(String file, Kind kind, String text) {

  /** How often a text comes, and where. */
  enum Kind {
    ONCE,
    NEVER,
    /** Once, behind the text of this kind that stands before it. */
    ORDER
  }

  private static final Pattern SPACES = Pattern.compile("[\\s\\u00a0]+");
  private static final Pattern CELLS = Pattern.compile(" ?\\| ?");
  private static final Pattern RULES = Pattern.compile("\\|(?: ?-{3,} ?\\|)+");
  private static final Pattern NOTHING = Pattern.compile("(?!)");
  private static final Pattern BARS = Pattern.compile("^\\|");

  /** The expectations of {@code expect.tsv} in a folder, or else those of this tool's own files. */
  static List<Expectation> of(Path folder) {
    Path file = folder.resolve("expect.tsv");
    try (InputStream in =
        Files.exists(file)
            ? Files.newInputStream(file)
            : Objects.requireNonNull(Expectation.class.getResourceAsStream("expect.tsv"))) {
      return parsed(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static List<Expectation> parsed(Path file, String lines) {
    List<Expectation> all = new ArrayList<>();
    int number = 0;
    for (String line : lines.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] fields = line.split("\t", -1);
      if (fields.length != 3 || !fields[1].matches("once|never|order")) {
        throw new IllegalArgumentException(
            file
                + ", line "
                + number
                + ": must be file, once, never or order, and text, apart by tabs; was: "
                + line);
      }
      all.add(
          new Expectation(fields[0], Kind.valueOf(fields[1].toUpperCase(Locale.ROOT)), fields[2]));
    }
    return all;
  }

  /**
   * A text as expectations are compared with it: cells, by bars or tabs, apart by a bar, else
   * single spaces, hyphens alike, and raised digits with {@code ^}.
   */
  static String comparable(String text) {
    return comparable(text, BARS);
  }

  private static String comparable(String text, Pattern leadingBar) {
    String plain = raised(text).replace('\u2011', '-').replace('\u2010', '-').replace("\\|", "/");
    StringBuilder all = new StringBuilder();
    for (String line : plain.split("\\R", -1)) {
      String cells = line.indexOf('|') < 0 ? line.replace('\t', '|') : line;
      String one = SPACES.matcher(cells.strip()).replaceAll(" ");
      if (RULES.matcher(one).matches()) {
        continue;
      }
      one = CELLS.matcher(leadingBar.matcher(one).replaceFirst("")).replaceAll("|");
      all.append(one).append(one.isEmpty() ? "" : " ");
    }
    return SPACES.matcher(all).replaceAll(" ");
  }

  /** The text, compared as it is: a bar before it stands for the cell before. */
  private String words() {
    return comparable(text, NOTHING).strip();
  }

  private static String raised(String text) {
    String digits = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      int digit = digits.indexOf(text.charAt(i));
      boolean first = i == 0 || digits.indexOf(text.charAt(i - 1)) < 0;
      out.append(digit < 0 ? "" : first ? "^" : "")
          .append(digit < 0 ? text.charAt(i) : (char) ('0' + digit));
    }
    return out.toString();
  }

  /**
   * Whether it holds.
   *
   * @param from behind the text that is in order before this one
   */
  boolean holds(String comparable, int from) {
    String words = words();
    int first = comparable.indexOf(words);
    return switch (kind) {
      case NEVER -> first < 0;
      case ONCE -> first >= 0 && comparable.indexOf(words, first + 1) < 0;
      case ORDER -> comparable.indexOf(words, from) >= 0;
    };
  }

  /** Behind this text, where the next of its order may stand. */
  int behind(String comparable, int from) {
    String words = words();
    int at = kind == Kind.ORDER ? comparable.indexOf(words, from) : -1;
    return at < 0 ? from : at + words.length();
  }
}
