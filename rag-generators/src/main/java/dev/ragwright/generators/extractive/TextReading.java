package dev.ragwright.generators.extractive;

import dev.ragwright.call.Usage;
import java.util.List;
import java.util.Optional;

/**
 * What a reader found in one text.
 *
 * @param answers best first, ties by place, no place twice; empty if the text has nothing to read;
 *     unmodifiable
 * @param usage what was counted
 */
public record TextReading(List<ReadAnswer> answers, Usage usage) {
  /** Copies the list. */
  public TextReading {
    answers = List.copyOf(answers);
  }

  /** The best answer; empty if the text has nothing to read. */
  public Optional<ReadAnswer> best() {
    return answers.stream().findFirst();
  }
}
