package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.eval.answer.ClaimMetric;
import java.util.List;
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
