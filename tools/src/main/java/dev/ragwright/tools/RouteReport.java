package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.AnswerMetrics;
import dev.ragwright.eval.answer.NoThresholdException;
import dev.ragwright.eval.answer.RiskCoverage;
import dev.ragwright.eval.route.RouteComparison;
import dev.ragwright.eval.route.RouteLearning;
import dev.ragwright.eval.route.RoutePoint;
import dev.ragwright.eval.route.RoutePolicy;
import dev.ragwright.eval.route.RouteTrial;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.RouteModel;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.source.BeirFolder;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says what routing between a cheap and a strong generator is worth on a collection's questions.
 *
 * <p>{@code mvn -q -Pexample -Dexample=RouteReport -Dargs="--data ../shared/data/nq-gold --cheap
 * extractive --strong reader:DIR"}
 */
@Command(
    name = "RouteReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Asks a cheap and a strong generator the same questions of a collection in BEIR's layout, with the"
          + " same contexts, once each. One part of the questions is to learn routers and thresholds"
          + " from; on the others it prints quality and cost of each generator, of each route and of the"
          + " oracle (the better of both for each question), how many questions were escalated, and how"
          + " far a route is above the random mix of both at its cost. Intervals are of 95 %%, by the"
          + " bootstrap over questions.",
      "",
      "Costs are those of answering alone: CPU-seconds of this process, or money with --prices.",
      ""
    })
public final class RouteReport implements Callable<Integer> {
  private static final int WARM = 2;
  private static final String CHEAP = "cheap";
  private static final String STRONG = "strong";
  private static final Resampling QUICK = new Resampling(100, 1, 0.95); // where no interval is read

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus, queries with answers, and qrels.")
  private Path data = Path.of("");

  @Option(
      names = "--cheap",
      required = true,
      paramLabel = "GEN",
      description = "extractive, reader:DIR or onnx:DIR, where DIR has the model.")
  private String cheap = "";

