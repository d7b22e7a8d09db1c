package dev.ragwright.tools;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Uses everything at once for long, checks what comes back, and says what has grown.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Soak -Dargs="--minutes 30"}
 */
@Command(
    name = "Soak",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Asks by words, vectors and both, with a reranker, quotes and a cache of answers; closes streams"
          + " midway, lets deadlines pass, cancels; syncs, adds, replaces and deletes meanwhile; reads the"
          + " index beside its writer; closes and opens index, cache, log, memo and models under load.",
      "What was acknowledged has to be found, what was deleted must not be, and every citation has to"
          + " stand in its document as it was while the question was on its way.",
      "Now and then all wait, and what the process holds on to is measured, after a collection. Growth"
          + " is the median slope of the second half with an interval of 95 %%. The run fails, with exit"
          + " code 1, where something was wrong, or it took ten minutes or more and an interval is above"
          + " what is allowed.",
      ""
    })
public final class Soak implements Callable<Integer> {

  @Option(names = "--minutes", paramLabel = "N", description = "How long; 30 unless given.")
  private double minutes = 30;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder of documents, or one with a corpus.jsonl[.gz]; made-up ones unless given.")
  private @Nullable Path data;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "How many of them are kept in the index; 300 unless given.")
  private int documents = 300;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many ask; 4 unless given. Five more write, read beside, open and close.")
  private int threads = 4;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model; minilm unless given.")
  private String model = "minilm";

  @Option(
      names = "--cross-encoder",
      paramLabel = "DIR",
      description = "Reranks by this model, and not by the vectors of tokens.")
  private @Nullable Path crossEncoder;

  @Option(
      names = "--chat",
      paramLabel = "DIR",
      description = "Has a question answered by this language model now and then, too.")
  private @Nullable Path chat;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description =
          "An empty folder for index, log, memo and cache; one that is deleted in the end unless"
              + " given.")
  private @Nullable Path index;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      description = "How often is measured; 15 unless given.")
  private int every = 15;

  @Option(names = "--seed", paramLabel = "S", description = "Of all draws; 1 unless given.")
  private long seed = 1;

  @Option(names = "--json", description = "Print the verdict as lines of JSON, too.")
  private boolean json;

  @Mixin private DocumentOptions reading = new DocumentOptions();

  private Soak() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Soak(), args);
  }

  /** What is measured, and how much growth an hour passes for noise. */
  @SuppressWarnings("ImmutableEnumChecker") // its functions read their argument alone
  private enum Quantity {
    HEAP("heap", "MB", 8, ProcessState::heap),
    NATIVE("native memory", "MB", 40, state -> state.outside() - state.compiled()),
    /** Not judged: the compiler goes on for long, into a cache of a set size. */
    COMPILED("classes and compiled code", "MB", Double.NaN, ProcessState::compiled),
    HANDLES("open handles", "", 4, ProcessState::handles),
    MAPPED("mappings", "", 60, ProcessState::mapped),
    THREADS("threads", "", 4, ProcessState::threads),
    CLASSES("classes", "", 400, ProcessState::classes),
    TEMPORARY("temporary files", "", 2, ProcessState::temporary);

    private final String name;
    private final String unit;
    private final double allowed;
    private final ToDoubleFunction<ProcessState> value;

    Quantity(String name, String unit, double allowed, ToDoubleFunction<ProcessState> value) {
      this.name = name;
      this.unit = unit;
      this.allowed = allowed;
      this.value = value;
    }
  }

  /** Below, a process has not become what it will be. */
  private static final double JUDGED_MINUTES = 10;

  private static final int FEWEST = 4;

  private record Sample(double hours, ProcessState state, long files, long bytes) {}

  @Override
  public Integer call() throws IOException {
    if (!(minutes > 0) || documents < 20 || threads < 1 || every < 1) {
      throw new IllegalArgumentException(
          "--minutes must be > 0, --documents >= 20, --threads and --every >= 1");
    }
    Path folder = index == null ? Files.createTempDirectory("ragwright-soak") : index;
    Files.createDirectories(folder);
    try (Stream<Path> there = Files.list(folder)) {
      if (there.findAny().isPresent()) {
        throw new IllegalArgumentException("--index " + folder + " is not empty");
      }
    }
    SoakDocuments sheets = new SoakDocuments("sheet", texts());
    SoakDocuments notes = new SoakDocuments("note", SoakDocuments.texts(60, new Random(seed)));
    List<Sample> samples = new ArrayList<>();
    SoakLoad load = new SoakLoad(folder, model, crossEncoder, chat, sheets, notes, threads, seed);
    try (load) {
      load.start();
      long start = System.nanoTime();
      long end = start + (long) (minutes * 60e9);
      int told = 0;
      for (long next = start;
          System.nanoTime() < end || samples.size() < FEWEST;
          next += every * 1_000_000_000L) {
        LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
        samples.add(load.quietly(() -> sample(start, load)));
        if (samples.getLast().hours() * 60 >= told) {
          told++;
          System.out.println(line(samples.getLast(), load));
        }
      }
    }
    if (index == null) {
      SoakLoad.delete(folder);
    }
    return verdict(samples, load) ? 0 : 1;
  }

  private List<String> texts() {
    if (data == null) {
      return SoakDocuments.texts(documents, new Random(seed));
    }
    DocumentSource source = reading.source(data);
    try (Stream<Document> all = source.documents()) {
      List<String> texts = all.limit(documents).map(Document::text).toList();
      if (texts.size() < 20) {
        throw new IllegalArgumentException(
            "--data %s has %s documents; at least 20 are needed".formatted(data, texts.size()));
      }
      return texts;
    }
  }

  private static Sample sample(long start, SoakLoad load) {
    long[] files = load.files();
    return new Sample((System.nanoTime() - start) / 3600e9, ProcessState.now(), files[0], files[1]);
  }

  private static String line(Sample sample, SoakLoad load) {
    ProcessState state = sample.state();
    return String.format(
        Locale.ROOT,
        "%5.1f min: heap %.1f MB, native %.1f MB, classes and code %.1f MB, resident %.0f MB; %.0f"
            + " handles, %.0f mappings, %.0f threads, %.0f classes, %.0f temporary files; %d files of"
            + " %.1f MB; %d wrong; %s",
        sample.hours() * 60,
        state.heap(),
        state.outside() - state.compiled(),
        state.compiled(),
        state.resident(),
        state.handles(),
        state.mapped(),
        state.threads(),
        state.classes(),
        state.temporary(),
        sample.files(),
        sample.bytes() / 1e6,
        load.failed(),
        load.counts());
  }

  private boolean verdict(List<Sample> samples, SoakLoad load) {
    List<Sample> second = samples.subList(samples.size() / 2, samples.size());
    boolean held = load.failed() == 0;
    System.out.printf(
        Locale.ROOT,
        "%n| of the second half, %d measurements | least | most | growth an hour [95 %%] | allowed |"
            + " |%n| --- | ---: | ---: | ---: | ---: | --- |%n",
        second.size());
    double[] hours = second.stream().mapToDouble(Sample::hours).toArray();
    for (Quantity quantity : Quantity.values()) {
      double[] values =
          second.stream()
              .mapToDouble(sample -> quantity.value.applyAsDouble(sample.state()))
              .toArray();
      if (values.length < 2 || Double.isNaN(values[0])) {
        System.out.printf(Locale.ROOT, "| %s | | | | | not known here |%n", quantity.name);
        continue;
      }
      Trend trend = Trend.of(hours, values);
      boolean grows = minutes >= JUDGED_MINUTES && trend.low() > quantity.allowed;
      held &= !grows;
      System.out.printf(
          Locale.ROOT,
          "| %s%s | %.1f | %.1f | %+.1f [%+.1f, %+.1f] | %s | %s |%n",
          quantity.name,
          quantity.unit.isEmpty() ? "" : ", " + quantity.unit,
          Arrays.stream(values).min().orElseThrow(),
          Arrays.stream(values).max().orElseThrow(),
          trend.slope(),
          trend.low(),
          trend.high(),
          Double.isNaN(quantity.allowed) ? "any" : Math.round(quantity.allowed),
          grows ? "GROWS" : trend.high() > quantity.allowed ? "not told apart" : "held");
      if (json) {
        System.out.println(
            Cli.JSON
                .createObjectNode()
                .put("quantity", quantity.name)
                .put("growthAnHour", trend.slope())
                .put("low", trend.low())
                .put("high", trend.high())
                .put("allowed", quantity.allowed)
                .put("grows", grows));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%s%n%d wrong%n%s%n",
        load.counts(),
        load.failed(),
        held ? "held" : "NOT HELD: see above");
    return held;
  }
}
