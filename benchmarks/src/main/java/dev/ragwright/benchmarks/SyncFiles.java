package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * So many small text files in folders of {@value #IN_A_FOLDER}, synced into a new index, and again
 * when nothing has changed: by words alone, and with an embedder that costs nothing. Beside it the
 * classes of another build, in processes of their own that take turns with this one's: {@code
 * --other DIR} has modules with {@code target/classes}, such as {@code git worktree add DIR COMMIT}
 * and {@code mvn -q compile} there leave behind. Files and folders lie in the directory for
 * temporary files, and everything has been read once before.
 *
 * <p>Seconds are of the wall clock and of the processor, by all threads; ratios are of medians, the
 * other build's to this one's.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=SyncFiles -Dargs="--files 100000 --other ../old"}
 */
public final class SyncFiles {
  private static final int IN_A_FOLDER = 200;
  private static final List<String> MODULES =
      List.of("rag-core", "rag-sources", "rag-onnx", "rag-retrievers");
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private SyncFiles() {}

  /** Runs it; with {@code --arm}, one arm. */
  public static void main(String... args) throws Exception {
    int files = 100_000;
    int rounds = 3;
    Path other = null;
    Path folder = null;
    String arm = "";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--files" -> files = Integer.parseInt(args[i + 1]);
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        case "--other" -> other = Path.of(args[i + 1]);
        case "--arm" -> arm = args[i + 1];
        case "--folder" -> folder = Path.of(args[i + 1]);
        default ->
            throw new IllegalArgumentException("--files N, --rounds N and --other DIR there are");
      }
    }
    if (folder != null) {
      System.out.println("\n" + measure(folder, arm));
      return;
    }
    try (TemporaryFolder made = TemporaryFolder.create("sync-files")) {
      write(made.path(), files);
      compare(made.path(), files, rounds, other);
    }
  }

  private static void write(Path folder, int files) throws IOException {
    Random random = new Random(7);
    List<String> words = IntStream.range(0, 20_000).mapToObj(SyncFiles::word).toList();
    for (int i = 0; i < files; i++) {
      Path in = folder.resolve("part-" + i / IN_A_FOLDER);
      if (i % IN_A_FOLDER == 0) {
        Files.createDirectory(in);
      }
      StringBuilder text = new StringBuilder("Note ").append(i).append(" is about");
      for (int w = 0; w < 40; w++) {
        double skewed = random.nextDouble();
        text.append(' ').append(words.get((int) (skewed * skewed * skewed * words.size())));
      }
      Files.writeString(in.resolve("note-" + i + ".txt"), text.append(".\n"));
    }
  }

  /** Of letters alone: what is a number too is analysed at length. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number + 1; rest > 0; rest /= 20) {
      word.append("bcdfghjklmnpqrstvwxz".charAt(rest % 20)).append("aeiou".charAt(rest % 5));
    }
    return word.toString();
  }

  private static void compare(Path folder, int files, int rounds, @Nullable Path other)
      throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s, %,d files, heap of 2 GB, medians of %d rounds%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        files,
        rounds);
    Map<String, List<JsonNode>> results = new LinkedHashMap<>();
    List<@Nullable Path> builds =
        other == null ? Arrays.asList((Path) null) : Arrays.asList(null, other);
    for (int round = 0; round < rounds; round++) {
      for (String arm : List.of("words", "vectors")) {
        for (Path build : builds) {
          results
              .computeIfAbsent(
                  arm + (build == null ? ", this build" : ", the other"), key -> new ArrayList<>())
              .add(forked(folder, arm, build));
        }
      }
    }
    System.out.println("| index | first sync, s | CPU s | files/s | nothing changed, s | CPU s |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    results.forEach(
        (name, runs) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %,.0f | %.2f | %.2f |%n",
                name,
                median(runs, "first"),
                median(runs, "first CPU"),
                files / median(runs, "first"),
                median(runs, "again"),
                median(runs, "again CPU")));
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "SyncFiles").put("files", files);
    if (other != null) {
      for (String arm : List.of("words", "vectors")) {
        for (String what : List.of("first", "first CPU", "again", "again CPU")) {
          double ratio =
              median(results.getOrDefault(arm + ", the other", List.of()), what)
                  / median(results.getOrDefault(arm + ", this build", List.of()), what);
          json.put(arm + ": " + what, Math.round(ratio * 1e3) / 1e3);
        }
      }
    }
    System.out.println(json);
  }

  private static double median(List<JsonNode> runs, String what) {
    double[] sorted =
        runs.stream().mapToDouble(run -> run.path(what).asDouble()).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static JsonNode forked(Path folder, String arm, @Nullable Path build) throws Exception {
    String own = System.getProperty("java.class.path");
    String classPath =
        build == null
            ? own
            : String.join(
                File.pathSeparator,
                Stream.concat(
                        MODULES.stream()
                            .map(
                                module ->
                                    build.resolve(module).resolve("target/classes").toString()),
                        Stream.of(own))
                    .toList());
    File output = File.createTempFile("sync-files", ".txt");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-modules",
                  "jdk.incubator.vector",
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx2g",
                  "-cp",
                  classPath,
                  SyncFiles.class.getName(),
                  "--folder",
                  folder.toString(),
                  "--arm",
                  arm)
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      int status = process.waitFor();
      List<String> lines = Files.readAllLines(output.toPath(), StandardCharsets.UTF_8);
      if (status != 0) {
        throw new IllegalStateException(arm + " ended with " + status + ": " + lines);
      }
      return new JsonMapper().readTree(lines.getLast());
    } finally {
      Files.delete(output.toPath());
    }
  }

  private static ObjectNode measure(Path folder, String arm) throws IOException {
    ObjectNode json = new JsonMapper().createObjectNode();
    try (TemporaryFolder at = TemporaryFolder.create("sync-files-index")) {
      LuceneIndex.Builder builder = LuceneIndex.builder().directory(at.path());
      if (arm.equals("vectors")) {
        builder.embedder(new Costless());
      }
      try (LuceneIndex index = builder.open()) {
        SyncReport first = sync(index, folder, json, "first");
        SyncReport again = sync(index, folder, json, "again");
        if (first.added() != again.unchanged() || first.added() == 0) {
          throw new IllegalStateException(first + " and then " + again);
        }
      }
    }
    return json;
  }

  private static SyncReport sync(LuceneIndex index, Path folder, ObjectNode json, String name) {
    long wall = System.nanoTime();
    long cpu = SYSTEM.getProcessCpuTime();
    SyncReport report = index.sync(Folder.of(folder), Chunkers.whole());
    json.put(name, (System.nanoTime() - wall) / 1e9);
    json.put(name + " CPU", (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
    return report;
  }

  /** Vectors of 8 numbers that take no time. */
  private static final class Costless implements Embedder {
    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "costless");
    }

    @Override
    public int dimension() {
      return 8;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      List<float[]> vectors = new ArrayList<>(texts.size());
      for (String text : texts) {
        float[] vector = new float[8];
        vector[Math.floorMod(text.hashCode(), 8)] = 1;
        vectors.add(vector);
      }
      return new Embeddings(vectors, Usage.none());
    }
  }
}
