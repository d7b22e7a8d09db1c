package dev.ragwright.eval.learn;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.retrieve.Retriever;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Learns, and measures what was learnt on questions that it was not learnt from:
 *
 * <pre>{@code
 * Learnt<RankFusion> learnt =
 *     Proof.of("fusion", learner, new Bench<>(set, plain, fusion -> Retrievers.fuse(fusion, words, vectors)))
 *         .curve(25, 50, 100)
 *         .folds(5, 1, CallContext.unbounded());
 * RankFusion fusion = learnt.adopt();
 * }</pre>
 *
 * <p>With a set of its own for training, what was learnt from it is measured on the bench's
 * questions. With folds, the bench's questions are dealt into so many parts; each part is answered
 * by what was learnt from the others, and what is returned was learnt from all. Questions of the
 * same text are dealt together. The interval is the paired bootstrap's over questions; it does not
 * have in it that folds share training questions, nor that another sample might have taught
 * something else.
 *
 * <p>A question without a relevant document teaches nothing and is left out, of the proof too.
 *
 * <p>Immutable.
 *
 * @param <T> what is learnt
 */
public final class Proof<T> {
  private static final int NAMED = 5;
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String name;
  private final Learner<T> learner;
  private final Bench<T> bench;
  private final RankingMetric metric;
  private final List<Integer> curve;
  private final List<Bench<T>> also;
  private final Resampling resampling;

  private Proof(
      String name,
      Learner<T> learner,
      Bench<T> bench,
      RankingMetric metric,
      List<Integer> curve,
      List<Bench<T>> also,
      Resampling resampling) {
    this.name = Objects.requireNonNull(name, "name");
    this.learner = Objects.requireNonNull(learner, "learner");
    this.bench = Objects.requireNonNull(bench, "bench");
    this.metric = metric;
    this.curve = List.copyOf(curve);
    this.also = List.copyOf(also);
    this.resampling = resampling;
  }

  /**
   * A proof by nDCG@10, without a learning curve.
   *
   * @param name what is learnt, for the card
   * @param bench where it is measured
   */
  public static <T> Proof<T> of(String name, Learner<T> learner, Bench<T> bench) {
    return new Proof<>(
        name, learner, bench, Ndcg.at(10), List.of(), List.of(), Resampling.standard());
  }

  /** This proof by another metric. */
  public Proof<T> metric(RankingMetric other) {
    return new Proof<>(name, learner, bench, other, curve, also, resampling);
  }

  /** This proof with other draws, another seed or level of its intervals. */
  public Proof<T> resampling(Resampling other) {
    return new Proof<>(name, learner, bench, metric, curve, also, other);
  }

  /**
   * This proof with a learning curve: what fewer training questions gain. Numbers that are not
   * below what there is to learn from are passed over. Each costs as much learning as the proof.
   *
   * @throws IllegalArgumentException if a number is below 1
   */
  public Proof<T> curve(int... questions) {
    List<Integer> sizes = Arrays.stream(questions).sorted().distinct().boxed().toList();
    if (!sizes.isEmpty() && sizes.getFirst() < 1) {
      throw new IllegalArgumentException(
          "a learning curve's numbers of questions must be >= 1, were " + sizes);
    }
    return new Proof<>(name, learner, bench, metric, sizes, also, resampling);
  }

  /** This proof with other sets, on which what was learnt here is measured as well. */
  public Proof<T> also(List<Bench<T>> others) {
    return new Proof<>(name, learner, bench, metric, curve, others, resampling);
  }

  /**
   * Learns from one set and measures on the bench's questions.
   *
   * @throws IllegalArgumentException if a question is in both, by its id or by its text, naming
   *     some; if one of them has no question with a relevant document
   * @throws IllegalStateException if a question cannot be answered; its cause says why
   */
  public Learnt<T> on(EvalSet training, CallContext context) {
    return on(Questions.teaching(training), training.name(), context);
  }

  /**
   * As {@link #on}, but questions that are in both, by id or by text, are left out of those to
   * learn from. Splits of a published set may share some: BEIR's SciFact has two texts in both.
   */
  public Learnt<T> onRest(EvalSet training, CallContext context) {
    EvalSet from = Questions.teaching(training);
    Set<String> shared = Set.copyOf(Questions.shared(from, bench.questions()));
    return on(Questions.without(from, shared), training.name(), context);
  }

