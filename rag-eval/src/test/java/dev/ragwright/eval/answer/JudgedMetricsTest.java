package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgedMetricsTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();
  private static final Entailment SAYS =
      (premise, hypothesis, context) -> premise.contains(hypothesis);

  private static CitedAnswer answer(String text, String... passages) {
    return CitedAnswer.bracketed(text, List.of(passages));
  }

  @Test
  void aJudgeThatFailsInThreeOfAHundredCasesLeaves97ScoredAnd3Listed() {
    Entailment judge =
        (premise, hypothesis, context) -> {
          if (hypothesis.matches("Claim (?:7|50|99)\\.")) {
            throw new IllegalStateException("no verdict on " + hypothesis);
          }
          return !hypothesis.equals("Claim 1.");
        };
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      scores.add(
          CitationQuality.by(judge)
              .recall()
              .evaluate("q" + i, "", answer("Claim " + i + " [1].", "text"), UNBOUNDED));
    }
    MetricScores all = new MetricScores("citation-recall", scores);
    assertThat(all.scored()).isEqualTo(97);
    assertThat(all.failed()).isEqualTo(3);
    assertThat(all.notApplicable()).isZero();
    assertThat(all.mean().orElseThrow()).isCloseTo(96 / 97.0, within(1e-15));
    assertThat(scores)
        .filteredOn(Score.Failed.class::isInstance)
        .extracting(score -> score.caseId() + ": " + ((Score.Failed) score).cause().getMessage())
        .containsExactly(
            "q7: no verdict on Claim 7.",
            "q50: no verdict on Claim 50.",
            "q99: no verdict on Claim 99.");
  }

  @Test
  void aStoppedCallIsNoFailedCase() {
    CallContext context = CallContext.unbounded();
    Entailment stopping =
        (premise, hypothesis, call) -> {
          context.cancel();
          throw new IllegalStateException("interrupted");
        };
    assertThatThrownBy(
            () ->
                CitationQuality.by(stopping)
                    .recall()
                    .evaluate("q", "", answer("A [1].", "A"), context))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void anAnswerWithoutASentenceIsPassedOver() {
    assertThat(CitationQuality.by(SAYS).recall().evaluate("q", "", answer("", "x"), UNBOUNDED))
        .isEqualTo(new Score.NotApplicable("q", "the answer has no sentence"));
    assertThat(Groundedness.lexical().evaluate("q", "", answer(" ", "x"), UNBOUNDED))
        .isEqualTo(new Score.NotApplicable("q", "the answer has nothing to support"));
  }

  @Test
  void markersAreReadAsAlceReadsThem() {
    assertThat(
            answer("One [1][2]. Two [3, 4]. Three.[12345678901] Dr. No of the U.S. Army [0].\nFive")
                .sentences())
        .containsExactly(
            new CitedAnswer.Sentence("One.", List.of(0, 1)),
            new CitedAnswer.Sentence("Two, 4.", List.of(2)),
            new CitedAnswer.Sentence("Three.", List.of(Integer.MAX_VALUE)),
            new CitedAnswer.Sentence("Dr. No of the U.S. Army.", List.of(-1)),
            new CitedAnswer.Sentence("Five", List.of()));
    assertThat(CitedAnswer.firstLine("\n One [1].\nTwo.", List.of("p")).sentences())
        .containsExactly(new CitedAnswer.Sentence("One.", List.of(0)));
  }

  @Test
  void markersAfterAFullStopBelongToTheSentenceBefore() {
    assertThat(answer("It rains. [1] It pours.[2][3] Yes.").sentences())
        .extracting(CitedAnswer.Sentence::citations)
        .containsExactly(List.of(0), List.of(1, 2), List.of());
  }

  @Test
  void onlyTheFirstThreeCitationsAreRead() {
    CitedAnswer answer = answer("A [1][1][1][2].", "x", "A.");
    assertThat(CitationQuality.by(SAYS).count(answer, UNBOUNDED))
        .isEqualTo(new CitationQuality.Counts(1, 0, 3, 0));
    assertThat(CitationQuality.by(SAYS).citationsPerSentence(4).count(answer, UNBOUNDED))
        .isEqualTo(new CitationQuality.Counts(1, 1, 4, 1));
  }

  @Test
  void aPipelinesAnswerCitesTheEvidenceItRead() {
    Passage guide = Passage.of("guide", "Keys rotate. Tokens expire.");
    Passage other = Passage.of("other", "Nothing here.");
    Passage part =
        new Passage("part", "guide", 13, 27, "Tokens expire.", List.of(), guide.metadata());
    Context context =
        new Context(
            List.of(Evidence.of(other, 2), new Evidence(guide, 1, List.of(guide, part))),
            9,
            List.of());
    Passage gone = Passage.of("gone", "Nobody knows.");
    CitedAnswer answer =
        CitedAnswer.of(
            "Tokens expire. Keys rotate. Nobody knows.",
            List.of(
                Citation.of(part, 13, 27, 0, 14),
                Citation.of(guide, 0, 12, 15, 27),
                Citation.of(gone, 0, 13, 28, 41)),
            context);
    assertThat(answer.passages())
        .containsExactly("Nothing here.", "Keys rotate. Tokens expire.", "Nobody knows.");
    assertThat(answer.sentences())
        .extracting(CitedAnswer.Sentence::citations)
        .containsExactly(List.of(1), List.of(1), List.of(2));
    assertThat(Groundedness.lexical().evaluate("q", "", answer, UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 1));
  }

  @Test
  void aCitationWithoutAQuoteCitesItsEvidence() {
    Evidence second = Evidence.of(Passage.of("guide", "Keys rotate. Tokens expire."), 1);
    Context context =
        new Context(
            List.of(Evidence.of(Passage.of("other", "Nothing here."), 2), second), 9, List.of());
    CitedAnswer answer = CitedAnswer.of("So it is.", List.of(second.cite(0, 9)), context);
    assertThat(answer.sentences())
        .extracting(CitedAnswer.Sentence::citations)
        .containsExactly(List.of(1));
    assertThat(answer.passages()).hasSize(2);
  }

  @Test
  void lexicalGroundednessHoldsASentenceAgainstWhatItCites() {
    CitedAnswer answer =
        answer(
            "The keys are rotated [1]. Tokens expire [1]. Tokens expired. Tokens expire [9].",
            "A key rotates daily.",
            "The token's expiry: tokens expire.");
    assertThat(Groundedness.lexical().sentences(answer, UNBOUNDED))
        .extracting(Groundedness.Sentence::support)
        .containsExactly(1.0, 0.0, 1.0, 0.0);
    assertThat(Groundedness.lexical().evaluate("q", "", answer, UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0.5));
  }

  @Test
  void stopWordsCountWhereThereAreNoOthers() {
    assertThat(
            Groundedness.lexical().evaluate("q", "", answer("No.", "No, they are not."), UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 1));
    assertThat(Groundedness.lexical().evaluate("q", "", answer("No."), UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0));
  }

  @Test
  void groundednessTakesOtherJudges() {
    CitedAnswer answer = answer("A [1]. B [1]. C.", "A. C.", "B.");
    assertThat(Groundedness.entailed("nli", SAYS).evaluate("q", "", answer, UNBOUNDED).value())
        .hasValueCloseTo(2 / 3.0, within(1e-15));
    assertThat(Groundedness.probability("nli", SAYS).evaluate("q", "", answer, UNBOUNDED).value())
        .as("who only says yes or no is sure")
        .hasValueCloseTo(2 / 3.0, within(1e-15));
    assertThat(
            Groundedness.probability("nli", new Likely(0.25))
                .evaluate("q", "", answer, UNBOUNDED)
                .value())
        .hasValueCloseTo(0.25, within(1e-15));
    Groundedness failing =
        Groundedness.by(
            "broken",
            (sentence, passages, context) -> {
              throw new IllegalStateException("no model");
            });
    assertThat(failing.evaluate("q", "", answer, UNBOUNDED)).isInstanceOf(Score.Failed.class);
    assertThatThrownBy(() -> Groundedness.Weighted.evenly(Double.NaN))
        .hasMessage("support must be from 0 to 1 and weight finite and >= 0, were NaN and 1.0");
  }

  @Test
  void claimsOfAnAnswerAreCheckedAgainstEachPassageAlone() {
    ClaimChecker checker = ClaimChecker.of(ClaimChecker.Extractor.sentences(), SAYS);
    Map<String, Score> scores =
        checker.scores(
            "q",
            "It rains. It pours.",
            "It rains. It snows.",
            List.of("It snows.", "It pours."),
            UNBOUNDED);
    assertThat(scores.keySet())
        .containsExactlyElementsOf(ClaimMetric.all().stream().map(ClaimMetric::name).toList());
    assertThat(scores)
        .containsEntry("claim-precision", new Score.Scored("q", 0.5))
        .containsEntry("claim-recall", new Score.Scored("q", 0.5))
        .containsEntry("retrieved-claim-recall", new Score.Scored("q", 0.5))
        .containsEntry("context-precision", new Score.Scored("q", 0.5))
        .containsEntry("context-utilization", new Score.Scored("q", 0))
        .containsEntry("noise-sensitivity-relevant", new Score.Scored("q", 0))
        .containsEntry("noise-sensitivity-irrelevant", new Score.Scored("q", 0.5))
        .containsEntry("hallucination", new Score.Scored("q", 0))
        .containsEntry("self-knowledge", new Score.Scored("q", 0.5))
        .containsEntry("claim-faithfulness", new Score.Scored("q", 0.5));
  }

  @Test
  void anAnswerWithoutClaimsIsNeitherFaithfulNorNot() {
    ClaimVerdicts verdicts =
        new ClaimVerdicts(List.of(), List.of(false), List.of(List.of(true)), List.of(List.of()));
    assertThat(ClaimMetric.faithfulness().evaluate("q", "", verdicts, UNBOUNDED))
        .isEqualTo(new Score.NotApplicable("q", "the answer makes no claim"));
    assertThat(ClaimMetric.recall().evaluate("q", "", verdicts, UNBOUNDED))
        .isEqualTo(new Score.Scored("q", 0));
    assertThatThrownBy(
            () ->
                new ClaimVerdicts(List.of(true), List.of(), List.of(List.of()), List.of(List.of())))
        .hasMessage("the answer has 1 claims, but a passage was held against 0");
  }

  @Test
  void aFailingCheckFailsAllOfItsMetrics() {
    ClaimChecker checker =
        ClaimChecker.of(
            (text, context) -> {
              throw new IllegalStateException("no claims today");
            },
            SAYS);
    assertThat(checker.scores("q", "r", "a", List.of(), UNBOUNDED).values())
        .hasSize(11)
        .allMatch(Score.Failed.class::isInstance);
  }

  private record Likely(double value) implements Entailment {
    @Override
    public boolean entails(String premise, String hypothesis, CallContext context) {
      return value > 0.5;
    }

    @Override
    public double probability(String premise, String hypothesis, CallContext context) {
      return value;
    }
  }
}
