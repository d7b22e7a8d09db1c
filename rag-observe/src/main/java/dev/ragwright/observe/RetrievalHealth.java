package dev.ragwright.observe;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.eval.stats.Holm;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.observe.HealthReport.Check;
import dev.ragwright.observe.HealthReport.Status;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.text.Decimals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether retrieval still does what it did when its questions were frozen:
 *
 * <ul>
 *   <li><b>stage</b>: it is the same retriever, with the same models and settings
 *   <li><b>canaries</b>: its embedder gives the vectors that it gave
 *   <li><b>failures</b>: every frozen question is searched for without an error
 *   <li><b>recall@k</b>: the relevant documents are still found
 *   <li><b>unjudged@k</b>: the best documents are still ones that somebody judged; where they are
 *       not, recall says less
 *   <li><b>scores</b>: live questions score as they did (with a {@link ScoreWindow})
 * </ul>
 *
 * <p>The first three are exact. The others are one-sided paired sign-flip tests and a permutation
 * test, corrected by Holm's method, so that a check of a retriever that has not changed raises a
 * false alarm with at most the {@linkplain #falseAlarmRate rate} given.
 *
 * <p>Immutable and safe to share, if the consumer of alarms is. A check asks every frozen question.
 */
public final class RetrievalHealth {
  private static final double DEFAULT_RATE = 0.01;
  private static final double LEAST_COSINE = 0.999; // int8 vectors move by less between processors

  private final Retriever retriever;
  private final FrozenQuestions frozen;
  private final @Nullable Embedder embedder;
  private final @Nullable ScoreWindow scores;
  private final double rate;
  private final Consumer<? super Check> alarms;

  private RetrievalHealth(
      Retriever retriever,
      FrozenQuestions frozen,
      @Nullable Embedder embedder,
      @Nullable ScoreWindow scores,
      double rate,
      Consumer<? super Check> alarms) {
    this.retriever = retriever;
    this.frozen = frozen;
    this.embedder = embedder;
    this.scores = scores;
    this.rate = rate;
    this.alarms = alarms;
  }

  /** Holds a retriever against its frozen questions, with a false-alarm rate of 1 %. */
  public static RetrievalHealth of(Retriever retriever, FrozenQuestions frozen) {
    return new RetrievalHealth(
        Objects.requireNonNull(retriever, "retriever"),
        Objects.requireNonNull(frozen, "frozen"),
        null,
        null,
        DEFAULT_RATE,
        check -> {});
  }

  /** Checks the canaries with this embedder too. */
  public RetrievalHealth embedder(Embedder value) {
    return new RetrievalHealth(retriever, frozen, value, scores, rate, alarms);
  }

  /** Checks the scores of live questions too. */
  public RetrievalHealth scores(ScoreWindow value) {
    return new RetrievalHealth(retriever, frozen, embedder, value, rate, alarms);
  }

  /**
   * How often a check of what has not changed may raise an alarm; 0.01 unless set.
   *
   * @throws IllegalArgumentException unless {@code 0 < value < 1}
   */
  public RetrievalHealth falseAlarmRate(double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(
          "the false-alarm rate must be above 0 and below 1, was " + value);
    }
    return new RetrievalHealth(retriever, frozen, embedder, scores, value, alarms);
  }

  /** What to call, on the thread of the check, for each alarm. */
  public RetrievalHealth onAlarm(Consumer<? super Check> value) {
    return new RetrievalHealth(retriever, frozen, embedder, scores, rate, value);
  }

  /** {@link #check(CallContext)}, however long it takes. */
  public HealthReport check() {
    return check(CallContext.unbounded());
  }

  /**
   * Makes all checks.
   *
   * @throws CancelledException if the context was cancelled meanwhile
   * @throws DeadlineExceededException if its deadline passed meanwhile
   */
  public HealthReport check(CallContext context) {
    Run run = new Run(context);
    List<Check> checks = new ArrayList<>();
    checks.add(stage());
    checks.add(canaries(context));
    checks.add(run.failures());
    checks.addAll(corrected(List.of(run.recall(), run.unjudged(), liveScores())));
    HealthReport report = new HealthReport(checks);
    report.alarms().forEach(alarms);
    return report;
  }

  private Check stage() {
    String now = retriever.description().withoutContent().toString();
    return now.equals(frozen.retriever())
        ? exact("stage", Status.OK, now)
        : exact("stage", Status.ALARM, "is " + now + ", was " + frozen.retriever());
  }

  private Check canaries(CallContext context) {
    List<FrozenQuestions.Canary> canaries = frozen.canaries();
    Embedder used = embedder;
    if (canaries.isEmpty() || used == null) {
      return exact(
          "canaries",
          Status.NOT_CHECKED,
          canaries.isEmpty() ? "the questions were frozen without" : "no embedder was given");
    }
    List<String> texts = canaries.stream().map(FrozenQuestions.Canary::text).toList();
    List<float[]> vectors;
    try {
      vectors = used.embed(texts, Embedder.Side.QUERY, context).vectors();
    } catch (RuntimeException e) {
      context.throwIfStopped();
      return exact("canaries", Status.ALARM, "the embedder failed: " + e);
    }
    double least = 1;
    String worst = "";
    for (int i = 0; i < texts.size(); i++) {
      double cosine = cosine(canaries.get(i).vector(), vectors.get(i));
      if (cosine < least) {
        least = cosine;
        worst = texts.get(i);
      }
    }
    String detail =
        String.format(
            Locale.ROOT,
            "the least cosine of %d vectors with what they were is %s%s, at least %s is expected",
            texts.size(),
            Decimals.fixed(least, 6),
            worst.isEmpty() ? "" : " (\"" + worst + "\")",
            LEAST_COSINE);
    return exact("canaries", least >= LEAST_COSINE ? Status.OK : Status.ALARM, detail);
  }

  private static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      return 0;
    }
    double lengths = Math.sqrt(Embeddings.dot(a, a)) * Math.sqrt(Embeddings.dot(b, b));
    return lengths == 0 ? 0 : Embeddings.dot(a, b) / lengths;
  }

  private Tested liveScores() {
    ScoreWindow window = scores;
    if (window == null) {
      return new Tested("scores", OptionalDouble.empty(), "no window of live scores was given");
    }
    OptionalDouble p = window.pValue(Resampling.standard());
    return new Tested(
        "scores",
        p,
        p.isPresent()
            ? String.format(
                Locale.ROOT,
                "the latest %d questions' best scores against the first ones'",
                window.latest())
            : "the windows are not full yet");
  }

  /** Alarms at the rate over all tests together. */
  private List<Check> corrected(List<Tested> tests) {
    double[] made =
        tests.stream()
            .filter(test -> test.pValue.isPresent())
            .mapToDouble(test -> test.pValue.getAsDouble())
            .toArray();
    double[] adjusted = Holm.adjusted(made);
    List<Check> checks = new ArrayList<>();
    int next = 0;
    for (Tested test : tests) {
      if (test.pValue.isEmpty()) {
        checks.add(exact(test.name, Status.NOT_CHECKED, test.detail));
        continue;
      }
      double p = adjusted[next++];
      checks.add(
          new Check(
              test.name,
              p <= rate ? Status.ALARM : Status.OK,
              "%s, p %s with a false-alarm rate of %s"
                  .formatted(test.detail, Decimals.pValue(p), rate),
              OptionalDouble.of(p)));
    }
    return checks;
  }

  private static Check exact(String name, Status status, String detail) {
    return new Check(name, status, detail, OptionalDouble.empty());
  }

  /** A test before it is corrected for there being others. */
  private record Tested(String name, OptionalDouble pValue, String detail) {}

  /** Today's search for the frozen questions. */
  private final class Run {
    private final List<FrozenQuestions.Asked> asked = new ArrayList<>();
    private final List<List<String>> found = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    Run(CallContext context) {
      for (FrozenQuestions.Asked question : frozen.questions()) {
        context.throwIfStopped();
        try {
          found.add(FrozenQuestions.best(retriever, question.text(), frozen.depth(), context));
          asked.add(question);
        } catch (RuntimeException e) {
          context.throwIfStopped();
          failures.add("question \"" + question.id() + "\": " + e);
        }
      }
    }

    Check failures() {
      return failures.isEmpty()
          ? exact("failures", Status.OK, "none of " + frozen.size() + " questions")
          : exact(
              "failures",
              Status.ALARM,
              String.format(
                  Locale.ROOT,
                  "%d of %d questions, first %s",
                  failures.size(),
                  frozen.size(),
                  failures.getFirst()));
    }

    Tested recall() {
      return worse("recall@" + frozen.depth(), RetrievalHealth::recall, 1);
    }

    Tested unjudged() {
      return worse("unjudged@" + frozen.depth(), RetrievalHealth::unjudged, -1);
    }

    /** A one-sided test for the worse. */
    private Tested worse(String name, Measure measure, int sign) {
      if (asked.isEmpty()) {
        return new Tested(name, OptionalDouble.empty(), "every question failed");
      }
      double[] then = new double[asked.size()];
      double[] now = new double[asked.size()];
      double sumThen = 0;
      double sumNow = 0;
      for (int i = 0; i < then.length; i++) {
        FrozenQuestions.Asked question = asked.get(i);
        then[i] = measure.of(question, question.documents());
        now[i] = measure.of(question, found.get(i));
        sumThen += then[i];
        sumNow += now[i];
      }
      PairedComparison change = PairedComparison.of(now, then);
      boolean better = change.difference() * sign >= 0;
      double p = better ? 1 - change.pValue() / 2 : change.pValue() / 2;
      return new Tested(
          name,
          OptionalDouble.of(p),
          String.format(
              Locale.ROOT,
              "%s, was %s over %d questions (%s %s)",
              Decimals.fixed(sumNow / now.length, 4),
              Decimals.fixed(sumThen / then.length, 4),
              now.length,
              Decimals.signed(change.difference()),
              change.interval()));
    }
  }

  @FunctionalInterface
  private interface Measure {
    double of(FrozenQuestions.Asked question, List<String> documents);
  }

  private static double recall(FrozenQuestions.Asked question, List<String> documents) {
    Set<String> found = new HashSet<>(documents);
    int relevant = 0;
    int hit = 0;
    for (var judged : question.grades().entrySet()) {
      if (judged.getValue() > 0) {
        relevant++;
        hit += found.contains(judged.getKey()) ? 1 : 0;
      }
    }
    return (double) hit / relevant;
  }

  /** Of the best documents, the share that nobody judged and that was not there when frozen. */
  private static double unjudged(FrozenQuestions.Asked question, List<String> documents) {
    long unknown =
        documents.stream()
            .filter(document -> !question.grades().containsKey(document))
            .filter(document -> !question.documents().contains(document))
            .count();
    return documents.isEmpty() ? 0 : (double) unknown / documents.size();
  }
}