  private Learnt<T> on(EvalSet from, String name, CallContext context) {
    EvalSet unseen = Questions.teaching(bench.questions());
    List<String> shared = Questions.shared(from, unseen);
    if (!shared.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s of the questions to learn from are among those to prove it with, by their ids or"
                  + " texts: %s%s; leave them out of %s (onRest does), or use folds",
              shared.size(),
              String.join(", ", shared.subList(0, Math.min(NAMED, shared.size()))),
              shared.size() > NAMED ? ", ..." : "",
              name));
    }
    return prove(List.of(new Fold(from, unseen)), from, unseen.name(), context);
  }

  /**
   * Learns from the bench's questions, and measures by cross-validation.
   *
   * @param folds how many parts, from 2
   * @param seed decides which question is in which part, and which questions the curve's points
   *     have
   * @throws IllegalArgumentException if there are fewer than two questions with a relevant document
   *     for each fold
   * @throws IllegalStateException as {@link #on} throws it
   */
  public Learnt<T> folds(int folds, long seed, CallContext context) {
    List<Fold> dealt = Fold.dealt(bench.questions(), folds, seed);
    String how = String.format(Locale.ROOT, "%d folds, seed %d", folds, seed);
    return prove(dealt, Questions.teaching(bench.questions()), how, context);
  }

  private Learnt<T> prove(List<Fold> folds, EvalSet training, String how, CallContext context) {
    Map<String, Double> before = new LinkedHashMap<>();
    for (Fold fold : folds) {
      before.putAll(scores(fold.unseen(), bench.baseline(), context));
    }
    long cpu = PROCESS.getProcessCpuTime();
    T value = learner.learn(training);
    Duration spent = Duration.ofNanos(Math.max(0, PROCESS.getProcessCpuTime() - cpu));
    Map<String, Double> after =
        folds.size() == 1
            ? scores(folds.getFirst().unseen(), bench.applied().apply(value), context)
            : learnt(folds, Integer.MAX_VALUE, context);
    int least = folds.stream().mapToInt(f -> f.training().questions().size()).min().orElse(0);
    List<Card.Point> points = new ArrayList<>();
    for (int size : curve) {
      if (size < least) {
        Map<String, Double> less = learnt(folds, size, context);
        points.add(new Card.Point(size, mean(less), compared(less, before), compared(after, less)));
      }
    }
    List<Card.Elsewhere> elsewhere = new ArrayList<>();
    for (Bench<T> other : also) {
      EvalSet questions = Questions.teaching(other.questions());
      Map<String, Double> own = scores(questions, other.baseline(), context);
      Map<String, Double> now = scores(questions, other.applied().apply(value), context);
      elsewhere.add(new Card.Elsewhere(questions.name(), mean(own), mean(now), compared(now, own)));
    }
    return new Learnt<>(
        value,
        new Card(
            name,
            bench.baseline().description().toString(),
            metric.name(),
            training.name(),
            training.questions().size(),
            least,
            how,
            mean(before),
            mean(after),
            compared(after, before),
            apart(folds, after, before),
            points,
            elsewhere,
            spent));
  }

  private @Nullable PairedComparison apart(
      List<Fold> folds, Map<String, Double> after, Map<String, Double> before) {
    Map<String, Double> some = new LinkedHashMap<>(before);
    some.keySet().retainAll(folds.stream().flatMap(fold -> fold.apart().stream()).toList());
    return some.size() < 2 ? null : compared(after, some);
  }

  /** Each unseen question's score by what was learnt from at most so many of the others. */
  private Map<String, Double> learnt(List<Fold> folds, int most, CallContext context) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Fold fold : folds) {
      context.throwIfStopped();
      T value = learner.learn(Questions.first(fold.training(), most));
      scores.putAll(scores(fold.unseen(), bench.applied().apply(value), context));
    }
    return scores;
  }

  private Map<String, Double> scores(EvalSet set, Retriever retriever, CallContext context) {
    int depth = Math.max(RetrievalEvaluation.DEFAULT_DEPTH, metric.depth().orElse(0));
    Evaluation evaluation = RetrievalEvaluation.of(set, retriever, depth, List.of(metric), context);
    evaluation
        .failures()
        .forEach(
            (id, cause) -> {
              throw new IllegalStateException(
                  "question \"%s\" of %s cannot be answered, so nothing is proven"
                      .formatted(id, set.name()),
                  cause);
            });
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Question question : set.questions().values()) {
      Score score = evaluation.scores(metric.name()).byCase().get(question.id());
      scores.put(question.id(), Objects.requireNonNull(score).value().orElseThrow());
    }
    return scores;
  }

  private PairedComparison compared(Map<String, Double> after, Map<String, Double> before) {
    double[] first =
        before.keySet().stream().mapToDouble(id -> Objects.requireNonNull(after.get(id))).toArray();
    double[] second = before.values().stream().mapToDouble(Double::doubleValue).toArray();
    return PairedComparison.of(first, second, resampling);
  }

  private static double mean(Map<String, Double> scores) {
    double sum = 0;
    for (double score : scores.values()) {
      sum += score;
    }
    return sum / scores.size();
  }
}
