package dev.ragwright.tools;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.RankingMetrics;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.text.Decimals;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Evaluates a TREC run as trec_eval does.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Evaluate -Dargs="--data BEIR_DIR --run bm25.trec"}
 */
@Command(
    name = "Evaluate",
    sortOptions = false,
    description = {
      "Evaluates a TREC run against judgments and prints, for each metric, its name, \"all\" and its"
          + " mean, apart by tabs, with four digits. The numbers are those of trec_eval 10; with"
          + " --float-scores those of 9.0.8.",
      "",
      "The mean is over the queries that have both judgments and results; --complete counts the"
          + " others that are judged as 0. What had to be left out is said on standard error.",
      ""
    })
public final class Evaluate implements Callable<Integer> {
  private static final String DEFAULT_METRICS =
      "map,recip_rank,ndcg,ndcg_cut_10,P_10,recall_100,Rprec,bpref,success_5";

  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  /** Where the judgments are. */
  private static final class Source {
    @Option(
        names = "--data",
        paramLabel = "BEIR_DIR",
        description = "A folder in BEIR's layout; its qrels/*.tsv are the judgments.")
    private @Nullable Path data;

    @Option(
        names = "--qrels",
        paramLabel = "FILE",
        description =
            "Judgments of TREC's form, of BEIR's, or of its three columns without the header.")
    private @Nullable Path qrels;
  }

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "With --data: take qrels/NAME.tsv. Unless given test, or the only one that is there.")
  private @Nullable String split;

  @Option(names = "--run", required = true, paramLabel = "FILE", description = "The run.")
  private Path run = Path.of("");

  @Option(
      names = "--metrics",
      paramLabel = "LIST",
      description =
          "Names apart by commas, as trec_eval has them (ndcg_cut_10, P.5,10) or short (ndcg@10,"
              + " mrr@10); "
              + DEFAULT_METRICS
              + " unless given.")
  private String metrics = DEFAULT_METRICS;

  @Option(
      names = "--level",
      paramLabel = "N",
      description = "The grade from which a document is relevant, except for ndcg; 1 unless given.")
  private int level = 1;

  @Option(
      names = "--complete",
      description = "Average over all judged queries: one without results counts as 0.")
  private boolean complete;

  @Option(
      names = "--ignore-identical-ids",
      description =
          "Leave out documents that have their query's id, as BEIR does unless told not to; the first"
              + " line then counts them. For sets whose queries are documents too.")
  private boolean ignoreIdenticalIds;

  @Option(
      names = "--per-query",
      description =
          "Print the values of each query that has results too, with its id in place of \"all\".")
  private boolean perQuery;

  @Option(
      names = "--float-scores",
      description = "Compare scores as float, as trec_eval up to 9.0.8 does.")
  private boolean floatScores;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  boolean help;

  private Evaluate() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Evaluate(), args);
  }

  @Override
  public Integer call() {
    Map<String, RankingMetric> byLabel = RankingMetrics.parse(metrics, level);
    Qrels qrels = qrels();
    Run read = Run.read(run);
    Run scored = floatScores ? read.withFloatScores() : read;
    Evaluation evaluation =
        RunEvaluation.of(qrels, scored, distinct(byLabel.values()), complete, ignoreIdenticalIds);
    tellWhatIsLeftOut(qrels, scored);
    // Ids are UTF-8 in the files, and trec_eval copies their bytes.
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    if (ignoreIdenticalIds) {
      long ignored = documents(scored) - documents(evaluation.run());
      out.print("identical_ids_ignored\tall\t" + ignored + "\n");
    }
    lines(evaluation, byLabel).forEach(line -> out.print(line + "\n"));
    out.flush();
    return 0;
  }

  private Qrels qrels() {
    if (source.qrels != null) {
      if (split != null) {
        throw new IllegalArgumentException("--split goes with --data, not with --qrels");
      }
      return Qrels.read(source.qrels);
    }
    Path data = source.data == null ? Path.of("") : source.data;
    String name = split == null ? EvalSet.defaultSplit(data) : split;
    Path file = data.resolve("qrels").resolve(name + ".tsv");
    if (!Files.exists(file)) {
      throw new DocumentReadException(
          "--split %s: there is no %s; there are judgments for %s"
              .formatted(name, file, BeirFolder.of(data).splits()));
    }
    return Qrels.read(file);
  }

  private static long documents(Run run) {
    return run.rankings().values().stream().mapToLong(Ranking::size).sum();
  }

  /** One metric may be asked for by two names. */
  private static Collection<RankingMetric> distinct(Collection<RankingMetric> metrics) {
    Map<String, RankingMetric> byName = new LinkedHashMap<>();
    metrics.forEach(metric -> byName.put(metric.name(), metric));
    return byName.values();
  }

  private void tellWhatIsLeftOut(Qrels qrels, Run evaluated) {
    tell(
        evaluated.rankings().keySet().stream()
            .filter(query -> !qrels.judgments().containsKey(query))
            .toList(),
        "left out: %d of the run's %d queries without judgments, such as %s",
        evaluated.rankings().size());
    tell(
        qrels.judgments().keySet().stream()
            .filter(query -> !evaluated.rankings().containsKey(query))
            .toList(),
        complete
            ? "counted as 0: %d of %d judged queries without results, such as %s"
            : "left out: %d of %d judged queries without results, such as %s;"
                + " --complete counts them as 0",
        qrels.judgments().size());
  }

  private static void tell(List<String> queries, String what, int of) {
    if (!queries.isEmpty()) {
      System.err.println(String.format(Locale.ROOT, what, queries.size(), of, queries.getFirst()));
    }
  }

  private List<String> lines(Evaluation evaluation, Map<String, RankingMetric> byLabel) {
    List<String> lines = new ArrayList<>();
    Map<String, List<Score>> scores = new LinkedHashMap<>();
    byLabel.forEach(
        (label, metric) -> scores.put(label, evaluation.scores(metric.name()).scores()));
    int queries = perQuery ? scores.values().iterator().next().size() : 0;
    for (int i = 0; i < queries; i++) {
      for (Map.Entry<String, List<Score>> metric : scores.entrySet()) {
        Score score = metric.getValue().get(i);
        if (evaluation.run().rankings().containsKey(score.caseId())) {
          score.value().ifPresent(value -> lines.add(line(metric.getKey(), score.caseId(), value)));
        }
      }
    }
    byLabel.forEach(
        (label, metric) -> {
          OptionalDouble mean = evaluation.mean(metric.name());
          lines.add(line(label, "all", mean.orElseThrow()));
        });
    return lines;
  }

  private static String line(String metric, String query, double value) {
    return metric + "\t" + query + "\t" + Decimals.fixed(value, 4);
  }
}
