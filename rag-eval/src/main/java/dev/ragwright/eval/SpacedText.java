package dev.ragwright.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A text in which words are found whatever white space stands between them. */
final class SpacedText {
  private final String normal;
  private final int[] starts; // of each character of the normal text in the original

  SpacedText(String text) {
    StringBuilder normal = new StringBuilder();
    int[] starts = new int[text.length()];
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean space = isSpace(c);
      if (space && (normal.isEmpty() || normal.charAt(normal.length() - 1) == ' ')) {
        continue;
      }
      starts[normal.length()] = i;
      normal.append(space ? ' ' : c);
    }
    this.normal = normal.toString();
    this.starts = Arrays.copyOf(starts, normal.length());
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** The text with one space in place of each run of white space, and none at its ends. */
  static String normal(String text) {
    return new SpacedText(text).normal.strip();
  }

  /** Where the words stand in the original text, in order; places do not overlap. */
  List<Place> find(String words) {
    String wanted = normal(words);
    List<Place> places = new ArrayList<>();
    if (wanted.isEmpty()) {
      return places;
    }
    for (int at = normal.indexOf(wanted);
        at >= 0;
        at = normal.indexOf(wanted, at + wanted.length())) {
      places.add(new Place(starts[at], starts[at + wanted.length() - 1] + 1));
    }
    return places;
  }
}
