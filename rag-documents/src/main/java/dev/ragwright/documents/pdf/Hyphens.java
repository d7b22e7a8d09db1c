package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Line;
import dev.ragwright.text.LetterCase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts lines together. A word that is cut at a line's end is made whole only where the document has
 * it whole elsewhere; the hyphen stays otherwise, without a space behind it, so that {@code
 * well-known} is right and nothing is made up. A soft hyphen at the end is none of the text.
 */
final class Hyphens {
  private static final char SOFT = '\u00AD';
  private static final Set<String> JOINERS =
      Set.of("und", "oder", "bzw", "and", "or", "to", "et", "ou", "e", "o", "y", "en", "of");

  private final Set<String> words = new HashSet<>();

  static boolean isAtEnd(String text) {
    int last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
    return (last == '-' || last == '\u2010' || last == SOFT)
        && text.length() > 1
        && Character.isLetterOrDigit(text.codePointBefore(text.length() - 1));
  }

  /** Learns the words of a line; one that is cut at its end is none. */
  void learn(String line) {
    int end = isAtEnd(line) ? wordStart(line, line.length() - 1) : line.length();
    int start = -1;
    for (int i = 0; i <= end; i++) {
      char c = i == end ? ' ' : line.charAt(i);
      boolean inside = Character.isLetterOrDigit(c) || isInner(line, i, end);
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        words.add(LetterCase.lower(line.substring(start, i)));
        start = -1;
      }
    }
  }

  private static boolean isInner(String line, int i, int end) {
    return i > 0
        && i + 1 < end
        && (line.charAt(i) == '-' || line.charAt(i) == '\u2010')
        && Character.isLetterOrDigit(line.charAt(i - 1))
        && Character.isLetterOrDigit(line.charAt(i + 1));
  }

  private static int wordStart(String text, int end) {
    int start = end;
    while (start > 0
        && (Character.isLetterOrDigit(text.charAt(start - 1)) || text.charAt(start - 1) == '-')) {
      start--;
    }
    return start;
  }

  /**
   * Lines as one text.
   *
   * @param starts where each line begins in it
   */
  @SuppressWarnings("ArrayRecordComponent") // is not kept
  record Joined(String text, int[] starts) {}

  /** The lines as one text; line breaks stay where lines end. */
  Joined join(List<Line> lines) {
    int[] starts = new int[lines.size()];
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String text = shown(lines.get(i).text());
      if (i == 0) {
        out.append(text);
      } else if (!isAtEnd(out.substring(Math.max(0, out.length() - 4)))) {
        boolean address = !lines.get(i - 1).ends() && isAddress(out, text);
        out.append(address ? "" : lines.get(i - 1).ends() ? "\n" : " ").append(text);
      } else {
        joinWord(out, text);
      }
      starts[i] = out.length() - text.length();
    }
    return new Joined(out.toString().replace(SOFT, '-'), starts);
  }

  /** Whether an address of the web is cut here, behind a mark that ends no sentence. */
  private static boolean isAddress(StringBuilder out, String next) {
    int last = out.isEmpty() ? ' ' : out.charAt(out.length() - 1);
    int first = next.isEmpty() ? ' ' : next.charAt(0);
    boolean open = last == '/' || last == '.' || last == '_' || last == '=' || last == '&';
    if (!open || !(Character.isLowerCase(first) || Character.isDigit(first) || first == '/')) {
      return false;
    }
    String word = out.substring(Math.max(out.lastIndexOf(" "), out.lastIndexOf("\n")) + 1);
    return word.contains("://") || word.contains("www.");
  }

  /** A soft hyphen within a line is seen, so it is a hyphen. */
  private static String shown(String text) {
    int last = text.length() - 1;
    return last > 0 && text.charAt(last) == SOFT
        ? text.substring(0, last).replace(SOFT, '-') + SOFT
        : text.replace(SOFT, '-');
  }

  private void joinWord(StringBuilder out, String next) {
    int hyphen = out.length() - 1;
    int end = 0;
    while (end < next.length() && Character.isLetterOrDigit(next.charAt(end))) {
      end++;
    }
    String head = out.substring(wordStart(out.toString(), hyphen), hyphen);
    String tail = next.substring(0, end);
    String lower = LetterCase.lower(tail);
    boolean small = end > 0 && Character.isLowerCase(next.codePointAt(0));
    boolean soft = out.charAt(hyphen) == SOFT;
    String whole = LetterCase.lower(head + tail);
    if (soft || (small && words.contains(whole))) {
      out.setLength(hyphen);
    } else if (JOINERS.contains(lower)) {
      out.append(' ');
    }
    out.append(next);
  }
}
