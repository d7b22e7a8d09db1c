package dev.ragwright.tools;

import static dev.ragwright.experiment.Factor.CONTEXT;
import static dev.ragwright.experiment.Factor.GENERATOR;
import static dev.ragwright.experiment.Factor.RERANKER;
import static dev.ragwright.experiment.Factor.RERANK_DEPTH;
import static dev.ragwright.experiment.Factor.RETRIEVER;
import static dev.ragwright.experiment.Factor.TOP_K;

import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.Groundedness;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.learn.Fold;
import dev.ragwright.eval.ranking.RankingMetrics;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.Budget;
import dev.ragwright.experiment.ContextRecall;
import dev.ragwright.experiment.Corpus;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.report.ExperimentReport;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.source.BeirFolder;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks the same questions of every combination of stages, and says what each stage is worth.
 *
 * <p>{@code mvn -q -Pexample -Dexample=CompareStages -Dargs="--data BEIR_DIR --retrievers
 * bm25,dense,hybrid --questions 50 --report report.html --memo memo"}
 */
@Command(
    name = "CompareStages",
    sortOptions = false,
    description = {
      "Runs every combination of the stages named over the questions of a folder in BEIR's layout,"
          + " each stage once for the same input, and prints each combination's scores with their"
          + " intervals, and what each stage is worth.",
      ""
    })
public final class CompareStages implements Callable<Integer> {
  /** What cannot change how passages are ranked. */
  private static final Set<String> BEHIND_THE_RANKING =
      Set.of(TOP_K.name(), CONTEXT.name(), GENERATOR.name());

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "Documents, questions, judgments, and answers where there are some.")
  private Path data = Path.of("");

  @Option(
      names = "--retrievers",
      split = ",",
      paramLabel = "LIST",
      description = "Of bm25, dense, hybrid and tokens; bm25 unless given.")
  private List<RetrievalOptions.Kind> retrievers = List.of(RetrievalOptions.Kind.bm25);

  @Option(
      names = "--learn",
      split = ",",
      arity = "0..1",
      fallbackValue = "fusion,ranker",
      paramLabel = "LIST",
      description =
          "Add retrievers that learn from the set's judgments, as Learn has them: fusion and ranker put"
              + " together what bm25 and dense find, adapter maps the vectors of hybrid, which is the same"
              + " without learning. fusion,ranker unless named; an adapter takes seconds a fold. Each question"
              + " is asked of what was learnt without it. With --memo, what is learnt from all questions is"
              + " written into the folder models of it.")
  private List<LearntRetrievers.What> learn = List.of();

  @Option(
      names = "--folds",
      paramLabel = "N",
      description = "In how many parts --learn deals the questions, by the seed; 5 unless given.")
  private @Nullable Integer folds;

  @Option(
      names = "--rerankers",
      split = ",",
      paramLabel = "LIST",
      description =
          "Of none, cross-encoder:DIR, late-interaction:DIR and reader:DIR; none unless given.")
  private List<String> rerankers = List.of("none");

  @Option(
      names = "--generators",
      split = ",",
      paramLabel = "LIST",
      description = "Of extractive, reader:DIR and onnx:DIR; extractive unless given.")
  private List<String> generators = List.of("extractive");

  @Option(
      names = "--top-k",
      split = ",",
      paramLabel = "LIST",
      description = "How many passages the generator is given; 8 unless given.")
  private int[] topK = {8};

  @Option(
      names = "--rerank-depth",
      paramLabel = "N",
      description = "How many passages a reranker is given; 50 unless given.")
  private int rerankDepth = 50;

  @Option(
      names = "--metrics",
      paramLabel = "LIST",
      description = "Of rankings, as Evaluate has them; ndcg@10,recall@10,mrr@10 unless given.")
  private String metrics = "ndcg@10,recall@10,mrr@10";

  @Option(
      names = "--passage-tokens",
      paramLabel = "N",
      description = "Cut documents into passages of at most N tokens; 300 unless given.")
  private int passageTokens = 300;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model of dense, hybrid and tokens: bge unless given.")
  private String model = "bge";

  @Option(
      names = "--language",
      paramLabel = "TAG",
      description = "The language of documents and questions, such as de; en unless given.")
  private String language = "en";

  @Option(
      names = "--index",
      paramLabel = IndexPlace.ALLOWED,
      converter = IndexPlace.Converter.class,
      description = "Keep the index in this folder. In memory without.")
  private @Nullable IndexPlace index;

  @Option(
      names = "--why",
      paramLabel = "METRIC",
      description =
          "Find out why answers are wrong, by this metric, for WhyWrong and Advise; on unless"
              + " --no-why where there is a memo and the set has answers; substring unless given.")
  private @Nullable String why;

  @Option(
      names = "--right",
      paramLabel = "SCORE",
      description = "The least score of a right answer; 1 unless given.")
  private double right = 1;

  @Option(names = "--no-why", description = "Do not.")
  private boolean noWhy;

  @Option(
      names = "--budget",
      split = ",",
      paramLabel = "LIST",
      description =
          "Stop in time: calls=N, seconds=N, money=N in the currency of the prices, or several.")
  private List<String> budget = List.of();

  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description = "What models cost, and a CPU-second of this machine; unknown without.")
  private @Nullable Path prices;

  @Option(
      names = "--dry-run",
      description =
          "Say what would be called for the questions, and call nothing but the indexing and the learning.")
  private boolean dryRun;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the result as JSON.")
  private @Nullable Path json;

  @Mixin private ExperimentOptions options = new ExperimentOptions();

  private CompareStages() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new CompareStages(), args);
  }

  @Override
  public Integer call() {
    EvalSet set = EvalSet.beir(data);
    Experiment.Builder builder = Experiment.over(set);
    PriceTable table = prices == null ? null : PriceTable.read(prices);
    builder.budget(budget(table)); // before the long work rather than after it
    if (!learn.isEmpty()) {
      Fold.dealt(set, folds(), options.seed);
    } else if (folds != null) {
      throw new IllegalArgumentException("--folds is about --learn, which is not there");
    }
    Cli.distinct("--retrievers", retrievers);
    Cli.distinct("--learn", learn);
    Cli.distinct("--rerankers", rerankers);
    Cli.distinct("--generators", generators);
    if (table != null) {
      builder.prices(table);
    }
    options.on(builder).vary(TOP_K, topK);
    boolean explains = explains(set);
    Cli.checkWritable("--report", options.report);
    Cli.checkWritable("--json", json);
    try (StageNames names = new StageNames()) {
      builder
          .vary(RERANKER, names.rerankers(rerankers))
          .vary(GENERATOR, names.generators(generators));
      try (EmbeddingCache kept = Cli.vectors("--memo", vectorsFile());
          RetrievalOptions.Opened opened =
              retrieval(kept)
                  .open(
                      BeirFolder.of(data),
                      embedder -> RetrievalOptions.passages(passageTokens, embedder))) {
        if (explains) {
          Corpus corpus = Corpus.of(BeirFolder.of(data), opened.index()::passages);
          builder.explain(corpus, why == null ? "substring" : why, right);
        }
        run(set, builder, opened, kept, explains);
      }
    }
    return 0;
  }

  /** Beside what else a later run need not find out again. */
  private @Nullable Path vectorsFile() {
    return options.memo != null && learn.contains(LearntRetrievers.What.adapter)
        ? options.memo.resolve("vectors")
        : null;
  }

  /** Whether to find out why answers are wrong. */
  private boolean explains(EvalSet set) {
    boolean hasAnswers = set.questions().values().stream().anyMatch(q -> !q.answers().isEmpty());
    if (why == null) {
      return options.memo != null && !noWhy && hasAnswers;
    }
    if (noWhy) {
      throw new IllegalArgumentException("--why and --no-why exclude each other");
    }
    if (!hasAnswers) {
      throw new IllegalArgumentException(
          "--why %s needs questions with answers, but %s has none".formatted(why, data));
    }
    return true;
  }

  private void run(
      EvalSet set,
      Experiment.Builder builder,
      RetrievalOptions.Opened opened,
      EmbeddingCache kept,
      boolean explains) {
    if (learn.isEmpty()) {
      run(experiment(builder, opened.index()), explains);
      return;
    }
    Embedder embedder = vectorsOf(kept).apply(Objects.requireNonNull(opened.embedder()));
    try (LearntRetrievers learnt =
        new LearntRetrievers(
            set,
            opened.index(),
            Learn.passages(data, opened.index()),
            embedder,
            options.seed,
            mapped -> indexed(mapped, opened))) {
      learn.forEach(what -> builder.learn(RETRIEVER, what.name(), learnt.learner(what)));
      run(experiment(builder, opened.index()), explains);
      if (options.memo != null && !dryRun) {
        learnt.write(options.memo.resolve("models"));
      }
    }
  }

  /** An adapter's learning and its indexes ask for the same vectors again. */
  private UnaryOperator<Embedder> vectorsOf(EmbeddingCache kept) {
    return learn.contains(LearntRetrievers.What.adapter) ? kept::over : UnaryOperator.identity();
  }

  /** The same documents in memory, with vectors of this embedder. */
  private PassageIndex indexed(Embedder mapped, RetrievalOptions.Opened opened) {
    RetrievalOptions inMemory = new RetrievalOptions();
    inMemory.language = language;
    PassageIndex index = inMemory.withVectors(mapped);
    try {
      index.sync(BeirFolder.of(data), RetrievalOptions.passages(passageTokens, opened.embedder()));
    } catch (RuntimeException | Error e) {
      index.close();
      throw e;
    }
    return index;
  }

  private void run(Experiment experiment, boolean explains) {
    if (dryRun) {
      System.out.println(experiment.dryRun());
      if (explains) {
        System.out.println(
            "  not counted: the calls that find out why answers are wrong; --no-why leaves them out");
      }
      return;
    }
    ExperimentResult result = experiment.run(Progress.console());
    if (json != null) {
      result.writeJson(json);
    }
    System.out.println(result);
    List<String> scored =
        result.metrics().stream()
            .filter(metric -> result.arms().stream().anyMatch(arm -> hasMean(arm, metric)))
            .toList();
    // The first of rankings; of answers, how near they are, and what they are called right by.
    String right = result.isExplained() ? result.whyWrong().metric() : "f1";
    scored.stream()
        .filter(metric -> List.of(scored.getFirst(), "f1", right).contains(metric))
        .forEach(metric -> tell(result, metric));
    if (options.report != null) {
      ExperimentReport page = ExperimentReport.of(result);
      (scored.contains("f1") && !result.isExplained() ? page.by("f1") : page)
          .writeHtml(options.report);
    }
    System.out.println("\nstage calls in this run: " + result.stageCalls());
  }

  private static boolean hasMean(ArmResult arm, String metric) {
    return arm.metric(metric).mean().isPresent();
  }

  private void tell(ExperimentResult result, String metric) {
    boolean ranking = RankingMetrics.parse(metrics, 1).containsKey(metric);
    result
        .factors()
        .forEach(
            (factor, levels) -> {
              if (levels.size() > 1 && !(ranking && BEHIND_THE_RANKING.contains(factor))) {
                System.out.println("\n" + result.effectOf(factor, metric));
              }
            });
    if (result.arms().size() > 1) {
      System.out.println("\n" + result.winners(metric));
    }
  }

  private Experiment experiment(Experiment.Builder builder, PassageIndex opened) {
    return builder
        .vary(RETRIEVER, retrieversOf(opened))
        .folds(folds())
        .fix(RERANK_DEPTH, rerankDepth)
        .measure(RankingMetrics.parse(metrics, 1).values().toArray(new RankingMetric[0]))
        .measure(ContextRecall.create())
        .measure(ExactMatch.squad(), TokenF1.squad(), SubstringAccuracy.create())
        .measure(Groundedness.lexical())
        .build();
  }

  private int folds() {
    return folds == null ? 5 : folds;
  }

  private Map<String, Retriever> retrieversOf(PassageIndex opened) {
    Map<String, Retriever> levels = new LinkedHashMap<>();
    for (RetrievalOptions.Kind kind : retrievers) {
      levels.put(kind.name(), RetrievalOptions.retriever(kind, opened));
    }
    return levels;
  }

  /** An index for the one of the retrievers that needs the most. */
  private RetrievalOptions retrieval(EmbeddingCache kept) {
    RetrievalOptions options = new RetrievalOptions();
    options.retriever =
        Stream.concat(retrievers.stream(), learn.stream().map(what -> RetrievalOptions.Kind.hybrid))
            .max(Comparator.naturalOrder())
            .orElse(RetrievalOptions.Kind.bm25);
    options.model = model;
    options.language = language;
    options.index = index;
    options.vectorsBy = vectorsOf(kept);
    return options;
  }

  private static long whole(BigDecimal number) {
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "--budget calls must be a whole number, was " + number.toPlainString(), e);
    }
  }

  private static BigDecimal number(String bound, String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--budget: \"%s\" is no bound such as calls=1000".formatted(bound), e);
    }
  }

  private Budget budget(@Nullable PriceTable table) {
    Budget all = Budget.unlimited();
    Cli.distinct("--budget", budget.stream().map(bound -> bound.split("=", 2)[0]).toList());
    for (String bound : budget) {
      String[] parts = bound.split("=", 2);
      BigDecimal most = number(bound, parts.length == 2 ? parts[1] : "");
      all =
          switch (parts[0]) {
            case "calls" -> all.withCalls(whole(most));
            case "seconds" -> all.withTime(Duration.ofMillis(most.movePointRight(3).longValue()));
            case "money" -> {
              if (table == null) {
                throw new IllegalArgumentException("--budget money needs --prices");
              }
              yield all.withMoney(new Money(most, table.currency()));
            }
            default ->
                throw new IllegalArgumentException(
                    "--budget: there is no \"%s\"; allowed are calls, seconds and money"
                        .formatted(parts[0]));
          };
    }
    return all;
  }
}
