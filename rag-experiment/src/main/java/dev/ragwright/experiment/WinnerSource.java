package dev.ragwright.experiment;

import dev.ragwright.eval.answer.AnswerMetrics;
import dev.ragwright.eval.ranking.RankingMetrics;
import dev.ragwright.text.Decimals;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The texts of the class of a winner, and of its test. */
final class WinnerSource {
  private static final Pattern NAME =
      Pattern.compile("(\\p{L}[\\p{L}\\d_]*\\.)*\\p{L}[\\p{L}\\d_]*");

  /** The end of the constructor. */
  private static final String FAILED =
      """
          } catch (RuntimeException | Error e) {
            for (AutoCloseable each : opened) {
              try {
                each.close();
              } catch (Exception failed) {
                e.addSuppressed(failed);
              }
            }
            throw e;
          }
        }

      """;

  private final Winner winner;
  private final ExperimentResult result;
  private final ArmResult arm;
  private final StockStages.Recipe recipe;
  private final String pack;
  private final String name;

  WinnerSource(Winner winner, String className) {
    if (!NAME.matcher(className).matches()) {
      throw new IllegalArgumentException("\"" + className + "\" is no name of a class");
    }
    this.winner = winner;
    this.result = winner.result();
    this.arm = winner.arm();
    this.recipe = StockStages.of(winner.wiring());
    int dot = className.lastIndexOf('.');
    this.pack = dot < 0 ? "" : "package " + className.substring(0, dot) + ";\n\n";
    this.name = className.substring(dot + 1);
  }

  String pipeline() {
    TreeSet<String> imports =
        new TreeSet<>(Stream.of("dev.ragwright.RagPipeline", "java.nio.file.Path").toList());
    recipe.pipeline().types().forEach(imports::add);
    recipe.opened().forEach(each -> imports.add(each.type()));
    recipe.opened().forEach(each -> each.code().types().forEach(imports::add));
    imports.addAll(List.of("java.util.ArrayDeque", "java.util.Deque"));
    StringBuilder text = new StringBuilder(pack);
    imports.forEach(type -> text.append("import ").append(type).append(";\n"));
    text.append('\n').append(javadoc(about(imports), ""));
    text.append("public final class ").append(name).append(" implements AutoCloseable {\n");
    for (StockStages.Recipe.Opened each : recipe.opened()) {
      text.append("  private final %s %s;\n".formatted(Code.simple(each.type()), each.name()));
    }
    text.append("  private final RagPipeline pipeline;\n\n");
    text.append(
        javadoc(
            List.of(
                "Opens the models and the index, and wires the pipeline.",
                "",
                "@param folder of the index, which is opened for searches alone",
                "@param models the folder " + folders()),
            "  "));
    text.append("  public %s(Path folder, Path models) {\n".formatted(name));
    text.append("    Deque<AutoCloseable> opened = new ArrayDeque<>();\n    try {\n");
    for (StockStages.Recipe.Opened each : recipe.opened()) {
      text.append("      %s = %s;\n".formatted(each.name(), each.code().java("      ")));
      text.append("      opened.push(%s);\n".formatted(each.name()));
    }
    text.append("      pipeline = %s;\n".formatted(recipe.pipeline().java("      ")));
    text.append(FAILED);
    text.append("  /** The pipeline; of no use after {@link #close}. */\n");
    text.append("  public RagPipeline pipeline() {\n    return pipeline;\n  }\n\n");
    text.append("  /** The index, to follow its writer by {@code refresh()}. */\n");
    text.append("  public LuceneIndex index() {\n    return index;\n  }\n\n");
    text.append("  /** Closes the index and the models, each after its running calls. */\n");
    text.append("  @Override\n  public void close() {\n    try (%s) {\n".formatted(closing()));
    text.append(
        "      // in the order from the last to the first, also where one fails\n    }\n  }\n}\n");
    return text.toString();
  }

  private String closing() {
    return recipe.opened().stream()
        .map(StockStages.Recipe.Opened::name)
        .collect(Collectors.joining("; "));
  }

  private String folders() {
    return recipe.folders().isEmpty()
        ? "of models, of which none is read"
        : "that has "
            + String.join(
                ", ", recipe.folders().keySet().stream().map(WinnerSource::html).toList());
  }

