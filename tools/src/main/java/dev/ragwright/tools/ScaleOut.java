package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.opensearch.OpenSearchIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.source.BeirFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares an index in this process with one in a cluster, and loses a node of it.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ScaleOut -Dargs="--data DIR"}
 */
@Command(
    name = "ScaleOut",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Starts three nodes of OpenSearch as processes, indexes the same set in this process and in the"
          + " cluster, and compares what they find. Then, while questions are asked and passages added"
          + " without a pause, kills the elected manager as a power cut does, counts answers that are"
          + " not what they were and added passages that are lost, and starts the node again. Prints"
          + " one line of JSON.",
      "",
      "Answers are compared rank by rank: by their scores, since passages of one score may change"
          + " places. The exit code is 1 if an answer under load was another, a call failed or an"
          + " added passage was lost.",
      ""
    })
public final class ScaleOut implements Callable<Integer> {
  private static final int NODES = 3;
  private static final int DEPTH = 10;
  private static final double ROUNDING = 1e-5; // of single precision, in sums of some terms

  @Option(
      names = "--data",
      paramLabel = "BEIR_DIR",
      description =
          "The folder with corpus.jsonl[.gz], queries.jsonl[.gz] and qrels/*.tsv; thirty documents"
              + " of the examples' tests unless given.")
  private Path data = Path.of("examples", "src", "test", "resources", "gate");

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "The questions judged in qrels/NAME.tsv; test or the only one unless given.")
  private @Nullable String split;

  @Option(
      names = "--retriever",
      paramLabel = "bm25|dense|hybrid",
      description = "How to search; hybrid unless given.")
  private RetrievalOptions.Kind retriever = RetrievalOptions.Kind.hybrid;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model of dense and hybrid; minilm unless given.")
  private String model = "minilm";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "So many ask at once under load; 4 unless given.")
  private int threads = 4;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long there is load before the kill, and again behind it; 3 unless given.")
  private int seconds = 3;

  private ScaleOut() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ScaleOut(), args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    retriever.requireNoTokens();
    if (threads < 1 || seconds < 1) {
      throw new IllegalArgumentException(
          "--threads and --seconds must be >= 1, were %s and %s".formatted(threads, seconds));
    }
    EvalSet set = EvalSet.beir(data, split == null ? EvalSet.defaultSplit(data) : split);
    Path work = Files.createTempDirectory("ragwright-nodes");
    System.err.println("starting " + NODES + " nodes of OpenSearch; their logs are in " + work);
    Stopwatch starting = new Stopwatch();
    try (LocalCluster nodes =
            LocalCluster.start(LocalCluster.Engine.OPENSEARCH, NODES, work, "-Xmx512m");
        OnnxEmbedder read =
            retriever == RetrievalOptions.Kind.bm25 ? null : RetrievalOptions.embedder(model);
        EmbeddingCache vectors = EmbeddingCache.inMemory()) {
      starting.stop();
      ObjectNode json = Cli.JSON.createObjectNode();
      json.put("set", set.name()).put("retriever", retriever.name());
      json.put("nodes", NODES).put("startSeconds", Stopwatch.rounded(starting.seconds()));
      // What was embedded for the one is there for the other: indexing is compared without it.
      Embedder embedder = read == null ? null : vectors.over(read);
      boolean whole = compare(set, nodes, read, embedder, json);
      System.out.println(json);
      nodes.close();
      delete(work);
      return whole ? 0 : 1;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private boolean compare(
      EvalSet set,
      LocalCluster nodes,
      @Nullable OnnxEmbedder read,
      @Nullable Embedder embedder,
      ObjectNode json)
      throws IOException, InterruptedException {
    LuceneIndex.Builder here = LuceneIndex.builder();
    try (LuceneIndex embedded = (embedder == null ? here : here.embedder(embedder)).open();
        OpenSearchIndex cluster = open(nodes, "passages", embedder);
        OpenSearchIndex other = open(nodes, "added", null)) {
      index(embedded, read, "Embedded", json);
      index(cluster, read, "Cluster", json);
      json.put("passages", cluster.size().passages());
      Retriever inProcess = RetrievalOptions.retriever(retriever, embedded);
      Retriever over = RetrievalOptions.retriever(retriever, cluster);
      json.put("ndcg10Embedded", ndcg(set, inProcess)).put("ndcg10Cluster", ndcg(set, over));
      Map<String, List<Hit>> answers = new LinkedHashMap<>();
      int same = 0;
      double difference = 0;
      for (var question : set.questions().values()) {
        List<Hit> expected = inProcess.retrieve(question.text(), DEPTH).hits();
        List<Hit> found = over.retrieve(question.text(), DEPTH).hits();
        answers.put(question.text(), found);
        difference = Math.max(difference, difference(expected, found));
        same += difference(expected, found) <= ROUNDING ? 1 : 0;
      }
      json.put("questions", answers.size()).put("same10", same);
      json.put("largestDifference", difference);
      System.err.println("asking, adding, and killing the elected manager");
      return new Load(over, other, answers).run(nodes, json);
    }
  }

  private static OpenSearchIndex open(
      LocalCluster nodes, String name, @Nullable Embedder embedder) {
    OpenSearchIndex.Builder index =
        OpenSearchIndex.builder().name(name).words(PassageWords.of("en")).shards(NODES, 1);
    nodes.hosts().forEach(index::host);
    return (embedder == null ? index : index.embedder(embedder)).open();
  }

  private void index(
      PassageIndex index, @Nullable OnnxEmbedder read, String name, ObjectNode json) {
    Stopwatch watch = new Stopwatch();
    RetrievalOptions.sync(index, BeirFolder.of(data), RetrievalOptions.windows(read));
    watch.stop();
    json.put("indexSeconds" + name, Stopwatch.rounded(watch.seconds()));
  }

  private static double ndcg(EvalSet set, Retriever over) {
    Evaluation evaluation = RetrievalEvaluation.of(set, over, Ndcg.at(DEPTH));
    if (!evaluation.failures().isEmpty()) {
      throw new IllegalStateException(evaluation.failures().toString());
    }
    return evaluation.mean(Ndcg.at(DEPTH).name()).orElseThrow();
  }

  /** The largest relative difference of the scores at a rank; infinite where one list is longer. */
  private static double difference(List<Hit> expected, List<Hit> found) {
    if (expected.size() != found.size()) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    for (int i = 0; i < found.size(); i++) {
      double one = expected.get(i).score();
      double two = found.get(i).score();
      if (one != two) {
        difference = Math.max(difference, Math.abs(one - two) / Math.max(Math.abs(one), 1e-9));
      }
    }
    return difference;
  }

  /** Questions and additions without a pause, while a node goes and comes. */
  private final class Load {
    private final Retriever over;
    private final PassageIndex adding;
    private final Map<String, List<Hit>> answers;
    private final AtomicBoolean ends = new AtomicBoolean();
    private final AtomicLong killed = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong wholeAgain = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger askedAfter = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger added = new AtomicInteger();
    private final AtomicLong longest = new AtomicLong();

    Load(Retriever over, PassageIndex adding, Map<String, List<Hit>> answers) {
      this.over = over;
      this.adding = adding;
      this.answers = answers;
    }

    boolean run(LocalCluster nodes, ObjectNode json) throws IOException, InterruptedException {
      List<Thread> all = new ArrayList<>();
      Stream.generate(() -> new Thread(this::ask)).limit(threads).forEach(all::add);
      all.add(new Thread(this::add));
      all.forEach(Thread::start);
      Thread.sleep(1_000L * seconds);
      int manager = nodes.manager();
      nodes.kill(manager);
      killed.set(System.nanoTime());
      Thread.sleep(1_000L * seconds);
      Stopwatch back = new Stopwatch();
      nodes.start(manager);
      nodes.await(NODES);
      back.stop();
      ends.set(true);
      for (Thread thread : all) {
        thread.join();
      }
      int found = found();
      json.put("killed", "n" + manager).put("threads", threads);
      json.put("asked", asked.get()).put("askedAfterTheKill", askedAfter.get());
      json.put("longestMillis", longest.get() / 1_000_000);
      json.put("wholeAgainMillis", Math.max(0, wholeAgain.get() - killed.get()) / 1_000_000);
      json.put("otherAnswers", others.get()).put("failed", failed.get());
      json.put("added", added.get()).put("addedAndFound", found);
      json.put("backSeconds", Stopwatch.rounded(back.seconds()));
      return others.get() + failed.get() == 0 && found == added.get();
    }

    private void ask() {
      List<String> questions = List.copyOf(answers.keySet());
      while (!ends.get()) {
        String question = questions.get(ThreadLocalRandom.current().nextInt(questions.size()));
        long start = System.nanoTime();
        try {
          List<Hit> found = over.retrieve(question, DEPTH).hits();
          if (difference(answers.getOrDefault(question, List.of()), found) > ROUNDING) {
            others.incrementAndGet();
          }
        } catch (RuntimeException e) {
          failed.incrementAndGet();
          System.err.println("failed: " + Cli.oneLine(String.valueOf(e.getMessage())));
        }
        long end = System.nanoTime();
        asked.incrementAndGet();
        longest.accumulateAndGet(end - start, Math::max);
        if (start > killed.get()) {
          askedAfter.incrementAndGet();
          wholeAgain.compareAndSet(0, end); // the first that was asked after the kill and answered
        }
      }
    }

    /** Each call that returns has promised that its passage is there. */
    private void add() {
      while (!ends.get()) {
        int next = added.get();
        try {
          adding.addAll(
              List.of(Passage.of("added-" + next, "Passage number " + next + ".")),
              CallContext.unbounded());
          added.incrementAndGet();
        } catch (RuntimeException e) {
          failed.incrementAndGet();
          System.err.println("failed: " + Cli.oneLine(String.valueOf(e.getMessage())));
        }
      }
    }

    private int found() {
      int found = 0;
      for (int i = 0; i < added.get(); i++) {
        found += adding.passages("added-" + i).size();
      }
      return found;
    }
  }
}
