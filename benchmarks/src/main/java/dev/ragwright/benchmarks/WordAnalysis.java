package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunkers;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/**
 * What the analysis of a language, and of words of the trade within it, is worth: nDCG@10 of BM25
 * on sets in BEIR's layout, with each of their judgments, by Lucene's English analyzer and by that
 * of the tag, and the difference with its 95 % interval by the paired bootstrap. Documents are
 * whole, and titles are searched as they begin the texts alone.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=WordAnalysis -Dargs="en=DIR de=DIR ..."}
 */
public final class WordAnalysis {
  private WordAnalysis() {}

  /** Takes language tags, each with a folder. */
  public static void main(String... args) {
    if (args.length == 0) {
      System.err.println("name one set or more, as TAG=DIR, such as de=xquad/de");
      System.exit(2);
    }
    System.out.println("| set | questions | language | English | its own | difference |");
    System.out.println("| --- | --- | --- | --- | --- | --- |");
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      Path folder = Path.of(parts[1]);
      LuceneIndex.Builder english =
          LuceneIndex.builder().analyzer("english", new EnglishAnalyzer());
      LuceneIndex.Builder own = LuceneIndex.builder().language(parts[0]);
      for (String split : BeirFolder.of(folder).splits()) {
        EvalSet set = EvalSet.beir(folder, split);
        Evaluation before = evaluation(set, folder, english);
        Evaluation after = evaluation(set, folder, own);
        PairedComparison paired =
            after.comparedWith(before).metric("ndcg@10").paired().orElseThrow();
        System.out.printf(
            Locale.ROOT,
            "| %s/%s | %,d | %s | %s | %s | %+.4f [%+.4f, %+.4f], p %.3f |%n",
            folder.getFileName(),
            split,
            before.scores("ndcg@10").scores().size(),
            parts[0],
            mean(before),
            mean(after),
            paired.difference(),
            paired.interval().low(),
            paired.interval().high(),
            paired.pValue());
      }
    }
  }

  private static Evaluation evaluation(EvalSet set, Path folder, LuceneIndex.Builder settings) {
    try (LuceneIndex index = settings.metadataWeight("title", 0).open()) {
      index.sync(BeirFolder.of(folder), Chunkers.whole());
      return RetrievalEvaluation.of(set, index.bm25(), Ndcg.at(10));
    }
  }

  private static String mean(Evaluation evaluation) {
    return String.format(Locale.ROOT, "%.4f", evaluation.mean("ndcg@10").orElseThrow())
        .replaceFirst("^0", "");
  }
}
