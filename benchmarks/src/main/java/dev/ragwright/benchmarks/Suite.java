package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.document.DocumentSplitter;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.HuggingFaceTokenCountEstimator;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What this library and LangChain4j do alike, side by side in one process: cutting texts by a token
 * budget, embedding passages, and searching vectors. It writes the table between the marks in
 * docs/performance.md; the benchmarks of the same names tell more of each.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=Suite}; {@code -Dargs=--smoke} runs a tiny round of
 * each, and writes nothing.
 */
public final class Suite {
  private static final String BEGIN = "<!-- suite: begin -->\n";
  private static final String END = "<!-- suite: end -->\n";
  private static final int QUESTIONS = 100;
  private static final int TOP_K = 10;

  private final int rounds;
  private final int warmUp;
  private final boolean smoke;
  private final StringBuilder table = new StringBuilder();
  private final ObjectNode json = new JsonMapper().createObjectNode().put("benchmark", "Suite");

  private Suite(boolean smoke) {
    this.smoke = smoke;
    this.rounds = smoke ? 1 : 11;
    this.warmUp = smoke ? 0 : 2;
  }

  /** Runs it in the root of the repository. */
  public static void main(String... args) throws IOException {
    List<String> given = Arrays.asList(args);
    if (!given.isEmpty() && !given.equals(List.of("--smoke"))) {
      throw new IllegalArgumentException("--smoke there is");
    }
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    new Suite(!given.isEmpty()).run(Path.of(""));
  }

  private void run(Path root) throws IOException {
    line(
        "%d processors, Java %s, ONNX Runtime and tokenizers the same on both sides, LangChain4j %s;"
            + " processor time of the whole process, medians of %d rounds in turn:",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        version(DocumentSplitter.class),
        rounds);
    line("");
    line("| work | ours, CPU s | LangChain4j, CPU s | ratio, 95 %% interval |");
    line("| --- | ---: | ---: | --- |");
    String prose = ProjectProse.read(root);
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm()) {
      chunking(prose, embedder);
      embedding(prose, embedder);
    }
    searching();
    System.out.println(table);
    System.out.println(json);
    if (!smoke) {
      write(root.resolve("docs/performance.md"));
    }
  }

  private void chunking(String prose, OnnxEmbedder embedder) {
    String text = prose.substring(0, Math.min(prose.length(), smoke ? 20_000 : 100_000));
    Chunker ours = Chunkers.recursive(300, 30, embedder.tokenCounter());
    DocumentSplitter theirs =
        DocumentSplitters.recursive(300, 30, new HuggingFaceTokenCountEstimator());
    Document document = Document.of("prose", text);
    var peers = dev.langchain4j.data.document.Document.from(text);
    add(
        String.format(Locale.ROOT, "cutting %,d characters at 300 tokens", text.length()),
        () -> some(ours.chunk(document)),
        () -> some(theirs.split(peers)));
  }

  private void embedding(String prose, OnnxEmbedder embedder) {
    int count = smoke ? 8 : 64;
    List<String> passages = ProjectProse.passages(prose, 126, count, embedder.tokenCounter());
    List<TextSegment> segments = passages.stream().map(TextSegment::from).toList();
    EmbeddingModel theirs = new AllMiniLmL6V2QuantizedEmbeddingModel();
    add(
        "embedding " + count + " passages of 128 tokens, MiniLM",
        () -> some(embedder.embed(passages, Side.DOCUMENT, CallContext.unbounded()).vectors()),
        () -> some(theirs.embedAll(segments).content()));
  }

  private void searching() {
    int size = smoke ? 1_000 : 10_000;
    ClusteredCorpus corpus = new ClusteredCorpus(size, QUESTIONS, 1);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    List<Embedding> vectors = new ArrayList<>();
    List<TextSegment> segments = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      vectors.add(Embedding.from(corpus.vector(i)));
      segments.add(TextSegment.from(corpus.passage(i).text()));
    }
    store.addAll(vectors, segments);
    try (LuceneIndex index = LuceneIndex.inMemory(corpus)) {
      for (int i = 0; i < size; i += 1_000) {
        index.addAll(corpus.passages(i, Math.min(size, i + 1_000)));
      }
      Retriever knn = index.knn();
      add(
          String.format(Locale.ROOT, "%d questions to %,d vectors in memory", QUESTIONS, size),
          () -> corpus.questions().forEach(question -> some(knn.retrieve(question, TOP_K).hits())),
          () ->
              IntStream.range(0, QUESTIONS)
                  .forEach(i -> some(store.search(request(corpus.questionVector(i))).matches())));
    }
  }

  private static EmbeddingSearchRequest request(float[] vector) {
    return EmbeddingSearchRequest.builder()
        .queryEmbedding(Embedding.from(vector))
        .maxResults(TOP_K)
        .build();
  }

  /** Looked at, so that nothing is left out. */
  private static void some(List<?> results) {
    if (results.isEmpty()) {
      throw new IllegalStateException("nothing");
    }
  }

  private void add(String work, Runnable ours, Runnable peers) {
    Comparison comparison = Comparison.of(warmUp, rounds, ours, peers);
    Interval interval = comparison.interval();
    line(
        "| %s | %.3f | %.3f | %.2f [%.2f, %.2f] |",
        work,
        comparison.ours(),
        comparison.peers(),
        comparison.ratio(),
        interval.low(),
        interval.high());
    json.put(work, Math.round(comparison.ratio() * 1e3) / 1e3);
  }

  private void write(Path page) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(page + " has not the lines " + BEGIN + END);
    }
    Files.writeString(
        page,
        text.substring(0, begin + BEGIN.length()) + "\n" + table + "\n" + text.substring(end));
  }

  /** The version in the name of the jar that a class came from. */
  private static String version(Class<?> type) {
    Path jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    return String.valueOf(jar.getFileName()).replaceAll("^[a-z0-9-]*?-(?=\\d+\\.)|\\.jar$", "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, no dependency here
  private void line(String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
