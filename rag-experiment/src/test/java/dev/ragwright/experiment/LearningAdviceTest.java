package dev.ragwright.experiment;

import static dev.ragwright.experiment.Factor.GENERATOR;
import static dev.ragwright.experiment.Factor.RETRIEVER;
import static dev.ragwright.experiment.Factor.TOP_K;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When advice is to learn from judgments, and when to train the generator. */
class LearningAdviceTest {
  private static final int KEYS = 40;
  private static final List<Document> SOURCE = new ArrayList<>();
  private static final List<Passage> PASSAGES = new ArrayList<>();

  static {
    for (int i = 0; i < KEYS; i++) {
      Document document = Document.of("d" + i, "key " + i + " opens door n" + i);
      SOURCE.add(document);
      PASSAGES.add(Passage.of(document, 0, document.text().length(), List.of()));
    }
  }

  private static Experiment.Builder experiment() {
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judged = new LinkedHashMap<>();
    for (int i = 0; i < KEYS; i++) {
      questions.add(new Question("q" + i, "which door does key " + i, List.of("n" + i)));
      judged.put("q" + i, Judgments.of(Map.of("d" + i, 1)));
    }
    return Experiment.over(EvalSet.of("keys", questions, Qrels.of(judged)))
        .fix(TOP_K, 2)
        .measure(ExactMatch.squad())
        .explain(
            Corpus.of(
                DocumentSource.of(SOURCE),
                ids -> PASSAGES.stream().filter(p -> ids.equals(p.documentId())).toList()),
            "em",
            1);
  }

  private static int key(String question) {
    return Integer.parseInt(question.substring(question.lastIndexOf(' ') + 1));
  }

  /** Finds all, the right one at a rank of its own. */
  private static Retriever ranking(int rank) {
    Retriever retriever =
        (request, context) -> {
          Passage right = PASSAGES.get(key(request.query().text()));
          List<Passage> all = new ArrayList<>(PASSAGES);
          all.remove(right);
          all.add(rank - 1, right);
          List<Hit> hits = new ArrayList<>();
          all.forEach(passage -> hits.add(new Hit(passage, 1.0 / (1 + hits.size()), "rank")));
          return Retrieval.ranked(hits, request.topK(), Usage.none());
        };
    return retriever.named("rank " + rank);
  }

  /** Reads the key's door, and says it in some form; knows nothing else. */
  private static Generator saying(String form) {
    Generator generator =
        (request, context) -> {
          int key = key(request.question().text());
          boolean read =
              request.context().evidence().stream()
                  .anyMatch(one -> one.passage().documentId().equals("d" + key));
          return Generation.of(read ? form.formatted(key) : "unknown");
        };
    return generator.named("says " + form);
  }

  private static Advice.Option option(Advice advice, PipelineChange kind) {
    return advice.options().stream().filter(o -> o.kind() == kind).findFirst().orElseThrow();
  }

  @Test
  void whatIsFoundTooLowIsForAReranker_orForLearning() {
    Advice advice =
        experiment()
            .fix(RETRIEVER, ranking(30))
            .fix(GENERATOR, saying("n%s"))
            .build()
            .run(Progress.none())
            .nextChange();
    assertThat(advice.next().orElseThrow().kind()).isEqualTo(PipelineChange.RERANKER);
    assertThat(advice.rivals())
        .extracting(Advice.Option::kind)
        .containsExactly(PipelineChange.LEARN);
    Advice.Option learn = option(advice, PipelineChange.LEARN);
    assertThat(learn.basis()).isEqualTo(Advice.Basis.GOLD);
    assertThat(learn.cost().once())
        .isEqualTo(
            "learnt from the 40 judged questions at hand, in CPU-seconds that nobody has measured here");
  }

  @Test
  void whereItWasTriedTheArmIsNamedWithItsPrice() {
    ExperimentResult result =
        experiment()
            .vary(RETRIEVER, Map.of("plain", ranking(30)))
            .learn(RETRIEVER, "learnt", training -> ranking(1))
            .fix(GENERATOR, saying("n%s"))
            .build()
            .run(Progress.none());
    Advice advice = result.nextChange("plain");
    Advice.Option learn = advice.next().orElseThrow();
    assertThat(learn.kind()).isEqualTo(PipelineChange.LEARN);
    assertThat(learn.change()).isEqualTo("retriever learnt instead of plain");
    assertThat(learn.basis()).isEqualTo(Advice.Basis.MEASURED);
    assertThat(learn.cost().once())
        .matches(
            "learnt in 5 folds, seed 42; from all 40 judged questions in \\d+\\.\\d\\d CPU-seconds");
    assertThat(advice.options()).filteredOn(o -> o.kind() == PipelineChange.LEARN).hasSize(1);
  }

  @Test
  void whereLearningWasTriedAndDidNotHelpItIsNotAdvised() {
    ExperimentResult result =
        experiment()
            .vary(RETRIEVER, Map.of("plain", ranking(30)))
            .learn(RETRIEVER, "learnt", training -> ranking(29))
            .fix(GENERATOR, saying("n%s"))
            .build()
            .run(Progress.none());
    assertThat(result.nextChange("plain").options())
        .extracting(Advice.Option::kind)
        .doesNotContain(PipelineChange.LEARN);
  }

  @Test
  void theRightThingInTheWrongFormIsBehaviour() {
    Advice advice =
        experiment()
            .fix(RETRIEVER, ranking(1))
            .fix(GENERATOR, saying("it opens n%s"))
            .build()
            .run(Progress.none())
            .nextChange();
    assertThat(advice.next().orElseThrow().kind()).isEqualTo(PipelineChange.PROMPT);
    assertThat(advice.rivals())
        .extracting(Advice.Option::kind)
        .containsExactly(PipelineChange.BIGGER_MODEL, PipelineChange.FINE_TUNE);
    assertThat(option(advice, PipelineChange.FINE_TUNE).evidence())
        .isEqualTo(
            "40 of 40 wrong answers: with the gold evidence the answer has a reference answer in it:"
                + " its form is wrong, not what it knows; of 0 others retrieval lost the evidence"
                + " (p <.001): training comes before retrieval");
    assertThat(option(advice, PipelineChange.FINE_TUNE).cost().once())
        .isEqualTo("training, at an unknown price, on right answers, of which this arm has 0");
  }

  @Test
  void trainingIsLeftWhereAnotherGeneratorHasTheSameForm() {
    Map<String, Generator> two = new LinkedHashMap<>();
    two.put("small", saying("it opens n%s"));
    two.put("large", saying("surely n%s"));
    ExperimentResult result =
        experiment().fix(RETRIEVER, ranking(1)).vary(GENERATOR, two).build().run(Progress.none());
    Advice advice = result.nextChange("small");
    assertThat(advice.options())
        .extracting(Advice.Option::kind)
        .containsExactly(PipelineChange.FINE_TUNE);
    assertThat(advice.next()).isPresent();
  }
}
