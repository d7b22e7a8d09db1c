package dev.ragwright.eval.gate;

import dev.ragwright.eval.MetricComparison;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.text.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.WritableAssertionInfo;

/**
 * Assertions on one metric's scores, of which higher ones are better. {@link
 * EvaluationAssert#metric} and {@link EvaluationAssertions#assertThat(MetricScores)} make them.
 */
@SuppressWarnings(
    "exports") // whoever uses it reads AssertJ: see docs/decisions/assertj-is-optional.md
public class MetricAssert extends AbstractAssert<MetricAssert, MetricScores> {
  private static final int FALLS_SHOWN = 5;

  private final List<MetricScores> measured;

  /** Public for AssertJ, which makes soft assertions of it. */
  public MetricAssert(MetricScores actual) {
    this(actual, List.of(actual));
  }

  private MetricAssert(MetricScores actual, List<MetricScores> measured) {
    super(actual, MetricAssert.class);
    this.measured = measured;
  }

  static MetricAssert of(String name, List<MetricScores> measured, WritableAssertionInfo info) {
    MetricScores scores =
        measured.stream()
            .filter(one -> one.metric().equals(name))
            .findFirst()
            .orElse(new MetricScores(name, List.of()));
    MetricAssert made = new MetricAssert(scores, measured);
    made.info.useRepresentation(info.representation());
    made.info.description(info.description());
    made.info.overridingErrorMessage(info.overridingErrorMessage());
    if (!measured.contains(scores)) {
      throw made.failure(
          "\"%s\" was not measured; %s %s",
          name, names(measured), measured.size() == 1 ? "was" : "were");
    }
    return made;
  }

  private static String names(List<MetricScores> metrics) {
    return String.join(", ", metrics.stream().map(MetricScores::metric).toList());
  }

  /** Returns this, so that assertions read as one sentence. */
  public MetricAssert and() {
    return this;
  }

  /**
   * Goes on with another metric of the same evaluation.
   *
   * @throws AssertionError if it was not measured, naming what was
   */
  public MetricAssert metric(String name) {
    return of(name, measured, info);
  }

  /**
   * Passes if the mean over the scored cases is at least {@code bound}. It says nothing of the
   * cases without a score: {@link #isOverAtLeast} and {@link #hasNoFailures} do.
   */
  public MetricAssert isAtLeast(double bound) {
    OptionalDouble mean = actual.mean();
    if (mean.isEmpty() || !(mean.getAsDouble() >= bound)) {
      throw failure(
          "%s, expected at least %s%s",
          found(),
          bound,
          mean.isEmpty() ? "" : ", which it misses by " + twoDigits(bound - mean.getAsDouble()));
    }
    return this;
  }

  /** Passes if at least {@code cases} cases have a score: what the mean is over. */
  public MetricAssert isOverAtLeast(int cases) {
    if (actual.scored() < cases) {
      throw failure("%s, expected to be over at least %d", found(), cases);
    }
    return this;
  }

  /** Passes if every case could be evaluated; what is not applicable is no failure. */
  public MetricAssert hasNoFailures() {
    List<String> failures = new ArrayList<>();
    for (Score score : actual.scores()) {
      if (score instanceof Score.Failed failed) {
        failures.add(failed.caseId() + ": " + failed.cause());
      }
    }
    if (!failures.isEmpty()) {
      List<String> lines = new ArrayList<>();
      lines.add(found() + ", expected to have no failures:");
      lines.addAll(Listing.lines(failures));
      throw failure("%s", String.join("\n", lines));
    }
    return this;
  }

