package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What detecting languages is worth where documents of several are in one index: nDCG@10 of BM25
 * for the questions of each language. In a row each: an index of the language alone, with its
 * analyzer; and one index of all documents, analysed as English, as any language, as detected among
 * all languages, and as detected among those that there are.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=SeveralLanguages -Dargs="en=DIR de=DIR ..."}
 */
public final class SeveralLanguages {
  private SeveralLanguages() {}

  /** Takes language tags, each with a folder in BEIR's layout. */
  public static void main(String... args) {
    Map<String, Path> folders = new LinkedHashMap<>();
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      folders.put(parts[0], Path.of(parts[1]));
    }
    if (folders.size() < 2) {
      System.err.println("name two sets or more, as TAG=DIR, such as de=xquad/de en=xquad/en");
      System.exit(2);
    }
    String[] tags = folders.keySet().toArray(String[]::new);
    System.out.println("| index | analysed as | " + String.join(" | ", tags) + " |");
    System.out.println("| --- | --- |" + " --- |".repeat(tags.length));
    List<String> alone = new ArrayList<>();
    folders.forEach(
        (tag, folder) -> {
          Map<String, Path> one = Map.of(tag, folder);
          alone.addAll(scores(LuceneIndex.builder().language(tag), one));
        });
    row("of each language", "its own", alone);
    for (String tag : List.of("en", "und", "auto")) {
      row("of all", "`" + tag + "`", scores(LuceneIndex.builder().language(tag), folders));
    }
    row("of all", "detected among these", scores(LuceneIndex.builder().languages(tags), folders));
  }

  private static void row(String index, String analysed, List<String> scores) {
    System.out.printf("| %s | %s | %s |%n", index, analysed, String.join(" | ", scores));
  }

  private static List<String> scores(LuceneIndex.Builder settings, Map<String, Path> folders) {
    try (LuceneIndex index = settings.open()) {
      List<Document> documents = new ArrayList<>();
      folders.forEach(
          (tag, folder) ->
              BeirFolder.of(folder)
                  .documents()
                  .map(one -> new Document(tag + "/" + one.id(), one.text(), one.metadata()))
                  .forEach(documents::add));
      index.sync(DocumentSource.of(documents), Chunkers.whole());
      List<String> scores = new ArrayList<>();
      folders.forEach(
          (tag, folder) -> {
            Retriever own = ofLanguage(tag, index.bm25()).named("bm25 for " + tag);
            double mean =
                RetrievalEvaluation.of(EvalSet.beir(folder, "test"), own, Ndcg.at(10))
                    .mean("ndcg@10")
                    .orElseThrow();
            scores.add(String.format(Locale.ROOT, "%.4f", mean).replaceFirst("^0", ""));
          });
      return scores;
    }
  }

  /** Passages of the language under the ids that its judgments know. */
  private static Retriever ofLanguage(String tag, Retriever all) {
    String prefix = tag + "/";
    return (request, context) -> {
      Retrieval found = all.retrieve(request, context);
      return Retrieval.of(found.hits().stream().map(hit -> without(prefix, hit)).toList());
    };
  }

  private static Hit without(String prefix, Hit hit) {
    String id = hit.passage().documentId();
    if (!id.startsWith(prefix)) {
      return hit;
    }
    Document named =
        new Document(id.substring(prefix.length()), hit.passage().text(), hit.passage().metadata());
    return new Hit(Chunkers.whole().chunk(named).getFirst(), hit.score(), hit.source());
  }
}
