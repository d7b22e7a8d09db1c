package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks one generator after the other, the cheapest first, until an answer is accepted; that of the
 * last is always:
 *
 * {@snippet :
 * Generator frugal =
 *     Cascade.first("quotes", ExtractiveGenerator.create(), AcceptanceScore.confidence(), 0.6)
 *         .last("model", generator);
 * }
 *
 * <p>An abstention is never accepted but of the last. Each answer that was asked for is charged,
 * accepted or not: the parts in the trace are a record of each generator, and behind it one of its
 * score ({@code accept}) with the score, the threshold and the verdict. What was not asked has
 * none. (Chen et al., "FrugalGPT", 2023, whose thresholds were learnt on the rows that its scorer
 * was; here {@code RouteTrial} of rag-eval learns one for the first step from a split of its own,
 * with a bound.)
 *
 * <p>An answer that may still be refused cannot be streamed: a step's is handed over in one piece
 * once it is accepted, the last one's is streamed. The context is measured in the tokens of the
 * first generator, so the budget must suit all. A failure of a step or its score is the cascade's,
 * with the records of what ran before and what that counted; {@code Resilience.fallback} of
 * rag-resilience has others answer for one that fails.
 *
 * <p>Immutable and safe to share; it owns no generator.
 */
public final class Cascade implements Generator {
  private final List<Step> steps;
  private final NamedGenerator last;

  /** A generator whose answer may be refused; without a score only an abstention is. */
  private record Step(
      NamedGenerator generator,
      @Nullable AcceptanceScore score,
      double atLeast,
      @Nullable Threshold learnt) {
    Step {
      if (score != null && learnt != null) {
        String here = score.sourceOf(generator.generator());
        if (!(learnt.source() + " (").startsWith(here + " (")) { // and then what an error was
          throw new IllegalArgumentException(
              "the threshold was learnt from scores of \"%s\", and \"%s\" has those of \"%s\", which"
                      .formatted(learnt.source(), generator.name(), here)
                  + " cannot be compared; learn one for it");
        }
      }
      boolean any = learnt != null && atLeast == Double.NEGATIVE_INFINITY;
      if (score != null && !any && !(atLeast >= score.least() && atLeast <= score.most())) {
        throw new IllegalArgumentException(
            "the threshold of \"%s\" must be from %s to %s, as %s is, was %s"
                .formatted(
                    generator.name(),
                    score.least(),
                    score.most(),
                    score.description().name(),
                    atLeast));
      }
    }

    /** For people, and to tell cascades apart. */
    String told() {
      return score == null
          ? generator.name()
          : generator.name() + " if " + score.description().name() + " >= " + atLeast;
    }

    boolean accepts(GenerationRequest request, Generation made, CallContext context, Ran ran) {
      if (made.abstention().isPresent() || score == null) {
        return made.abstention().isEmpty();
      }
      long start = ran.now();
      AcceptanceScore.Scored scored;
      try {
        scored = score.score(request, made, context);
      } catch (RagException e) {
        StageDescription described = score.description();
        throw ran.failed(
            "the score \"" + described.name() + "\" of the route failed",
            ran.record("accept", described, start, e.usage()),
            e);
      }
      OptionalDouble value = scored.value();
      boolean accepted = value.isPresent() && value.getAsDouble() >= atLeast;
      StageRecord record =
          ran.record("accept", score.description(), start, scored.usage())
              .with("verdict", accepted ? "accepted" : "refused")
              .withParts(scored.parts());
      record = value.isPresent() ? record.with("score", value.getAsDouble()) : record;
      ran.add(Double.isInfinite(atLeast) ? record : record.with("atLeast", atLeast));
      return accepted;
    }
  }

  private Cascade(List<Step> steps, NamedGenerator last) {
    this.steps = List.copyOf(steps);
    this.last = last;
    NamedGenerator.checkDistinct("cascade", all());
    all().stream().skip(1).forEach(Cascade::checkPromisesNothing);
  }

  /** A bound that was learnt over all questions says nothing of those that others refused. */
  private static void checkPromisesNothing(NamedGenerator later) {
    if (later.generator() instanceof Cascade inner && inner.steps.getFirst().learnt != null) {
      throw new IllegalArgumentException(
          "\"%s\" accepts from a learnt threshold on, which holds where it is asked all questions, and here it is asked those that others refused; give the number alone, threshold.value(), which promises nothing"
              .formatted(later.name()));
    }
  }

