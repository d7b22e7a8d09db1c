package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.trace.StageRecord;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Says how far an answer can be believed, after it was written. A {@link Cascade} accepts an answer
 * from a threshold on. Implementations are immutable and safe to share.
 */
@FunctionalInterface
public interface AcceptanceScore extends Stage {

  /**
   * Scores an answer; a cascade never asks of an abstention.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Scored score(GenerationRequest request, Generation generation, CallContext context);

  /**
   * A score, and what it took.
   *
   * @param value higher is surer; not NaN. Empty where nothing can be said of the answer, which is
   *     then not accepted
   * @param usage what was counted
   * @param parts what ran for it, in the order in which it began; unmodifiable
   */
  record Scored(OptionalDouble value, Usage usage, List<StageRecord> parts) {
    /** Copies the list, and refuses what cannot be compared. */
    public Scored {
      parts = List.copyOf(parts);
      if (value.isPresent() && Double.isNaN(value.getAsDouble())) {
        throw new IllegalArgumentException("a score is NaN");
      }
    }

    /** A score that took nothing. */
    public static Scored of(double value) {
      return new Scored(OptionalDouble.of(value), Usage.none(), List.of());
    }

    /** Nothing can be said of the answer, and nothing was used. */
    public static Scored none() {
      return new Scored(OptionalDouble.empty(), Usage.none(), List.of());
    }
  }

  /** The least that it can be; negative infinity unless overridden. */
  default double least() {
    return Double.NEGATIVE_INFINITY;
  }

  /** The most that it can be; infinity unless overridden. */
  default double most() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Whether it reads nothing but the words of question, evidence and answer, as {@link
   * Generator#readsTextOnly} has it. False unless overridden.
   */
  default boolean readsTextOnly() {
    return false;
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("acceptance", this);
  }

  /**
   * What scores of a generator's answers are called, in a {@link
   * dev.ragwright.retrieve.Threshold#source Threshold}: a threshold of one generator means nothing
   * for another, nor for the same with another prompt. They are named by their settings: neither
   * what an index contains is in it, nor what retrieves the evidence, which no generator knows. A
   * threshold's source may say behind it, in parentheses, what an error was.
   *
   * @throws IllegalArgumentException if this or the generator does not say what it is
   */
  default String sourceOf(Generator generator) {
    StageDescription score = description();
    StageDescription scored = generator.description();
    if (score.opaque() || scored.opaque()) {
      throw new IllegalArgumentException(
          "the %s %s does not say what it is, so no threshold can be learnt for it; give it a name"
                  .formatted(
                      score.opaque() ? score.kind() : scored.kind(),
                      score.opaque() ? score : scored)
              + " with named(\"...\"), or override its description()");
    }
    return score.withoutContent() + " of " + scored.withoutContent();
  }

  /** This score under a name that its user vouches for: a changed one gets a new name. */
  default AcceptanceScore named(String name) {
    return new NamedScore(StageDescription.of("acceptance", name), this);
  }

  /**
   * How sure the generator itself is, as {@link Generation#confidence()} has it: a language model's
   * probability of its tokens, where it reports one, or a reader's margin. Nothing where it does
   * not say. Free.
   */
  static AcceptanceScore confidence() {
    return OwnConfidence.INSTANCE;
  }

  /**
   * The share of the answer's words, in lower case and as often as they are used, that stand in the
   * evidence, from 0 to 1. Free. What quotes has always 1, so it says something of generators that
   * write.
   */
  static AcceptanceScore words() {
    return WordSupport.INSTANCE;
  }

  /**
   * The mean probability, from 0 to 1, that what a sentence of the answer cites entails it, or all
   * evidence where it cites nothing; joined by line feeds. {@code Groundedness.probability} of
   * rag-eval is the same as a metric.
   *
   * @param name its user vouches for it: another model gets another name
   * @throws IllegalArgumentException if the name is blank
   */
  static AcceptanceScore entailed(String name, Entailment entailment) {
    return new EntailedScore(StageDescription.of("acceptance", name), entailment);
  }

  /**
   * How far others answer alike, from 0 to 1: the mean of F1 over words in lower case, each as
   * often as it is used, between the answer and that of each other; 0 with one that abstains. The
   * same generator with another seed makes it self-agreement, and another cheap one a vote. The
   * others are asked at the same time, and each is charged for.
   *
   * @param others one or more; not the dear one that the cascade spares
   * @throws IllegalArgumentException if there is none
   */
  static AcceptanceScore agreement(Generator... others) {
    return new Agreement(Arrays.asList(others));
  }
}
