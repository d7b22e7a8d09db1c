package dev.ragwright.generators.onnx;

import java.util.List;

/**
 * Lets a text through up to the first place where one of some texts begins. What may be the
 * beginning of one is held back until more is known.
 */
final class StopTexts {
  private final List<String> texts;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopTexts(List<String> texts) {
    this.texts = texts;
  }

  /** Whether one was found: there is no more text then. */
  boolean found() {
    return found;
  }

  /** What is certain by now. */
  String append(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int first = -1;
    for (String text : texts) {
      int place = held.indexOf(text);
      first = place >= 0 && (first < 0 || place < first) ? place : first;
    }
    found = first >= 0;
    int certain = found ? first : held.length() - longestBeginning();
    String text = held.substring(0, certain);
    held.delete(0, found ? held.length() : certain);
    return text;
  }

  /** What was held back and became none of them. */
  String end() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  /** How many characters at the end may begin one of the texts. */
  private int longestBeginning() {
    int longest = 0;
    for (String text : texts) {
      for (int length = Math.min(text.length() - 1, held.length()); length > longest; length--) {
        if (held.substring(held.length() - length).equals(text.substring(0, length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
