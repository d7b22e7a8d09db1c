package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.ranking.AveragePrecision;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Precision;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalEvaluationTest {
  @TempDir Path folder;

  /** Question i is about document i, which the echo finds. */
  private static EvalSet set(int questions) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "d" + i, List.of()));
      judgments.put("q" + i, Judgments.of(Map.of("d" + i, 1)));
    }
    return EvalSet.of("set", all, Qrels.of(judgments));
  }

  private static final Retriever ECHO =
      (request, context) ->
          Retrieval.of(List.of(new Hit(Passage.of(request.query().text(), "text"), 1, "echo")));

  @Test
  void scoresARetriever() {
    Evaluation evaluation =
        RetrievalEvaluation.of(set(12), ECHO.named("echo"), Ndcg.at(10), Precision.at(10));
    assertThat(evaluation.mean("ndcg@10")).hasValue(1);
    assertThat(evaluation.mean("p@10")).hasValue(1.2 / 12);
    assertThat(evaluation.scores("p@10").scores().get(2)).isEqualTo(new Score.Scored("q10", 0.1));
    assertThat(evaluation.run().tag()).isEqualTo("ragwright-echo");
    assertThat(evaluation)
        .hasToString(
            """
            echo on set
              ndcg@10  1.0000 (12 scored)
              p@10     0.1000 (12 scored)""");
    assertThatThrownBy(() -> evaluation.mean("map"))
        .hasMessage("\"map\" was not measured; ndcg@10, p@10 were");
  }

  @Test
  void whatFailsIsListedAndNotAveraged() {
    Retriever failing =
        (request, context) -> {
          if (List.of("d3", "d50", "d99").contains(request.query().text())) {
            throw new IllegalStateException("index closed");
          }
          return ECHO.retrieve(request, context);
        };
    Evaluation evaluation = RetrievalEvaluation.of(set(100), failing.named("f"), Ndcg.at(10));
    MetricScores scores = evaluation.scores("ndcg@10");
    assertThat(scores.scored()).isEqualTo(97);
    assertThat(scores.failed()).isEqualTo(3);
    assertThat(scores.mean()).hasValue(1);
    assertThat(evaluation.failures().keySet()).containsExactly("q3", "q50", "q99");
    assertThat(evaluation)
        .hasToString(
            """
            f on set
              ndcg@10  1.0000 (97 scored, 3 failed)
              failed: q3: java.lang.IllegalStateException: index closed
              failed: q50: java.lang.IllegalStateException: index closed
              failed: q99: java.lang.IllegalStateException: index closed""");
    assertThat(evaluation.run().rankings()).hasSize(97);
  }

  @Test
  void aScoreThatIsNotFiniteIsAFailure() {
    Retriever infinite =
        (request, context) ->
            Retrieval.of(
                List.of(new Hit(Passage.of("d", "t"), Double.POSITIVE_INFINITY, "infinite")));
    Evaluation evaluation = RetrievalEvaluation.of(set(2), infinite, Ndcg.at(10));
    assertThat(evaluation.scores("ndcg@10").summary())
        .isEqualTo(
            "no mean (0 scored, 2 failed; the first, q0: the score of document d is Infinity, not"
                + " a finite number)");
    assertThat(evaluation.failures().get("q0"))
        .hasMessage("the score of document d is Infinity, not a finite number");
  }

  @Test
  void questionsWithoutJudgmentsAreNotAsked() {
    EvalSet some =
        EvalSet.of(
            "some",
            List.of(new Question("q", "d", List.of()), new Question("other", "", List.of("x"))),
            Qrels.ofGrades(Map.of("q", Map.of("d", 1))));
    Evaluation evaluation = RetrievalEvaluation.of(some, ECHO, Ndcg.at(1));
    assertThat(evaluation.scores("ndcg@1").scores())
        .containsExactly(
            new Score.NotApplicable("other", "no judgments"), new Score.Scored("q", 1));
    assertThat(evaluation.scores("ndcg@1").summary())
        .isEqualTo("1.0000 (1 scored, 1 not applicable)");
  }

  @Test
  void asksAsDeepAsTheMetricsLook() {
    List<Integer> asked = new ArrayList<>();
    Retriever noting =
        (request, context) -> {
          asked.add(request.topK());
          return Retrieval.of(List.of());
        };
    RetrievalEvaluation.of(set(1), noting, Ndcg.at(10));
    RetrievalEvaluation.of(set(1), noting, Ndcg.at(10), Recall.at(1000));
    assertThat(asked).containsExactly(100, 1000);
    assertThatThrownBy(
            () ->
                RetrievalEvaluation.of(
                    set(1), noting, 50, List.of(Recall.at(100)), CallContext.unbounded()))
        .hasMessage("recall@100 looks at 100 ranks, but the depth is 50; ask for a greater depth");
  }

  @Test
  void stopsWhenItsCallIsCancelled() {
    CallContext context = CallContext.unbounded();
    Retriever cancelling =
        (request, same) -> {
          context.cancel();
          throw new IllegalStateException("interrupted");
        };
    assertThatThrownBy(
            () -> RetrievalEvaluation.of(set(2), cancelling, 10, List.of(Ndcg.at(10)), context))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void writesARunThatScoresTheSame() {
    Evaluation evaluation = RetrievalEvaluation.of(set(12), ECHO.named("echo"), Ndcg.at(10));
    evaluation.writeRun(folder.resolve("run"));
    Evaluation again =
        RunEvaluation.of(set(12).qrels(), Run.read(folder.resolve("run")), Ndcg.at(10));
    assertThat(again.metrics()).isEqualTo(evaluation.metrics());
    assertThat(again.subject()).hasToString("ragwright-echo");
  }

  @Test
  void refusesWhatCannotBeEvaluated() {
    assertThatThrownBy(() -> RetrievalEvaluation.of(set(0), ECHO, Ndcg.at(1)))
        .hasMessage("set has no judgments");
    assertThatThrownBy(() -> RetrievalEvaluation.of(set(1), ECHO)).hasMessage("no metric is given");
    assertThatThrownBy(() -> RetrievalEvaluation.of(set(1), ECHO, Ndcg.at(1), Ndcg.at(1)))
        .hasMessage("the metric ndcg@1 is given twice");
    EvalSet silent =
        EvalSet.of(
            "silent",
            List.of(new Question("q", " ", List.of())),
            Qrels.ofGrades(Map.of("q", Map.of("d", 1))));
    assertThatThrownBy(() -> RetrievalEvaluation.of(silent, ECHO, Ndcg.at(1)))
        .hasMessage("question \"q\" of silent has no text to search with");
  }

  @Test
  void queriesOnOneSideAreInNoMeanUnlessCompleteIsAskedFor() {
    Qrels qrels = Qrels.ofGrades(Map.of("a", Map.of("d", 1), "b", Map.of("d", 1)));
    Run run =
        Run.of("run", Map.of("a", Ranking.of(Map.of("d", 1.0)), "z", Ranking.of(Map.of("d", 1.0))));
    Evaluation some = RunEvaluation.of(qrels, run, Ndcg.at(10));
    assertThat(some.scores("ndcg@10").scores())
        .containsExactly(
            new Score.Scored("a", 1),
            new Score.NotApplicable("b", "not in the run"),
            new Score.NotApplicable("z", "no judgments"));
    assertThat(some.mean("ndcg@10")).hasValue(1);
    Evaluation complete = RunEvaluation.of(qrels, run, List.of(Ndcg.at(10)), true);
    assertThat(complete.mean("ndcg@10")).hasValue(0.5);
    assertThat(complete)
        .hasToString("run on 2 judged queries\n  ndcg@10  0.5000 (2 scored, 1 not applicable)");
  }

  /**
   * The values are those of pytrec_eval-terrier 0.5.11 for what BEIR 2.2 hands it: the rankings
   * without the query's own id, the judgments as they are, and a ranking that is empty then.
   */
  @Test
  void leavesOutADocumentWithTheQuerysIdWhereAskedTo() {
    Qrels qrels =
        Qrels.ofGrades(
            Map.of("a", Map.of("d", 1, "a", 2), "b", Map.of("b", 1), "c", Map.of("x", 1)));
    Run run =
        Run.of(
            "run",
            Map.of(
                "a", Ranking.of(Map.of("a", 9.0, "d", 1.0)),
                "b", Ranking.of(Map.of("b", 1.0)),
                "c", Ranking.of(Map.of("x", 1.0, "c", 2.0))));
    List<RankingMetric> metrics = List.of(Ndcg.at(10), AveragePrecision.uncut(), Recall.at(100));
    Evaluation all = RunEvaluation.of(qrels, run, metrics, false, false);
    assertThat(all.metrics()).isEqualTo(RunEvaluation.of(qrels, run, metrics, false).metrics());
    assertThat(values(all, "ndcg@10")).containsExactly(1.0, 1.0, 0.6309297535714575);
    Evaluation some = RunEvaluation.of(qrels, run, metrics, false, true);
    assertThat(values(some, "ndcg@10")).containsExactly(0.38009376671593426, 0.0, 1.0);
    assertThat(values(some, "map")).containsExactly(0.5, 0.0, 1.0);
    assertThat(values(some, "recall@100")).containsExactly(0.5, 0.0, 1.0);
    assertThat(some.set()).isEqualTo("3 judged queries, identical ids ignored");
    assertThat(some.run().rankings().get("a")).hasToString("[d]");
    assertThat(run.rankings().get("a")).hasToString("[a, d]");
  }

  private static List<Double> values(Evaluation evaluation, String metric) {
    return evaluation.scores(metric).scores().stream()
        .map(score -> score.value().orElseThrow())
        .toList();
  }

  @Test
  void asksForOnePassageMoreWhereTheQuestionsOwnIsLeftOut() {
    List<Question> questions =
        List.of(new Question("d0", "t", List.of()), new Question("z", "t", List.of()));
    EvalSet set =
        EvalSet.of(
            "quora",
            questions,
            Qrels.ofGrades(Map.of("d0", Map.of("d3", 1), "z", Map.of("d3", 1))));
    Retriever counting =
        (request, context) ->
            Retrieval.of(
                IntStream.range(0, request.topK())
                    .mapToObj(i -> new Hit(Passage.of("d" + i, "text"), 10 - i, "count"))
                    .toList());
    Evaluation evaluation =
        RetrievalEvaluation.of(
            set, counting.named("count"), 3, List.of(Recall.at(3)), true, CallContext.unbounded());
    assertThat(evaluation.run().rankings().get("d0")).hasToString("[d1, d2, d3]");
    assertThat(evaluation.run().rankings().get("z")).hasToString("[d0, d1, d2]");
    assertThat(evaluation)
        .hasToString("count on quora, identical ids ignored\n  recall@3  0.5000 (2 scored)");
  }

  @Test
  void refusesARunOfAnotherCollection() {
    Qrels qrels = Qrels.ofGrades(Map.of("1", Map.of("doc-1", 1)));
    Run otherQueries = Run.of("r", Map.of("q1", Ranking.of(Map.of("doc-1", 1.0))));
    assertThatThrownBy(() -> RunEvaluation.of(qrels, otherQueries, Ndcg.at(10)))
        .hasMessage(
            "the run and the judgments have no query in common: \"q1\" in the run, \"1\" in the"
                + " judgments");
    Map<String, Double> hundred = new LinkedHashMap<>();
    IntStream.range(0, 100).forEach(i -> hundred.put("d" + i, 100.0 - i));
    Run otherDocuments = Run.of("r", Map.of("1", Ranking.of(hundred)));
    assertThatThrownBy(() -> RunEvaluation.of(qrels, otherDocuments, Ndcg.at(10)))
        .hasMessage(
            "none of the run's 100 documents is in the judgments: \"d0\" in the run, \"doc-1\" in the"
                + " judgments");
    Run few = Run.of("r", Map.of("1", Ranking.of(Map.of("d1", 1.0))));
    assertThat(RunEvaluation.of(qrels, few, Ndcg.at(10)).mean("ndcg@10")).hasValue(0);
  }

  @Test
  void aMetricThatThrowsFailsItsCaseOnly() {
    RankingMetric broken =
        new RankingMetric() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public double value(JudgedRanking ranking) {
            throw new IllegalStateException("no value");
          }
        };
    Evaluation evaluation = RetrievalEvaluation.of(set(2), ECHO, broken, Ndcg.at(1));
    assertThat(evaluation.scores("broken").failed()).isEqualTo(2);
    assertThat(evaluation.mean("ndcg@1")).hasValue(1);
  }
}
