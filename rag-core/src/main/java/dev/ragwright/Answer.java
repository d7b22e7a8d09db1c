package dev.ragwright;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.Turn;
import dev.ragwright.trace.Trace;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a pipeline made of a question. Immutable. */
public final class Answer {
  private final String question;
  private final Outcome outcome;
  private final Context context;
  private final Trace trace;
  private final @Nullable Generation written;

  Answer(
      String question,
      Outcome outcome,
      Context context,
      Trace trace,
      @Nullable Generation written) {
    this.question = question;
    this.outcome = outcome;
    this.context = context;
    this.trace = trace;
    this.written = written;
  }

  /**
   * The question that was searched for and answered: as it was asked, or in a conversation as it
   * stands alone. The trace has it as it was asked.
   */
  public String question() {
    return question;
  }

  /** This question and answer, for the {@linkplain Conversation#with conversation} to go on. */
  public Turn turn() {
    return new Turn(trace.question(), question, text());
  }

  /** Whether the question was answered, and with what; or why not. */
  public Outcome outcome() {
    return outcome;
  }

  /** The answer's words; empty after an abstention. {@link #outcome()} has the reason. */
  public String text() {
    return outcome instanceof Outcome.Answered answered ? answered.text() : "";
  }

  /** What the words rest on; empty after an abstention; unmodifiable. */
  public List<Citation> citations() {
    return outcome instanceof Outcome.Answered answered ? answered.citations() : List.of();
  }

  /**
   * How sure the generator is, as {@link dev.ragwright.generate.Generation#confidence} has it;
   * empty if it does not say or was not reached.
   */
  public OptionalDouble confidence() {
    return written == null ? OptionalDouble.empty() : written.confidence();
  }

  /**
   * Why the generator stopped: unless it is {@link FinishReason#STOP}, the text may be a part of an
   * answer. Empty if the generator was not reached.
   */
  public Optional<FinishReason> finishReason() {
    return written == null ? Optional.empty() : Optional.of(written.finishReason());
  }

  /** What the generator read; empty when it was not reached. */
  public Context context() {
    return context;
  }

  /** What each stage did, and how long it took. */
  public Trace trace() {
    return trace;
  }

  /** The sum of what all stages counted; a count is unknown if it is unknown of one stage. */
  public Usage usage() {
    return trace.usage();
  }

  /** This answer as a service sends it, for whatever library writes JSON. */
  public AnswerBody body() {
    return AnswerBody.of(this);
  }

  /** The answer's words, or the reason why there are none. */
  @Override
  public String toString() {
    return outcome instanceof Outcome.Abstained abstained
        ? "no answer (" + abstained.reason() + "): " + abstained.detail()
        : text();
  }
}