  private List<String> about(Set<String> types) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "The arm \"%s\" of an experiment on %s with %s, run on %s with the seed %s."
            .formatted(
                html(arm.name()),
                html(result.set()),
                Decimals.counted(result.questions().size(), "question"),
                DateTimeFormatter.ISO_LOCAL_DATE.format(result.endedAt().atOffset(ZoneOffset.UTC)),
                result.settings().get("seed")));
    lines.add("");
    lines.add("<ul>");
    for (MetricResult metric : arm.metrics()) {
      if (metric.mean().isPresent()) {
        lines.add("  <li>" + html(metric.metric() + " " + measured(metric)));
      }
    }
    lines.add("  <li>time of a question: " + html(arm.latency().toString()));
    if (arm.cost().isKnown()) {
      lines.add(
          "  <li>cost of a million questions: "
              + html(arm.cost().perMillion(arm.outcomes().size()).toString()));
    }
    lines.add("</ul>");
    lines.add("");
    lines.add(html(verdict()));
    lines.add("");
    List<String> artifacts = new ArrayList<>(Code.modules(types));
    artifacts.addAll(recipe.artifacts());
    lines.add("It needs " + String.join(", ", artifacts) + " on the class path.");
    recipe
        .folders()
        .forEach(
            (folder, digest) ->
                lines.add(html("The folder of models needs %s (%s).".formatted(folder, digest))));
    if (recipe.chunker() != null) {
      lines.add(
          html("The index was filled by a sync with the chunker %s.".formatted(recipe.chunker())));
    }
    if (!recipe.generates()) {
      lines.add("No generator was measured: one that quotes sentences stands in its place.");
    }
    return lines;
  }

  private String verdict() {
    Winners choice = winner.choice();
    String metric = choice.metric();
    if (choice.rivals().isEmpty()) {
      return "It was measured beside no other arm.";
    }
    List<String> others =
        choice.indistinguishable().stream()
            .filter(other -> !other.equals(arm.name()))
            .map(
                other ->
                    "%s (%s)"
                        .formatted(
                            other,
                            Decimals.fixed(
                                result.arm(other).metric(metric).mean().orElseThrow(), 4)))
            .toList();
    return others.isEmpty()
        ? "It is the best by %s, and told from all others.".formatted(metric)
        : "By %s it is not told apart from %s; it is the simplest of them: the fewest models, then the fewest stages, then the least cost and time."
            .formatted(metric, String.join(", ", others));
  }

  private static String measured(MetricResult metric) {
    return "%s%s on %s"
        .formatted(
            Decimals.fixed(metric.mean().orElseThrow(), 4),
            metric
                .interval()
                .map(
                    interval ->
                        " [%s, %s]"
                            .formatted(
                                Decimals.fixed(interval.low(), 4),
                                Decimals.fixed(interval.high(), 4)))
                .orElse(""),
            Decimals.counted(metric.scored(), "question"));
  }

  String test() {
    if (result.stopped().isPresent()) {
      throw new IllegalStateException(
          "the run was stopped (%s), so its questions cannot be drawn again; run it to its end"
              .formatted(result.stopped().get()));
    }
    String metric = winner.choice().metric();
    boolean answers = AnswerMetrics.names().contains(metric);
    if (!answers) {
      RankingMetrics.named(metric); // or it is unknown, and the nearest is named
    }
    String finder = answers ? "AnswerMetrics" : "RankingMetrics";
    return pack
        + """
        import static dev.ragwright.eval.gate.EvaluationAssertions.assertThat;
        import static dev.ragwright.eval.gate.EvaluationAssertions.margin;
        import static org.assertj.core.api.Assertions.assertThat;

        import dev.ragwright.eval.EvalSet;
        import dev.ragwright.eval.%1$s.%2$s;
        import dev.ragwright.eval.gate.Baseline;
        import dev.ragwright.experiment.Experiment;
        import dev.ragwright.experiment.ExperimentResult;
        import dev.ragwright.experiment.Progress;
        import dev.ragwright.experiment.RagPipelines;
        import java.nio.file.Path;
        import org.junit.jupiter.api.AfterEach;
        import org.junit.jupiter.api.BeforeEach;
        import org.junit.jupiter.api.Test;

        /** Holds {@link %3$s} to what was measured. It needs rag-experiment, JUnit and AssertJ. */
        class %3$sTest {
          private static final Path DATA = Path.of("data"); // %4$s, in BEIR's layout
          private static final Path INDEX = Path.of("index");
          private static final Path MODELS = Path.of("models");
          private static final Path LOCK = Path.of("%3$s.json");
          private static final Path BASELINE = Path.of("%3$s-baseline.json");

          private %3$s winner;

          @BeforeEach
          void open() {
            winner = new %3$s(INDEX, MODELS);
          }

          @AfterEach
          void close() {
            winner.close();
          }

          @Test
          void isWiredOfWhatWasMeasured() {
            assertThat(RagPipelines.differences(winner.pipeline(), LOCK)).isEmpty();
          }

          @Test
          void isNotWorseThanItWas() {
            ExperimentResult now =
                Experiment.over(EvalSet.beir(DATA))
                    .arm("now", winner.pipeline())
                    .measure(%2$s.named(%5$s))
                    .questions(%6$s)
                    .seed(%7$sL)
                    .build()
                    .run(Progress.none());
            assertThat(now.arm("now").metric(%5$s).scores())
                .isNotWorseThan(Baseline.read(BASELINE), margin(0.01));
          }
        }
        """
            .formatted(
                answers ? "answer" : "ranking",
                finder,
                name,
                html(result.set()),
                new Code.Literal(metric).java(""),
                result.questions().size(),
                Objects.requireNonNull(result.settings().get("seed")));
  }

  /** Text in a comment: nothing in it is markup, or ends it. */
  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\\", "&#92;")
        .replace("*/", "*&#47;")
        .replaceAll("(?<!\\w)@", "&#64;")
        .replaceAll("\\s+", " ");
  }

  /** A comment of lines, those of text filled to a width; a paragraph behind each empty one. */
  private static String javadoc(List<String> lines, String indent) {
    StringBuilder text = new StringBuilder(indent + "/**\n");
    boolean paragraph = false;
    for (String line : lines) {
      if (line.isEmpty()) {
        text.append(indent).append(" *\n");
        paragraph = true;
        continue;
      }
      boolean plain = !line.startsWith("<") && !line.startsWith(" ") && !line.startsWith("@");
      String all = paragraph && plain ? "<p>" + line : line;
      paragraph = false;
      StringBuilder row = new StringBuilder();
      for (String word : all.split(" ", -1)) {
        if (row.length() + word.length() + indent.length() > 96 && !row.isEmpty()) {
          text.append(indent).append(" * ").append(row.toString().stripTrailing()).append('\n');
          row.setLength(0);
        }
        row.append(word).append(' ');
      }
      text.append(indent).append(" * ").append(row.toString().stripTrailing()).append('\n');
    }
    return text.append(indent).append(" */\n").toString();
  }
}
