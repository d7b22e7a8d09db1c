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
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Has one of several generators answer, which a rule chooses before any is asked:
 *
 * {@snippet :
 * Generator routed =
 *     Router.by(
 *             RoutingRule.by(
 *                 "short ones", request -> request.question().text().length() < 80 ? "cheap" : "strong"))
 *         .generator("cheap", ExtractiveGenerator.create())
 *         .generator("strong", generator)
 *         .build();
 * }
 *
 * <p>Only the chosen one is asked, streamed and charged for. The answer's parts are the record of
 * the rule ({@code route}), with what it counted and why it chose, and that of the generator. The
 * context is measured in the tokens of the first generator, so the budget must suit all. A failure
 * of the rule or of the chosen one is the router's, with these records; {@code Resilience.fallback}
 * of rag-resilience has others answer for it.
 *
 * <p>Immutable and safe to share; it owns no generator.
 */
public final class Router implements Generator {
  private final RoutingRule rule;
  private final List<NamedGenerator> generators;

  private Router(RoutingRule rule, List<NamedGenerator> generators) {
    this.rule = rule;
    this.generators = List.copyOf(generators);
    if (generators.size() < 2) {
      throw new IllegalArgumentException(
          "a router takes two generators or more, had " + generators.size());
    }
    NamedGenerator.checkDistinct("router", generators);
    Map<String, StageDescription> described = new LinkedHashMap<>();
    generators.forEach(one -> described.put(one.name(), one.generator().description()));
    rule.check(described);
  }

  /** A router by a rule, whose generators are named next, the cheapest first. */
  public static Builder by(RoutingRule rule) {
    return new Builder(Objects.requireNonNull(rule, "rule"));
  }

  private NamedGenerator chosen(GenerationRequest request, CallContext context, Ran ran) {
    context.throwIfStopped();
    long start = ran.now();
    RoutingRule.Choice choice;
    try {
      choice = rule.choose(request, context);
    } catch (RagException e) {
      StageDescription described = rule.description();
      throw ran.failed(
          "the rule \"" + described.name() + "\" of the route failed",
          ran.record("route", described, start, e.usage()),
          e);
    }
    StageRecord record =
        ran.record("route", rule.description(), start, choice.usage())
            .with("chosen", choice.generator())
            .with("because", choice.detail());
    ran.add(record);
    return generators.stream()
        .filter(one -> one.name().equals(choice.generator()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the rule %s chose \"%s\", and the router has %s"
                        .formatted(rule.description(), choice.generator(), names())));
  }

  private List<String> names() {
    return generators.stream().map(NamedGenerator::name).toList();
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    Ran ran = new Ran(context);
    return ran.whole(ran.generate(chosen(request, context, ran), request));
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Ran ran = new Ran(context);
    return ran.stream(chosen(request, context, ran), request);
  }

  @Override
  public TokenCounter tokenCounter() {
    return generators.getFirst().generator().tokenCounter();
  }

  @Override
  public boolean readsTextOnly() {
    return rule.readsTextOnly()
        && generators.stream().allMatch(one -> one.generator().readsTextOnly());
  }

  /**
   * The router with another prompt for each of its generators.
   *
   * @throws IllegalArgumentException if one has none, or if the rule was learnt for the prompts
   *     that they have
   */
  @Override
  public Generator withPrompt(PromptTemplate prompt) {
    return new Router(
        rule,
        generators.stream()
            .map(one -> new NamedGenerator(one.name(), one.generator().withPrompt(prompt)))
            .toList());
  }

  @Override
  public StageDescription description() {
    List<StageDescription> parts = new ArrayList<>();
    parts.add(rule.description());
    generators.forEach(one -> parts.add(one.generator().description()));
    return StageDescription.of("generator", "router")
        .with("generators", names().stream().collect(Collectors.joining(", ")))
        .withParts(parts);
  }

  /** A router's generators as they are named. Not safe to share. */
  public static final class Builder {
    private final RoutingRule rule;
    private final List<NamedGenerator> generators = new ArrayList<>();

    private Builder(RoutingRule rule) {
      this.rule = rule;
    }

    /**
     * A generator that the rule may choose.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder generator(String name, Generator generator) {
      generators.add(new NamedGenerator(name, generator));
      return this;
    }

    /**
     * The router.
     *
     * @throws IllegalArgumentException if there are fewer than two generators, two have one name,
     *     or the rule was made for others
     */
    public Router build() {
      return new Router(rule, generators);
    }
  }
}
