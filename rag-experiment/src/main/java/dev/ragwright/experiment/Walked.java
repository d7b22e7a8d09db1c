package dev.ragwright.experiment;

import dev.ragwright.generate.Context;
import dev.ragwright.trace.Trace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a question ended in an arm, and what its metrics look at.
 *
 * @param ranking what was found, reranked; null when that failed
 * @param read what the context is made of; null when it was not reached
 * @param given what the generator read: that, unless it took something else in its place
 * @param trace as the pipeline's own, with the times that were measured; null of a walk that was
 *     not to come to an end
 */
record Walked(
    QuestionOutcome outcome,
    @Nullable Ranked ranking,
    @Nullable Context read,
    @Nullable Context given,
    @Nullable Trace trace) {

  /** The way of a question through an arm that cannot be asked at all. */
  static Walked broken(int depth, String question, String why) {
    return new Walked(
        new QuestionOutcome(
            new QuestionOutcome.Values(
                question,
                List.of(),
                depth,
                List.of(),
                List.of(),
                List.of(),
                0,
                null,
                List.of(),
                0,
                null,
                new QuestionOutcome.Failure(Steps.RETRIEVE, why),
                List.of(),
                null)),
        null,
        null,
        null,
        null);
  }
}
