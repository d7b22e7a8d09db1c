package dev.ragwright.eval.gate;

import static dev.ragwright.eval.gate.EvaluationAssertions.assertThat;
import static dev.ragwright.eval.gate.EvaluationAssertions.margin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {

  /** Twelve questions, each about a document of its own name. */
  private static Evaluation evaluation(Set<String> missed, Set<String> failing) {
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    List<Question> questions = new ArrayList<>();
    for (int i = 10; i < 22; i++) {
      questions.add(new Question("q" + i, "q" + i, List.of()));
      grades.put("q" + i, Map.of("q" + i, 1));
    }
    Retriever retriever =
        (request, context) -> {
          String id = request.query().text();
          if (failing.contains(id)) {
            throw new IllegalStateException("index closed");
          }
          String found = missed.contains(id) ? "other" : id;
          return Retrieval.of(List.of(new Hit(Passage.of(found, "text"), 1, "echo")));
        };
    return RetrievalEvaluation.of(
        EvalSet.of("set", questions, Qrels.ofGrades(grades)),
        retriever.named("echo"),
        Ndcg.at(10),
        Recall.at(100));
  }

  private static final Evaluation GOOD = evaluation(Set.of(), Set.of());
  private static final Evaluation WORSE = evaluation(Set.of("q11", "q12", "q20"), Set.of());

  private static MetricScores f1(double... numbers) {
    return new MetricScores(
        "f1",
        IntStream.range(0, numbers.length)
            .<Score>mapToObj(i -> new Score.Scored("q" + i, numbers[i]))
            .toList());
  }

  private static void assertFails(Runnable gate, String message) {
    AssertionError error = catchThrowableOfType(AssertionError.class, gate::run);
    assertThat(error).hasMessage(message);
  }

  @Test
  void passesAndReadsAsASentence() {
    assertThat(GOOD)
        .hasNoFailures()
        .metric("ndcg@10")
        .isAtLeast(0.67)
        .and()
        .isNotWorseThan(Baseline.of(WORSE), margin(0.01))
        .metric("recall@100")
        .isAtLeast(1)
        .isOverAtLeast(12)
        .hasNoFailures()
        .isNotWorseThan(Baseline.of(GOOD), margin(1e-9));
  }

  @Test
  void aMeanBelowItsBound() {
    assertFails(
        () -> assertThat(WORSE).metric("ndcg@10").isAtLeast(0.8),
        "ndcg@10 is 0.7500 (12 scored), expected at least 0.8, which it misses by 0.050");
    assertFails(
        () -> assertThat(f1(0.66999, 0.67)).isAtLeast(0.67),
        "f1 is 0.6700 (2 scored), expected at least 0.67, which it misses by 0.0000050");
    assertFails(
        () -> assertThat(f1()).as("answers of the small model").isAtLeast(0),
        "[answers of the small model] f1 has no mean (0 scored), expected at least 0.0");
  }

  @Test
  void tooFewQuestions() {
    assertFails(
        () -> assertThat(evaluation(Set.of(), Set.of("q10"))).metric("ndcg@10").isOverAtLeast(12),
        "ndcg@10 is 1.0000 (11 scored, 1 failed), expected to be over at least 12");
  }

  @Test
  void failuresAreNamed() {
    Evaluation failing = evaluation(Set.of(), Set.of("q10", "q13"));
    assertFails(
        () -> assertThat(failing).hasNoFailures(),
        """
        echo on set was expected to have no failures, but has 2:
          q10: java.lang.IllegalStateException: index closed
          q13: java.lang.IllegalStateException: index closed""");
    List<Score> many =
        IntStream.range(0, 12)
            .<Score>mapToObj(i -> new Score.Failed("q" + i, new IllegalStateException("no judge")))
            .toList();
    assertThatThrownBy(() -> assertThat(new MetricScores("f1", many)).hasNoFailures())
        .hasMessageStartingWith(
            """
            f1 has no mean (0 scored, 12 failed; the first, q0: no judge), expected to have no failures:
              q0: java.lang.IllegalStateException: no judge
            """)
        .hasMessageEndingWith("no judge\n  and 2 more");
  }

  @Test
  void aMetricThatWasNotMeasured() {
    assertFails(
        () -> assertThat(GOOD).as("search").metric("ndcg"),
        "[search] \"ndcg\" was not measured; ndcg@10, recall@100 were");
    assertFails(() -> assertThat(f1(1)).metric("em"), "\"em\" was not measured; f1 was");
    assertFails(
        () -> assertThat(f1(1)).isNotWorseThan(Baseline.of(GOOD), margin(0.1)),
        "the baseline echo on set has no f1; it has ndcg@10, recall@100");
  }

  @Test
  void worseThanTheBaseline() {
    assertFails(
        () -> assertThat(WORSE).metric("ndcg@10").isNotWorseThan(Baseline.of(GOOD), margin(0.01)),
        """
        ndcg@10 may be worse than the baseline echo on set by more than 0.01:
          difference: -.250 [-.500, +.000], p .250, 12 questions
          its interval begins at -0.5000, expected above -0.01
          now: 0.7500 (12 scored)
          baseline: 1.0000 (12 scored)
          fell most: q11 1.0000 -> 0.0000, q12 1.0000 -> 0.0000, q20 1.0000 -> 0.0000""");
    Baseline before = Baseline.of("small model", List.of(f1(1, 1, 0.9, 0.8, 1, 0.7, 0.6, 0.8)));
    assertFails(
        () ->
            assertThat(f1(0.5, 0.4, 0.5, 0.5, 0.4, 0.5, 0.4, 0.5))
                .isNotWorseThan(before, margin(0.1)),
        """
        f1 is worse than the baseline small model by more than 0.1:
          difference: -.387 [-.500, -.287], p .008, 8 questions
          its interval begins at -0.5000, expected above -0.1
          now: 0.4625 (8 scored)
          baseline: 0.8500 (8 scored)
          fell most: q1 1.0000 -> 0.4000, q4 1.0000 -> 0.4000, q0 1.0000 -> 0.5000, \
        q2 0.9000 -> 0.5000, q3 0.8000 -> 0.5000 and 3 more""");
  }

  /** The same means and cases, but half the level: what was not shown at 95 % is at 50 %. */
  @Test
  void comparesAsTheBaselineSays() {
    Baseline strict = Baseline.of("b", List.of(f1(0.5, 0.6, 0.7, 0.8, 0.5, 0.6, 0.7, 0.8)));
    MetricScores now = f1(0.6, 0.5, 0.8, 0.7, 0.6, 0.5, 0.8, 0.7);
    assertThatThrownBy(() -> assertThat(now).isNotWorseThan(strict, margin(0.05)))
        .hasMessageContaining("+.000 [-.075, +.075]");
    Resampling lenient = Resampling.standard().level(0.5);
    assertThat(now).isNotWorseThan(strict.withResampling(lenient), margin(0.05));
  }

  @Test
  void whatCrashesNowDoesNotPass() {
    assertFails(
        () ->
            assertThat(evaluation(Set.of(), Set.of("q10", "q13")))
                .metric("recall@100")
                .isNotWorseThan(Baseline.of(WORSE), margin(0.5)),
        """
        recall@100 has no score for 2 of the 12 questions that the baseline echo on set has scored:
          q10: failed: java.lang.IllegalStateException: index closed
          q13: failed: java.lang.IllegalStateException: index closed""");
    assertFails(
        () -> assertThat(f1(1)).isNotWorseThan(Baseline.of("b", List.of(f1(1, 1))), margin(0.5)),
        """
        f1 has no score for 1 of the 2 questions that the baseline b has scored:
          q1: not there""");
    assertFails(
        () -> assertThat(f1(1)).isNotWorseThan(Baseline.of("b", List.of(f1())), margin(0.5)),
        "f1 cannot be compared with the baseline b: no question has a score in both; left out: 1"
            + " only here");
    assertThat(f1(1, 0)).isNotWorseThan(Baseline.of("b", List.of(f1(1))), margin(0.5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.01, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAMarginThatIsNone(double width) {
    assertThatThrownBy(() -> margin(width))
        .hasMessage("a margin must be above 0 and finite, was " + width);
  }

  @Test
  void softAssertionsCollectAll() {
    SoftAssertions softly = new SoftAssertions();
    softly.check(() -> assertThat(WORSE).metric("ndcg@10").isAtLeast(0.9));
    softly.check(() -> assertThat(WORSE).metric("map").isAtLeast(0.9));
    softly
        .proxy(MetricAssert.class, MetricScores.class, WORSE.scores("recall@100"))
        .isAtLeast(0.8)
        .isOverAtLeast(13);
    assertThat(
            softly.errorsCollected().stream().map(Throwable::getMessage).map(GateTest::firstLine))
        .containsExactly(
            "ndcg@10 is 0.7500 (12 scored), expected at least 0.9, which it misses by 0.15",
            "\"map\" was not measured; ndcg@10, recall@100 were",
            "recall@100 is 0.7500 (12 scored), expected at least 0.8, which it misses by 0.050",
            "recall@100 is 0.7500 (12 scored), expected to be over at least 13");
  }

  /** AssertJ appends where a soft assertion stood. */
  private static String firstLine(String message) {
    return message.lines().findFirst().orElseThrow();
  }
}