  /**
   * Begins with a generator whose answer is accepted from a learnt threshold on, which bounds the
   * share of errors among those accepted. Only the first can have one: its answers were learnt from
   * over all questions, and a later one is asked those that others refused, which are harder. So
   * the bound holds where the cascade itself is asked all questions, and not behind a router or a
   * cascade; and over the retrieval that it was learnt with.
   *
   * @param threshold learnt from {@code score}'s scores of this generator's answers: its source is
   *     {@link AcceptanceScore#sourceOf}
   * @throws IllegalArgumentException if it was learnt from others
   */
  public static Builder first(
      String name, Generator generator, AcceptanceScore score, Threshold threshold) {
    Builder builder = new Builder();
    Objects.requireNonNull(score, "score");
    builder.steps.add(
        new Step(new NamedGenerator(name, generator), score, threshold.value(), threshold));
    return builder;
  }

  /**
   * Begins with a generator whose answer is accepted from a score on, without a promise.
   *
   * @throws IllegalArgumentException if the score cannot be that, or it is NaN
   */
  public static Builder first(
      String name, Generator generator, AcceptanceScore score, double atLeast) {
    return new Builder().then(name, generator, score, atLeast);
  }

  /** Begins with a generator whose answer is accepted unless it abstains. */
  public static Builder first(String name, Generator generator) {
    return new Builder().then(name, generator);
  }

  /** Runs the steps, and returns the answer that one accepts; null if none does. */
  private @Nullable Generation accepted(GenerationRequest request, CallContext context, Ran ran) {
    for (Step step : steps) {
      Generation made = ran.generate(step.generator, request);
      if (step.accepts(request, made, context, ran)) {
        return ran.whole(made);
      }
    }
    return null;
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    Ran ran = new Ran(context);
    Generation early = accepted(request, context, ran);
    return early == null ? ran.whole(ran.generate(last, request)) : early;
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Ran ran = new Ran(context);
    Generation early = accepted(request, context, ran);
    return early == null ? ran.stream(last, request) : TokenStream.of(early);
  }

  private List<NamedGenerator> all() {
    List<NamedGenerator> all = new ArrayList<>();
    steps.forEach(step -> all.add(step.generator));
    all.add(last);
    return all;
  }

  @Override
  public TokenCounter tokenCounter() {
    return all().getFirst().generator().tokenCounter();
  }

  @Override
  public boolean readsTextOnly() {
    return all().stream().allMatch(one -> one.generator().readsTextOnly())
        && steps.stream().allMatch(step -> step.score == null || step.score.readsTextOnly());
  }

  /**
   * The cascade with another prompt for each of its generators, but those that a score asks.
   *
   * @throws IllegalArgumentException if one has none, or if a threshold was learnt for the prompt
   *     that its generator has
   */
  @Override
  public Generator withPrompt(PromptTemplate prompt) {
    UnaryOperator<NamedGenerator> changed =
        one -> new NamedGenerator(one.name(), one.generator().withPrompt(prompt));
    return new Cascade(
        steps.stream()
            .map(
                step ->
                    new Step(changed.apply(step.generator), step.score, step.atLeast, step.learnt))
            .toList(),
        changed.apply(last));
  }

  @Override
  public StageDescription description() {
    List<StageDescription> parts = new ArrayList<>();
    for (Step step : steps) {
      parts.add(step.generator.generator().description());
      if (step.score != null) {
        parts.add(step.score.description());
      }
    }
    parts.add(last.generator().description());
    String told = steps.stream().map(Step::told).collect(Collectors.joining(", "));
    return StageDescription.of("generator", "cascade")
        .with("steps", told + ", " + last.name())
        .withParts(parts);
  }

  /** A cascade's steps as they are named. Not safe to share. */
  public static final class Builder {
    private final List<Step> steps = new ArrayList<>();

    private Builder() {}

    /**
     * As {@link Cascade#first(String, Generator, AcceptanceScore, double)}, for the next one. The
     * number of a learnt threshold promises nothing here.
     */
    public Builder then(String name, Generator generator, AcceptanceScore score, double atLeast) {
      Objects.requireNonNull(score, "score");
      steps.add(new Step(new NamedGenerator(name, generator), score, atLeast, null));
      return this;
    }

    /** As {@link Cascade#first(String, Generator)}, for the next one. */
    public Builder then(String name, Generator generator) {
      steps.add(new Step(new NamedGenerator(name, generator), null, 0, null));
      return this;
    }

    /**
     * The cascade, with the generator whose answer is always accepted.
     *
     * @throws IllegalArgumentException if two generators have one name, or one that is not the
     *     first is a cascade with a learnt threshold
     */
    public Cascade last(String name, Generator generator) {
      return new Cascade(steps, new NamedGenerator(name, generator));
    }
  }
}
