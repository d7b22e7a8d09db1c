package dev.ragwright.text;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.IntStream;

/** Which name was probably meant. */
public final class NearestName {
  private NearestName() {}

  /**
   * Returns the first of the names that take the fewest edits (Levenshtein's), without regard to
   * case; the empty text if there is none.
   */
  public static String of(String name, Collection<String> all) {
    String asked = LetterCase.lower(name);
    String nearest = "";
    int least = Integer.MAX_VALUE;
    for (String candidate : all) {
      int distance = edits(asked, candidate.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return nearest;
  }

  private static int edits(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
