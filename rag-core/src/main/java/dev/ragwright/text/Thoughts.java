package dev.ragwright.text;

import java.util.List;

/**
 * Keeps apart what a model thinks before it answers: what stands between a mark such as {@code
 * <think>} at the beginning and the mark that ends it. Some templates begin the thinking in the
 * prompt. Not safe to share.
 */
public final class Thoughts {
  /** A beginning and its end, as families of models write them. */
  private record Marks(String begin, String end) {}

  private static final List<Marks> KNOWN =
      List.of(
          new Marks("<think>", "</think>"), // DeepSeek, Qwen, SmolLM
          new Marks("<thinking>", "</thinking>"),
          new Marks("<thought>", "</thought>"), // Gemini, through its endpoint for OpenAI's clients
          new Marks("<reasoning>", "</reasoning>"),
          new Marks("<seed:think>", "</seed:think>"), // Seed-OSS
          new Marks("[THINK]", "[/THINK]"), // Magistral
          new Marks("<|begin_of_thought|>", "<|end_of_thought|>"),
          new Marks("\u25c1think\u25b7", "\u25c1/think\u25b7")); // Kimi-VL

  private enum Place {
    START,
    THINKING,
    BEFORE_ANSWER,
    ANSWER
  }

  private final StringBuilder thinking = new StringBuilder();
  private final StringBuilder held = new StringBuilder();
  private int lead; // white space at the beginning of what is held
  private Place place = Place.START;
  private String end = "";

  /** For the answer to a prompt. */
  public Thoughts(String prompt) {
    String asked = prompt.stripTrailing();
    for (Marks marks : KNOWN) {
      if (asked.endsWith(marks.begin)) {
        begin(marks);
      }
    }
  }

  /** For a whole reply, in which the thoughts may have an end alone, if the prompt began them. */
  public static Thoughts of(String reply) {
    String begun = reply.stripLeading();
    for (Marks marks : KNOWN) {
      if (reply.contains(marks.end) && !begun.startsWith(marks.begin)) {
        return new Thoughts(marks.begin);
      }
    }
    return new Thoughts("");
  }

  /** Whether a token is a mark, which has to be seen here though it is a special token. */
  public static boolean isMark(String token) {
    return KNOWN.stream().anyMatch(marks -> token.equals(marks.begin) || token.equals(marks.end));
  }

  /** What the model thought, so far. */
  public String thinking() {
    return thinking.toString().strip();
  }

  /** What of the answer is certain by now. */
  public String append(String piece) {
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
    if (place == Place.BEFORE_ANSWER) {
      String answer = takeHeld().stripLeading();
      place = answer.isEmpty() ? place : Place.ANSWER;
      return answer;
    }
    return place == Place.ANSWER ? takeHeld() : "";
  }

  /** The rest of the answer. */
  public String end() {
    if (place == Place.THINKING) {
      thinking.append(takeHeld());
    }
    return place == Place.START ? takeHeld() : "";
  }

  private void begin(Marks marks) {
    end = marks.end;
    place = Place.THINKING;
  }

  private void start() {
    while (lead < held.length() && Character.isWhitespace(held.charAt(lead))) {
      lead++;
    }
    String begun = held.substring(lead);
    boolean open = false;
    for (Marks marks : KNOWN) {
      if (begun.startsWith(marks.begin)) {
        held.setLength(0);
        held.append(begun, marks.begin.length(), begun.length());
        begin(marks);
        return;
      }
      open |= marks.begin.startsWith(begun);
    }
    if (!open) {
      place = Place.ANSWER;
    }
  }

  private void think() {
    int at = held.indexOf(end);
    if (at >= 0) {
      thinking.append(held, 0, at);
      held.delete(0, at + end.length());
      place = Place.BEFORE_ANSWER;
    } else {
      int certain = Math.max(0, held.length() - end.length());
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
