package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.eval.answer.ClaimMetric;
import dev.ragwright.eval.answer.GeneratorJudge;
import dev.ragwright.eval.answer.Groundedness;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.report.ExperimentReport;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Metrics of a user's, in whatever way they come to be an {@link Evaluator}. */
class OwnMetricTest {
  /** An interface of the user's own, with the answer's text in its middle. */
  private interface TextMetric extends Evaluator<List<String>, String> {
    double value(String answer);

    @Override
    default String name() {
      return getClass().getSimpleName();
    }

    @Override
    default Subject<List<String>, String> looksAt() {
      return Subject.ANSWER;
    }

    @Override
    default Score evaluate(String id, List<String> expected, String actual, CallContext context) {
      return new Score.Scored(id, value(actual));
    }
  }

  private record Length() implements TextMetric {
    @Override
    public double value(String answer) {
      return answer.length();
    }
  }

  /** A base class that leaves open what is looked at. */
  private abstract static class Counting<E, A> implements Evaluator<E, A> {
    private final Subject<E, A> subject;

    Counting(Subject<E, A> subject) {
      this.subject = subject;
    }

    @Override
    public final String name() {
      return "count of " + subject;
    }

    @Override
    public final Subject<E, A> looksAt() {
      return subject;
    }

    abstract int count(A actual);

    @Override
    public final Score evaluate(String id, E expected, A actual, CallContext context) {
      return new Score.Scored(id, count(actual));
    }
  }

  private static final class Citations extends Counting<List<String>, CitedAnswer> {
    Citations() {
      super(CitedAnswer.SUBJECT);
    }

    @Override
    int count(CitedAnswer actual) {
      return actual.sentences().stream().mapToInt(s -> s.citations().size()).sum();
    }
  }

  @Test
  void isMeasuredHoweverItIsWritten() {
    Evaluator<List<String>, String> anonymous =
        new Evaluator<>() {
          @Override
          public String name() {
            return "anonymous";
          }

          @Override
          public Subject<List<String>, String> looksAt() {
            return Subject.ANSWER;
          }

          @Override
          public Score evaluate(
              String id, List<String> expected, String actual, CallContext context) {
            return new Score.Scored(id, expected.contains(actual) ? 1 : 0.5);
          }
        };
    ExperimentResult result =
        Experiment.over(Fixture.set())
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(Factor.RERANKER, new Fixture.NoDecoys())
            .fix(Factor.GENERATOR, new Fixture.Quoting("quoting"))
            .measure(new Length(), anonymous, new Citations())
            .measure(
                Evaluator.of(
                    "words", Subject.ANSWER, (golds, answer) -> answer.split(" ", -1).length),
                Evaluator.of(
                    "found",
                    Subject.RANKING,
                    (judgments, ranking) ->
                        judgments.grade(ranking.documents().getFirst()).orElse(0)),
                Evaluator.of(
                    "read", Subject.CONTEXT, (judgments, context) -> context.evidence().size()),
                Evaluator.of(
                    "throws",
                    Subject.ANSWER,
                    (golds, answer) -> {
                      throw new IllegalStateException("no");
                    }))
            .build()
            .run(Progress.none());
    ArmResult arm = result.arms().getFirst();
    QuestionOutcome first = arm.outcomes().getFirst();
    String answer = Objects.requireNonNull(first.answer());
    int i = 0;
    for (double expected :
        new double[] {
          answer.length(),
          result.questions().getFirst().answers().contains(answer) ? 1 : 0.5,
          first.citations().size(),
          answer.split(" ", -1).length,
          1,
          first.context().size()
        }) {
      MetricResult metric = arm.metrics().get(i++);
      assertThat(metric.score(0))
          .as(metric.metric())
          .isEqualTo(new Score.Scored(first.questionId(), expected));
    }
    assertThat(arm.metrics().get(i).failed()).isEqualTo(result.questions().size());
  }

