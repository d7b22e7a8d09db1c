package dev.ragwright.eval.route;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.answer.RiskCoverage;
import dev.ragwright.eval.answer.ThresholdCalibration;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.RouteFeatures;
import dev.ragwright.route.RouteModel;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.trace.StageRecord;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What several generators made of the same questions and contexts, each asked once. From it routes
 * are learnt and judged without asking again: a router or a cascade would have got these answers,
 * at the sum of these costs.
 *
 * {@snippet :
 * RouteTrial.Split trial =
 *     RouteTrial.of(rag, TokenF1.squad())
 *         .generator("cheap", ExtractiveGenerator.create())
 *         .generator("strong", generator)
 *         .run(set, CallContext.unbounded())
 *         .split(0.5, 42);
 * RouteModel model = RouteLearning.of(trial.choosing());
 * RoutePolicy routed = trial.reporting().routed("learnt", model, 0.7);
 * }
 *
 * <p>A generator that answers the same request otherwise each time has one of its answers here.
 * Immutable.
 */
public final class RouteTrial {
  /** What costs are counted in where there are no prices. */
  public static final String CPU_SECONDS = "CPU-seconds";

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String set; // the name of the whole
  private final Optional<EvalSet.Part> part;
  private final String metric;
  private final SequencedMap<String, Generator> generators;
  private final StageDescription pipeline;
  private final @Nullable PriceTable prices;
  private final List<Row> rows;
  private final int unanswered;

