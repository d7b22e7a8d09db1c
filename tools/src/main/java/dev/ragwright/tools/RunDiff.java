package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.experiment.AnswerFlips;
import dev.ragwright.experiment.ArmResult;
import dev.ragwright.experiment.ExperimentResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Tells which questions turned right or wrong from one result to another, and at which stage.
 *
 * <p>{@code mvn -q -Pexample -Dexample=RunDiff -Dargs="before.json after.json"}
 */
@Command(
    name = "RunDiff",
    sortOptions = false,
    description = {
      "Compares two results that CompareStages --json wrote, each arm with the one of its name, or"
          + " two arms of your choice: by a paired test, then question by question.",
      ""
    })
public final class RunDiff implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "BEFORE.json", description = "A result.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "AFTER.json", description = "Another, or the same.")
  private Path after = Path.of("");

  @Option(
      names = "--arm",
      paramLabel = "NAME",
      description = "This arm of the first result; those that both have unless given.")
  private @Nullable String arm;

  @Option(
      names = "--after-arm",
      paramLabel = "NAME",
      description = "This arm of the second; the one of the same name unless given.")
  private @Nullable String afterArm;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "By which answers are right; substring unless given.")
  private String metric = "substring";

  @Option(
      names = "--right",
      paramLabel = "SCORE",
      description = "The least score of a right answer; 1 unless given.")
  private double right = 1;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  boolean help;

  private RunDiff() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new RunDiff(), args);
  }

  @Override
  public Integer call() {
    ExperimentResult first = ExperimentResult.read(before);
    ExperimentResult second = ExperimentResult.read(after);
    List<AnswerFlips> all = new ArrayList<>();
    for (String name : arms(first, second)) {
      String other = afterArm == null ? name : afterArm;
      all.add(AnswerFlips.of(first, name, second, other, metric, right));
    }
    if (json) {
      ArrayNode arms = Cli.JSON.createArrayNode();
      all.forEach(flips -> arms.add(json(flips)));
      System.out.println(arms.toPrettyString());
    } else {
      System.out.println(String.join("\n\n", all.stream().map(AnswerFlips::toString).toList()));
    }
    return 0;
  }

  /** The arm that was asked for, the only ones, or those of the same name. */
  private List<String> arms(ExperimentResult first, ExperimentResult second) {
    if (arm != null) {
      return List.of(arm);
    }
    if (afterArm != null) {
      throw new IllegalArgumentException("--after-arm goes with --arm");
    }
    List<String> others = second.arms().stream().map(ArmResult::name).toList();
    List<String> both =
        first.arms().stream().map(ArmResult::name).filter(others::contains).toList();
    if (both.isEmpty()) {
      throw new IllegalArgumentException(
          "no arm has the same name in both; %s has %s, %s has %s; --arm and --after-arm choose"
              .formatted(
                  before, first.arms().stream().map(ArmResult::name).toList(), after, others));
    }
    return both;
  }

  private static ObjectNode json(AnswerFlips flips) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("before", flips.before());
    root.put("after", flips.after());
    root.put("metric", flips.metric());
    root.put("right", flips.right());
    ObjectNode paired = root.putObject("paired");
    paired.put("difference", flips.paired().difference());
    paired.put("low", flips.paired().interval().low());
    paired.put("high", flips.paired().interval().high());
    paired.put("p", flips.paired().pValue());
    paired.put("questions", flips.paired().questions());
    root.put("bothRight", flips.bothRight());
    root.put("bothWrong", flips.bothWrong());
    root.put("leftOut", flips.leftOut());
    root.put("p", flips.pValue());
    ObjectNode right = root.putObject("turnedRight");
    flips.turnedRight().forEach(right::put);
    ObjectNode wrong = root.putObject("turnedWrong");
    flips.turnedWrong().forEach(wrong::put);
    ArrayNode all = root.putArray("flips");
    for (AnswerFlips.Flip flip : flips.flips()) {
      ObjectNode node = all.addObject();
      node.put("id", flip.questionId());
      node.put("question", flip.question());
      node.put("turnedRight", flip.turnedRight());
      node.put("stage", flip.stage());
      node.put("sameContext", flip.sameContext());
      node.put("before", flip.before());
      node.put("after", flip.after());
    }
    return root;
  }
}