  /** A metric of which nobody sees why it failed is of no use. */
  @Test
  void whyItFailsIsTold() {
    String told = "failed on 7 of 8 questions, the first q1: no words for q1";
    ExperimentResult result =
        Experiment.over(Fixture.set())
            .fix(Factor.RETRIEVER, Fixture.words())
            .vary(Factor.TOP_K, 1, 2)
            .fix(Factor.GENERATOR, new Fixture.Quoting("quoting"))
            .measure(new OnFirst("some", true), new OnFirst("none", false))
            .build()
            .run(Progress.none());
    String none = "failed on 8 of 8 questions, the first q0: java.lang.IllegalStateException";
    assertThat(result.failureOf("some")).contains(told);
    assertThat(result.toString())
        .endsWith("\ntopK 2  1.000 (1)  -\nsome " + told + "\nnone " + none);
    assertThatThrownBy(() -> result.winners("none"))
        .hasMessage("no arm has a score by \"none\": it " + none);
    assertThat(ExperimentReport.of(result).by("none").markdown())
        .contains("**No arm has a score by none: failed: java.lang.IllegalStateException.**")
        .contains("- some " + told + ".");
    assertThat(ExperimentReport.of(result).html()).contains("<p class=\"notice\">none " + none);
  }

  /**
   * A stage that fails is told of with its arm, and questions without judgments are no failures.
   */
  @Test
  void whatIsNotItsFaultIsNotTold() {
    Evaluator<List<String>, String> length =
        Evaluator.of("length", Subject.ANSWER, (golds, answer) -> answer.length());
    ExperimentResult result =
        Experiment.over(EvalSet.of("bare", Fixture.set().questions().values(), Qrels.of(Map.of())))
            .fix(Factor.RETRIEVER, Fixture.words())
            .fix(
                Factor.GENERATOR,
                (request, context) -> {
                  throw new IllegalStateException("no model");
                })
            .measure(length)
            .measure(Ndcg.at(3))
            .build()
            .run(Progress.none());
    assertThat(result.failureOf("length")).isEmpty();
    assertThat(result.failureOf("ndcg@3")).isEmpty();
    assertThatThrownBy(() -> result.winners("length"))
        .hasMessage("no arm has a score by \"length\": q0: generate: no model");
    assertThatThrownBy(() -> result.winners("ndcg@3"))
        .hasMessage("no arm has a score by \"ndcg@3\": q0: no judgments");
  }

  /** Fails on all questions but perhaps the first. */
  private record OnFirst(String name, boolean scores) implements Evaluator<List<String>, String> {
    @Override
    public Subject<List<String>, String> looksAt() {
      return Subject.ANSWER;
    }

    @Override
    public Score evaluate(String id, List<String> expected, String actual, CallContext context) {
      if (!scores) {
        throw new IllegalStateException();
      }
      if (!id.equals("q0")) {
        throw new IllegalStateException("no words for " + id);
      }
      return new Score.Scored(id, 1);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what code without its checks may pass
  void withoutANameOrAValueThereIsNone() {
    assertThatThrownBy(() -> Evaluator.of(" ", Subject.ANSWER, (golds, answer) -> 1))
        .hasMessage("a metric needs a name, had \" \"");
    assertThatThrownBy(() -> Evaluator.of("x", Subject.ANSWER, null)).hasMessage("value");
    assertThatThrownBy(() -> Evaluator.<String, String>of("x", null, (golds, answer) -> 1))
        .hasMessage("looksAt");
    assertThatThrownBy(() -> Subject.of("")).hasMessage("a subject needs a name, had \"\"");
    assertThatThrownBy(() -> Groundedness.by("", (sentence, passages, context) -> null))
        .hasMessage("a metric needs a name, had \"\"");
    assertThatThrownBy(() -> GeneratorJudge.of(null)).hasMessage("generator");
    assertThatThrownBy(
            () ->
                Experiment.over(Fixture.set()).vary(Factor.RETRIEVER, Map.of("", Fixture.words())))
        .hasMessage("a level of the factor retriever needs a name, had \"\"");
  }

  @Test
  void aSubjectThatAnExperimentDoesNotHaveIsRefused() {
    assertThatThrownBy(
            () ->
                Experiment.over(Fixture.set())
                    .fix(Factor.RETRIEVER, Fixture.words())
                    .measure(ClaimMetric.f1())
                    .build())
        .hasMessage(
            "the metric claim-f1 looks at verdicts on claims; an experiment has a ranking, a"
                + " context, an answer's text and a cited answer to look at");
  }
}
