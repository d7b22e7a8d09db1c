package dev.ragwright.tools;

import static dev.ragwright.experiment.Factor.GENERATOR;
import static dev.ragwright.experiment.Factor.RETRIEVER;
import static dev.ragwright.experiment.Factor.TOP_K;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.answer.WordRecall;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ContextRecall;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Progress;
import dev.ragwright.experiment.report.ExperimentReport;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.text.Decimals;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Tests whether a small local model needs the right passages more than it needs size.
 *
 * <p>{@code mvn -q -Pexample -Dexample=RetrievalOrSize -Dargs="--data BEIR_DIR --generators
 * extractive,onnx:SMALL_DIR,onnx:LARGER_DIR --questions 50"}
 */
@Command(
    name = "RetrievalOrSize",
    sortOptions = false,
    description = {
      "Asks each generator the same questions without any context (closed book), with the passages"
          + " that a search finds, with the relevant passages (gold), and with others of their"
          + " length that do not answer (wrong), and prints what each context is worth to it, and"
          + " whether a smaller model with retrieval answers more than a larger one without.",
      ""
    })
public final class RetrievalOrSize implements Callable<Integer> {
  private static final int PASSAGE_TOKENS = 300;
  private static final List<String> METRICS = List.of("em", "f1", "substring", "word-recall");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "Documents, questions with answers, and judgments.")
  private Path data = Path.of("");

  @Option(
      names = "--generators",
      split = ",",
      paramLabel = "LIST",
      description =
          "Of extractive, reader:DIR and onnx:DIR, the smallest first; extractive unless given.")
  private List<String> generators = List.of("extractive");

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "How many passages a generator is given at most; 3 unless given.")
  private int topK = 3;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens of a language model's answer; 64 unless given.")
  private int maxTokens = 64;

  @Option(
      names = "--metrics",
      split = ",",
      paramLabel = "LIST",
      description =
          "What contexts are compared by, of em, f1, substring and word-recall; word-recall and f1"
              + " unless given.")
  private List<String> metrics = List.of("word-recall", "f1");

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private ExperimentOptions options = new ExperimentOptions();

  private RetrievalOrSize() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new RetrievalOrSize(), args);
  }

  @Override
  public Integer call() {
    checkArguments();
    EvalSet set = EvalSet.beir(data);
    BeirFolder documents = BeirFolder.of(data);
    try (StageNames names = new StageNames();
        RetrievalOptions.Opened opened =
            retrieval.open(
                documents, embedder -> RetrievalOptions.passages(PASSAGE_TOKENS, embedder))) {
      Map<String, Generator> levels =
          StageNames.levels(
              "--generators", generators, name -> ClosedBook.generator(name, names, maxTokens));
      Oracles oracles = Oracles.of(set, documents, opened.index());
      Experiment.Builder builder =
          Experiment.over(oracles.questions())
              .vary(GENERATOR, levels)
              .vary(RETRIEVER, contexts(oracles, opened.retriever()))
              .fix(TOP_K, topK)
              .measure(ExactMatch.squad(), TokenF1.squad())
              .measure(SubstringAccuracy.create(), WordRecall.create())
              .measure(ContextRecall.create());
      tell(options.on(builder).build().run(Progress.console()));
    }
    return 0;
  }

  /** Before the long work rather than after it. */
  private void checkArguments() {
    if (options.questions < 1) {
      throw new IllegalArgumentException("--questions must be >= 1, was " + options.questions);
    }
    if (topK < 1) {
      throw new IllegalArgumentException("--top-k must be >= 1, was " + topK);
    }
    Cli.distinct("--generators", generators);
    for (String metric : Cli.distinct("--metrics", metrics)) {
      if (!METRICS.contains(metric)) {
        throw new IllegalArgumentException(
            "--metrics: there is no \"%s\"; allowed are %s"
                .formatted(metric, String.join(", ", METRICS)));
      }
    }
    Cli.checkWritable("--report", options.report);
  }

  private static Map<String, Retriever> contexts(Oracles oracles, Retriever search) {
    Map<String, Retriever> levels = new LinkedHashMap<>();
    levels.put(Contexts.NONE, oracles.always(ClosedBook.NO_PASSAGE));
    levels.put(Contexts.WRONG, oracles.wrong());
    levels.put(Contexts.RETRIEVED, search);
    levels.put(Contexts.GOLD, oracles.gold());
    return levels;
  }

  private void tell(ExperimentResult result) {
    Contexts contexts = Contexts.of(result, metrics);
    if (json) {
      System.out.println(json(result, contexts).toPrettyString());
    } else {
      System.out.println(table(result));
      System.out.println(contexts);
      System.out.println(limits(result));
    }
    if (options.report != null) {
      ExperimentReport.of(result).by(metrics.getFirst()).writeHtml(options.report);
    }
  }

  private String table(ExperimentResult result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d questions, at most %d passage%s of %s%n%n",
            result.set(),
            result.questions().size(),
            topK,
            topK == 1 ? "" : "s",
            retrieval.kind()));
    int width = result.arms().stream().mapToInt(arm -> generator(arm).length()).max().orElse(0);
    String row = "%-" + Math.max(width, 9) + "s  %-9s %6s %6s %9s %11s %9s %9s %9s%n";
    text.append(
        String.format(
            Locale.ROOT,
            row,
            "generator",
            "context",
            "em",
            "f1",
            "substring",
            "word-recall",
            "abstained",
            "gold read",
            "CPU s"));
    for (ArmResult arm : arms(result)) {
      text.append(
          String.format(
              Locale.ROOT,
              row,
              generator(arm),
              arm.levels().get(RETRIEVER.name()),
              mean(arm, "em"),
              mean(arm, "f1"),
              mean(arm, "substring"),
              mean(arm, "word-recall"),
              arm.abstained(),
              mean(arm, "context-recall"),
              Decimals.fixed(cpuSeconds(arm), 3)));
    }
    return text.toString();
  }

  /** By generator, then by context. */
  private static List<ArmResult> arms(ExperimentResult result) {
    List<String> order = result.factors().getOrDefault(GENERATOR.name(), List.of());
    return result.arms().stream()
        .sorted(Comparator.comparingInt(arm -> order.indexOf(generator(arm))))
        .toList();
  }

  private static String generator(ArmResult arm) {
    return arm.levels().getOrDefault(GENERATOR.name(), "");
  }

  private static String mean(ArmResult arm, String metric) {
    return arm.metric(metric).mean().isPresent()
        ? Decimals.fixed(arm.metric(metric).mean().getAsDouble(), 3)
        : "-";
  }

  /** Of a question, as it was measured in this run or an earlier one. */
  private static double cpuSeconds(ArmResult arm) {
    return arm.cpu().toNanos() / 1e9 / Math.max(1, arm.outcomes().size());
  }

  /** What the figures above do not say. */
  private String limits(ExperimentResult result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "This is about %d questions of %s, whose judgments say which passages are right, and"
                + " these prompts. Without context a language model is asked for a brief answer, not"
                + " told to decline; with one it is asked for an answer from the documents alone."
                + " word-recall and substring look for the reference answer in the answer, whatever"
                + " else that says, so they favour who quotes much; em and f1 favour brevity.",
            result.questions().size(),
            result.set()));
    if (generators.stream().filter(name -> name.startsWith(Contexts.MODEL)).count() < 2) {
      text.append(
          " What size is worth was not measured: for that, name a larger onnx: model as well.");
    }
    return text.toString();
  }

  private ObjectNode json(ExperimentResult result, Contexts contexts) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("set", result.set())
        .put("questions", result.questions().size())
        .put("seed", options.seed);
    root.put("retriever", retrieval.kind().name()).put("topK", topK);
    ArrayNode arms = root.putArray("arms");
    for (ArmResult arm : arms(result)) {
      ObjectNode node = arms.addObject();
      arm.levels().forEach(node::put);
      result
          .metrics()
          .forEach(name -> arm.metric(name).mean().ifPresent(mean -> node.put(name, mean)));
      node.put("abstained", arm.abstained()).put("failed", arm.failed());
      node.put("cpuSeconds", cpuSeconds(arm));
    }
    contexts.put(root.putArray("comparisons"));
    root.put("limits", limits(result));
    return root;
  }
}
