package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a generator made of a request: a text with its citations, or an abstention. Immutable. */
public final class Generation {

  /** Why a generator stopped. */
  public enum FinishReason {
    /** It was done. */
    STOP,
    /** It reached the most tokens that it may write, so the text may end in the middle. */
    LENGTH,
    /** Its provider held back the rest, or all, of the text. */
    CONTENT_FILTER,
    /** Something else, or it did not say. */
    OTHER
  }

  private final String text;
  private final List<Citation> citations;
  private final FinishReason finishReason;
  private final @Nullable Abstention abstention;
  private final int refusedCitations;
  private final OptionalDouble confidence;
  private final Usage usage;

  private Generation(
      String text,
      List<Citation> citations,
      FinishReason finishReason,
      @Nullable Abstention abstention,
      int refusedCitations,
      OptionalDouble confidence,
      Usage usage) {
    this.text = text;
    this.citations = List.copyOf(citations);
    this.finishReason = finishReason;
    this.abstention = abstention;
    this.refusedCitations = refusedCitations;
    this.confidence = confidence;
    this.usage = usage;
  }

  /** A finished text without citations, whose cost is unknown. */
  public static Generation of(String text) {
    return of(text, List.of(), FinishReason.STOP, Usage.unknown());
  }

  /** A text with what it rests on, by place in the text. */
  public static Generation of(
      String text, List<Citation> citations, FinishReason finishReason, Usage usage) {
    return new Generation(text, citations, finishReason, null, 0, OptionalDouble.empty(), usage);
  }

  /** No text: the generator abstains. */
  public static Generation abstained(Abstention abstention, Usage usage) {
    return abstained(abstention, FinishReason.STOP, usage);
  }

  /** No text: the generator abstains, after its model stopped for the given reason. */
  public static Generation abstained(
      Abstention abstention, FinishReason finishReason, Usage usage) {
    return new Generation(
        "", List.of(), finishReason, abstention, 0, OptionalDouble.empty(), usage);
  }

  /**
   * Returns this generation with the number of citations that its model made and the generator
   * refused.
   *
   * @throws IllegalArgumentException if {@code refused < 0}
   */
  public Generation withRefusedCitations(int refused) {
    if (refused < 0) {
      throw new IllegalArgumentException("refused must be >= 0, was " + refused);
    }
    return new Generation(text, citations, finishReason, abstention, refused, confidence, usage);
  }

  /**
   * Returns this generation with how sure the generator is of it.
   *
   * @param value higher is surer, on the generator's own scale; finite
   * @throws IllegalArgumentException if it is not finite
   */
  public Generation withConfidence(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("a confidence must be finite, was " + value);
    }
    return new Generation(
        text,
        citations,
        finishReason,
        abstention,
        refusedCitations,
        OptionalDouble.of(value),
        usage);
  }

  /** The text; empty when the generator abstained. */
  public String text() {
    return text;
  }

  /** What the text rests on; unmodifiable. */
  public List<Citation> citations() {
    return citations;
  }

  /** Why the generator stopped. */
  public FinishReason finishReason() {
    return finishReason;
  }

  /** Why there is no text; empty when there is one. */
  public Optional<Abstention> abstention() {
    return Optional.ofNullable(abstention);
  }

  /**
   * How many citations of its model the generator refused, because what they name is not there.
   * They are not in {@link #citations()}.
   */
  public int refusedCitations() {
    return refusedCitations;
  }

  /**
   * How sure the generator is that the text answers the question, or that it would have, had the
   * generator not abstained: on its own scale, so comparable among answers of one generator. Empty
   * if it does not say. {@code ThresholdCalibration} learns from such numbers from which one on to
   * believe an answer.
   */
  public OptionalDouble confidence() {
    return confidence;
  }

  /** What was counted. */
  public Usage usage() {
    return usage;
  }
}
