package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.testmodels.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Prints what decision models are worth on judged cases: does a passage answer a question? The gold
 * passage of a question does, the first other one that BM25 finds does not. Takes minutes: {@code
 * mvn test -pl rag-langchain4j -am -Dtest=DecisionCardTest -Dragwright.card=print
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@EnabledIfSystemProperty(named = "ragwright.card", matches = "print")
class DecisionCardTest {
  private static final int QUESTIONS = 40;
  private static final int UNITS = 600; // of a passage, that a small decoder reads soon

  private record Case(String question, String text, boolean answers) {}

  private static List<Case> cases(BeirFolder folder) {
    Map<String, String> texts = new HashMap<>();
    try (Stream<Document> documents = folder.documents();
        LuceneIndex index = LuceneIndex.inMemory()) {
      List<Passage> passages = new ArrayList<>();
      documents.forEach(
          document -> {
            String text = document.text();
            String cut = text.substring(0, Math.min(UNITS, text.length()));
            texts.put(document.id(), cut);
            passages.add(Passage.of(document.id(), cut));
          });
      index.addAll(passages);
      Map<String, Map<String, Integer>> gold = folder.qrels("test");
      List<Case> cases = new ArrayList<>();
      for (Map.Entry<String, String> query : folder.queries().entrySet()) {
        Map<String, Integer> judged = gold.getOrDefault(query.getKey(), Map.of());
        List<Hit> hits = index.bm25().retrieve(query.getValue(), 5).hits();
        for (String id : judged.keySet()) {
          cases.add(new Case(query.getValue(), texts.getOrDefault(id, ""), true));
        }
        hits.stream()
            .filter(hit -> !judged.containsKey(hit.passage().documentId()))
            .limit(judged.size())
            .forEach(hit -> cases.add(new Case(query.getValue(), hit.passage().text(), false)));
        if (cases.size() >= 2 * QUESTIONS) {
          break;
        }
      }
      return cases;
    }
  }

  private static void card(String name, Object model, List<Case> cases) {
    double right = 0;
    double squares = 0;
    List<Double> yes = new ArrayList<>();
    List<Double> no = new ArrayList<>();
    for (Case one : cases) {
      double probability =
          DecisionCalls.yes(
              model,
              one.text(),
              one.question(),
              "the text answers the question",
              "it does not answer it");
      assertThat(probability).isBetween(0.0, 1.0);
      (one.answers() ? yes : no).add(probability);
      double error = probability - (one.answers() ? 1 : 0);
      squares += error * error;
      right += (probability > .5) == one.answers() ? 1 : 0;
    }
    double above = 0;
    for (double a : yes) {
      for (double b : no) {
        above += a > b ? 1 : a == b ? .5 : 0;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-28s %3d cases  right %.2f  AUROC %.3f  Brier %.3f%n",
        name,
        cases.size(),
        right / cases.size(),
        above / (yes.size() * (double) no.size()),
        squares / cases.size());
  }

  @Test
  void printsWhatTheyAreWorth() {
    Cores.assumeAtLeast(23);
    Path data = Repository.sharedOrSkip("data/nq-gold");
    Path decoder = Repository.sharedOrSkip("models/SmolLM2-135M-Instruct");
    Path encoder = Repository.sharedOrSkip("models/ragwright-minilm-reranker");
    List<Case> cases = cases(BeirFolder.of(data));
    try (OnnxCrossEncoder reranker = OnnxCrossEncoder.load(encoder)) {
      card("by relevance, minilm", LangChain4j.decisionsByRelevance(reranker, "minilm"), cases);
    }
    try (OnnxChatModel model = OnnxChatModel.load(decoder)) {
      card("by likelihood, SmolLM2-135M", LangChain4j.decisionsByLikelihood(model), cases);
    }
  }
}
