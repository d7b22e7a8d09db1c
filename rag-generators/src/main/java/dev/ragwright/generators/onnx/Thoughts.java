package dev.ragwright.generators.onnx;

/**
 * Keeps apart what a model thinks before it answers: what stands between {@code <think>} at the
 * beginning and {@code </think>}. Some templates begin the thinking in the prompt.
 */
final class Thoughts {
  private static final String BEGIN = "<think>";
  private static final String END = "</think>";

  private enum Place {
    START,
    THINKING,
    BEFORE_ANSWER,
    ANSWER
  }

  private final StringBuilder thinking = new StringBuilder();
  private final StringBuilder held = new StringBuilder();
  private Place place;

  Thoughts(String prompt) {
    place = prompt.stripTrailing().endsWith(BEGIN) ? Place.THINKING : Place.START;
  }

  /** What the model thought, so far. */
  String thinking() {
    return thinking.toString().strip();
  }

  /** What of the answer is certain by now. */
  String append(String piece) {
    if (place == Place.ANSWER) {
      return piece;
    }
    held.append(piece);
    if (place == Place.START) {
      start();
    }
    if (place == Place.THINKING) {
      think();
    }
    if (place == Place.BEFORE_ANSWER && !held.toString().isBlank()) {
      String answer = held.toString().stripLeading();
      held.setLength(0);
      place = Place.ANSWER;
      return answer;
    }
    return place == Place.ANSWER ? takeHeld() : "";
  }

  /** The rest of the answer. */
  String end() {
    if (place == Place.THINKING) {
      thinking.append(takeHeld());
    }
    return place == Place.START ? takeHeld() : "";
  }

  private void start() {
    String begun = held.toString().stripLeading();
    if (begun.startsWith(BEGIN)) {
      held.setLength(0);
      held.append(begun, BEGIN.length(), begun.length());
      place = Place.THINKING;
    } else if (!BEGIN.startsWith(begun)) {
      place = Place.ANSWER;
    }
  }

  private void think() {
    int end = held.indexOf(END);
    if (end >= 0) {
      thinking.append(held, 0, end);
      held.delete(0, end + END.length());
      place = Place.BEFORE_ANSWER;
    } else {
      int certain = Math.max(0, held.length() - END.length());
      thinking.append(held, 0, certain);
      held.delete(0, certain);
    }
  }

  private String takeHeld() {
    String all = held.toString();
    held.setLength(0);
    return all;
  }
}
