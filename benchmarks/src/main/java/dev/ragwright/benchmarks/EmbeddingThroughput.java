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
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * How fast are passages embedded, beside LangChain4j's {@code embedAll} with the same model file in
 * the same process, and beside this build without what makes it faster?
 *
 * <p>Three arms get the same passages: LangChain4j; <em>before</em>, the graph as it is published
 * and texts that the threads take in their order; <em>after</em>, {@link OnnxEmbedder} by its
 * defaults. All may use every core. The arms take turns, and turns at going first; a round's ratio
 * is of neighbours in time, so other work on the machine hits all. The result is the median of the
 * rounds' ratios of wall time; CPU is of the whole process. The row {@code mixed} has passages of
 * all lengths in a shuffled order. MiniLM has no long ones: LangChain4j cuts them at 128 tokens.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=EmbeddingThroughput}; {@code -Dargs="ROUNDS TOKENS"}
 * sets how often, and how many tokens an arm embeds in a turn.
 */
public final class EmbeddingThroughput {
  private static final List<Integer> LENGTHS = List.of(25, 55, 125, 250, 500);
  private static final int SPECIAL_TOKENS = 2; // which the lengths include
  private static final int PEER_CUTS_MINI_LM = 128;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final int rounds;
  private final int tokens;
  private final String prose;

  private EmbeddingThroughput(int rounds, int tokens, String prose) {
    this.rounds = rounds;
    this.tokens = tokens;
    this.prose = prose;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    new EmbeddingThroughput(
            args.length > 0 ? Integer.parseInt(args[0]) : 5,
            args.length > 1 ? Integer.parseInt(args[1]) : 6000,
            ProjectProse.read(Path.of("")))
        .run();
  }

