package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.learn.AdapterLearning;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Says what vectors of fewer numbers lose.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ShorterVectors -Dargs="--data BEIR_DIR --numbers 192"}
 */
@Command(
    name = "ShorterVectors",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Learns from the vectors of a collection's passages, without its judgments, a map to fewer numbers,"
          + " and prints nDCG@10 with all numbers and with fewer, of dense and of hybrid, and the difference"
          + " with its 95 %% interval (paired bootstrap): singular vectors, and beside them principal"
          + " components, for which the passages' mean is taken off first, as textbooks have it.",
      ""
    })
public final class ShorterVectors implements Callable<Integer> {
  private static final String METRIC = Ndcg.at(10).name();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus.jsonl[.gz], queries.jsonl[.gz] and qrels/*.tsv.")
  private Path data = Path.of("");

  @Option(
      names = "--numbers",
      required = true,
      paramLabel = "N",
      description = "How many numbers a shorter vector has.")
  private int numbers;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Ask the questions judged in qrels/NAME.tsv; test or the only one unless given.")
  private @Nullable String split;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model; bge unless given.")
  private String model = "bge";

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "Keep vectors of texts in this file, so that the next run embeds nothing.")
  private @Nullable Path keep;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the map by singular vectors, for Search --adapter.")
  private @Nullable Path out;

  private ShorterVectors() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ShorterVectors(), args);
  }

  /** Takes the mean of passages off each vector. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Centred(Embedder embedder, float[] mean) implements Embedder {

    static Centred of(Embedder embedder, List<Passage> passages) {
      double[] sum = new double[embedder.dimension()];
      for (float[] vector : embedder.embedPassages(passages, CallContext.unbounded()).vectors()) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += vector[i];
        }
      }
      float[] mean = new float[sum.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (sum[i] / passages.size());
      }
      return new Centred(embedder, mean);
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Embeddings made = embedder.embed(texts, side, context);
      return new Embeddings(made.vectors().stream().map(this::centred).toList(), made.usage());
    }

    private float[] centred(float[] vector) {
      float[] rest = new float[vector.length];
      for (int i = 0; i < rest.length; i++) {
        rest[i] = vector[i] - mean[i];
      }
      double length = Math.sqrt(Embeddings.dot(rest, rest));
      for (int i = 0; i < rest.length && length > 0; i++) {
        rest[i] = (float) (rest[i] / length);
      }
      return rest;
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "centred").withParts(List.of(embedder.description()));
    }
  }

  @Override
  public Integer call() {
    Cli.checkWritable("--out", out);
    EvalSet set = EvalSet.beir(data, split == null ? EvalSet.defaultSplit(data) : split);
    RetrievalOptions options = new RetrievalOptions();
    options.retriever = RetrievalOptions.Kind.hybrid;
    options.model = model;
    try (EmbeddingCache kept = Cli.vectors("--keep", keep)) {
      options.vectorsBy = kept::over;
      try (RetrievalOptions.Opened opened =
          options.open(BeirFolder.of(data), RetrievalOptions::windows)) {
        Embedder embedder = kept.over(Objects.requireNonNull(opened.embedder()));
        List<Passage> passages = Learn.passages(data, opened.index());
        Evaluation dense = asked(set, opened.index().knn());
        Evaluation hybrid = asked(set, opened.index().hybrid());
        System.out.printf(
            Locale.ROOT,
            "%d questions of %s, %d passages; ndcg@10 of dense, of hybrid%n%d numbers: %.4f, %.4f%n",
            set.questions().size(),
            set.name(),
            passages.size(),
            embedder.dimension(),
            mean(dense),
            mean(hybrid));
        EmbeddingAdapter singular = shorter(embedder, passages, opened.index().bm25());
        if (out != null) {
          EmbeddingAdapterFile.write(singular, CorpusSketch.of(passages.stream()), out);
        }
        print("singular vectors", embedder.adapted(singular), passages, set, dense, hybrid);
        Embedder centred = Centred.of(embedder, passages);
        EmbeddingAdapter principal = shorter(centred, passages, opened.index().bm25());
        print("principal components", centred.adapted(principal), passages, set, dense, hybrid);
      }
    }
    return 0;
  }

  private EmbeddingAdapter shorter(Embedder embedder, List<Passage> passages, Retriever words) {
    return AdapterLearning.over(embedder, passages, words).shorter(numbers);
  }

  private void print(
      String name,
      Embedder shorter,
      List<Passage> passages,
      EvalSet set,
      Evaluation dense,
      Evaluation hybrid) {
    try (LuceneIndex index = LuceneIndex.inMemory(shorter)) {
      index.addAll(passages);
      System.out.printf(
          Locale.ROOT,
          "%d by %s: dense %s, hybrid %s%n",
          numbers,
          name,
          lost(asked(set, index.knn()), dense),
          lost(asked(set, index.hybrid()), hybrid));
    }
  }

  private static Evaluation asked(EvalSet set, Retriever retriever) {
    return RetrievalEvaluation.of(
        set,
        retriever,
        RetrievalEvaluation.DEFAULT_DEPTH,
        List.of(Ndcg.at(10)),
        CallContext.unbounded());
  }

  private static double mean(Evaluation evaluation) {
    return evaluation.mean(METRIC).orElseThrow();
  }

  private static String lost(Evaluation shorter, Evaluation full) {
    return String.format(
        Locale.ROOT,
        "%.4f %s",
        mean(shorter),
        shorter.comparedWith(full).metric(METRIC).paired().orElseThrow());
  }
}
