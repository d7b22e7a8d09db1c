package dev.ragwright.tools;

import dev.ragwright.experiment.ExperimentResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes the arm to take as a class.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Winner -Dargs="--memo memo --java SearchPipeline.java"}
 */
@Command(
    name = "Winner",
    sortOptions = false,
    description = {
      "Writes the simplest of the arms that cannot be told from the best one, from what CompareStages"
          + " --memo left, as a class that is compiled as it is: with its figures, and with what it"
          + " needs. What CompareStages --learn learnt is in the folder models of the memo: it goes"
          + " into the folder of models.",
      ""
    })
public final class Winner implements Callable<Integer> {
  private static final String JAVA = ".java";

  @Option(
      names = "--memo",
      required = true,
      paramLabel = "DIR",
      description = "The folder that CompareStages was given as --memo.")
  private Path memo = Path.of("");

  @Option(
      names = "--java",
      required = true,
      paramLabel = "FILE",
      description =
          "Write the class into this file, whose name is the class's; one that is there is kept, and this"
              + " an error.")
  private Path java = Path.of("");

  @Option(
      names = "--package",
      paramLabel = "NAME",
      description = "The class's package; none unless given.")
  private String pack = "";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the wiring as JSON, for RagPipelines.read.")
  private @Nullable Path json;

  @Option(
      names = "--gate",
      description =
          "Write a test beside the class that holds it to what was measured, with its lock of models"
              + " and index as .json, and its baseline as -baseline.json. Not of a class that has what"
              + " was learnt from the same questions. A test that is there is kept, and this an error.")
  private boolean gate;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "What is best; the first that was measured unless given.")
  private @Nullable String metric;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  boolean help;

  private Winner() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Winner(), args);
  }

  @Override
  public Integer call() {
    String file = String.valueOf(java.getFileName());
    if (!file.endsWith(JAVA)) {
      throw new IllegalArgumentException(
          "--java %s is no file of a class, such as SearchPipeline.java".formatted(java));
    }
    String name = file.substring(0, file.length() - JAVA.length());
    Path test = java.resolveSibling(name + "Test.java");
    Cli.checkNew("--java", java);
    if (gate) {
      Cli.checkNew("--gate", test);
    }
    String className = pack.isEmpty() ? name : pack + "." + name;
    ExperimentResult result = MemoOptions.last(memo);
    dev.ragwright.experiment.Winner winner =
        metric == null ? result.winner() : result.winner(metric);
    Map<Path, String> texts = new LinkedHashMap<>(); // all are made before one is written
    texts.put(java, winner.toJava(className));
    String wiring = winner.toJson();
    if (json != null) {
      texts.put(json, wiring);
    }
    if (gate) {
      texts.put(test, winner.toTest(className));
      texts.put(java.resolveSibling(name + ".json"), wiring);
    }
    System.out.println(winner);
    texts.forEach(Winner::write);
    if (gate) {
      Path baseline = java.resolveSibling(name + "-baseline.json");
      winner.baseline().write(baseline);
      System.out.println("wrote " + baseline);
    }
    return 0;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    System.out.println("wrote " + file);
  }
}
