package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.util.List;
import java.util.Objects;
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

  private final Values values;

  private Generation(Values values) {
    this.values = values;
  }

  /** All of it; what has a default is changed by the methods of that name. */
  private record Values(
      String text,
      List<Citation> citations,
      FinishReason finishReason,
      @Nullable Abstention abstention,
      int refusedCitations,
      OptionalDouble confidence,
      @Nullable String model,
      @Nullable Context context,
      List<StageRecord> parts,
      Usage usage) {
    Values {
      citations = List.copyOf(citations);
      parts = List.copyOf(parts);
    }
  }

  /** A finished text without citations, whose cost is unknown. */
  public static Generation of(String text) {
    return of(text, List.of(), FinishReason.STOP, Usage.unknown());
  }

  /** A text with what it rests on, by place in the text. */
  public static Generation of(
      String text, List<Citation> citations, FinishReason finishReason, Usage usage) {
    return of(text, citations, finishReason, null, usage);
  }

  private static Generation of(
      String text,
      List<Citation> citations,
      FinishReason finishReason,
      @Nullable Abstention abstention,
      Usage usage) {
    return new Generation(
        new Values(
            text,
            citations,
            finishReason,
            abstention,
            0,
            OptionalDouble.empty(),
            null,
            null,
            List.of(),
            usage));
  }

  /** No text: the generator abstains. */
  public static Generation abstained(Abstention abstention, Usage usage) {
    return abstained(abstention, FinishReason.STOP, usage);
  }

  /** No text: the generator abstains, after its model stopped for the given reason. */
  public static Generation abstained(
      Abstention abstention, FinishReason finishReason, Usage usage) {
    return of("", List.of(), finishReason, abstention, usage);
  }

  /**
   * Returns this generation with another text, and citations by place in that one.
   *
   * @throws IllegalStateException if the generator abstained, so that there is no text
   */
  public Generation withText(String text, List<Citation> citations) {
    if (values.abstention != null) {
      throw new IllegalStateException("an abstention has no text");
    }
    return new Generation(
        new Values(
            text,
            citations,
            values.finishReason,
            null,
            values.refusedCitations,
            values.confidence,
            values.model,
            values.context,
            values.parts,
            values.usage));
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
    return with(
        refused, values.confidence, values.model, values.context, values.parts, values.usage);
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
    return with(
        values.refusedCitations,
        OptionalDouble.of(value),
        values.model,
        values.context,
        values.parts,
        values.usage);
  }

  /**
   * Returns this generation with the name that its service gave the model that wrote it, which may
   * be another than was asked for.
   *
   * @throws IllegalArgumentException if it is blank
   */
  public Generation withModel(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a model's name must not be blank");
    }
    return with(
        values.refusedCitations,
        values.confidence,
        name,
        values.context,
        values.parts,
        values.usage);
  }

  /**
   * Returns this generation with what the generator read, where it is another context than the
   * request's: citations are then checked against that one.
   */
  public Generation withContext(Context read) {
    return with(
        values.refusedCitations,
        values.confidence,
        values.model,
        Objects.requireNonNull(read, "read"),
        values.parts,
        values.usage);
  }

  /**
   * Returns this generation with records of what ran for it, such as attempts of which one
   * succeeded. Their usage is part of this one's.
   */
  public Generation withParts(List<StageRecord> records) {
    return with(
        values.refusedCitations,
        values.confidence,
        values.model,
        values.context,
        records,
        values.usage);
  }

  /** Returns this generation with what was counted in all, such as by attempts before it. */
  public Generation withUsage(Usage usage) {
    return with(
        values.refusedCitations,
        values.confidence,
        values.model,
        values.context,
        values.parts,
        usage);
  }

  private Generation with(
      int refused,
      OptionalDouble confidence,
      @Nullable String model,
      @Nullable Context context,
      List<StageRecord> parts,
      Usage usage) {
    return new Generation(
        new Values(
            values.text,
            values.citations,
            values.finishReason,
            values.abstention,
            refused,
            confidence,
            model,
            context,
            parts,
            usage));
  }

  /** The text; empty when the generator abstained. */
  public String text() {
    return values.text;
  }

  /** What the text rests on; unmodifiable. */
  public List<Citation> citations() {
    return values.citations;
  }

  /** Why the generator stopped. */
  public FinishReason finishReason() {
    return values.finishReason;
  }

  /** Why there is no text; empty when there is one. */
  public Optional<Abstention> abstention() {
    return Optional.ofNullable(values.abstention);
  }

  /**
   * How many citations of its model the generator refused, because what they name is not there.
   * They are not in {@link #citations()}.
   */
  public int refusedCitations() {
    return values.refusedCitations;
  }

  /**
   * How sure the generator is that the text answers the question, or that it would have, had the
   * generator not abstained: on its own scale, so comparable among answers of one generator. Empty
   * if it does not say. {@code ThresholdCalibration} learns from such numbers from which one on to
   * believe an answer.
   */
  public OptionalDouble confidence() {
    return values.confidence;
  }

  /**
   * The name that the service gave the model that wrote it; empty where no service is asked, or it
   * does not say.
   */
  public Optional<String> model() {
    return Optional.ofNullable(values.model);
  }

  /** What the generator read, where it is another context than the request's; empty else. */
  public Optional<Context> context() {
    return Optional.ofNullable(values.context);
  }

  /** What ran for it, in the order in which it began; unmodifiable. */
  public List<StageRecord> parts() {
    return values.parts;
  }

  /** What was counted, in all parts together. */
  public Usage usage() {
    return values.usage;
  }
}
