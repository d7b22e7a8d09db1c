package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.langchain4j.data.document.DocumentSplitter;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.TokenCountEstimator;
import dev.langchain4j.model.embedding.onnx.HuggingFaceTokenCountEstimator;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * How long does it take to cut texts by a token budget, beside LangChain4j's recursive splitter
 * with the same tokenizer?
 *
 * <p>LangChain4j's counts by our counter of the MiniLM model in one column, and by its own
 * HuggingFaceTokenCountEstimator, which has the same vocabulary, in another; all of them call the
 * same native tokenizer. The last row has {@link TokenCounter#approximate()} on all sides. Ours
 * reads a text once, so that its time is the tokenizer's: {@code tokenizing} is the time of
 * counting the texts over that of cutting them.
 *
 * <p>The texts are the Markdown pages of this project, or the files of a folder that end in {@code
 * .md} or {@code .txt}. The sides take turns; the times are CPU of the whole process, and a ratio,
 * how many times as long LangChain4j's takes, is the median of the rounds'. {@code over budget} is
 * how many pieces have more tokens than was allowed.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Chunking}; {@code -Dargs="FOLDER ROUNDS"} takes another
 * folder than this one and other than 5 rounds, after two to warm up.
 */
public final class Chunking {
  private static final int[][] BUDGETS = {{100, 0}, {300, 0}, {300, 30}, {1000, 100}};
  private static final int WARM_UP = 2;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Chunking() {}

  /** Counts as we do, and cannot say where a token is. */
  private record Estimator(TokenCounter counter) implements TokenCountEstimator {
    @Override
    public int estimateTokenCountInText(String text) {
      return counter.count(text);
    }

    @Override
    public int estimateTokenCountInMessage(ChatMessage message) {
      throw new UnsupportedOperationException("splitters count texts");
    }

    @Override
    public int estimateTokenCountInMessages(Iterable<ChatMessage> messages) {
      throw new UnsupportedOperationException("splitters count texts");
    }
  }

  /** Takes a folder and a number of rounds. */
  public static void main(String... args) throws IOException {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    List<String> texts = texts(Path.of(args.length > 0 ? args[0] : "."));
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    ObjectNode json = new JsonMapper().createObjectNode().put("benchmark", "Chunking");
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm()) {
      TokenCounter counter = embedder.tokenCounter();
      long tokens = texts.stream().mapToLong(counter::count).sum();
      System.out.printf(
          Locale.ROOT,
          "%d processors, Java %s; %d texts of %,d tokens; %d rounds after two to warm up%n%n",
          Runtime.getRuntime().availableProcessors(),
          Runtime.version(),
          texts.size(),
          tokens,
          rounds);
      System.out.println(
          "| budget/overlap | ours, tokens/CPU s | tokenizing | LangChain4j's over ours | with its own"
              + " estimator | pieces, ours | LangChain4j's | over budget, ours | LangChain4j's |");
      System.out.println("| --- |" + " ---: |".repeat(8));
      for (int[] budget : BUDGETS) {
        compare(texts, budget[0], budget[1], counter, rounds, json);
      }
      compare(texts, 300, 30, TokenCounter.approximate(), rounds, json);
    }
    System.out.printf("%n%s%n", json);
  }

  private static List<String> texts(Path folder) throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files
              .filter(file -> file.toString().matches(".*[.](md|txt)"))
              .filter(file -> !file.toString().matches(".*/(target|[.]git)/.*"))
              .sorted()
              .toList()) {
        texts.add(Files.readString(file));
      }
    }
    texts.removeIf(String::isBlank); // LangChain4j refuses these
    if (texts.isEmpty()) {
      throw new IllegalArgumentException(folder + " has no .md or .txt with a text in it");
    }
    return texts;
  }

  private static void compare(
      List<String> texts,
      int budget,
      int overlap,
      TokenCounter counter,
      int rounds,
      ObjectNode json) {
    boolean model = !counter.equals(TokenCounter.approximate());
    String name = budget + "/" + overlap + (model ? "" : " approximate");
    long tokens = texts.stream().mapToLong(counter::count).sum();
    Chunker ours = Chunkers.recursive(budget, overlap, counter);
    DocumentSplitter peer = DocumentSplitters.recursive(budget, overlap, new Estimator(counter));
    TokenCountEstimator theirs =
        model ? new HuggingFaceTokenCountEstimator() : new Estimator(counter);
    DocumentSplitter own = DocumentSplitters.recursive(budget, overlap, theirs);
    double[][] seconds = new double[4][rounds];
    int[] pieces = new int[4];
    List<ToIntFunction<String>> sides =
        List.of(
            text -> ours.chunk(Document.of("d", text)).size(),
            counter::count,
            text -> split(peer, text).size(),
            text -> split(own, text).size());
    for (int round = -WARM_UP; round < rounds; round++) {
      for (int side = 0; side < sides.size(); side++) {
        double taken = seconds(texts, sides.get(side), pieces, side);
        if (round >= 0) {
          seconds[side][round] = taken;
        }
      }
    }
    long over =
        texts.stream()
            .flatMap(text -> ours.chunk(Document.of("d", text)).stream())
            .map(Passage::text)
            .filter(text -> counter.count(text) > budget)
            .count();
    long peerOver =
        texts.stream()
            .flatMap(text -> split(peer, text).stream())
            .filter(segment -> counter.count(segment.text()) > budget)
            .count();
    double[] ratios = new double[4];
    for (int side = 1; side < ratios.length; side++) {
      double[] ofRounds = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ofRounds[round] = seconds[side][round] / seconds[0][round];
      }
      ratios[side] = Math.round(median(ofRounds) * 100) / 100.0;
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.0f | %.2f | %.1f | %.1f | %,d | %,d | %,d | %,d |%n",
        name,
        tokens / median(seconds[0]),
        ratios[1],
        ratios[2],
        ratios[3],
        pieces[0],
        pieces[2],
        over,
        peerOver);
    json.putObject(name)
        .put("tokenizing", ratios[1])
        .put("peer", ratios[2])
        .put("peerOwnEstimator", ratios[3])
        .put("overBudget", over)
        .put("peerOverBudget", peerOver);
  }

  private static List<TextSegment> split(DocumentSplitter splitter, String text) {
    return splitter.split(dev.langchain4j.data.document.Document.from(text));
  }

  private static double seconds(
      List<String> texts, ToIntFunction<String> cut, int[] pieces, int side) {
    System.gc();
    long start = SYSTEM.getProcessCpuTime();
    pieces[side] = texts.stream().mapToInt(cut).sum();
    return (SYSTEM.getProcessCpuTime() - start) / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
