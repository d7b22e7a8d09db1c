package dev.ragwright.tools;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Attacks what reads inputs from outside, by inputs that are drawn from a seed.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Fuzz -Dargs="--target all --inputs 1000000 --seconds 60"}
 */
@Command(
    name = "Fuzz",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Reads changed, invented, long and deep inputs. A fault is an exception that is not documented,"
          + " more than a CPU second (and one for each MB), or more memory than the target may allocate"
          + " (and 4 kB for each byte). Fails if there is one; each kind is printed once, with what"
          + " --replay takes.",
      ""
    })
public final class Fuzz implements Callable<Integer> {
  @Option(
      names = "--target",
      split = ",",
      paramLabel = "NAME",
      description = "What to attack; all unless given. A wrong name prints those there are.")
  private List<String> targets = List.of("all");

  @Option(names = "--inputs", description = "How many for each target; ${DEFAULT-VALUE}.")
  private long inputs = 1_000_000;

  @Option(names = "--from", description = "The number of the first input; ${DEFAULT-VALUE}.")
  private long from;

  @Option(names = "--seed", description = "What the inputs are drawn from; ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--seconds", description = "The longest for each target; ${DEFAULT-VALUE}.")
  private long seconds = 60;

  @Option(
      names = "--replay",
      paramLabel = "TARGET:SEED:NUMBER",
      description = "Read this one input alone, and throw what it throws.")
  private @Nullable String replay;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "With --replay: write the input to a file as well.")
  private @Nullable Path keep;

  private Fuzz() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off"); // a line for each input
    Cli.run(new Fuzz(), args);
  }

  @Override
  public Integer call() throws Exception {
    try (FuzzTargets all = new FuzzTargets()) {
      if (replay != null) {
        return replayed(all, replay);
      }
      List<String> names = targets.contains("all") ? all.names() : targets;
      List<FuzzTarget> chosen = names.stream().map(all::named).toList();
      Map<FuzzInput.Kind, long[]> kinds = new EnumMap<>(FuzzInput.Kind.class);
      int faults = 0;
      for (FuzzTarget target : chosen) {
        long start = System.nanoTime();
        FuzzRun run = new FuzzRun(target, seed, System.out::println).read(from, inputs, seconds);
        System.out.println(run.line((System.nanoTime() - start) / 1e9));
        faults += run.faults().size();
        run.outcomes()
            .forEach(
                (kind, outcomes) -> {
                  long[] sum = kinds.computeIfAbsent(kind, k -> new long[3]);
                  Arrays.setAll(sum, i -> sum[i] + outcomes[i]);
                });
      }
      kinds.forEach(
          (kind, outcomes) ->
              System.out.printf(
                  Locale.ROOT,
                  "%-10s %,11d read %,11d refused %,7d faults%n",
                  kind,
                  outcomes[0],
                  outcomes[1],
                  outcomes[2]));
      return faults == 0 ? 0 : 1;
    }
  }

  private Integer replayed(FuzzTargets all, String which) throws Exception {
    String[] parts = which.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "--replay takes TARGET:SEED:NUMBER, such as citations:1:17, not " + which);
    }
    FuzzTarget target = all.named(parts[0]);
    FuzzInput input = FuzzInput.of(target, Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    if (keep != null) {
      Files.write(keep, input.bytes());
    }
    String text = new String(input.bytes(), StandardCharsets.UTF_8);
    System.out.println(
        input.kind()
            + ", "
            + input.bytes().length
            + " bytes: "
            + text.substring(0, Math.min(2_000, text.length())));
    long start = System.nanoTime();
    try {
      target.reading().read(input.bytes());
      System.out.println("read");
    } catch (Exception e) {
      if (!target.documents(e)) {
        e.printStackTrace();
        return 1;
      }
      System.out.println("refused: " + e);
    } finally {
      System.out.printf(Locale.ROOT, "%,d ms%n", (System.nanoTime() - start) / 1_000_000);
    }
    return 0;
  }
}
