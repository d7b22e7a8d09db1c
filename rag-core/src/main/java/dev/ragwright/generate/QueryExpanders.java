package dev.ragwright.generate;

import dev.ragwright.retrieve.FollowUp;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import java.util.Locale;

/**
 * Expanders that ask a generator, once for each question. Its model is shown the question and
 * nothing else, with a prompt of the expander's own ({@link Generator#withPrompt}), so any
 * generator with a prompt will do. What it writes is searched for beside the question, which is
 * always the first query: where it abstains or writes nothing that can be searched for, the
 * question is the only one. Where it fails, so does the expander, unless {@link
 * QueryExpander#orQuestion} says otherwise. The trace has its call, with the tokens that it took.
 *
 * <p>Each costs a call of a language model before anything is searched for. With one of 135 million
 * parameters none of them gained on five sets of 20 or 30 questions (the guide has the table).
 * Measure yours with {@code ExpandReport} before you pay for it.
 */
public final class QueryExpanders {
  private QueryExpanders() {}

  /**
   * HyDE, hypothetical document embeddings: the model writes a passage that answers the question,
   * right or wrong, and passages like it are searched for (Gao et al., "Precise Zero-Shot Dense
   * Retrieval without Relevance Labels", ACL 2023). The passage is a {@link Query#like}, so an
   * embedder reads it as it reads passages. The paper averages the vectors of several such passages
   * and the question; here there is one, and its ranking is fused with the question's, which also
   * works by words and with any retriever.
   *
   * <p>With a model of 135 million parameters nDCG@10 by vectors fell on one of five sets, by .076,
   * and was not told apart on four. The paper's gains are those of a large model and an embedder
   * that was not trained on judgments.
   *
   * @throws IllegalArgumentException if the generator has no prompt
   */
  public static QueryExpander hyde(Generator generator) {
    return new GeneratedQueries(
        "hyde",
        generator.withPrompt(
            new Instructions(
                "Write a passage of three sentences that answers this question, as a document would"
                    + " have it, in the question's language. Write nothing but the passage.")),
        0);
  }

  /** {@link #multiQuery(Generator, int)} with three queries. */
  public static QueryExpander multiQuery(Generator generator) {
    return multiQuery(generator, 3);
  }

  /**
   * Multi-query: the model asks the question in other words, each line of what it writes is a
   * query.
   *
   * <p>With a model of 135 million parameters nDCG@10 by vectors fell on two of five sets, by .048
   * and .076, and was not told apart on three.
   *
   * @param queries the most to take, beside the question
   * @throws IllegalArgumentException if {@code queries < 1} or the generator has no prompt
   */
  public static QueryExpander multiQuery(Generator generator, int queries) {
    return lines(
        "multi-query",
        generator,
        queries,
        "Ask this question in %d other ways, with other words, in its language. Do not answer it."
            + " Write each question on a line of its own, and nothing else.");
  }

  /** {@link #decomposition(Generator, int)} into at most three. */
  public static QueryExpander decomposition(Generator generator) {
    return decomposition(generator, 3);
  }

  /**
   * Decomposition: the model splits the question into simpler ones, each line of what it writes is
   * a query. For questions whose answer is in several passages.
   *
   * <p>With a model of 135 million parameters nDCG@10 by vectors fell on three of five sets, by
   * .069 to .281, and was not told apart on two. Most was lost where the questions are of that kind
   * (HotpotQA): such a model asks for something else, and each wrong query has as much say as the
   * question. Measure yours.
   *
   * @param queries the most to take, beside the question
   * @throws IllegalArgumentException if {@code queries < 1} or the generator has no prompt
   */
  public static QueryExpander decomposition(Generator generator, int queries) {
    return lines(
        "decomposition",
        generator,
        queries,
        "Which simpler questions have to be answered first, at most %d? Do not answer them. Write"
            + " each question on a line of its own, in the language of this one, and nothing else.");
  }

  /**
   * For a loop of searches ({@code IterativeRetriever}): the model reads the best passages of each
   * hop, at most 1,000 tokens of them, and writes what has to be searched for next, a question a
   * line. It is asked once a round, with a record in the trace. Where it abstains or writes
   * nothing, the loop ends.
   *
   * <p>With a model of 135 million parameters nothing was gained on 30 questions of HotpotQA;
   * {@link FollowUp#names} needs no model and gains (the guide has the table).
   *
   * @param queries the most to take in a round
   * @throws IllegalArgumentException if {@code queries < 1} or the generator has no prompt
   */
  public static FollowUp followUp(Generator generator, int queries) {
    if (queries < 1) {
      throw new IllegalArgumentException("queries must be >= 1, was " + queries);
    }
    return new GeneratedFollowUp(
        generator.withPrompt(
            new Instructions(
                String.format(
                    Locale.ROOT,
                    "The documents may answer a part of the question. Which simpler question, at most"
                        + " %d, has to be searched for next, about what they name? Do not answer it."
                        + " Write each question on a line of its own, in the language of this one, and"
                        + " nothing else.",
                    queries))),
        queries);
  }

  private static QueryExpander lines(
      String name, Generator generator, int queries, String instructions) {
    if (queries < 1) {
      throw new IllegalArgumentException("queries must be >= 1, was " + queries);
    }
    return new GeneratedQueries(
        name,
        generator.withPrompt(new Instructions(String.format(Locale.ROOT, instructions, queries))),
        queries);
  }
}
