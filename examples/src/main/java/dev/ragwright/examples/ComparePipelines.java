package dev.ragwright.examples;

import dev.ragwright.RagPipeline;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks two pipelines, as production would run them, the same questions, and says whether one is
 * better or it only looks so.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ComparePipelines}
 */
public final class ComparePipelines {
  private static final String[][] PAGES = {
    {"keys", "Rotate the signing key every year.", "How often do I change the key?", "every year"},
    {"login", "Five wrong passwords lock an account.", "What locks me out?", "wrong passwords"},
    {"bills", "Invoices go out on the first of the month.", "When is my bill sent?", "the first"},
    {"backup", "The database is copied every night.", "How often is data saved?", "every night"},
    {"trip", "Book trains with the travel desk.", "Who gets me a ticket?", "travel desk"},
    {
      "ill",
      "Call the office before nine if you are ill.",
      "I am sick, what now?",
      "Call the office"
    },
    {"lunch", "The canteen is open until two.", "How long can I eat?", "until two"},
    {"door", "Report a lost badge at reception.", "My card is gone, where to?", "reception"},
  };

  private ComparePipelines() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    List<Passage> passages = new ArrayList<>();
    List<Question> questions = new ArrayList<>();
    Map<String, Map<String, Integer>> relevant = new LinkedHashMap<>();
    for (String[] page : PAGES) {
      passages.add(Passage.of(page[0], page[1]));
      questions.add(new Question("q-" + page[0], page[2], List.of(page[3])));
      relevant.put("q-" + page[0], Map.of(page[0], 1));
    }
    EvalSet set = EvalSet.of("office", questions, Qrels.ofGrades(relevant));
    try (OnnxEmbedder embedder = OnnxEmbedder.bgeSmallEn();
        LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.addAll(passages);
      RagPipeline today =
          RagPipeline.builder()
              .retriever(index.bm25())
              .topK(2)
              .generator(ExtractiveGenerator.create())
              .build();
      ExperimentResult result =
          Experiment.over(set)
              .arm("today", today)
              .arm("vectors", today.with(r -> r.retriever(index.hybrid())))
              .measure(Recall.at(1), SubstringAccuracy.create())
              .build()
              .run(Progress.none());
      System.out.println(result);
      System.out.println(result.winners("recall@1"));
    }
  }
}
