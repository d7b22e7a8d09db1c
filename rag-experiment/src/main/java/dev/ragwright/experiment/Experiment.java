package dev.ragwright.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.PriceTable;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Subject;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.text.Decimals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds some stages fixed, varies the others, and asks every combination the same questions:
 *
 * {@snippet :
 * Experiment experiment = Experiment.over(set)
 *     .vary(RETRIEVER, Map.of("bm25", index.bm25(), "dense", index.knn()))
 *     .vary(TOP_K, 3, 8)
 *     .fix(GENERATOR, ExtractiveGenerator.create())
 *     .measure(Ndcg.at(10), TokenF1.squad(), Groundedness.lexical())
 *     .build();
 * System.out.println(experiment.dryRun());
 * ExperimentResult result = experiment.run(Progress.console());
 * }
 *
 * <p>The stages are those of production, and are not closed. Each is called once for the same
 * input, whatever number of arms needs it. Questions are asked one after the other, each of all
 * arms, so that times are not those of a crowd, and a run that ends early has asked all arms the
 * same.
 *
 * <p>Immutable. A run is for one thread; two runs at once would measure each other.
 */
public final class Experiment {
  /** The name of the last result's file in a memo's folder. */
  public static final String RESULT = "result.json";

  private final Settings settings;
  private final List<Arm> arms;
  private final List<Question> questions;

  private Experiment(Settings settings, List<Arm> arms, List<Question> questions) {
    this.settings = settings;
    this.arms = arms;
    this.questions = questions;
  }

  /**
   * A builder over the questions of a set. A metric is required, and a retriever unless there are
   * only pipelines ({@link Builder#arm}).
   */
  public static Builder over(EvalSet set) {
    return new Builder(Objects.requireNonNull(set, "set"));
  }

  /**
   * The names of the arms: the grid without what is excluded, the last factor varying fastest, then
   * the pipelines of {@link Builder#arm} in their order.
   */
  public List<String> arms() {
    return arms.stream().map(Arm::name).toList();
  }

