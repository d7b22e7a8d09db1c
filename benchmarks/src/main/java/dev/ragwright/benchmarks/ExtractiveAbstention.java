package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the extractive generator's minimum coverage costs and saves: how often it answers when the
 * relevant documents can be retrieved, and how often when they are held back, so that it should
 * abstain. Each folder in BEIR's layout that is named as an argument gives up to 400 judged
 * questions; BM25, the best 8 passages of at most 300 tokens.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ExtractiveAbstention -Dargs="DIR DIR ..."}
 */
public final class ExtractiveAbstention {
  private static final int QUESTIONS = 400;
  private static final double[] MINIMUMS = {0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6};

  private ExtractiveAbstention() {}

  /** Takes the folders. */
  public static void main(String... folders) {
    if (folders.length == 0) {
      System.err.println("name one folder or more in BEIR's layout");
      System.exit(2);
    }
    System.out.println("| set | questions | minimum | answers | answers without gold |");
    System.out.println("| --- | --- | --- | --- | --- |");
    for (String folder : folders) {
      measure(Path.of(folder));
    }
  }

  private static void measure(Path path) {
    BeirFolder folder = BeirFolder.of(path);
    Map<String, String> queries = folder.queries();
    List<GenerationRequest> answerable = new ArrayList<>();
    List<GenerationRequest> unanswerable = new ArrayList<>();
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(folder.passages(Chunkers.markdown(300)));
      folder.qrels("test").entrySet().stream()
          .limit(QUESTIONS)
          .forEach(
              judged -> {
                Query question = Query.of(queries.getOrDefault(judged.getKey(), ""));
                Set<String> gold =
                    judged.getValue().entrySet().stream()
                        .filter(grade -> grade.getValue() > 0)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
                answerable.add(request(index, question, Filter.all()));
                unanswerable.add(request(index, question, Filter.documents(gold).not()));
              });
    }
    for (double minimum : MINIMUMS) {
      Generator generator = ExtractiveGenerator.builder().lexical(minimum).build();
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %.2f | %.3f | %.3f |%n",
          path.getFileName(),
          answerable.size(),
          minimum,
          answered(generator, answerable),
          answered(generator, unanswerable));
    }
  }

  private static GenerationRequest request(LuceneIndex index, Query question, Filter filter) {
    RetrievalRequest request = RetrievalRequest.of(question, 8).withFilter(filter);
    Context context =
        ContextAssembler.builder()
            .build()
            .assemble(
                question,
                index.bm25().retrieve(request, CallContext.unbounded()).hits(),
                TokenCounter.approximate(),
                CallContext.unbounded())
            .context();
    return GenerationRequest.of(question, context);
  }

  private static double answered(Generator generator, List<GenerationRequest> requests) {
    return requests.stream()
        .mapToInt(
            r -> generator.generate(r, CallContext.unbounded()).abstention().isPresent() ? 0 : 1)
        .average()
        .orElse(Double.NaN);
  }
}
