package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What searching titles by words is worth: nDCG@10 of BM25 on sets in BEIR's layout without it, and
 * the difference at some weights with its 95 % interval by the paired bootstrap, of documents that
 * are whole and cut. The texts begin with their titles as they are. Where a document is cut, its
 * best passage counts.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=FieldWeights -Dargs="whole,50,120 en=DIR de=DIR ..."}
 */
public final class FieldWeights {
  private static final int[] WEIGHTS = {1, 2, 4};

  private FieldWeights() {}

  /** Takes sizes of passages in tokens, and language tags, each with a folder. */
  public static void main(String... args) {
    if (args.length < 2) {
      System.err.println("name sizes, and one set or more as TAG=DIR: whole,50 en=scifact");
      System.exit(2);
    }
    System.out.println("| set | questions | cut at | without | title^1 | title^2 | title^4 |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (String size : args[0].split(",", -1)) {
      Chunker chunker =
          size.equals("whole") ? Chunkers.whole() : Chunkers.recursive(Integer.parseInt(size), 0);
      for (String arg : List.of(args).subList(1, args.length)) {
        String[] parts = arg.split("=", 2);
        Path folder = Path.of(parts[1]);
        for (String split : BeirFolder.of(folder).splits()) {
          print(parts[0], folder, split, size, chunker);
        }
      }
    }
  }

  private static void print(
      String language, Path folder, String split, String size, Chunker chunker) {
    EvalSet set = EvalSet.beir(folder, split);
    Evaluation without = evaluation(set, language, folder, chunker, 0);
    StringBuilder row =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %s/%s | %,d | %s | %.4f |",
                folder.getFileName(),
                split,
                without.scores("ndcg@10").scores().size(),
                size,
                without.mean("ndcg@10").orElseThrow()));
    for (int weight : WEIGHTS) {
      PairedComparison paired =
          evaluation(set, language, folder, chunker, weight)
              .comparedWith(without)
              .metric("ndcg@10")
              .paired()
              .orElseThrow();
      row.append(
          String.format(
              Locale.ROOT,
              " %+.4f [%+.4f, %+.4f] |",
              paired.difference(),
              paired.interval().low(),
              paired.interval().high()));
    }
    System.out.println(row.toString().replaceAll("(?<![0-9])0\\.", "."));
  }

  private static Evaluation evaluation(
      EvalSet set, String language, Path folder, Chunker chunker, int weight) {
    try (LuceneIndex index =
        LuceneIndex.builder().language(language).metadataWeight("title", weight).open()) {
      index.sync(BeirFolder.of(folder), chunker);
      return RetrievalEvaluation.of(set, index.bm25(), Ndcg.at(10));
    }
  }
}