  /**
   * An arm as production runs it: what is {@linkplain Builder#learn learnt} is learnt from all
   * questions.
   *
   * @throws IllegalArgumentException if there is no such arm, naming what there is
   * @throws IllegalStateException if the arm has no generator
   */
  public RagPipeline pipeline(String arm) {
    return arms.stream()
        .filter(one -> one.name().equals(arm))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no arm \"" + arm + "\"; there are " + arms()))
        .wired();
  }

  /**
   * What a run would call, how often, and how long that would take; calls no stage.
   *
   * @throws MemoException as {@link #run(Progress, CallContext)}
   */
  public Plan dryRun() {
    try (StageStore store = settings.open()) {
      return Planner.plan(arms, questions, settings, store);
    }
  }

  /** Runs all arms, however long it takes. */
  public ExperimentResult run(Progress progress) {
    return run(progress, CallContext.unbounded());
  }

  /**
   * Runs all arms on all questions. A stage that throws fails its arm's question; the others go on.
   *
   * <p>With a memo, what an earlier run found out is replayed, and the result is left in the memo's
   * folder as {@value #RESULT}.
   *
   * @throws IllegalArgumentException if the budget is spent before all arms were asked one
   *     question; if there is a memo and a stage does not say what it is, naming it
   * @throws MemoException if another run has the memo open, or it is of another version
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public ExperimentResult run(Progress progress, CallContext context) {
    try (StageStore store = settings.open()) {
      Session session = Session.of(store, settings, context);
      ExperimentResult result =
          new ExperimentRun(arms, questions, settings, session, true).run(progress);
      if (settings.memo() != null) {
        result.writeJson(settings.memo().resolve(RESULT));
      }
      return result;
    }
  }

  /** Races the arms, however long it takes. */
  public Race race(Race.Rules rules, Progress progress) {
    return race(rules, progress, CallContext.unbounded());
  }

  /**
   * Finds the best arms with a fraction of the grid's generations: ranks all ways to retrieve with
   * none, and races the generators on the best of them. For a metric of which more is better.
   *
   * @throws IllegalArgumentException if a metric of the rules is not measured here, or needs an
   *     answer to rank retrieval by; if the budget is spent; as {@link #run(Progress, CallContext)}
   * @throws MemoException as {@link #run(Progress, CallContext)}
   */
  public Race race(Race.Rules rules, Progress progress, CallContext context) {
    if (settings.measure(rules.rankBy()).needsAnswer()) {
      throw new IllegalArgumentException(
          "\"%s\" needs an answer, so retrieval cannot be ranked by it without generating; rank by a metric of the ranking or the context"
              .formatted(rules.rankBy()));
    }
    settings.measure(rules.raceBy());
    try (StageStore store = new RunStore(settings.open())) {
      Session session = Session.of(store, settings, context);
      RaceRun.Runner runner =
          (some, asked, metrics, generates) -> {
            ExperimentResult result =
                new ExperimentRun(some, asked, settings.only(metrics), session, generates)
                    .run(progress);
            result
                .stopped()
                .ifPresent(
                    why -> {
                      throw new IllegalArgumentException(why + " before the race was over");
                    });
            return result;
          };
      Race race = new RaceRun(arms, questions, settings, rules, runner).run(settings.metricNames());
      if (settings.memo() != null) {
        race.result().writeJson(settings.memo().resolve(RESULT));
      }
      return race;
    }
  }

  /** For people: {@code 12 arms over scifact/test, 300 questions}. */
  @Override
  public String toString() {
    return "%s over %s, %s"
        .formatted(
            Decimals.counted(arms.size(), "arm"),
            settings.set().name(),
            Decimals.counted(questions.size(), "question"));
  }

  /** Wires an experiment. Not safe to share. */
  public static final class Builder {
    private static final int LEAST_DEPTH = 100;

    private final EvalSet set;
    private final Grid grid = new Grid();
    private final List<Evaluator<?, ?>> metrics = new ArrayList<>();
    private int questions = Integer.MAX_VALUE;
    private int repeat;
    private Resampling resampling = Resampling.standard();
    private Budget budget = Budget.unlimited();
    private @Nullable Path memo;
    private @Nullable PriceTable prices;
    private @Nullable Explanation why;
    private int folds = 5;

    private Builder(EvalSet set) {
      this.set = set;
    }

    /**
     * Varies a part of the pipeline.
     *
     * @param levels what it can be, by name; in the map's order if it has one, else by name
     * @throws IllegalArgumentException if there is no level, one is a number below 1, or the factor
     *     is set already
     */
    public <T> Builder vary(Factor<T> factor, Map<String, ? extends T> levels) {
      grid.vary(factor, levels);
      return this;
    }

    /**
     * Varies a number of the pipeline; its levels are named by themselves.
     *
     * @throws IllegalArgumentException if there is no level, one is below 1 or stands twice, or the
     *     factor is set already
     */
    public Builder vary(Factor<Integer> factor, int... levels) {
      Map<String, Integer> named = new LinkedHashMap<>();
      for (int level : levels) {
        if (named.put(String.valueOf(level), level) != null) {
          throw new IllegalArgumentException("the " + factor + " " + level + " stands twice");
        }
      }
      return vary(factor, named);
    }

    /**
     * Adds a level that is learnt from the set's judged questions, behind those that {@link #vary}
     * sets:
     *
     * <pre>{@code
     * .vary(RETRIEVER, Map.of("plain", Retrievers.fuse(RankFusion.reciprocalRank(60), 100, words, vectors)))
     * .learn(RETRIEVER, "ranker", learning.ranker().then(
     *     model -> Retrievers.fuse(RankFusion.learnt(model), 100, words, vectors)))
     * }</pre>
     *
     * <p>Each question is asked of what was learnt without it: the set's questions are dealt into
     * {@link #folds}, the same for all levels and arms. A question without a relevant document
     * teaches nothing. {@link #build} learns, once for each fold and once from all questions, which
     * is what {@link Experiment#pipeline} has and what the result describes.
     *
     * @throws IllegalArgumentException if the factor is fixed, or has a level of that name
     */
    public <T> Builder learn(Factor<T> factor, String level, Learner<? extends T> learner) {
      grid.learn(factor, level, learner);
      return this;
    }

    /**
     * In how many folds levels are {@linkplain #learn learnt}, dealt by the seed; 5 unless set.
     * {@link dev.ragwright.eval.learn.Proof#folds} with the same seed has the same.
     */
    public Builder folds(int number) {
      if (number < 2) {
        throw new IllegalArgumentException("folds must be >= 2, was " + number);
      }
      folds = number;
      return this;
    }

    /**
     * Sets a part of the pipeline for all arms.
     *
     * @throws IllegalArgumentException if the factor is set already, or is a number below 1
     */
    public <T> Builder fix(Factor<T> factor, T level) {
      grid.fix(factor, level);
      return this;
    }

    /**
     * Adds a pipeline as it is, beside the arms of the grid. Its own listeners are not called, and
     * its timeout does not end a stage, since the time that a stage takes is measured.
     *
     * @throws IllegalArgumentException if there is an arm of that name
     */
    public Builder arm(String name, RagPipeline pipeline) {
      grid.add(name, pipeline);
      return this;
    }

    /**
     * Removes each arm of the grid for which the predicate, given its levels by factor name, is
     * true. Pipelines that {@link #arm} added stay.
     */
    public Builder exclude(Predicate<Map<String, String>> levels) {
      grid.exclude(levels);
      return this;
    }

    /**
     * Adds metrics that look at {@link Subject#RANKING}, {@link Subject#CONTEXT}, {@link
     * Subject#ANSWER} or {@link dev.ragwright.eval.answer.CitedAnswer#SUBJECT}.
     *
     * <p>Rankings are scored as deep as they were retrieved, not only to topK. An abstention is
     * scored as an answer without words where there are reference answers, and is not applicable
     * otherwise.
     */
    public Builder measure(Evaluator<?, ?>... more) {
      metrics.addAll(List.of(more));
      return this;
    }

    /** At most this many questions, drawn by the seed; all unless set. */
    public Builder questions(int most) {
      if (most < 1) {
        throw new IllegalArgumentException("questions must be >= 1, was " + most);
      }
      questions = most;
      return this;
    }

    /**
     * What calls cost; unknown unless set. The machine's time counts where the table has a price of
     * a CPU-second, and is otherwise left out of every cost; the result's settings say which.
     */
    public Builder prices(PriceTable table) {
      prices = Objects.requireNonNull(table, "table");
      return this;
    }

    /** The most that a run may spend; unlimited unless set. */
    public Builder budget(Budget value) {
      budget = Objects.requireNonNull(value, "budget");
      return this;
    }

    /**
     * Keeps what stages give in a folder, where later runs find it; nothing is kept unless set. A
     * run that was stopped, however roughly, is resumed by running it again. Every stage must then
     * say what it is.
     */
    public Builder memo(Path folder) {
      memo = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Explains wrong answers: the generator of each arm is given the gold evidence, nothing, and
     * what it would read if the stage that lost the gold passage had not, for each question that it
     * got wrong. That is at most five generations for such a question, which a dry run does not
     * count, and a race does not make.
     *
     * @param corpus where gold evidence is looked up: the judged documents
     * @param metric a measured metric of the answer's text, such as {@code f1}
     * @param right the least score of a right answer, above 0; an abstention is scored as no words
     */
    public Builder explain(Corpus corpus, String metric, double right) {
      if (!(right > 0)) {
        throw new IllegalArgumentException(
            "the least score of a right answer must be > 0, was " + right);
      }
      why = new Explanation(Objects.requireNonNull(corpus, "corpus"), metric, right);
      return this;
    }

    /** The seed of all that is drawn: questions, folds and intervals; 42 unless set. */
    public Builder seed(long value) {
      resampling = resampling.seed(value);
      return this;
    }

    /**
     * How often intervals and tests draw; 10,000 times unless set.
     *
     * @throws IllegalArgumentException if {@code times < 100}
     */
    public Builder resamples(int times) {
      resampling = new Resampling(times, resampling.seed(), resampling.level());
      return this;
    }

    /**
     * Which repetition this is, for stages that do not answer the same twice; 0 unless set. Each
     * has its own results in a memo.
     */
    public Builder repeat(int number) {
      if (number < 0) {
        throw new IllegalArgumentException("repeat must be >= 0, was " + number);
      }
      repeat = number;
      return this;
    }

    /**
     * The experiment; where levels are learnt, this learns them.
     *
     * @throws IllegalStateException if the retriever or a metric is missing
     * @throws IllegalArgumentException if a metric of answers is measured without a generator, or
     *     two metrics have the same name; if there is a budget of money, but no prices; if all arms
     *     are excluded, or one reranks fewer passages than it reads; if there is no question, or
     *     one without text; if answers are to be explained by a metric that is not measured, or
     *     does not look at their text; if a level cannot be learnt, naming it and why
     */
    public Experiment build() {
      if (grid.isMade() && !grid.has(Factor.RETRIEVER)) {
        throw new IllegalStateException("the factor retriever is required, but was not set");
      }
      if (budget.money() != null && prices == null) {
        throw new IllegalArgumentException(
            "a budget of " + budget.money() + " needs prices; prices(...) takes a table");
      }
      List<Measure> measures = measures();
      Lessons lessons =
          grid.learns() ? Lessons.in(set, folds, resampling.seed()) : Lessons.none(set);
      List<Arm> arms = grid.arms(lessons);
      Settings settings =
          new Settings(
              set,
              grid.varied(),
              grid.fixed(),
              measures,
              depth(arms),
              repeat,
              memo,
              prices,
              budget,
              resampling,
              why,
              lessons);
      if (why != null && !(settings.measure(why.metric()) instanceof Measure.OfText)) {
        throw new IllegalArgumentException(
            "the metric %s does not look at the answer's text against reference answers, so it cannot tell a wrong one"
                .formatted(why.metric()));
      }
      return new Experiment(settings, arms, drawn());
    }

    private List<Measure> measures() {
      if (metrics.isEmpty()) {
        throw new IllegalStateException("no metric is given; measure(...) takes some");
      }
      Set<String> names = new HashSet<>();
      List<Measure> measures = metrics.stream().<Measure>map(Measure::of).toList();
      for (Measure measure : measures) {
        if (!names.add(measure.name())) {
          throw new IllegalArgumentException("the metric " + measure.name() + " is given twice");
        }
        if (measure.needsAnswer() && grid.isMade() && !grid.has(Factor.GENERATOR)) {
          throw new IllegalArgumentException(
              "the metric %s looks at answers, but there is no generator; set the factor generator"
                  .formatted(measure.name()));
        }
      }
      return measures;
    }

    /** Every retriever is asked as deep as the deepest metric and the deepest arm look. */
    private int depth(Collection<Arm> arms) {
      int depth = LEAST_DEPTH;
      for (Evaluator<?, ?> metric : metrics) {
        if (metric instanceof RankingMetric ranking) {
          depth = Math.max(depth, ranking.depth().orElse(0));
        }
      }
      for (Arm arm : arms) {
        depth = Math.max(depth, arm.stages().depth());
      }
      return depth;
    }

    /** In the set's order, whichever were drawn. */
    private List<Question> drawn() {
      List<Question> all = List.copyOf(set.questions().values());
      for (Question question : all) {
        if (question.text().isBlank()) {
          throw new IllegalArgumentException(
              "question \"%s\" of %s has no text to ask".formatted(question.id(), set.name()));
        }
      }
      if (all.isEmpty()) {
        throw new IllegalArgumentException(set.name() + " has no question");
      }
      if (questions >= all.size()) {
        return all;
      }
      List<Question> shuffled = new ArrayList<>(all);
      Collections.shuffle(shuffled, new Random(resampling.seed()));
      Set<Question> chosen = new LinkedHashSet<>(shuffled.subList(0, questions));
      return all.stream().filter(chosen::contains).toList();
    }
  }
}
