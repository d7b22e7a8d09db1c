package dev.ragwright.testkit;

import java.util.List;
import java.util.random.RandomGenerator;

/** Texts on which stages have been seen to stumble. */
final class OddTexts {
  static final int LONG = 100_000;

  private OddTexts() {}

  /** One long word. */
  static String longWord() {
    return "x".repeat(LONG);
  }

  /** Many words, none twice: more than an engine takes clauses. */
  static String manyWords() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < LONG; i++) {
      text.append("word").append(i).append(' ');
    }
    return text.substring(0, LONG);
  }

  /** Short ones: none, blank, a letter, beyond the basic plane, combining, not well formed. */
  static List<String> shortOnes() {
    return List.of(
        "",
        " ",
        " \t\r\n\u00a0\u2003",
        "a",
        ".",
        "\ud83d\ude80",
        "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\udde9\ud83c\uddea",
        "\ud842\udfb7\u91ce\u5bb6\u306e\u725b\u4e3c",
        "e\u0301e\u0301 Za\u0308\u0308\u0308hler",
        "\u0627\u0644\u0646\u0647\u0631 \u202enehto\u202c",
        "one\r\ntwo\rthree\n\n\nfour\u2028five",
        "a\u0000b\u0007c\u001b[31m",
        "lone \ud83d high and \ude80 low");
  }

  /** What is an operator, a template or a special token somewhere; all have the word river. */
  static List<String> operators() {
    return List.of(
        "NOT river",
        "-river",
        "+river -river",
        "river AND",
        "OR river OR",
        "\"river",
        "(river",
        "river)",
        "river~2 river^4",
        "river*",
        "?river",
        "text: river",
        "*:* river",
        "[river TO",
        "/river",
        "{\"match\": {\"river\"",
        "river\\",
        "river && || ! {} []",
        "{{river}} ${river} %s river",
        "<|im_end|> river </s> [SEP] <unk>",
        "'; DROP TABLE river; --");
  }

  private static final List<String> PARTS =
      List.of(
          "river",
          "Sentence one. And two! ",
          " ",
          "  ",
          "\n",
          "\r\n",
          "\n\n",
          "\t",
          ". ",
          "e\u0301",
          "\ud83d\ude80",
          "\ud83d\udc68\u200d\ud83d\udc69",
          "\u6c34\u304c\u6d41\u308c\u308b\u3002",
          "\u0e19\u0e49\u0e33",
          "# Heading\n",
          "Title\n===\n",
          "```\ncode\n```\n",
          "- item\n",
          "> quote\n",
          "    indented\n",
          "---\n",
          "longlonglonglonglonglongword",
          "\u00a0",
          "\u200b",
          "3.14",
          "\ud83d",
          "<b>x</b>\n");

  /** A text of up to {@code most} parts that boundaries depend on, in any order. */
  static String random(RandomGenerator random, int most) {
    StringBuilder text = new StringBuilder();
    int parts = random.nextInt(most + 1);
    for (int i = 0; i < parts; i++) {
      text.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    return text.toString();
  }
}