  private RouteTrial(
      String set,
      Optional<EvalSet.Part> part,
      String metric,
      SequencedMap<String, Generator> generators,
      StageDescription pipeline,
      @Nullable PriceTable prices,
      List<Row> rows,
      int unanswered) {
    this.set = set;
    this.part = part;
    this.metric = metric;
    this.generators = generators;
    this.pipeline = pipeline;
    this.prices = prices;
    this.rows = List.copyOf(rows);
    this.unanswered = unanswered;
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(
          "no question of %s has reference answers and reached the generators".formatted(name()));
    }
  }

  /** One question. */
  private record Row(Question question, GenerationRequest request, List<Made> made) {}

  /** What one generator made of it. */
  private record Made(Generation generation, double quality, double cost) {}

  /**
   * Two parts without a question in common.
   *
   * @param choosing what rules and thresholds may be learnt from
   * @param reporting what they are then judged by
   */
  public record Split(RouteTrial choosing, RouteTrial reporting) {}

  /** When accepting an answer was an error. */
  public enum Risk {
    /** The answer's quality is below 1/2. */
    WRONG,
    /**
     * The answer of the trial's last generator would have been better: accepting loses something. A
     * bound of that says nothing of a cascade that ends with another one.
     */
    LOSES
  }

  /**
   * A trial behind a pipeline, whose own generator is not asked.
   *
   * @param pipeline makes the contexts; a question that it abstains from before the generator is
   *     left out, and counted
   * @param quality of an answer, the higher the better; an abstention is an empty answer
   */
  public static Builder of(RagPipeline pipeline, Evaluator<List<String>, String> quality) {
    return new Builder(pipeline, quality);
  }

  /** The set's name, and which part of it. */
  public String name() {
    return part.map(which -> which.nameIn(set)).orElse(set);
  }

  /** The names of the generators, the cheapest first; unmodifiable. */
  public List<String> generators() {
    return List.copyOf(generators.keySet());
  }

  /** What the generators are; unmodifiable. */
  List<RouteModel.Target> targets() {
    return generators.entrySet().stream()
        .map(
            one -> {
              StageDescription described = one.getValue().description();
              if (described.opaque()) {
                throw new IllegalArgumentException(
                    "the generator \"%s\" is %s, which does not say what it is, so nothing can be learnt for it; give it a name with named(\"...\"), or override its description()"
                        .formatted(one.getKey(), described));
              }
              return new RouteModel.Target(one.getKey(), described.withoutContent().toString());
            })
        .toList();
  }

  /** What the pipeline is up to the generators. */
  String before() {
    return RouteModel.before(pipeline);
  }

  /** The questions, in the order of the set; unmodifiable. */
  public List<Question> questions() {
    return rows.stream().map(Row::question).toList();
  }

  /** How many questions never reached the generators, because the pipeline abstained before. */
  public int unanswered() {
    return unanswered;
  }

  /** What costs are in: the currency's code, or {@link #CPU_SECONDS}. */
  public String costUnit() {
    return prices == null ? CPU_SECONDS : prices.currency().getCurrencyCode();
  }

  /** The features of each question, in their order; unmodifiable. */
  public List<RouteFeatures> features() {
    return rows.stream().map(row -> RouteFeatures.of(row.request)).toList();
  }

  /**
   * Splits the questions by their ids and a seed, as {@link EvalSet#split} does.
   *
   * @throws IllegalArgumentException unless {@code 0 < share < 1}, if a part would have no
   *     question, or if this is a part already
   */
  public Split split(double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("the share must be above 0 and below 1, was " + share);
    }
    if (part.isPresent()) {
      throw new IllegalArgumentException(name() + " is part of a split; split the whole trial");
    }
    EvalSet.Part choosing = EvalSet.Part.choosing(share, seed);
    return new Split(on(choosing), on(choosing.other()));
  }

  private RouteTrial on(EvalSet.Part which) {
    List<Row> some = rows.stream().filter(row -> which.has(row.question.id())).toList();
    return new RouteTrial(
        set, Optional.of(which), metric, generators, pipeline, prices, some, unanswered);
  }

  private int place(String generator) {
    int place = generators().indexOf(generator);
    if (place < 0) {
      throw new IllegalArgumentException(
          "there is no generator \"%s\"; there are %s".formatted(generator, generators()));
    }
    return place;
  }

  /**
   * One generator for all questions.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public RoutePolicy alone(String generator) {
    int place = place(generator);
    return policy(generator, i -> place, i -> rows.get(i).made.get(place).cost);
  }

  /** Each generator for all questions, the cheapest first; unmodifiable. */
  public List<RoutePolicy> alone() {
    return generators.keySet().stream().map(this::alone).toList();
  }

  private RoutePolicy policy(String called, IntUnaryOperator chosen, IntToDoubleFunction cost) {
    int n = rows.size();
    double[] quality = new double[n];
    double[] costs = new double[n];
    boolean[] escalated = new boolean[n];
    for (int i = 0; i < n; i++) {
      int place = chosen.applyAsInt(i);
      quality[i] = rows.get(i).made.get(place).quality;
      costs[i] = cost.applyAsDouble(i);
      escalated[i] = place > 0;
    }
    return RoutePolicy.of(called, quality, costs, escalated);
  }

  /**
   * What a router with a rule would have given, at the cost of the rule and of the generator that
   * it chooses.
   *
   * @throws IllegalArgumentException if the rule was made for other generators, or chooses one that
   *     is not here
   */
  public RoutePolicy routed(String called, RoutingRule rule, CallContext context) {
    Map<String, StageDescription> described = new LinkedHashMap<>();
    generators.forEach((key, generator) -> described.put(key, generator.description()));
    rule.check(described);
    int[] chosen = new int[rows.size()];
    double[] costs = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      Row row = rows.get(i);
      long cpu = PROCESS.getProcessCpuTime();
      RoutingRule.Choice choice = rule.choose(row.request, context);
      double asking = cost(record("route", rule.description(), choice.usage()), cpu, prices);
      chosen[i] = place(choice.generator());
      costs[i] = asking + row.made.get(chosen[i]).cost;
    }
    return policy(called, i -> chosen[i], i -> costs[i]);
  }

  /**
   * What a router with a learnt model would have given. To choose {@code suffices} on the questions
   * that it was learnt on, give its {@linkplain RoutingRule#learnt rule} in its place.
   *
   * @param suffices as for {@link RoutingRule#learnt}
   * @throws IllegalArgumentException if it may know some of these questions, by the name of what it
   *     was learnt on: of the same set, any but the other part of the same split. Or if it was
   *     learnt for other stages
   */
  public RoutePolicy routed(String called, RouteModel model, double suffices) {
    String learntOn = model.learntOn();
    boolean here = learntOn.equals(set) || learntOn.startsWith(set + "[");
    if (here && !part.map(which -> which.other().nameIn(set)).equals(Optional.of(learntOn))) {
      throw new IllegalArgumentException(
          "the model was learnt on %s, and judged on %s it would be judged by what it knows; judge it on the other part of its split, or on another set"
              .formatted(learntOn, name()));
    }
    return routed(called, RoutingRule.learnt(model, suffices, pipeline), CallContext.unbounded());
  }

  /**
   * Scores a generator's answers.
   *
   * @param generator not the last, which no cascade refuses
   * @throws IllegalArgumentException if there is none of that name
   */
  public Scores scores(String generator, AcceptanceScore score, CallContext context) {
    int place = place(generator);
    List<OptionalDouble> values = new ArrayList<>();
    double[] costs = new double[rows.size()];
    for (int i = 0; i < costs.length; i++) {
      Generation made = rows.get(i).made.get(place).generation;
      if (made.abstention().isPresent()) {
        values.add(OptionalDouble.empty());
        continue;
      }
      long cpu = PROCESS.getProcessCpuTime();
      AcceptanceScore.Scored scored = score.score(rows.get(i).request, made, context);
      StageRecord record =
          record("accept", score.description(), scored.usage()).withParts(scored.parts());
      costs[i] = cost(record, cpu, prices);
      values.add(scored.value());
    }
    Generator scored = Objects.requireNonNull(generators.get(generator));
    return new Scores(place, score.description().name(), score.sourceOf(scored), values, costs);
  }

  /**
   * A step of a cascade that accepts whatever is no abstention, and takes nothing.
   *
   * @throws IllegalArgumentException if there is no generator of that name
   */
  public Step unlessAbstaining(String generator) {
    int place = place(generator);
    List<OptionalDouble> values =
        rows.stream()
            .map(row -> row.made.get(place).generation)
            .map(
                made ->
                    made.abstention().isPresent() ? OptionalDouble.empty() : OptionalDouble.of(0))
            .toList();
    return new Scores(place, "answer", "", values, new double[values.size()]).atLeast(0);
  }

  /** How far a generator's answers can be believed, question by question. Immutable. */
  public final class Scores {
    private final int generator;
    private final String score;
    private final String source;
    private final List<OptionalDouble> values;
    private final double[] costs;

    private Scores(
        int generator, String score, String source, List<OptionalDouble> values, double[] costs) {
      this.generator = generator;
      this.score = score;
      this.source = source;
      this.values = List.copyOf(values);
      this.costs = costs;
    }

    /** In the order of the questions; empty of an abstention and where nothing can be said. */
    public List<OptionalDouble> values() {
      return values;
    }

    private RouteTrial trial() {
      return RouteTrial.this;
    }

    /** The cases to learn a threshold from: those that have a score. */
    private int[] cases() {
      int[] cases =
          IntStream.range(0, values.size()).filter(i -> values.get(i).isPresent()).toArray();
      if (cases.length == 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "none of the %d answers of \"%s\" has a %s, so there is nothing to learn from",
                values.size(),
                generators().get(generator),
                score));
      }
      return cases;
    }

    private boolean right(Row row, Risk risk) {
      double own = row.made.get(generator).quality;
      return risk == Risk.WRONG ? own >= 0.5 : own >= row.made.getLast().quality;
    }

    /**
     * Learns from which score on to accept, with a bound of the errors among what is accepted; its
     * {@link Threshold#source} is what {@code Cascade} asks for, and what an error was. Abstentions
     * are no cases. The bound is over all questions, so it holds where this generator is asked all
     * of them, as the first of a cascade: what one before it refused is harder.
     *
     * @throws IllegalArgumentException if no answer has a score
     */
    public ThresholdCalibration calibration(Risk risk) {
      int[] cases = cases();
      boolean[] right = new boolean[cases.length];
      for (int i = 0; i < cases.length; i++) {
        right[i] = right(rows.get(cases[i]), risk);
      }
      Generator last = Objects.requireNonNull(generators.lastEntry()).getValue();
      String error = risk == Risk.WRONG ? "0.5" : "that of " + last.description().withoutContent();
      return ThresholdCalibration.of(
          source + " (error: " + metric + " below " + error + ")",
          Arrays.stream(cases).mapToDouble(i -> values.get(i).getAsDouble()).toArray(),
          right);
    }

    /** The share of errors among what is accepted from a score on; empty where nothing is. */
    public OptionalDouble risk(double atLeast, Risk risk) {
      return IntStream.range(0, values.size())
          .filter(i -> values.get(i).isPresent() && values.get(i).getAsDouble() >= atLeast)
          .mapToDouble(i -> right(rows.get(i), risk) ? 0 : 1)
          .average();
    }

    /**
     * What accepting the surest alone would cost in quality: the loss of an answer is 1 less its
     * quality. What has no score comes last.
     *
     * @throws IllegalArgumentException if no answer has a score
     */
    public RiskCoverage riskCoverage() {
      int[] cases = cases();
      double least =
          Arrays.stream(cases).mapToDouble(i -> values.get(i).getAsDouble()).min().orElseThrow();
      return RiskCoverage.of(
          values.stream().mapToDouble(value -> value.orElse(least - 1)).toArray(),
          rows.stream().mapToDouble(row -> 1 - row.made.get(generator).quality).toArray());
    }

    /** A step of a cascade that accepts from this score on. */
    public Step atLeast(double value) {
      return new Step(this, value);
    }
  }

  /**
   * A step of a cascade that is tried out.
   *
   * @param scores of its generator's answers, on the trial that it is tried on
   * @param atLeast from which score on they are accepted
   */
  public record Step(Scores scores, double atLeast) {
    private boolean accepts(int question) {
      OptionalDouble value = scores.values.get(question);
      return value.isPresent() && value.getAsDouble() >= atLeast;
    }
  }

  /**
   * What a cascade would have given: each step's generator is asked, and its score where it
   * answers, until one is accepted; then the last.
   *
   * @param steps for each generator but the last, in their order
   * @throws IllegalArgumentException if they are not, or of another trial
   */
  public RoutePolicy cascaded(String called, List<Step> steps) {
    for (int g = 0; g < Math.max(steps.size(), generators.size() - 1); g++) {
      boolean fits =
          steps.size() == generators.size() - 1
              && steps.get(g).scores.generator == g
              && steps.get(g).scores.trial() == this;
      if (!fits) {
        throw new IllegalArgumentException(
            "a cascade of %s needs a step for each but the last, in their order, with scores of this trial"
                .formatted(generators()));
      }
    }
    int n = rows.size();
    double[] quality = new double[n];
    double[] costs = new double[n];
    boolean[] escalated = new boolean[n];
    for (int i = 0; i < n; i++) {
      int at = 0;
      while (at < steps.size() && !steps.get(at).accepts(i)) {
        costs[i] += rows.get(i).made.get(at).cost + steps.get(at).scores.costs[i];
        at++;
      }
      costs[i] += rows.get(i).made.get(at).cost;
      costs[i] += at < steps.size() ? steps.get(at).scores.costs[i] : 0;
      quality[i] = rows.get(i).made.get(at).quality;
      escalated[i] = at > 0;
    }
    return RoutePolicy.of(called, quality, costs, escalated);
  }

  private static StageRecord record(String stage, StageDescription what, Usage usage) {
    return StageRecord.of(stage, what, Duration.ZERO, usage);
  }

  /** What it cost in the unit of the trial; {@code cpu} is the process's time when it began. */
  private static double cost(StageRecord record, long cpu, @Nullable PriceTable prices) {
    Duration spent = Duration.ofNanos(Math.max(0, PROCESS.getProcessCpuTime() - cpu));
    if (prices == null) {
      return spent.toNanos() / 1e9;
    }
    Cost charged = record.cost(prices);
    boolean timed = prices.ofCpu(Duration.ZERO).isKnown();
    Cost all = timed ? charged.plus(prices.ofCpu(spent)) : charged;
    Money money =
        all.money()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "what %s costs is %s; give the prices what is missing, or none at all to count %s"
                            .formatted(record.description(), all, CPU_SECONDS)));
    return money.amount().doubleValue();
  }

  /** Generators and questions as they are put together. Not safe to share. */
  public static final class Builder {
    private final RagPipeline pipeline;
    private final Evaluator<List<String>, String> quality;
    private final Map<String, Generator> generators = new LinkedHashMap<>();
    private @Nullable PriceTable prices;
    private IntConsumer progress = done -> {};

    private Builder(RagPipeline pipeline, Evaluator<List<String>, String> quality) {
      this.pipeline = Objects.requireNonNull(pipeline, "pipeline");
      this.quality = Objects.requireNonNull(quality, "quality");
    }

    /**
     * A generator to ask, the cheapest first.
     *
     * @throws IllegalArgumentException if the name is blank or stands twice
     */
    public Builder generator(String name, Generator generator) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a generator needs a name, had \"" + name + "\"");
      }
      if (generators.put(name, Objects.requireNonNull(generator, "generator")) != null) {
        throw new IllegalArgumentException(
            "two generators are called \"%s\"; give each a name of its own".formatted(name));
      }
      return this;
    }

    /**
     * What services charge, and the machine's time where the table has a price of it; without,
     * costs are the CPU time of this process, so nothing else should run in it.
     */
    public Builder prices(PriceTable value) {
      prices = Objects.requireNonNull(value, "prices");
      return this;
    }

    /** Told how many questions are done, after each. */
    public Builder progress(IntConsumer value) {
      progress = Objects.requireNonNull(value, "progress");
      return this;
    }

    /**
     * Asks every generator every question that has reference answers.
     *
     * @throws IllegalArgumentException if there are fewer than two generators, no question is left,
     *     or something that is charged for has no price
     * @throws RagException if a stage fails: {@code Resilience} of rag-resilience asks again
     */
    public RouteTrial run(EvalSet set, CallContext context) {
      if (generators.size() < 2) {
        throw new IllegalArgumentException(
            "two generators or more are needed to route between, had " + generators.size());
      }
      List<Row> rows = new ArrayList<>();
      int unanswered = 0;
      int done = 0;
      for (Question question : set.questions().values()) {
        if (!question.answers().isEmpty() && !question.text().isBlank()) {
          Asked asked = new Asked(question);
          pipeline.with(with -> with.generator(asked).cache(null)).ask(question.text(), context);
          Row row = asked.row;
          if (row == null) {
            unanswered++;
          } else {
            rows.add(row);
          }
        }
        progress.accept(++done);
      }
      int end = set.name().length() - set.part().map(which -> which.nameIn("").length()).orElse(0);
      return new RouteTrial(
          set.name().substring(0, end),
          set.part(),
          quality.name(),
          new LinkedHashMap<>(generators),
          pipeline.description(),
          prices,
          rows,
          unanswered);
    }

    /** Asks all of them in the pipeline's place for one, and remembers what they made. */
    private final class Asked implements Generator {
      private final Question question;
      private @Nullable Row row;

      Asked(Question question) {
        this.question = question;
      }

      @Override
      public Generation generate(GenerationRequest request, CallContext context) {
        List<Made> all = new ArrayList<>();
        for (Generator generator : generators.values()) {
          long cpu = PROCESS.getProcessCpuTime();
          Generation made = generator.generate(request, context);
          StageRecord record =
              record("generator", generator.description(), made.usage())
                  .withServed(made.model().orElse(""))
                  .withParts(made.parts());
          double cost = cost(record, cpu, prices);
          all.add(new Made(made, worth(made, context), cost));
        }
        row = new Row(question, request, List.copyOf(all));
        return all.getLast().generation();
      }

      private double worth(Generation made, CallContext context) {
        Score score = quality.evaluate(question.id(), question.answers(), made.text(), context);
        return score
            .value()
            .orElseThrow(
                () ->
                    new RagException(
                        "the metric %s has no score of question %s: %s"
                            .formatted(quality.name(), question.id(), score)));
      }

      @Override
      public TokenCounter tokenCounter() {
        return generators.values().iterator().next().tokenCounter();
      }
    }
  }
}
