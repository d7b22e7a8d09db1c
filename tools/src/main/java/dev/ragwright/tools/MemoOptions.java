package dev.ragwright.tools;

import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options by which the tools read what an experiment left. */
final class MemoOptions {
  @Option(
      names = "--memo",
      required = true,
      paramLabel = "DIR",
      description = "The folder that CompareStages was given as --memo.")
  Path memo = Path.of("");

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  boolean help;

  /**
   * A folder's last result.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ExperimentResult last(Path memo) {
    Path file = memo.resolve(Experiment.RESULT);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "there is no result %s; CompareStages --memo %s leaves one".formatted(file, memo));
    }
    return ExperimentResult.read(file);
  }

  /**
   * The folder's last result.
   *
   * @throws IllegalArgumentException if there is none, or it does not say why answers are wrong
   */
  ExperimentResult explained() {
    ExperimentResult result = last(memo);
    if (!result.isExplained()) {
      throw new IllegalArgumentException(
          "the result in %s does not say why answers are wrong; run CompareStages again with --memo %s and without --no-why, on a set that has answers"
              .formatted(memo, memo));
    }
    return result;
  }
}
