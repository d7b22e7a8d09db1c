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
 */
public final class QuestionOutcome {
  private final Values values;

  QuestionOutcome(Values values) {
    this.values = values;
  }

  /** All of it. The lists that outcomes share are unmodifiable, and not copied. */
  record Values(
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
    Values {
      citations = List.copyOf(citations);
      dropped = List.copyOf(dropped);
      stages = List.copyOf(stages);
    }
  }

  /** The question's id. */
  public String questionId() {
    return values.questionId;
  }

  /** The passages that were found, best first, deeper than the pipeline looks; unmodifiable. */
  public List<String> retrieved() {
    return values.retrieved;
  }

  /** How many of the {@link #retrieved()} the pipeline takes. */
  public int depth() {
    return values.depth;
  }

  /**
   * The passages that the pipeline takes, in the reranker's order; without one, in the retriever's.
   * The first topK are what the context is made of. Unmodifiable.
   */
  public List<String> ranked() {
    return values.ranked;
  }

  /** The passages that the generator read, in its order; unmodifiable. */
  public List<String> context() {
    return values.context;
  }

  /** The first topK passages that are not, or not wholly, in the context; unmodifiable. */
  public List<Context.Dropped> dropped() {
    return values.dropped;
  }

  /** How long the context is, by the generator's own counter. */
  public int contextTokens() {
    return values.contextTokens;
  }

  /** The answer's text; null after an abstention, a failure, or without a generator. */
  public @Nullable String answer() {
    return values.answer;
  }

  /** What the answer rests on, if it is in the context word for word; unmodifiable. */
  public List<Citation> citations() {
    return values.citations;
  }

  /** How many citations were left out, with those that the generator refused. */
  public int refusedCitations() {
    return values.refusedCitations;
  }

  /** Why there is no answer; null when there is one. */
  public @Nullable Abstention abstention() {
    return values.abstention;
  }

  /** What failed; null when nothing did. */
  public @Nullable Failure failure() {
    return values.failure;
  }

  /** What each stage took, in their order; unmodifiable. */
  public List<StageTime> stages() {
    return values.stages;
  }

  /**
   * What was tried to find out why the answer is wrong; null where it is right, or nobody asked.
   */
  public @Nullable Probe probe() {
    return values.probe;
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
        new Values(
            values.questionId,
            values.retrieved,
            values.depth,
            values.ranked,
            values.context,
            values.dropped,
            values.contextTokens,
            values.answer,
            values.citations,
            values.refusedCitations,
            values.abstention,
            values.failure,
            values.stages,
            why));
  }

  /** The time of all stages, one after the other, as they were measured. */
  public Duration latency() {
    return values.stages.stream().map(StageTime::wall).reduce(Duration.ZERO, Duration::plus);
  }

  /** Whether some of its stages were measured in an earlier run. */
  public boolean replayed() {
    return values.stages.stream().anyMatch(StageTime::replayed);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof QuestionOutcome other && values.equals(other.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
