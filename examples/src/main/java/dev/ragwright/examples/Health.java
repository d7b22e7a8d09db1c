package dev.ragwright.examples;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.observe.FrozenQuestions;
import dev.ragwright.observe.HealthReport;
import dev.ragwright.observe.RetrievalHealth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Tells whether an index still finds what it found when its questions were frozen.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Health -Dargs="--index DIR --frozen FILE --freeze
 * BEIR_DIR"}, and from then on without {@code --freeze}.
 */
@Command(
    name = "Health",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Holds an index against questions that were frozen when it was good: is it the same retriever,"
          + " does its embedder give the same vectors, does it still find the relevant documents?"
          + " Exits with 3 if there is an alarm.",
      ""
    })
public final class Health implements Callable<Integer> {
  private static final int ALARM = 3;
  private static final int CANARIES = 20;

  @Option(
      names = "--frozen",
      required = true,
      paramLabel = "FILE",
      description = "The frozen questions.")
  private Path frozen = Path.of("");

  @Option(
      names = "--freeze",
      paramLabel = "BEIR_DIR",
      description = "Freeze the judged questions of this folder into FILE, and check nothing.")
  private @Nullable Path freeze;

  @Option(
      names = "--depth",
      defaultValue = "10",
      paramLabel = "K",
      description = "With --freeze: how many documents count, the k of recall@k; 10 unless given.")
  private int depth;

  @Option(
      names = "--false-alarms",
      defaultValue = "0.01",
      paramLabel = "RATE",
      description =
          "How often a check of what has not changed may raise an alarm; 0.01 unless given.")
  private double falseAlarms;

  @Option(names = "--json", description = "Print the report as one line of JSON.")
  private boolean json;

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  private Health() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Health(), args);
  }

  @Override
  public Integer call() {
    try (RetrievalOptions.Existing opened = retrieval.openExisting()) {
      return freeze == null ? check(opened) : freeze(opened, freeze);
    }
  }

  private int freeze(RetrievalOptions.Existing opened, Path data) {
    if (Files.exists(frozen)) {
      throw new IllegalArgumentException(
          "--freeze: " + frozen + " is there already; delete it to freeze today's state instead");
    }
    CallContext context = CallContext.unbounded();
    FrozenQuestions questions =
        FrozenQuestions.freeze(EvalSet.beir(data), opened.retriever(), depth, context);
    if (opened.embedder() != null) {
      int canaries = Math.min(CANARIES, questions.size());
      questions = questions.withCanaries(opened.embedder(), canaries, context);
    }
    questions.write(frozen);
    System.out.println("froze " + questions);
    return 0;
  }

  private int check(RetrievalOptions.Existing opened) {
    if (!Files.exists(frozen)) {
      throw new IllegalArgumentException(
          "--frozen: there is no " + frozen + "; --freeze BEIR_DIR makes it while all is well");
    }
    RetrievalHealth health =
        RetrievalHealth.of(opened.retriever(), FrozenQuestions.read(frozen))
            .falseAlarmRate(falseAlarms);
    if (opened.embedder() != null) {
      health = health.embedder(opened.embedder());
    }
    HealthReport report = health.check();
    System.out.println(json ? toJson(report) : report);
    return report.healthy() ? 0 : ALARM;
  }

  private static String toJson(HealthReport report) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("healthy", report.healthy());
    for (HealthReport.Check check : report.checks()) {
      ObjectNode one = root.withArray("checks").addObject();
      one.put("name", check.name()).put("status", check.status().name());
      one.put("detail", check.detail());
      check.pValue().ifPresentOrElse(p -> one.put("pValue", p), () -> one.putNull("pValue"));
    }
    return root.toString();
  }
}
