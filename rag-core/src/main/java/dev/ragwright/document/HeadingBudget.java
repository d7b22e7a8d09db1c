package dev.ragwright.document;

import dev.ragwright.text.Beginning;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the headings of passages, which are searched and embedded with the text, within a number of
 * tokens: a document may have a line of a megabyte that is a heading. For one document.
 */
final class HeadingBudget {
  private static final int FEWEST = 16;
  private static final int MOST_OF_A_UNIT = 3; // tokens, one for each byte in UTF-8

  private final TokenCounter counter;
  private final int most;
  private final Map<String, TokenSpans> counted = new HashMap<>();

  /** For passages of a text of so many tokens. */
  HeadingBudget(int maxTokens, TokenCounter counter) {
    this.counter = counter;
    this.most = of(maxTokens);
  }

  /** How many tokens the headings of a passage have at most. */
  static int of(int maxTokens) {
    return Math.max(FEWEST, maxTokens / 2);
  }

  /** The innermost headings that fit, or the beginning of the last where that alone does not. */
  List<String> within(List<String> headings) {
    int units = headings.stream().mapToInt(String::length).sum();
    if (units <= most / MOST_OF_A_UNIT) {
      return headings;
    }
    int tokens = 0;
    int first = headings.size();
    while (first > 0 && tokens + tokens(headings.get(first - 1)).size() <= most) {
      first--;
      tokens += tokens(headings.get(first)).size();
    }
    return first < headings.size()
        ? headings.subList(first, headings.size())
        : List.of(Beginning.of(headings.getLast(), tokens(headings.getLast()).end(most - 1)));
  }

  private TokenSpans tokens(String heading) {
    return counted.computeIfAbsent(heading, counter::spans);
  }
}
