package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.scoring.onnx.OnnxScoringModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.source.BeirFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast are passages scored, and in how much memory, beside LangChain4j's {@code
 * OnnxScoringModel} with the same model file?
 *
 * <p>Time is measured in one process, the sides in turn; the ratio is the median of the rounds'.
 * Memory is the most that a process of its own was resident with ({@code VmHWM}), which scored that
 * many passages once. Both may use every core, as they do by default. Ours reads the beginning of a
 * passage only, as theirs does.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=RerankThroughput -Dargs="--model DIR [--data BEIR_DIR]"}
 */
@Command(name = "RerankThroughput", sortOptions = false, mixinStandardHelpOptions = true)
public final class RerankThroughput implements Callable<Integer> {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final String QUESTION = "which file says how many tokens a model reads at most";

  @Option(names = "--model", required = true, description = "A reranker's folder.")
  private Path model = Path.of("");

  @Option(
      names = "--data",
      description =
          "The first documents of a BEIR folder; this project's pages and Javadoc without, cut into"
              + " passages of 20 to 200 tokens.")
  private @Nullable Path data;

  @Option(names = "--rounds", description = "5 unless given.")
  private int rounds = 5;

  @Option(names = "--passages", description = "For the times; 100 unless given.")
  private int passages = 100;

  @Option(
      names = "--peer-most",
      description =
          "The most passages to measure LangChain4j's memory with, 400 unless given: it reads all of"
              + " them in one run.")
  private int peerMost = 400;

  @Option(names = "--alone", hidden = true, description = "ours or peer: score once, print VmHWM.")
  private @Nullable String alone;

  private RerankThroughput() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    System.exit(new CommandLine(new RerankThroughput()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> texts = texts(passages);
    if (alone != null) {
      score(alone, texts);
      System.out.println(peakMegabytes());
      return 0;
    }
    print("Scoring passages, LangChain4j's OnnxScoringModel against Ragwright, the same file");
    print(
        "data: %s; lengths in characters %d to %d, median %d",
        data == null ? "this project's pages and Javadoc" : data.getFileName(),
        texts.stream().mapToInt(String::length).min().orElseThrow(),
        texts.stream().mapToInt(String::length).max().orElseThrow(),
        (long) median(texts.stream().mapToDouble(String::length).toArray()));
    print(
        "machine: %d processors, Java %s, %s; %d rounds, sides in turn, after one to warm up",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), OnnxModel.runtime(), rounds);
    ObjectNode json = new JsonMapper().createObjectNode().put("benchmark", "RerankThroughput");
    try (OnnxCrossEncoder ours = ours();
        OnnxScoringModel peer = peer()) {
      times(ours, peer, texts, json);
      sameScores(ours, peer, texts, json);
      cancellation(ours, texts, json);
    }
    memory(json);
    print("");
    print("%s", json);
    return 0;
  }

  private OnnxCrossEncoder ours() {
    return OnnxCrossEncoder.builder(ModelFolder.of(model)).whenTooLong(TooLong.CUT).build();
  }

  private OnnxScoringModel peer() {
    return new OnnxScoringModel(
        model.resolve(ModelFolder.of(model).modelFile()).toString(),
        model.resolve("tokenizer.json").toString(),
        512);
  }

  private List<String> texts(int count) throws IOException {
    if (data != null) {
      try (Stream<Document> documents = BeirFolder.of(data).documents(problem -> {})) {
        List<String> read = documents.limit(count).map(Document::text).toList();
        return repeated(read, count);
      }
    }
    try (OnnxEmbedder counter = OnnxEmbedder.allMiniLm()) {
      Random random = new Random(1);
      List<String> cut =
          ProjectProse.passages(
              ProjectProse.read(Path.of("")), 200, Math.min(count, 100), counter.tokenCounter());
      return repeated(
          cut.stream()
              .map(text -> text.substring(0, text.length() * (20 + random.nextInt(181)) / 200))
              .toList(),
          count);
    }
  }

  private static List<String> repeated(List<String> texts, int count) {
    return Stream.iterate(0, i -> i < count, i -> i + 1)
        .map(i -> texts.get(i % texts.size()))
        .toList();
  }

  private static List<Hit> hits(List<String> texts) {
    List<Hit> hits = new ArrayList<>();
    for (String text : texts) {
      hits.add(new Hit(Passage.of("p" + hits.size(), text), 1.0 / (1 + hits.size()), "first"));
    }
    return hits;
  }

  private void score(String side, List<String> texts) {
    if (side.equals("ours")) {
      try (OnnxCrossEncoder ours = ours()) {
        ours.rerank(QUESTION, hits(texts), 10);
      }
    } else {
      try (OnnxScoringModel peer = peer()) {
        peer.scoreAll(segments(texts), QUESTION);
      }
    }
  }

  private static List<TextSegment> segments(List<String> texts) {
    return texts.stream().map(TextSegment::from).toList();
  }

  private record Time(double wallSeconds, double cpuSeconds) {}

