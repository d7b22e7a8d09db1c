package dev.ragwright.experiment;

import dev.ragwright.call.PriceTable;
import dev.ragwright.call.Stage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.pipeline.Stages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of an experiment: the questions one after the other, each through all arms. */
final class ExperimentRun {
  private final List<Arm> arms;
  private final List<Question> questions;
  private final Settings settings;
  private final Session session;
  private final StageCalls calls;
  private final boolean generates;
  private final Passages passages = new Passages();
  private final ScoreTable scores;
  private final List<List<QuestionOutcome>> outcomes = new ArrayList<>();
  private final List<@Nullable Wiring> wirings = new ArrayList<>();
  private final List<@Nullable String> broken = new ArrayList<>();
  private final Prober.@Nullable Kit why;

  /**
   * A run that may be one of several of a session.
   *
   * @param generates whether generators are asked
   */
  ExperimentRun(
      List<Arm> arms,
      List<Question> questions,
      Settings settings,
      Session session,
      boolean generates) {
    this.arms = arms;
    this.questions = questions;
    this.settings = settings;
    this.session = session;
    this.calls = session.calls();
    this.generates = generates;
    this.scores = new ScoreTable(settings.measures(), arms.size(), questions.size());
    this.why = settings.why() == null ? null : Prober.Kit.of(settings.why(), questions, settings);
  }

  ExperimentResult run(Progress progress) {
    Instant start = Instant.now();
    arms.forEach(this::describe);
    int asked = 0;
    String stopped = null;
    try {
      for (Question question : questions) {
        ask(question, asked, progress);
        asked++;
      }
    } catch (Allowance.SpentException e) {
      stopped = e.getMessage();
      if (asked == 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s before the first of %d questions was through all %d arms; raise the budget or take fewer arms",
                stopped,
                questions.size(),
                arms.size()));
      }
    }
    return result(start, asked, stopped);
  }

  /** An arm that cannot say what it is has failed, such as one whose index is closed. */
  private void describe(Arm arm) {
    outcomes.add(new ArrayList<>());
    Wiring described = null;
    String failure = null;
    try {
      described = Wiring.of(arm.stages());
      for (Stage stage : arm.asked()) {
        String identity = session.identities().of(stage);
        session.store().describe(identity, session.identities().description(identity).toString());
      }
    } catch (Identities.OpaqueException e) {
      throw new IllegalArgumentException("arm \"%s\": %s".formatted(arm.name(), e.getMessage()), e);
    } catch (RuntimeException e) {
      failure = String.valueOf(e.getMessage());
    }
    wirings.add(described);
    broken.add(failure);
  }

  private void ask(Question question, int place, Progress progress) {
    calls.nextQuestion();
    scores.nextQuestion();
    Judgments judgments = settings.set().qrels().judgments(question.id());
    Asking asking =
        new Asking(
            new Asking.Setting(
                calls,
                session.identities(),
                passages,
                session.pricing(),
                settings.depth(),
                settings.repeat(),
                settings.reads(),
                session.context()),
            question);
    List<Walked> walked = new ArrayList<>();
    for (int a = 0; a < arms.size(); a++) {
      String cannot = broken.get(a);
      Stages stages = arms.get(a).stages(question);
      Walked way =
          cannot == null
              ? asking.walk(stages, generates)
              : Walked.broken(stages.depth(), question.id(), cannot);
      scores.score(a, place, question, judgments, way, session.context());
      walked.add(way);
      progress.show(state(place * arms.size() + a + 1));
    }
    List<QuestionOutcome> all = new ArrayList<>();
    for (int a = 0; a < arms.size(); a++) {
      QuestionOutcome outcome = walked.get(a).outcome();
      all.add(
          why == null || !scores.below(why.why().right(), a, why.measure(), place)
              ? outcome
              : outcome.with(
                  Prober.of(why, asking, arms.get(a).stages(question), judgments, walked.get(a))));
    }
    for (int a = 0; a < arms.size(); a++) {
      outcomes.get(a).add(all.get(a));
    }
  }

  private Progress.State state(int done) {
    int total = questions.size() * arms.size();
    Duration elapsed = calls.elapsed();
    return new Progress.State(
        done,
        total,
        calls.made(),
        calls.replayed(),
        elapsed,
        Optional.of(elapsed.multipliedBy(total - done).dividedBy(done)));
  }

  private ExperimentResult result(Instant start, int asked, @Nullable String stopped) {
    List<Question> done = questions.subList(0, asked);
    List<List<MetricResult>> metrics = scores.results(done, settings.resampling());
    List<ArmResult> results = new ArrayList<>();
    for (int a = 0; a < arms.size(); a++) {
      Arm arm = arms.get(a);
      results.add(
          new ArmResult(
              arm.name(),
              arm.levels(),
              told(a),
              arm.stages().topK(),
              wirings.get(a),
              failure(outcomes.get(a)),
              metrics.get(a),
              outcomes.get(a)));
    }
    Map<String, Judgments> judged = new LinkedHashMap<>();
    for (Question question : done) {
      Judgments known = settings.set().qrels().judgments(question.id());
      if (!known.isEmpty()) {
        judged.put(question.id(), known);
      }
    }
    ExperimentResult.Header header =
        new ExperimentResult.Header(
            settings.set().name(),
            settings.factors(),
            told(),
            calls.madeByStage(),
            calls.replayedByStage(),
            start,
            Instant.now(),
            stopped);
    Map<String, Passage> found = passages.all();
    return new ExperimentResult(header, done, Qrels.of(judged), results, found);
  }

  /** The first failure of an arm that has nothing else. */
  private static @Nullable String failure(List<QuestionOutcome> outcomes) {
    for (QuestionOutcome outcome : outcomes) {
      if (outcome.failure() == null) {
        return null;
      }
    }
    QuestionOutcome.Failure first = outcomes.getFirst().failure();
    return first == null ? null : first.stage() + ": " + first.message();
  }

  private Map<String, String> told(int a) {
    Wiring wiring = wirings.get(a);
    return wiring == null ? Map.of() : arms.get(a).told(wiring, settings.lessons());
  }

  private Map<String, String> told() {
    Map<String, String> told = new LinkedHashMap<>();
    Map<String, String> first = told(0);
    for (String factor : settings.fixed()) {
      told.put("fixed." + factor, first.getOrDefault(factor, "?"));
    }
    told.put("retrievalDepth", String.valueOf(settings.depth()));
    told.put("repeat", String.valueOf(settings.repeat()));
    told.put("seed", String.valueOf(settings.resampling().seed()));
    told.put("resamples", String.valueOf(settings.resampling().resamples()));
    told.put("level", String.valueOf(settings.resampling().level()));
    told.putAll(settings.lessons().told());
    Explanation explanation = settings.why();
    if (explanation != null) {
      told.put(Explanation.METRIC, explanation.metric());
      told.put(Explanation.RIGHT, String.valueOf(explanation.right()));
    }
    PriceTable prices = settings.prices();
    if (prices != null) {
      told.put("prices", prices.date() + ", " + prices.currency());
      told.put("cpuPriced", String.valueOf(prices.ofCpu(Duration.ZERO).isKnown()));
    }
    return Collections.unmodifiableMap(told);
  }
}
