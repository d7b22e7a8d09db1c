package dev.ragwright.retrievers.rerank;

import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Reranker;
import java.util.Locale;
import java.util.Objects;

/**
 * Rerankers that ask a generator: any language model that answers questions can put passages in
 * order, at the price of reading them. Each passage is evidence of the request, marked as data the
 * way the generator marks any; it begins with its number in brackets and is on one line, so that a
 * passage cannot pretend to be two. The question stands quoted in the instruction.
 *
 * <p>Answers are read strictly. What the generator says of no passage, or says unreadably, changes
 * nothing: such passages keep the place that the first stage gave them, are counted, and the others
 * are put into the places that are left. A place is all that can be told of the result, so scores
 * are reciprocal ranks: 1, 1/2, 1/3 and so on.
 *
 * <p>A passage of which the generator does not see the end is counted as {@link
 * dev.ragwright.call.Usage#TRUNCATED_TEXTS}. The rerankers are immutable, and as safe to share as
 * their generator.
 */
public final class GeneratorReranker {
  /** Counts the calls of the generator. */
  public static final String CALLS = "rerankCalls";

  /** Counts answers that cannot be read: whatever is in another form than was asked for. */
  public static final String UNREADABLE_ANSWERS = "unreadableAnswers";

  /** Counts numbers in readable orders that stand for no passage, or stand there again. */
  public static final String IGNORED_NUMBERS = "ignoredNumbers";

  /** Counts passages that readable orders leave out. */
  public static final String UNRANKED_PASSAGES = "unrankedPassages";

  private static final int WINDOW = 20;
  private static final int STEP = 10;
  private static final int PASSAGE_TOKENS = 300;

  private GeneratorReranker() {}

  /** {@link #listwise(Generator, int, int, int)} with windows of 20, 10 apart, of 300 tokens. */
  public static Reranker listwise(Generator generator) {
    return listwise(generator, WINDOW, STEP, PASSAGE_TOKENS);
  }

  /**
   * Asks for the order of {@code window} passages at a time, from the end of the ranking to its
   * beginning, each window {@code step} passages before the one behind it, so that the best climb
   * from window to window. Sun et al., "Is ChatGPT Good at Search? Investigating Large Language
   * Models as Re-Ranking Agents" (EMNLP 2023), with a last window that always reaches the
   * beginning. The answer has to be {@code [2] > [1] > [3]}, brackets optional, and nothing else.
   *
   * @param passageTokens the most tokens of a passage that are shown, the generator's own
   * @throws IllegalArgumentException if {@code window < 2}, {@code step} is not in [1, window) or
   *     {@code passageTokens < 1}
   */
  public static Reranker listwise(Generator generator, int window, int step, int passageTokens) {
    if (window < 2 || step < 1 || step >= window) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "window must be >= 2 and step in [1, window), were %d and %d",
              window,
              step));
    }
    return new ListwiseReranker(
        new PassageQuestion(Objects.requireNonNull(generator, "generator"), passageTokens),
        window,
        step);
  }

  /** {@link #pointwise(Generator, int, int)} with 300 tokens of a passage, one call at a time. */
  public static Reranker pointwise(Generator generator) {
    return pointwise(generator, PASSAGE_TOKENS, 1);
  }

  /**
   * Asks for a grade of each passage on its own: a whole number from 0 to 10, or {@code yes} and
   * {@code no} for these two ends, and nothing else. Equal grades keep the order of the first
   * stage.
   *
   * @param passageTokens the most tokens of a passage that are shown, the generator's own
   * @param parallel how many calls of the generator may run at the same time
   * @throws IllegalArgumentException if {@code passageTokens < 1} or {@code parallel < 1}
   */
  public static Reranker pointwise(Generator generator, int passageTokens, int parallel) {
    if (parallel < 1) {
      throw new IllegalArgumentException("parallel must be >= 1, was " + parallel);
    }
    return new PointwiseReranker(
        new PassageQuestion(Objects.requireNonNull(generator, "generator"), passageTokens),
        parallel);
  }
}
