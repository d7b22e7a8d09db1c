package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.source.BeirFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The same documents, questions and embedding file through LangChain4j, as its easy RAG does it,
 * and through this library: what indexing and a question take, what is found, and how much memory.
 *
 * <p>Each arm runs in a process of its own, in turns, with the same flags; the peak memory is the
 * resident set's (Linux), and the size of the jars that of those which a class was loaded from. The
 * ratios are medians over the rounds; CPU time is the one to trust on a machine that is shared. The
 * two arms are {@link MigrateLangChain4j} and {@link MigrateRagwright}, whose lines are counted
 * without imports, comments and blank ones. Our embedder has a {@link
 * dev.ragwright.onnx.OnnxOptions.Builder#cacheFolder cache folder}, which a start that is told
 * apart fills.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Migrate -Dargs="../shared/data/scifact"}; behind the
 * folder in BEIR's layout stand the number of documents (all), of rounds (3), and {@code bge} or
 * {@code minilm}.
 */
public final class Migrate {
  private static final int TOP_K = 5;
  private static final int DEPTH = 30;
  private static final int TIMED = 100;
  private static final String CACHE = "ragwright.migrate.cache";
  private static final List<String> ARMS = List.of("langchain4j", "ragwright", "ragwright-hybrid");

  private Migrate() {}

  /** Runs it; with five arguments, one arm. */
  public static void main(String[] args) throws Exception {
    Path data = Path.of(args.length > 0 ? args[0] : "../shared/data/scifact");
    int most = args.length > 1 ? Integer.parseInt(args[1]) : Integer.MAX_VALUE;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    String model = args.length > 3 ? args[3] : "bge";
    if (args.length == 5) {
      try (TemporaryFolder folder = TemporaryFolder.create("migrate")) {
        System.out.println("\n" + measure(job(args[4], model, folder.path()), data, most));
      }
      System.exit(0); // LangChain4j's pool would keep the process for a minute
    }
    try (TemporaryFolder cache = TemporaryFolder.create("migrate-cache")) {
      compare(data, most, rounds, model, cache.path());
    }
  }

  private static MigrateJob job(String arm, String model, Path folder) {
    boolean bge = model.equals("bge");
    if (arm.equals("langchain4j")) {
      return new MigrateLangChain4j(
          bge
              ? new BgeSmallEnV15QuantizedEmbeddingModel()
              : new AllMiniLmL6V2QuantizedEmbeddingModel());
    }
    ModelFolder files = bge ? ModelFolder.bgeSmallEn() : ModelFolder.allMiniLm();
    return new MigrateRagwright(
        OnnxEmbedder.builder(files)
            .options(
                OnnxOptions.builder()
                    .cacheFolder(Path.of(Objects.requireNonNull(System.getProperty(CACHE))))
                    .build())
            .build(),
        folder,
        arm.endsWith("hybrid"));
  }

  private static ObjectNode measure(MigrateJob job, Path data, int most) {
    EvalSet set = EvalSet.beir(data);
    BeirFolder corpus = BeirFolder.of(data);
    DocumentSource documents = problems -> corpus.documents(problems).limit(most);
    long start = System.nanoTime();
    Duration cpu = cpu();
    int passages = job.index(documents);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("passages", passages);
    json.put("indexSeconds", (System.nanoTime() - start) / 1e9);
    json.put("indexCpuSeconds", cpu().minus(cpu).toMillis() / 1e3);
    List<Question> questions = new ArrayList<>(set.questions().values());
    questions.removeIf(question -> set.qrels().judgments(question.id()).isEmpty());
    questions.stream().limit(TIMED).forEach(question -> job.find(question.text(), TOP_K));
    double[] millis = new double[Math.min(TIMED, questions.size())];
    cpu = cpu();
    for (int i = 0; i < millis.length; i++) {
      start = System.nanoTime();
      job.find(questions.get(i).text(), TOP_K);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    json.put("questionCpuMillis", cpu().minus(cpu).toNanos() / 1e6 / millis.length);
    Arrays.sort(millis);
    json.put("questionP50Millis", millis[millis.length / 2]);
    json.put("questionP95Millis", millis[millis.length * 95 / 100]);
    json.put("peakMegabytes", peakMegabytes());
    Map<String, Ranking> rankings = new LinkedHashMap<>();
    for (Question question : questions) {
      Map<String, Double> scores = new LinkedHashMap<>();
      for (String document : job.find(question.text(), DEPTH)) {
        scores.putIfAbsent(document, (double) -scores.size());
      }
      rankings.put(question.id(), Ranking.of(scores));
    }
    Evaluation found =
        RunEvaluation.of(set.qrels(), Run.of("migrate", rankings), Recall.at(5), Ndcg.at(10));
    json.put("recall@5", found.mean("recall@5").orElseThrow());
    json.put("ndcg@10", found.mean("ndcg@10").orElseThrow());
    return json;
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  /** The most that was resident; Linux tells it. */
  private static double peakMegabytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static void compare(Path data, int most, int rounds, String model, Path cache)
      throws Exception {
    print(
        "the same documents, questions and embedding file (%s); %d rounds in turn", model, rounds);
    print(
        "machine: %d processors, Java %s; data: %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), data);
    JsonNode first = child(data, 1, model, ARMS.get(1), cache);
    print(
        "the first start, with one document, fills the cache folder: at most %.0f MB resident",
        first.path("peakMegabytes").asDouble());
    Map<String, List<JsonNode>> results = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String arm : round % 2 == 0 ? ARMS : ARMS.reversed()) {
        JsonNode result = child(data, most, model, arm, cache);
        print("round %d %-16s %s", round + 1, arm, result);
        results.computeIfAbsent(arm, a -> new ArrayList<>()).add(result);
      }
    }
    print("");
    print(
        "%-26s %12s %12s %12s %8s %8s",
        "median", ARMS.get(0), ARMS.get(1), "hybrid", "ratio", "hybrid");
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "Migrate");
    for (String name : names(results)) {
      double[] medians =
          ARMS.stream()
              .mapToDouble(arm -> median(of(results, arm), r -> r.path(name).asDouble()))
              .toArray();
      double ratio = ratio(results, name, ARMS.get(1));
      double hybrid = ratio(results, name, ARMS.get(2));
      print(
          "%-26s %12.3f %12.3f %12.3f %8.2f %8.2f",
          name, medians[0], medians[1], medians[2], ratio, hybrid);
      json.put(name, Math.round(ratio * 1e3) / 1e3);
    }
    print("%-26s %12d %12d", "lines of user code", lines("LangChain4j"), lines("Ragwright"));
    print("");
    print("%s", json);
  }

