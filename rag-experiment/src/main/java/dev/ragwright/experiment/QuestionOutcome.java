package dev.ragwright.experiment;

import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one question in one arm, and of each passage on the way. Passages are named by
 * their ids; {@link ExperimentResult#passages()} has them. Immutable.
 *
 * @param questionId the question's id
 * @param retrieved what was found, best first, deeper than the pipeline looks
 * @param depth how many of these the pipeline takes
 * @param ranked those, in the reranker's order; without one, in the retriever's. The first topK are
 *     what the context is made of
 * @param context the passages that the generator read, in its order
 * @param dropped the passages of the first topK that are not, or not wholly, in the context, and
 *     why
 * @param contextTokens how long the context is, by the generator's own counter
 * @param answer the text; null after an abstention, a failure, or without a generator
 * @param citations what it rests on, without those that are not in the context word for word
 * @param refusedCitations how many of those there were, with those that the generator refused
 * @param abstention why there is no answer; null when there is one
 * @param failure what failed; null when nothing did
 * @param stages what each stage took, in their order
 * @param probe what was tried to find out why the answer is wrong; null where it is right, or
 *     nobody asked
 */
public record QuestionOutcome(
    String questionId,
    List<String> retrieved,
    int depth,
    List<String> ranked,
    List<String> context,
    List<Context.Dropped> dropped,
    int contextTokens,
    @Nullable String answer,
    List<Citation> citations,
    int refusedCitations,
    @Nullable Abstention abstention,
    @Nullable Failure failure,
    List<StageTime> stages,
    @Nullable Probe probe) {

  /** Keeps the lists as they are: they are shared between arms, and unmodifiable. */
  public QuestionOutcome {
    citations = List.copyOf(citations);
    dropped = List.copyOf(dropped);
    stages = List.copyOf(stages);
  }

  /**
   * A stage that threw.
   *
   * @param stage its step in the pipeline, such as {@code generate}
   */
  public record Failure(String stage, String message) {}

  /** This outcome of an answer that turned out to be wrong. */
  QuestionOutcome with(Probe why) {
    return new QuestionOutcome(
        questionId,
        retrieved,
        depth,
        ranked,
        context,
        dropped,
        contextTokens,
        answer,
        citations,
        refusedCitations,
        abstention,
        failure,
        stages,
        why);
  }

  /** The time of all stages, one after the other, as they were measured. */
  public Duration latency() {
    return stages.stream().map(StageTime::wall).reduce(Duration.ZERO, Duration::plus);
  }

  /** Whether some of its stages were measured in an earlier run. */
  public boolean replayed() {
    return stages.stream().anyMatch(StageTime::replayed);
  }
}