  @Option(
      names = "--strong",
      required = true,
      paramLabel = "GEN",
      description = "Likewise, another one.")
  private String strong = "";

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description =
          "What models cost, and a CPU-second of this machine, which a model here needs: costs are in"
              + " money then.")
  private @Nullable Path prices;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "Of answers, such as f1, em or substring; f1 unless given.")
  private String metric = "f1";

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "At most N of the questions, drawn by the seed; ${DEFAULT-VALUE} unless given.")
  private int most = 100;

  @Option(
      names = "--share",
      paramLabel = "S",
      description = "The share of them to learn from; ${DEFAULT-VALUE} unless given.")
  private double share = 0.5;

  @Option(names = "--seed", paramLabel = "S", description = "Of both; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--risk",
      paramLabel = "R",
      description =
          "Promise that of the cheap answers that a cascade accepts a share of at most R is worse than"
              + " the strong one's; ${DEFAULT-VALUE} unless given.")
  private double risk = 0.1;

  @Option(
      names = "--confidence",
      paramLabel = "C",
      description = "How often such a promise is kept; ${DEFAULT-VALUE} unless given.")
  private double confidence = 0.9;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "How many passages to read for a question; ${DEFAULT-VALUE} unless given.")
  private int topK = 5;

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  private RouteReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new RouteReport(), args);
  }

  @Override
  public Integer call() {
    retrieval.kind().requireNoTokens();
    check("--risk", risk);
    check("--confidence", confidence);
    check("--share", share);
    if (most < 4) {
      throw new IllegalArgumentException("--questions must be >= 4, was " + most);
    }
    if (cheap.equals(strong)) {
      throw new IllegalArgumentException(
          "--cheap and --strong are both %s; there is nothing to route between".formatted(cheap));
    }
    StageName cheapName = StageNames.generatorName("--cheap", cheap);
    StageName strongName = StageNames.generatorName("--strong", strong);
    Evaluator<List<String>, String> quality = AnswerMetrics.named(metric);
    PriceTable table = prices == null ? null : PriceTable.read(prices);
    EvalSet set = sampled(EvalSet.beir(data));
    try (StageNames models = new StageNames();
        OrderlyEnd end = new OrderlyEnd();
        RetrievalOptions.Opened opened =
            retrieval.open(BeirFolder.of(data), RetrievalOptions::windows)) {
      Generator first = models.generator(cheapName);
      Generator second = models.generator(strongName);
      RagPipeline rag =
          RagPipeline.builder().retriever(opened.retriever()).topK(topK).generator(first).build();
      ProgressLine line = new ProgressLine();
      RouteTrial.Builder trial =
          RouteTrial.of(rag, quality).generator(CHEAP, first).generator(STRONG, second);
      if (table != null) {
        trial.prices(table);
      }
      trial.run(head(set), end.context()); // what is slow at first is not measured
      int all = set.questions().size();
      trial.progress(done -> line.show("answered %,d of %,d questions", done, all));
      RouteTrial whole = trial.run(set, end.context());
      line.end("answered %,d of %,d questions", all, all);
      report(rag, whole, opened.embedder(), end.context());
    }
    return 0;
  }

  private static void check(String option, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(option + " must be above 0 and below 1, was " + share);
    }
  }

  private EvalSet sampled(EvalSet set) {
    List<Question> answerable =
        set.questions().values().stream()
            .filter(question -> !question.answers().isEmpty() && !question.text().isBlank())
            .toList();
    if (answerable.size() < 4) {
      throw new IllegalArgumentException(
          data
              + " has "
              + answerable.size()
              + " questions with answers in queries.jsonl; 4 are needed");
    }
    return EvalSet.of(set.name(), Cli.sample(answerable, most, seed), Qrels.of(Map.of()));
  }

  private static EvalSet head(EvalSet set) {
    return EvalSet.of(
        set.name(), set.questions().values().stream().limit(WARM).toList(), Qrels.of(Map.of()));
  }

  /** A route, and how it was made. */
  private record Tried(RoutePolicy policy, String made) {}

  private void report(
      RagPipeline rag, RouteTrial whole, @Nullable Embedder embedder, CallContext context) {
    RouteTrial.Split split = whole.split(share, seed);
    if (split.reporting().alone().stream().allMatch(one -> mean(one) == 0)) {
      throw new IllegalArgumentException(
          "--prices %s charge nothing for either; a model here costs what a cpuSecond does"
              .formatted(prices));
    }
    List<Tried> routes = new ArrayList<>();
    List<String> without = new ArrayList<>();
    learnt(rag, split, routes, without, context);
    if (embedder != null) {
      nearest(split, embedder, routes, without, context);
    }
    RouteTrial judged = split.reporting();
    if (mean(judged.alone(CHEAP)) > mean(judged.alone(STRONG))) {
      without.add(
          "the cheap generator costs more than the strong one: give them the other way round");
    }
    routes.add(
        new Tried(
            judged.cascaded("cascade, abstentions", List.of(judged.unlessAbstaining(CHEAP))),
            "goes on where the cheap one abstains"));
    ObjectNode surest = null;
    RouteTrial.Scores own = judged.scores(CHEAP, AcceptanceScore.confidence(), context);
    if (own.values().stream().anyMatch(OptionalDouble::isPresent)) {
      surest = coverage(own);
    }
    cascades(split, AcceptanceScore.confidence(), routes, without, context);
    cascades(split, AcceptanceScore.words(), routes, without, context);
    RouteComparison compared =
        RouteComparison.of(judged.alone(), routes.stream().map(Tried::policy).toList());
    PairedComparison gain =
        PairedComparison.of(judged.alone(STRONG).quality(), judged.alone(CHEAP).quality());
    if (json) {
      System.out.println(toJson(split, compared, routes, without, gain, surest));
    } else {
      print(split, compared, routes, without, gain, surest);
    }
  }

  private static double mean(RoutePolicy policy) {
    return Arrays.stream(policy.cost()).average().orElseThrow();
  }

  private void learnt(
      RagPipeline rag,
      RouteTrial.Split split,
      List<Tried> routes,
      List<String> without,
      CallContext context) {
    RouteModel model;
    try {
      model = RouteLearning.of(split.choosing());
    } catch (IllegalArgumentException e) {
      without.add("router, learnt: " + e.getMessage());
      return;
    }
    List<Double> sure = new ArrayList<>();
    split.choosing().features().forEach(found -> sure.add(model.suffices(0, found)));
    double suffices =
        best(
            split.choosing(),
            tenths(sure.stream().filter(one -> one > 0 && one < 1).toList()),
            at ->
                split
                    .choosing()
                    .routed("try", RoutingRule.learnt(model, at, rag.description()), context));
    routes.add(
        new Tried(
            split.reporting().routed("router, learnt", model, suffices),
            String.format(
                Locale.ROOT,
                "cheap if it suffices with probability %.3f, chosen with the other half",
                suffices)));
  }

  private static void nearest(
      RouteTrial.Split split,
      Embedder embedder,
      List<Tried> routes,
      List<String> without,
      CallContext context) {
    double[] low = split.choosing().alone(CHEAP).quality();
    double[] high = split.choosing().alone(STRONG).quality();
    Map<String, List<String>> labelled = new LinkedHashMap<>();
    TreeSet<String> seen = new TreeSet<>();
    List<Question> asked = split.choosing().questions();
    for (int i = 0; i < low.length; i++) {
      if (seen.add(asked.get(i).text())) {
        labelled
            .computeIfAbsent(low[i] >= high[i] ? CHEAP : STRONG, key -> new ArrayList<>())
            .add(asked.get(i).text());
      }
    }
    try {
      RoutingRule rule = RoutingRule.nearest(embedder, labelled, 5);
      routes.add(
          new Tried(
              split.reporting().routed("router, most alike", rule, context),
              "as most of the 5 most alike questions of the other half"));
    } catch (IllegalArgumentException e) {
      without.add("router, most alike: " + e.getMessage());
    }
  }

  /** One with a promise, where there can be one, and one that was best on the other half. */
  private void cascades(
      RouteTrial.Split split,
      AcceptanceScore score,
      List<Tried> routes,
      List<String> without,
      CallContext context) {
    String name = "cascade, " + score.description().name();
    RouteTrial.Scores chosen = split.choosing().scores(CHEAP, score, context);
    RouteTrial.Scores scores = split.reporting().scores(CHEAP, score, context);
    List<Double> values =
        chosen.values().stream()
            .filter(OptionalDouble::isPresent)
            .map(OptionalDouble::getAsDouble)
            .toList();
    if (new TreeSet<>(values).size() < 2) {
      without.add(
          name
              + (values.isEmpty()
                  ? ": no answer of the cheap generator has one"
                  : ": all answers of the cheap generator have the same"));
      return;
    }
    double best =
        best(
            split.choosing(),
            tenths(values),
            at -> split.choosing().cascaded("try", List.of(chosen.atLeast(at))));
    routes.add(
        new Tried(
            split.reporting().cascaded(name, List.of(scores.atLeast(best))),
            String.format(Locale.ROOT, "from %.3f on, chosen with the other half", best)));
    try {
      Threshold threshold =
          chosen
              .calibration(RouteTrial.Risk.LOSES)
              .errorAtMost(risk)
              .confidence(confidence)
              .threshold();
      OptionalDouble lost = scores.risk(threshold.value(), RouteTrial.Risk.LOSES);
      routes.add(
          new Tried(
              split
                  .reporting()
                  .cascaded(name + ", promised", List.of(scores.atLeast(threshold.value()))),
              String.format(
                  Locale.ROOT,
                  "from %.3f on at most %s of what is accepted is worse than the strong one's, with"
                      + " confidence %s; here %s",
                  threshold.value(),
                  risk,
                  confidence,
                  lost.isPresent()
                      ? String.format(Locale.ROOT, "%.3f is", lost.getAsDouble())
                      : "nothing is accepted")));
    } catch (NoThresholdException e) {
      without.add(name + ", promised: " + e.getMessage());
    }
  }

  /** The threshold that is furthest above the mix; the first of several. */
  private static double best(
      RouteTrial trial, List<Double> thresholds, DoubleFunction<RoutePolicy> route) {
    double best = thresholds.getFirst();
    double most = Double.NEGATIVE_INFINITY;
    for (double at : thresholds) {
      double over =
          RouteComparison.of(trial.alone(), List.of(route.apply(at)), QUICK)
              .routes()
              .getFirst()
              .overMix()
              .map(Estimate::value)
              .orElseThrow();
      if (over > most) {
        most = over;
        best = at;
      }
    }
    return best;
  }

  /** Nine values that cut the sorted ones into tenths, each once. */
  private static List<Double> tenths(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    TreeSet<Double> cuts = new TreeSet<>();
    for (int tenth = 1; tenth <= 9; tenth++) {
      cuts.add(sorted.get(sorted.size() * tenth / 10));
    }
    return List.copyOf(cuts);
  }

  private static ObjectNode coverage(RouteTrial.Scores scores) {
    RiskCoverage curve = scores.riskCoverage();
    ObjectNode node = Cli.JSON.createObjectNode();
    node.put("score", "confidence").put("aurc", curve.area());
    node.put("aurcOfAnyOrder", curve.points().getLast().risk());
    return node;
  }

  private ObjectNode toJson(
      RouteTrial.Split split,
      RouteComparison compared,
      List<Tried> routes,
      List<String> without,
      PairedComparison gain,
      @Nullable ObjectNode surest) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("data", data.toString()).put(CHEAP, cheap).put(STRONG, strong);
    root.put("choosing", split.choosing().questions().size());
    root.put("reporting", compared.questions());
    root.put("unanswered", split.reporting().unanswered());
    root.put("seed", seed).put("metric", metric).put("costUnit", split.reporting().costUnit());
    put(root.putObject("strongOverCheap"), gain);
    ArrayNode alone = root.putArray("alone");
    compared.alone().forEach(point -> put(alone.addObject(), point));
    put(root.putObject("oracle"), compared.oracle());
    ArrayNode list = root.putArray("routes");
    for (int i = 0; i < routes.size(); i++) {
      ObjectNode node = list.addObject();
      put(node, compared.routes().get(i));
      node.put("how", routes.get(i).made());
    }
    ArrayNode missing = root.putArray("notPossible");
    without.forEach(missing::add);
    if (surest != null) {
      root.set("riskCoverage", surest);
    }
    return root;
  }

  private static void put(ObjectNode node, PairedComparison gain) {
    node.put("value", gain.difference());
    node.put("low", gain.interval().low()).put("high", gain.interval().high());
    node.put("pValue", gain.pValue()).put("verdict", said(gain));
  }

  private static void put(ObjectNode node, RoutePoint point) {
    node.put("name", point.name());
    put(node, "quality", point.quality());
    put(node, "cost", point.cost());
    node.put("escalated", point.escalated());
    put(node, "regret", point.regret());
    node.put("onFrontier", point.onFrontier());
    point.overMix().ifPresent(over -> put(node, "overMix", over));
    point.verdict().ifPresent(verdict -> node.put("verdict", verdict.words()));
  }

  private static void put(ObjectNode node, String name, Estimate estimate) {
    node.putObject(name)
        .put("value", estimate.value())
        .put("low", estimate.interval().low())
        .put("high", estimate.interval().high());
  }

  private static String said(PairedComparison gain) {
    if (gain.interval().low() > 0) {
      return "the strong generator is better";
    }
    return gain.interval().high() < 0
        ? "the strong generator is worse over all questions"
        : "the strong generator is not told apart from the cheap one";
  }

  private void print(
      RouteTrial.Split split,
      RouteComparison compared,
      List<Tried> routes,
      List<String> without,
      PairedComparison gain,
      @Nullable ObjectNode surest) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d questions to learn from, %d to report on, seed %d%n%n",
            data,
            split.choosing().questions().size(),
            compared.questions(),
            seed));
    text.append(
        String.format(
            Locale.ROOT,
            "| route | %s | %s a question | escalated | over the mix | regret | frontier |%n"
                + "| --- | --- | --- | ---: | --- | --- | --- |%n",
            metric,
            split.reporting().costUnit()));
    row(text, CHEAP + ": " + StageNames.brief(cheap), compared.alone().getFirst());
    row(text, STRONG + ": " + StageNames.brief(strong), compared.alone().getLast());
    compared.routes().forEach(point -> row(text, point.name(), point));
    row(text, "oracle", compared.oracle());
    text.append(
        String.format(
            Locale.ROOT,
            "%n%s: %+.3f [%+.3f, %+.3f]%n",
            said(gain),
            gain.difference(),
            gain.interval().low(),
            gain.interval().high()));
    for (int i = 0; i < routes.size(); i++) {
      RoutePoint point = compared.routes().get(i);
      String verdict = point.verdict().map(RoutePoint.Verdict::words).orElse("");
      text.append(
          String.format(Locale.ROOT, "%s: %s (%s)%n", point.name(), verdict, routes.get(i).made()));
    }
    without.forEach(one -> text.append(one).append(System.lineSeparator()));
    if (surest != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "risk and coverage of the cheap one's confidence: AURC %.3f, in any order %.3f%n",
              surest.path("aurc").asDouble(),
              surest.path("aurcOfAnyOrder").asDouble()));
    }
    System.out.print(text);
  }

  private static void row(StringBuilder text, String name, RoutePoint point) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %.0f %% | %s | %.3f | %s |%n",
            name,
            told(point.quality(), "%.3f [%.3f, %.3f]"),
            brief(point.cost().value()),
            100 * point.escalated(),
            point.overMix().map(over -> told(over, "%+.3f [%+.3f, %+.3f]")).orElse(""),
            point.regret().value(),
            point.onFrontier() ? "yes" : ""));
  }

  private static String told(Estimate estimate, String form) {
    return String.format(
        Locale.ROOT, form, estimate.value(), estimate.interval().low(), estimate.interval().high());
  }

  /** With three digits that count. */
  private static String brief(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