  private static Time time(Runnable work) {
    long cpu = SYSTEM.getProcessCpuTime();
    long wall = System.nanoTime();
    work.run();
    return new Time((System.nanoTime() - wall) / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
  }

  private void times(
      OnnxCrossEncoder ours, OnnxScoringModel peer, List<String> texts, ObjectNode json) {
    Runnable own = () -> ours.rerank(QUESTION, hits(texts), 10);
    Runnable theirs = () -> peer.scoreAll(segments(texts), QUESTION);
    own.run();
    theirs.run();
    double[][] wall = new double[3][rounds];
    double[][] cpu = new double[3][rounds];
    for (int round = 0; round < rounds; round++) {
      boolean oursFirst = round % 2 == 1;
      Time first = time(oursFirst ? own : theirs);
      Time second = time(oursFirst ? theirs : own);
      Time mine = oursFirst ? first : second;
      Time other = oursFirst ? second : first;
      wall[0][round] = other.wallSeconds();
      wall[1][round] = mine.wallSeconds();
      wall[2][round] = other.wallSeconds() / mine.wallSeconds();
      cpu[0][round] = other.cpuSeconds();
      cpu[1][round] = mine.cpuSeconds();
      cpu[2][round] = other.cpuSeconds() / mine.cpuSeconds();
    }
    print("");
    print(
        "%-22s %12s %10s %7s %12s",
        passages + " passages", "langchain4j", "ragwright", "ratio", "min..max");
    row("wall seconds", wall);
    row("CPU seconds", cpu);
    json.put("wallRatio", rounded(median(wall[2]))).put("cpuRatio", rounded(median(cpu[2])));
  }

  private static void row(String name, double[][] measured) {
    print(
        "%-22s %12.3f %10.3f %7.2f %12s",
        name,
        median(measured[0]),
        median(measured[1]),
        median(measured[2]),
        String.format(
            Locale.ROOT,
            "%.2f..%.2f",
            Arrays.stream(measured[2]).min().orElseThrow(),
            Arrays.stream(measured[2]).max().orElseThrow()));
  }

  /** Theirs one by one, as ours are always: the same; and all in one run, as theirs are. */
  private static void sameScores(
      OnnxCrossEncoder ours, OnnxScoringModel peer, List<String> texts, ObjectNode json) {
    Map<String, Double> mine = new HashMap<>();
    ours.rerank(QUESTION, hits(texts), texts.size())
        .hits()
        .forEach(hit -> mine.put(hit.passage().id(), hit.score()));
    List<Double> together = peer.scoreAll(segments(texts), QUESTION).content();
    double alone = 0;
    double batch = 0;
    for (int i = 0; i < texts.size(); i++) {
      double own = mine.getOrDefault("p" + i, Double.NaN);
      double theirs =
          peer.scoreAll(segments(texts.subList(i, i + 1)), QUESTION).content().getFirst();
      alone = Math.max(alone, Math.abs(own - theirs));
      batch = Math.max(batch, Math.abs(own - together.get(i)));
    }
    print(
        "greatest difference of a score: %.6f to theirs of one passage, %.6f to theirs of all",
        alone, batch);
    json.put("difference", alone).put("differenceInTheirBatch", rounded(batch));
  }

  /** From {@code cancel} to the return of the call, at random moments of it. */
  private static void cancellation(OnnxCrossEncoder ours, List<String> texts, ObjectNode json)
      throws InterruptedException {
    List<Hit> hits = hits(texts);
    double usual = time(() -> ours.rerank(QUESTION, hits, 10)).wallSeconds();
    Random random = new Random(2);
    double[] millis = new double[30];
    for (int i = 0; i < millis.length; i++) {
      CallContext context = CallContext.unbounded();
      AtomicLong end = new AtomicLong();
      Thread call =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      ours.rerank(Query.of(QUESTION), hits, 10, context);
                    } catch (CancelledException e) {
                      end.set(System.nanoTime());
                    }
                  });
      Thread.sleep(1 + (long) (random.nextDouble() * usual * 500));
      long start = System.nanoTime();
      context.cancel();
      call.join();
      millis[i] = end.get() == 0 ? 0 : (end.get() - start) / 1e6;
    }
    double most = Arrays.stream(millis).max().orElseThrow();
    print(
        "cancelled %d times: ended after %.1f ms (median), %.1f at most",
        millis.length, median(millis), most);
    json.put("cancelMillisMost", rounded(most));
  }

  private void memory(ObjectNode json) throws IOException, InterruptedException {
    print("");
    print("%-22s %12s %10s", "peak resident MB", "langchain4j", "ragwright");
    for (int count : List.of(100, 400, 1600)) {
      long mine = inProcess("ours", count);
      String theirs = count <= peerMost ? String.valueOf(inProcess("peer", count)) : "not run";
      print("%-22s %12s %10d", count + " passages", theirs, mine);
      json.put("megabytes" + count, mine);
    }
  }

  private long inProcess(String side, int count) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RerankThroughput.class.getName(),
                "--model",
                model.toString(),
                "--alone",
                side,
                "--passages",
                String.valueOf(count)));
    if (data != null) {
      command.addAll(List.of("--data", data.toString()));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(side + " failed with " + count + " passages: " + out);
    }
    return Long.parseLong(out.strip());
  }

  private static long peakMegabytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow()
          / 1024;
    }
  }

  private static double rounded(double value) {
    return Math.rint(value * 1e3) / 1e3;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