  private void run() {
    print(
        "Passages a second: LangChain4j %s; Ragwright before (graph as published, texts in order) and after",
        version("langchain4j-core", EmbeddingModel.class));
    print("data: this project's pages and Javadoc, cut at words; some %d tokens a turn", tokens);
    print(
        "machine: %d processors, Java %s, %s; %d rounds, arms in turn, after one to warm up",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), OnnxModel.runtime(), rounds);
    print("threads: all arms as many as processors; ours one a run, theirs by their defaults");
    print("");
    print(
        "%-20s %6s %5s %12s %9s %9s | after / %12s %10s %7s | min cosine to %12s %8s",
        "model",
        "tokens",
        "texts",
        "langchain4j",
        "before",
        "after",
        "langchain4j",
        "its CPU",
        "before",
        "langchain4j",
        "before");
    List<Result> results = new ArrayList<>();
    compare(new BgeSmallEnV15QuantizedEmbeddingModel(), ModelFolder.bgeSmallEn(), LENGTHS, results);
    compare(
        new AllMiniLmL6V2QuantizedEmbeddingModel(),
        ModelFolder.allMiniLm(),
        LENGTHS.stream().filter(length -> length <= PEER_CUTS_MINI_LM).toList(),
        results);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("benchmark", "EmbeddingThroughput");
    json.put("ratio", least(results, Result::ratio));
    json.put("cpuRatio", least(results, Result::cpuRatio));
    json.put("ratioToBefore", least(results, Result::ratioToBefore));
    json.put("minCosine", results.stream().mapToDouble(Result::cosine).min().orElseThrow());
    json.put("rounds", rounds);
    for (Result result : results) {
      json.putObject(result.model() + " " + result.length())
          .put("ratio", rounded(result.ratio(), 1e3))
          .put("cpuRatio", rounded(result.cpuRatio(), 1e3))
          .put("ratioToBefore", rounded(result.ratioToBefore(), 1e3));
    }
    print("");
    print("%s", json);
  }

  /** Of the time of LangChain4j, and of before, to ours; medians of the rounds. */
  private record Result(
      String model,
      String length,
      double ratio,
      double cpuRatio,
      double ratioToBefore,
      double cosine) {}

  private record Time(double wallSeconds, double cpuSeconds) {}

  private void compare(
      EmbeddingModel peer, ModelFolder folder, List<Integer> lengths, List<Result> results) {
    OnnxOptions plain = OnnxOptions.builder().fused(false).build();
    try (OnnxEmbedder before = OnnxEmbedder.builder(folder).options(plain).build();
        OnnxEmbedder after = OnnxEmbedder.builder(folder).build()) {
      List<String> mixed = new ArrayList<>();
      for (int length : lengths) {
        List<String> passages =
            ProjectProse.passages(
                prose, length - SPECIAL_TOKENS, tokens / length, after.tokenCounter());
        results.add(compare(peer, before, after, String.valueOf(length), passages));
        mixed.addAll(passages.subList(0, passages.size() / lengths.size()));
      }
      Collections.shuffle(mixed, new Random(1));
      results.add(compare(peer, before, after, "mixed", mixed));
    }
  }

  private Result compare(
      EmbeddingModel peer,
      OnnxEmbedder before,
      OnnxEmbedder after,
      String length,
      List<String> passages) {
    List<TextSegment> segments = passages.stream().map(TextSegment::from).toList();
    List<float[]> vectors = embed(after, passages);
    double cosine = minCosine(peer.embedAll(segments).content(), vectors);
    double cosineToBefore = minCosine(embedInOrder(before, passages), vectors);
    List<Runnable> arms =
        List.of(
            () -> peer.embedAll(segments),
            () -> embedInOrder(before, passages),
            () -> embed(after, passages));
    Time[][] times = new Time[rounds][arms.size()]; // (round, arm)
    for (int round = 0; round < rounds; round++) {
      for (int turn = 0; turn < arms.size(); turn++) {
        int arm = (round + turn) % arms.size();
        times[round][arm] = time(arms.get(arm));
      }
    }
    Result result =
        new Result(
            after.description().name(),
            length,
            median(times, row -> row[0].wallSeconds() / row[2].wallSeconds()),
            median(times, row -> row[0].cpuSeconds() / row[2].cpuSeconds()),
            median(times, row -> row[1].wallSeconds() / row[2].wallSeconds()),
            cosine);
    print(
        "%-20s %6s %5d %10.1f/s %7.1f/s %7.1f/s | %20.2f %10.2f %7.2f | %26.7f %8.5f",
        result.model(),
        length,
        passages.size(),
        passages.size() / median(times, row -> row[0].wallSeconds()),
        passages.size() / median(times, row -> row[1].wallSeconds()),
        passages.size() / median(times, row -> row[2].wallSeconds()),
        result.ratio(),
        result.cpuRatio(),
        result.ratioToBefore(),
        cosine,
        cosineToBefore);
    return result;
  }

  private static List<float[]> embed(OnnxEmbedder embedder, List<String> passages) {
    return embedder.embed(passages, Side.DOCUMENT, CallContext.unbounded()).vectors();
  }

  /** As a bulk was spread before: each thread takes the next text of the list. */
  private static List<Embedding> embedInOrder(OnnxEmbedder embedder, List<String> passages) {
    Embedding[] embedded = new Embedding[passages.size()];
    AtomicInteger next = new AtomicInteger();
    Runnable worker =
        () -> {
          for (int i = next.getAndIncrement(); i < embedded.length; i = next.getAndIncrement()) {
            embedded[i] =
                Embedding.from(embed(embedder, List.of(passages.get(i))).getFirst().clone());
          }
        };
    CompletableFuture.allOf(
            Stream.generate(
                    () -> CompletableFuture.runAsync(worker, run -> new Thread(run).start()))
                .limit(OnnxOptions.defaults().workers())
                .toArray(CompletableFuture[]::new))
        .join();
    return List.of(embedded);
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

  private static double least(List<Result> results, ToDoubleFunction<Result> value) {
    return rounded(results.stream().mapToDouble(value).min().orElseThrow(), 1e3);
  }

  private static double rounded(double value, double parts) {
    return Math.round(value * parts) / parts;
  }

  private static double median(Time[][] times, ToDoubleFunction<Time[]> value) {
    double[] sorted = Arrays.stream(times).mapToDouble(value).sorted().toArray();
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
