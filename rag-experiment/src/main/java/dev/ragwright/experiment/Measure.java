package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.generate.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric, by what of a question's way it looks at. */
sealed interface Measure {

  /** Its name in results. */
  String name();

  /** Whether it looks at answers, so that a generator is needed. */
  default boolean needsAnswer() {
    return true;
  }

  /** The score of what an arm made of the question; never throws for what it may be. */
  Score score(Question question, Judgments judgments, Walked walked, CallContext call);

  /** What the score depends on, so that arms which have it in common are scored once. */
  @Nullable Object subject(Walked walked);

  /**
   * The measure of an evaluator.
   *
   * @throws IllegalArgumentException if it looks at something that an experiment does not have
   */
  @SuppressWarnings("unchecked") // a subject has the types of what its evaluators take
  static Measure of(Evaluator<?, ?> evaluator) {
    Subject<?, ?> looksAt = evaluator.looksAt();
    if (looksAt == Subject.RANKING) {
      return new OfRanking((Evaluator<Judgments, Ranking>) evaluator);
    }
    if (looksAt == Subject.CONTEXT) {
      return new OfContext((Evaluator<Judgments, Context>) evaluator);
    }
    if (looksAt == Subject.ANSWER) {
      return new OfText((Evaluator<List<String>, String>) evaluator);
    }
    if (looksAt == CitedAnswer.SUBJECT) {
      return new OfCitedAnswer((Evaluator<List<String>, CitedAnswer>) evaluator);
    }
    throw new IllegalArgumentException(
        "the metric %s looks at %s; an experiment has %s, %s, %s and %s to look at"
            .formatted(
                evaluator.name(),
                looksAt,
                Subject.RANKING,
                Subject.CONTEXT,
                Subject.ANSWER,
                CitedAnswer.SUBJECT));
  }

  /** A metric of the reranked ranking. */
  record OfRanking(Evaluator<Judgments, Ranking> metric) implements Measure {
    @Override
    public String name() {
      return metric.name();
    }

    @Override
    public boolean needsAnswer() {
      return false;
    }

    @Override
    public @Nullable Object subject(Walked walked) {
      return walked.ranking();
    }

    @Override
    public Score score(Question question, Judgments judgments, Walked walked, CallContext call) {
      if (judgments.isEmpty()) {
        return new Score.NotApplicable(question.id(), "no judgments");
      }
      Ranked ranked = walked.ranking();
      if (ranked == null || failedBefore(walked, Steps.CONTEXT)) {
        return failed(question, walked);
      }
      return metric instanceof RankingMetric judged
          ? new Score.Scored(question.id(), judged.value(ranked.judged(judgments)))
          : metric.evaluate(question.id(), judgments, ranked.ranking(), call);
    }
  }

  /** A metric of what the generator reads. */
  record OfContext(Evaluator<Judgments, Context> metric) implements Measure {
    @Override
    public String name() {
      return metric.name();
    }

    @Override
    public boolean needsAnswer() {
      return false;
    }

    @Override
    public @Nullable Object subject(Walked walked) {
      return walked.read();
    }

    @Override
    public Score score(Question question, Judgments judgments, Walked walked, CallContext call) {
      Context read = walked.read();
      if (read == null && walked.outcome().failure() != null) {
        return failed(question, walked);
      }
      return metric.evaluate(
          question.id(),
          judgments,
          read == null ? new Context(List.of(), 0, List.of()) : read,
          call);
    }
  }

  /** A metric of the answer's words against reference answers; no answer has no words. */
  record OfText(Evaluator<List<String>, String> metric) implements Measure {
    @Override
    public String name() {
      return metric.name();
    }

    @Override
    public @Nullable Object subject(Walked walked) {
      return walked.outcome().answer();
    }

    @Override
    public Score score(Question question, Judgments judgments, Walked walked, CallContext call) {
      String answer = walked.outcome().answer();
      return walked.outcome().failure() != null
          ? failed(question, walked)
          : metric.evaluate(question.id(), question.answers(), answer == null ? "" : answer, call);
    }
  }

  /** A metric of the answer beside what it was made from; not applicable without an answer. */
  record OfCitedAnswer(Evaluator<List<String>, CitedAnswer> metric) implements Measure {
    @Override
    public String name() {
      return metric.name();
    }

    /** Equal answers may cite different words, so they are not scored as one. */
    @Override
    public @Nullable Object subject(Walked walked) {
      return null;
    }

    @Override
    public Score score(Question question, Judgments judgments, Walked walked, CallContext call) {
      QuestionOutcome outcome = walked.outcome();
      if (outcome.failure() != null) {
        return failed(question, walked);
      }
      Context read = walked.given();
      if (outcome.answer() == null || read == null) {
        return new Score.NotApplicable(question.id(), "abstained");
      }
      return metric.evaluate(
          question.id(),
          question.answers(),
          CitedAnswer.of(outcome.answer(), outcome.citations(), read),
          call);
    }
  }

  private static boolean failedBefore(Walked walked, String stage) {
    QuestionOutcome.Failure failure = walked.outcome().failure();
    return failure != null && Steps.ALL.indexOf(failure.stage()) < Steps.ALL.indexOf(stage);
  }

  private static Score failed(Question question, Walked walked) {
    QuestionOutcome.Failure failure = walked.outcome().failure();
    String why = failure == null ? "it was not asked" : failure.stage() + ": " + failure.message();
    return new Score.Failed(question.id(), new RagException(why));
  }
}
