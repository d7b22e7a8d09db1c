package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.EvidenceBounds;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.IterativeRetriever;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Saturation;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StopCalibrationTest {
  /** A question is its saturation; it finds "first", and asked again "second". */
  private static final IterativeRetriever LOOP =
      IterativeRetriever.of(
              ((Retriever)
                      (request, context) ->
                          Retrieval.of(
                              List.of(
                                  new Hit(
                                      Passage.of(
                                          request.query().text().startsWith("again")
                                              ? "second"
                                              : "first",
                                          "text"),
                                      1,
                                      "scripted")),
                              Usage.none()))
                  .named("scripted"),
              (question, hops, context) ->
                  Expansion.of(List.of(Query.of("again " + question.text())), Usage.none()))
          .searches(2);

  private static final Saturation SCRIPTED =
      new Saturation() {
        @Override
        public Reading of(Query question, List<Hop> hops, dev.ragwright.call.CallContext context) {
          return new Reading(Double.parseDouble(question.text()), Usage.none());
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("saturation", "scripted");
        }
      };

  private static EvalSet set(Map<Double, Boolean> losesBySaturation) {
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judgments = new HashMap<>();
    losesBySaturation.forEach(
        (saturation, loses) -> {
          String id = "q" + questions.size();
          questions.add(new Question(id, saturation.toString(), List.of()));
          judgments.put(id, Judgments.of(Map.of(loses ? "second" : "first", 1)));
        });
    return EvalSet.of("scripted", questions, Qrels.of(judgments));
  }

  private static Threshold learnt(EvalSet set) {
    return StopCalibration.of(set, LOOP, SCRIPTED).lossAtMost(.1).confidence(.8).threshold();
  }

  /**
   * A question is lost from s on with probability 1 - s, so (1 - t)^2 / 2 of all are by t, and .1
   * is reached at t = 1 - sqrt(.2). 60 of 300 promises may be broken; three standard deviations of
   * that are 21.
   */
  @Test
  void thePromiseIsKeptAsOftenAsItSays() {
    RandomGenerator random = Seeds.random();
    int broken = 0;
    for (int trial = 0; trial < 300; trial++) {
      Map<Double, Boolean> cases = new HashMap<>();
      while (cases.size() < 80) {
        double saturation = random.nextDouble();
        cases.put(saturation, random.nextDouble() < 1 - saturation);
      }
      broken += learnt(set(cases)).value() < 1 - Math.sqrt(.2) ? 1 : 0;
    }
    assertThat(broken).isBetween(10, 81);
  }

  @Test
  void takesTheLowestThatLosesAsFewAsAreAllowed() {
    Map<Double, Boolean> cases = new HashMap<>();
    for (int i = 1; i <= 40; i++) {
      cases.put(i / 100., i == 30 || i == 20 || i == 10);
    }
    // Clopper-Pearson: of 40 cases one loss is within .1 at .8 (.073), two are not (.104).
    Threshold threshold = learnt(set(cases));
    assertThat(threshold.value()).isEqualTo(Math.nextUp(.2));
    assertThat(threshold.source()).isEqualTo("scripted in 2 searches of 10 over scripted, lambda?");
    assertThat(threshold.cases()).isEqualTo(40);
    assertThat(threshold.accepted()).isEqualTo(20);
    StopCalibration calibration = StopCalibration.of(set(cases), LOOP, SCRIPTED);
    assertThat(calibration.oracleSearches()).isEqualTo(43 / 40.);
    assertThat(calibration.allSearches()).isEqualTo(2);
  }

  @Test
  void aSaturationThatSaysNothingNeverStopsEarlyForFree() {
    Map<Double, Boolean> cases = new HashMap<>();
    for (int i = 1; i <= 30; i++) {
      cases.put(.5 + i * 1e-9, true);
    }
    Threshold threshold = learnt(set(cases));
    // One loss of 30 is within .1 at .8 (.097), and a stop of any is one.
    assertThat(threshold.value()).isEqualTo(Math.nextUp(.5 + 29 * 1e-9));
    assertThat(threshold.accepted()).isEqualTo(1);
  }

  @Test
  void aSaturationThatIsAlwaysTheSameNeverStops() {
    for (double same : new double[] {0, Double.MAX_VALUE}) {
      Threshold threshold = learnt(lost(60, same));
      assertThat(threshold.accepted()).isZero();
      assertThat(threshold.value()).isEqualTo(Math.nextUp(same));
    }
  }

  /** Questions that are all lost by an early stop. */
  private static EvalSet lost(int questions, double saturation) {
    List<Question> all = new ArrayList<>();
    Map<String, Judgments> judgments = new HashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, Double.toString(saturation), List.of()));
      judgments.put("q" + i, Judgments.of(Map.of("second", 1)));
    }
    return EvalSet.of("scripted", all, Qrels.of(judgments));
  }

  /** The second query of a round finds nothing new, and what is wanted is found in the next. */
  @Test
  void aRoundWhoseLastSearchBringsNothingIsNotTheLast() {
    IterativeRetriever loop =
        IterativeRetriever.of(
                FIRST_LETTER.named("letters"),
                (question, hops, context) ->
                    Expansion.of(
                        hops.size() == 1
                            ? List.of(question(question, "a"), question(question, "q"))
                            : List.of(question(question, "c")),
                        Usage.none()))
            .searches(4);
    EvalSet set = judged(40, "c");
    Saturation gain = Saturation.gain(Reranker.none().named("as found"));
    StopCalibration calibration = StopCalibration.of(set, loop, gain);
    assertThat(calibration.oracleSearches()).isEqualTo(4);
    Threshold threshold = calibration.lossAtMost(.1).confidence(.9).threshold();
    assertThat(threshold.accepted()).isZero();
    for (Question question : set.questions().values()) {
      assertThat(loop.stoppingAt(gain, threshold).retrieve(question.text(), 10).hits())
          .extracting(hit -> hit.passage().id())
          .contains("c");
    }
  }

  /** A stop is made after a round; so of what its first search found, its others were made too. */
  @Test
  void nothingStopsAmidARound() {
    IterativeRetriever loop =
        IterativeRetriever.of(
                FIRST_LETTER.named("letters"),
                (question, hops, context) ->
                    Expansion.of(
                        List.of(question(question, "a"), question(question, "b")), Usage.none()))
            .searches(3);
    Saturation amid =
        (question, hops, context) -> new Saturation.Reading(hops.size() == 2 ? 1 : 0, Usage.none());
    StopCalibration calibration = StopCalibration.of(judged(40, "a"), loop, amid);
    assertThat(calibration.oracleSearches()).isEqualTo(3);
    Threshold threshold = calibration.lossAtMost(.1).confidence(.9).threshold();
    assertThat(threshold.value()).isEqualTo(Math.nextUp(0.));
    assertThat(threshold.accepted()).isZero();
  }

  /** Finds the passage that is named as the query's first letter. */
  private static final Retriever FIRST_LETTER =
      (request, context) ->
          Retrieval.of(
              List.of(
                  new Hit(
                      Passage.of(request.query().text().substring(0, 1), "text"), 1, "letters")),
              Usage.none());

  private static Query question(Query question, String letter) {
    return Query.of(letter + " " + question.text());
  }

  private static EvalSet judged(int questions, String relevant) {
    List<Question> all = new ArrayList<>();
    Map<String, Judgments> judgments = new HashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "q" + i, List.of()));
      judgments.put("q" + i, Judgments.of(Map.of(relevant, 1)));
    }
    return EvalSet.of("scripted", all, Qrels.of(judgments));
  }

  @Test
  void refusesTooFewQuestions() {
    assertThatThrownBy(() -> learnt(set(Map.of(.5, false, .4, false))))
        .isInstanceOf(NoThresholdException.class)
        .hasMessage(
            "no threshold promises a share of at most 0.1 errors with confidence 0.8 from 2 cases; without any error it takes 16. Judge more questions, allow more errors, or ask for less confidence.");
    assertThatThrownBy(() -> StopCalibration.of(set(Map.of()), LOOP, SCRIPTED))
        .hasMessage("one source of scores is needed, and scripted has hits of []");
    assertThatThrownBy(() -> StopCalibration.of(set(Map.of(.5, true)), LOOP, SCRIPTED).threshold())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theOracleStopsWhereRecallDoesNotRise() {
    Judgments two = Judgments.of(Map.of("first", 1, "second", 2, "never", 1, "not", 0));
    Hop first = hop("first", "not");
    Hop nothing = hop("else");
    Hop second = hop("second");
    assertThat(StopCalibration.recall(List.of(first, nothing, second), two))
        .containsExactly(1 / 3., 1 / 3., 2 / 3.);
    assertThat(StopCalibration.oracle(List.of(first, nothing, second), two)).isEqualTo(3);
    assertThat(StopCalibration.oracle(List.of(first, nothing), two)).isEqualTo(1);
    assertThat(StopCalibration.oracle(List.of(nothing, first, second, nothing), two)).isEqualTo(3);
    Hop beside = new Hop(second.query(), List.of(), second.round());
    assertThat(StopCalibration.oracle(List.of(first, second, beside, nothing), two)).isEqualTo(3);
  }

  private int rounds;

  /** In a round of its own. */
  private Hop hop(String... ids) {
    List<Hit> hits = new ArrayList<>();
    for (String id : ids) {
      hits.add(new Hit(Passage.of(id, id), 1, "scripted"));
    }
    return new Hop(Query.of("q"), hits, rounds++);
  }

  /** The best score is the question's number, from 0 on. */
  private static EvidenceCalibration evidence(int questions, IntPredicate right) {
    List<Question> all = new ArrayList<>();
    Map<String, Judgments> judgments = new HashMap<>();
    for (int i = 0; i < questions; i++) {
      all.add(new Question("q" + i, "" + i, List.of()));
      judgments.put("q" + i, Judgments.of(Map.of(right.test(i) ? "p" : "other", 1)));
    }
    Retriever scored =
        (request, context) ->
            Retrieval.of(
                List.of(
                    new Hit(
                        Passage.of("p", "text"),
                        Double.parseDouble(request.query().text()),
                        "scripted")));
    EvalSet set = EvalSet.of("scripted", all, Qrels.of(judgments));
    return EvidenceCalibration.of(set, scored, Reranker.none(), 5).confidence(.9);
  }

  @Test
  void boundsOfEvidenceAreLearntOnBothSides() {
    EvidenceCalibration half = evidence(200, i -> i >= 100);
    EvidenceBounds bounds = half.errorAtMost(.1).bounds();
    // A tenth more than the sure half would have 20 errors of 120.
    assertThat(bounds.correctFrom()).isBetween(99., 100.);
    assertThat(bounds.incorrectBelow()).isBetween(99., 100.);
    assertThat(bounds.cases()).isEqualTo(200);
    EvidenceBounds never = half.errorAtMost(.001).confidence(.99).bounds();
    assertThat(never.correctFrom()).isEqualTo(1. / 0);
    assertThat(never.incorrectBelow()).isEqualTo(-1. / 0);
  }

  /** Errors need not be fewer where scores are lower. */
  @Test
  void boundsThatWouldCrossBothKeepTheirPromise() {
    // From 400 on 200 of 600 are wrong, below 600 200 of 600 are right; but below 400 half are.
    EvidenceBounds none = evidence(1000, i -> i < 200 || i >= 600).errorAtMost(.42).bounds();
    assertThat(none.correctFrom()).isEqualTo(Math.nextUp(399.));
    assertThat(none.incorrectBelow()).isEqualTo(-1. / 0);
    // Below 700 200 of 700 are right, and from 600 on 100 of 400 wrong. Below 600 a third is right,
    // which .4 allows; .35 with this confidence does not, but below 100 none is.
    EvidenceCalibration both = evidence(1000, i -> (i >= 100 && i < 300) || i >= 700);
    EvidenceBounds meeting = both.errorAtMost(.4).bounds();
    assertThat(meeting.correctFrom()).isEqualTo(Math.nextUp(599.));
    assertThat(meeting.incorrectBelow()).isEqualTo(599);
    EvidenceBounds lower = both.errorAtMost(.35).bounds();
    assertThat(lower.correctFrom()).isEqualTo(Math.nextUp(599.));
    assertThat(lower.incorrectBelow()).isEqualTo(99);
    // All may be called either: it is called correct.
    EvidenceBounds all = evidence(1000, i -> i % 2 == 0).errorAtMost(.6).bounds();
    assertThat(all.correctFrom()).isEqualTo(-1. / 0);
    assertThat(all.incorrectBelow()).isEqualTo(-1. / 0);
  }
}
