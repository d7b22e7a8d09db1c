package dev.ragwright.examples;

import dev.ragwright.experiment.Experiment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which the examples run an experiment. */
final class ExperimentOptions {
  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Ask N of them, drawn by the seed.")
  int questions = Integer.MAX_VALUE;

  @Option(names = "--seed", paramLabel = "N", description = "42 unless given.")
  long seed = 42;

  @Option(
      names = "--memo",
      paramLabel = "DIR",
      description = "Keep what stages give in this folder: the next run calls only what is new.")
  @Nullable Path memo;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the result as a page that needs no network.")
  @Nullable Path report;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  boolean help;

  /** Sets all but the report, which is written of the result. */
  Experiment.Builder on(Experiment.Builder experiment) {
    experiment.questions(questions).seed(seed);
    return memo == null ? experiment : experiment.memo(memo);
  }
}
