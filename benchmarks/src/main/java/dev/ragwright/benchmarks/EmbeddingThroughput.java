package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.onnx.OnnxModel;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How fast are passages embedded, beside LangChain4j's {@code embedAll} with the same model file in
 * the same process?
 *
 * <p>Both sides get a list of passages of about 120 tokens, below the 128 at which LangChain4j cuts
 * for MiniLM; both may use every core, as they do by default. The sides take turns, and turns at
 * going first; a round's ratio is of two neighbours in time, so other work on the machine hits
 * both. The result is the median of the rounds' wall ratios (LangChain4j's time / ours), and the
 * last line's {@code ratio} the smaller of the two models' medians. CPU is of the whole process.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=EmbeddingThroughput}; {@code -Dargs="rounds passages"}
 * changes the size.
 */
public final class EmbeddingThroughput {
  private static final int TOKENS = 120;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private EmbeddingThroughput() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 64;
    try (OnnxEmbedder bge = OnnxEmbedder.bgeSmallEn();
        OnnxEmbedder miniLm = OnnxEmbedder.allMiniLm()) {
      String prose = ProjectProse.read(Path.of(""));
      List<String> passages = ProjectProse.passages(prose, TOKENS, count, miniLm.tokenCounter());
      print(
          "Passages a second, LangChain4j %s against Ragwright, one process",
          version("langchain4j-core", EmbeddingModel.class));
      print(
          "data: %d passages of up to %d tokens, from this project's pages and Javadoc",
          count, TOKENS);
      print(
          "machine: %d processors, Java %s, %s; %d rounds, sides in turn, after one to warm up",
          Runtime.getRuntime().availableProcessors(),
          Runtime.version(),
          OnnxModel.runtime(),
          rounds);
      print("threads: both sides as many as processors; ours one a run, theirs by their defaults");
      print("");
      print(
          "%-20s %6s %13s %11s %10s %12s %9s %10s",
          "model",
          "tokens",
          "langchain4j",
          "ragwright",
          "wall ratio",
          "min..max",
          "cpu ratio",
          "min cosine");
      List<Result> results =
          List.of(
              compare(new BgeSmallEnV15QuantizedEmbeddingModel(), bge, passages, rounds),
              compare(new AllMiniLmL6V2QuantizedEmbeddingModel(), miniLm, passages, rounds));
      ObjectNode json = new JsonMapper().createObjectNode();
      json.put("benchmark", "EmbeddingThroughput");
      json.put("ratio", least(results, Result::wallRatio));
      json.put("cpuRatio", least(results, Result::cpuRatio));
      json.put("minCosine", results.stream().mapToDouble(Result::minCosine).min().orElseThrow());
      json.put("rounds", rounds);
      json.put("passages", count);
      results.forEach(result -> json.put(result.model(), rounded(result.wallRatio(), 1e3)));
      print("");
      print("%s", json);
    }
  }

  private record Result(String model, double wallRatio, double cpuRatio, double minCosine) {}

  private static double least(List<Result> results, ToDoubleFunction<Result> value) {
    return rounded(results.stream().mapToDouble(value).min().orElseThrow(), 1e3);
  }

  private record Time(double wallSeconds, double cpuSeconds) {}

  private static Result compare(
      EmbeddingModel peer, OnnxEmbedder ours, List<String> passages, int rounds) {
    List<TextSegment> segments = passages.stream().map(TextSegment::from).toList();
    Embeddings mine = embed(ours, passages);
    double minCosine = minCosine(peer.embedAll(segments).content(), mine.vectors());
    double[] peerWall = new double[rounds];
    double[] ourWall = new double[rounds];
    double[] wallRatio = new double[rounds];
    double[] cpuRatio = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      Time theirs;
      Time own;
      if (round % 2 == 0) {
        theirs = time(() -> peer.embedAll(segments));
        own = time(() -> embed(ours, passages));
      } else {
        own = time(() -> embed(ours, passages));
        theirs = time(() -> peer.embedAll(segments));
      }
      peerWall[round] = theirs.wallSeconds();
      ourWall[round] = own.wallSeconds();
      wallRatio[round] = theirs.wallSeconds() / own.wallSeconds();
      cpuRatio[round] = theirs.cpuSeconds() / own.cpuSeconds();
    }
    String name = ours.description().name();
    Result result = new Result(name, median(wallRatio), median(cpuRatio), minCosine);
    print(
        "%-20s %6d %11.1f/s %9.1f/s %10.2f %12s %9.2f %10.7f",
        name,
        mine.usage().count(Usage.EMBEDDED_TOKENS).orElseThrow() / passages.size(),
        passages.size() / median(peerWall),
        passages.size() / median(ourWall),
        result.wallRatio(),
        String.format(
            Locale.ROOT,
            "%.2f..%.2f",
            Arrays.stream(wallRatio).min().orElseThrow(),
            Arrays.stream(wallRatio).max().orElseThrow()),
        result.cpuRatio(),
        minCosine);
    return result;
  }

  private static Embeddings embed(OnnxEmbedder embedder, List<String> passages) {
    return embedder.embed(passages, Side.DOCUMENT, CallContext.unbounded());
  }

  private static Time time(Runnable work) {
    long cpu = SYSTEM.getProcessCpuTime();
    long wall = System.nanoTime();
    work.run();
    return new Time((System.nanoTime() - wall) / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
  }

  static double minCosine(List<Embedding> theirs, List<float[]> ours) {
    double least = 1;
    for (int i = 0; i < ours.size(); i++) {
      least = Math.min(least, cosine(theirs.get(i).vector(), ours.get(i)));
    }
    return least;
  }

  private static double cosine(float[] a, float[] b) {
    return Embeddings.dot(a, b) / Math.sqrt(Embeddings.dot(a, a) * Embeddings.dot(b, b));
  }

  private static double rounded(double value, double parts) {
    return Math.round(value * parts) / parts;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The version in the name of the jar that a class came from. */
  private static String version(String artifact, Class<?> type) {
    String jar = String.valueOf(type.getProtectionDomain().getCodeSource().getLocation());
    int name = jar.indexOf(artifact + "-", jar.lastIndexOf('/'));
    return name < 0
        ? "of unknown version"
        : jar.substring(name + artifact.length() + 1).replace(".jar", "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private static void print(String line, Object... values) {
    System.out.println(String.format(Locale.ROOT, line, values));
  }
}
