package dev.ragwright.experiment;

import dev.ragwright.eval.Score;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why a metric has no scores, for people. */
final class MetricFailures {
  private MetricFailures() {}

  /** How many questions the metric itself failed on, in whatever arms, and what happened first. */
  static Optional<String> tell(List<ArmResult> arms, String metric) {
    int questions = arms.getFirst().outcomes().size();
    int failed = 0;
    String first = "";
    for (int question = 0; question < questions; question++) {
      Optional<Score.Failed> failure = ofQuestion(arms, metric, question);
      if (failure.isPresent()) {
        failed++;
        first =
            first.isEmpty()
                ? "%s: %s".formatted(failure.get().caseId(), failure.get().reason())
                : first;
      }
    }
    return failed == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "failed on %d of %d questions, the first %s",
                failed,
                questions,
                first));
  }

  /** The failure in the first arm in which no stage failed before it. */
  private static Optional<Score.Failed> ofQuestion(
      List<ArmResult> arms, String metric, int question) {
    for (ArmResult arm : arms) {
      if (arm.metric(metric).score(question) instanceof Score.Failed failed
          && arm.outcomes().get(question).failure() == null) {
        return Optional.of(failed);
      }
    }
    return Optional.empty();
  }

  /** Of a metric by which no arm has a score. */
  static String whyNone(List<ArmResult> arms, String metric) {
    return tell(arms, metric)
        .map(failure -> "it " + failure)
        .orElseGet(
            () ->
                switch (arms.getFirst().metric(metric).score(0)) {
                  case Score.Failed failed -> failed.caseId() + ": " + failed.reason();
                  case Score.NotApplicable none -> none.caseId() + ": " + none.reason();
                  case Score.Scored scored -> throw new IllegalStateException(scored.caseId());
                });
  }
}
