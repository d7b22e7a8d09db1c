package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What late chunking is worth: nDCG@10 of documents by their best passage, searched by vectors, on
 * sets in BEIR's layout whose documents are cut; and the difference with late chunking, with its 95
 * % interval by the paired bootstrap. Late chunking compares means of tokens, so a model that pools
 * otherwise has a column for that alone. The CPU seconds are those of the whole process while the
 * documents are embedded.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=LateChunking -Dargs="minilm,bge 50,100 DIR ..."}
 */
public final class LateChunking {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private LateChunking() {}

  private record Measured(Evaluation evaluation, double seconds) {}

  /** Takes models, sizes of passages in tokens, and folders. */
  public static void main(String... args) {
    if (args.length < 3) {
      System.err.println("name models, sizes, and one set or more: minilm,bge 50,100 scifact");
      System.exit(2);
    }
    System.out.println(
        "| set | questions | model | cut at | alone | mean of tokens | late | CPU s | late, CPU s |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (String model : args[0].split(",", -1)) {
      for (String size : args[1].split(",", -1)) {
        for (String folder : List.of(args).subList(2, args.length)) {
          for (String split : BeirFolder.of(Path.of(folder)).splits()) {
            print(model, Integer.parseInt(size), Path.of(folder), split);
          }
        }
      }
    }
  }

  private static void print(String model, int size, Path folder, String split) {
    EvalSet set = EvalSet.beir(folder, split);
    Measured alone = measure(set, folder, size, model, builder -> builder);
    boolean mean = model.equals("minilm");
    Measured means =
        mean ? alone : measure(set, folder, size, model, builder -> builder.pooling(Pooling.MEAN));
    Measured late =
        measure(set, folder, size, model, builder -> builder.pooling(Pooling.MEAN).lateChunking());
    System.out.printf(
        Locale.ROOT,
        "| %s/%s | %,d | %s | %d | %.4f | %s | %s | %.1f | %.1f |%n",
        folder.getFileName(),
        split,
        alone.evaluation().scores("ndcg@10").scores().size(),
        model,
        size,
        alone.evaluation().mean("ndcg@10").orElseThrow(),
        mean ? "the same" : gain(means, alone),
        gain(late, alone),
        alone.seconds(),
        late.seconds());
  }

  private static Measured measure(
      EvalSet set,
      Path folder,
      int size,
      String model,
      UnaryOperator<OnnxEmbedder.Builder> reading) {
    ModelFolder files = model.equals("bge") ? ModelFolder.bgeSmallEn() : ModelFolder.allMiniLm();
    try (OnnxEmbedder embedder = reading.apply(OnnxEmbedder.builder(files)).build();
        LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      Chunker chunker = Chunkers.recursive(size, 0, embedder.tokenCounter());
      long start = SYSTEM.getProcessCpuTime();
      index.sync(BeirFolder.of(folder), chunker);
      double seconds = (SYSTEM.getProcessCpuTime() - start) / 1e9;
      return new Measured(RetrievalEvaluation.of(set, index.knn(), Ndcg.at(10)), seconds);
    }
  }

  private static String gain(Measured one, Measured other) {
    PairedComparison paired =
        one.evaluation().comparedWith(other.evaluation()).metric("ndcg@10").paired().orElseThrow();
    return String.format(
        Locale.ROOT,
        "%+.4f [%+.4f, %+.4f]",
        paired.difference(),
        paired.interval().low(),
        paired.interval().high());
  }
}