  /**
   * Passes if the scores are shown not to be worse than the baseline's by more than the margin: the
   * paired bootstrap interval of the mean difference, over the cases that both have scored, begins
   * above {@code -margin}. The draws, their seed and the interval's level are the baseline's; at
   * its usual 95 %, a system that is worse by the whole margin passes 2.5 times in 100.
   *
   * <p>So too few or too scattered cases fail, even with a better mean, because they show nothing.
   * A wider margin or more questions help. With fewer than about 20 cases the interval is too
   * narrow.
   *
   * <p>Fails if a case that the baseline has a score for has none now; otherwise a system that
   * crashes would pass. Cases that the baseline does not have are left out.
   */
  public MetricAssert isNotWorseThan(Baseline baseline, Margin margin) {
    MetricScores before =
        baseline.metrics().stream()
            .filter(scores -> scores.metric().equals(actual.metric()))
            .findFirst()
            .orElseThrow(
                () ->
                    failure(
                        "the baseline %s has no %s; it has %s",
                        baseline.name(),
                        actual.metric(),
                        String.join(
                            ", ", baseline.metrics().stream().map(MetricScores::metric).toList())));
    checkNoneIsLost(baseline, before);
    MetricComparison comparison = actual.comparedWith(before, baseline.resampling());
    PairedComparison paired =
        comparison
            .paired()
            .orElseThrow(
                () ->
                    failure(
                        "%s cannot be compared with the baseline %s: %s",
                        actual.metric(), baseline.name(), comparison));
    if (!(paired.interval().low() > -margin.width())) {
      boolean sure = paired.interval().high() < -margin.width();
      throw failure(
          """
          %s %s worse than the baseline %s by more than %s:
            difference: %s
            its interval begins at %s, expected above %s
            now: %s
            baseline: %s
            fell most: %s""",
          actual.metric(),
          sure ? "is" : "may be",
          baseline.name(),
          margin.width(),
          comparison,
          Decimals.fixed(paired.interval().low(), 4),
          -margin.width(),
          actual.summary(),
          before.summary(),
          falls(comparison, before));
    }
    return this;
  }

  private void checkNoneIsLost(Baseline baseline, MetricScores before) {
    Map<String, Score> now = actual.byCase();
    List<String> lost = new ArrayList<>();
    for (Score score : before.scores()) {
      if (score instanceof Score.Scored scored) {
        String id = scored.caseId();
        switch (now.get(id)) {
          case null -> lost.add(id + ": not there");
          case Score.NotApplicable none -> lost.add(id + ": not applicable: " + none.reason());
          case Score.Failed failed -> lost.add(id + ": failed: " + failed.cause());
          case Score.Scored still -> {}
        }
      }
    }
    if (!lost.isEmpty()) {
      List<String> lines = new ArrayList<>();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s has no score for %d of the %d questions that the baseline %s has scored:",
              actual.metric(),
              lost.size(),
              before.scored(),
              baseline.name()));
      lines.addAll(Listing.lines(lost));
      throw failure("%s", String.join("\n", lines));
    }
  }

  /** Ties by id, in which order they come. */
  private String falls(MetricComparison comparison, MetricScores before) {
    Map<String, Score> then = before.byCase();
    Map<String, Score> now = actual.byCase();
    Predicate<Map.Entry<String, Double>> fell = difference -> difference.getValue() < 0;
    List<String> falls =
        comparison.differences().entrySet().stream()
            .filter(fell)
            .sorted(Map.Entry.comparingByValue())
            .limit(FALLS_SHOWN)
            .map(
                difference ->
                    "%s %s -> %s"
                        .formatted(
                            difference.getKey(),
                            number(then, difference.getKey()),
                            number(now, difference.getKey())))
            .toList();
    long more = comparison.differences().entrySet().stream().filter(fell).count() - falls.size();
    return falls.isEmpty()
        ? "none"
        : String.join(", ", falls) + (more == 0 ? "" : " and " + more + " more");
  }

  private static String number(Map<String, Score> scores, String id) {
    return scores.get(id) instanceof Score.Scored scored
        ? Decimals.fixed(scored.number(), 4)
        : "none";
  }

  private String found() {
    return actual.metric() + (actual.mean().isPresent() ? " is " : " has ") + actual.summary();
  }

  /** So that a miss by less than the mean's four digits is seen too. */
  private static String twoDigits(double value) {
    return new BigDecimal(value).round(new MathContext(2)).toPlainString();
  }
}