  private static List<String> names(Map<String, List<JsonNode>> results) {
    List<String> names = new ArrayList<>();
    results.values().iterator().next().getFirst().fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Of an arm to the peer's in the same round, the median. */
  private static double ratio(Map<String, List<JsonNode>> results, String name, String arm) {
    List<Double> ratios = new ArrayList<>();
    List<JsonNode> peer = of(results, ARMS.getFirst());
    for (JsonNode result : of(results, arm)) {
      double theirs = peer.get(ratios.size()).path(name).asDouble();
      ratios.add(result.path(name).asDouble() / theirs);
    }
    return median(ratios, Double::doubleValue);
  }

  private static List<JsonNode> of(Map<String, List<JsonNode>> results, String arm) {
    return Objects.requireNonNull(results.get(arm));
  }

  private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
    return values.stream().mapToDouble(of).sorted().toArray()[values.size() / 2];
  }

  private static JsonNode child(Path data, int most, String model, String arm, Path cache)
      throws Exception {
    Path loaded = Files.createTempFile("migrate", ".log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-D" + CACHE + "=" + cache,
            "-Xlog:class+load:file=" + loaded + ":none",
            "-cp",
            System.getProperty("java.class.path"),
            Migrate.class.getName(),
            data.toString(),
            String.valueOf(most),
            "1",
            model,
            arm);
    Path output = Files.createTempFile("migrate", ".txt");
    int exit =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    List<String> lines = Files.readAllLines(output);
    Files.delete(output);
    if (exit != 0) {
      throw new IOException(arm + " ended with " + exit + ": " + String.join("\n", lines));
    }
    ObjectNode json = (ObjectNode) new JsonMapper().readTree(lines.getLast());
    json.put("jarsMegabytes", jarsMegabytes(loaded, arm, model));
    Files.delete(loaded);
    return json;
  }

  /**
   * The size of what an application would bring: of the jars that a class was loaded from, and of
   * our modules, which are folders here, the model among them. What measures is in our modules too,
   * so the peer is spared them.
   */
  private static double jarsMegabytes(Path loaded, String arm, String model) throws IOException {
    boolean ours = !arm.equals("langchain4j");
    Set<Path> from = new TreeSet<>();
    try (Stream<String> lines = Files.lines(loaded)) {
      lines
          .map(line -> line.replaceFirst(".* source: (jar:)?file:", ""))
          .filter(source -> source.startsWith("/"))
          .map(source -> Path.of(source.replaceFirst("!/.*", "")))
          .forEach(from::add);
    }
    Path repository = Path.of("").toAbsolutePath();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (entry.contains("rag-model-" + model)) {
        from.add(Path.of(entry));
      }
    }
    from.removeIf(path -> path.startsWith(repository.resolve("benchmarks")));
    from.removeIf(path -> path.startsWith(repository) && !ours);
    long bytes = 0;
    for (Path path : from) {
      try (Stream<Path> files = Files.walk(path)) {
        bytes += files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      }
    }
    return bytes / 1e6;
  }

  /** Of the source of an arm: what is neither blank, nor a comment, nor an import. */
  private static long lines(String arm) throws IOException {
    Path source =
        Path.of("benchmarks/src/main/java/dev/ragwright/benchmarks/Migrate" + arm + ".java");
    if (!Files.exists(source)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(source)) {
      return lines
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.matches("(/\\*|\\*|//|import |package ).*"))
          .count();
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
