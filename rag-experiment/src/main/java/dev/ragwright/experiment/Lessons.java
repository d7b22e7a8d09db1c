package dev.ragwright.experiment;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.learn.Fold;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.text.Decimals;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * Learns the levels that are learnt: once from all questions, as production would have it, and once
 * for each fold, the same for all levels. For one thread.
 */
final class Lessons {
  private static final String SETTING = "learnt.";
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final EvalSet set;
  private final List<Fold> folds;
  private final long seed;
  private final Map<String, String> told = new LinkedHashMap<>();
  private final Map<String, Level> learnt = new HashMap<>();

  private Lessons(EvalSet set, List<Fold> folds, long seed) {
    this.set = set;
    this.folds = folds;
    this.seed = seed;
  }

  /** Of an experiment in which nothing is learnt. */
  static Lessons none(EvalSet set) {
    return new Lessons(set, List.of(), 0);
  }

  static Lessons in(EvalSet set, int folds, long seed) {
    return new Lessons(set, Fold.dealt(set, folds, seed), seed);
  }

  /**
   * A level, learnt.
   *
   * @param all from all questions
   * @param unseen from the training questions of each fold
   */
  record Level(Object all, List<?> unseen) {}

  /** Learns a level that was not learnt yet. */
  Level learn(Factor<?> factor, String level, Learner<?> learner) {
    Level known = learnt.get(setting(factor.name(), level));
    if (known != null) {
      return known;
    }
    try {
      long cpu = PROCESS.getProcessCpuTime();
      Object all = learnt(learner, set);
      Duration spent = Duration.ofNanos(Math.max(0, PROCESS.getProcessCpuTime() - cpu));
      List<Object> unseen = new ArrayList<>();
      for (Fold fold : folds) {
        unseen.add(learnt(learner, fold.training()));
      }
      told.put(setting(factor.name(), level), told(spent));
      Level made = new Level(all, unseen);
      learnt.put(setting(factor.name(), level), made);
      return made;
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(
          "the level %s of the factor %s cannot be learnt: %s"
              .formatted(level, factor, e.getMessage()),
          e);
    }
  }

  private static Object learnt(Learner<?> learner, EvalSet training) {
    return Objects.requireNonNull(learner.learn(training), "a learner returned null");
  }

  private String told(Duration spent) {
    int taught = folds.stream().mapToInt(fold -> fold.unseen().questions().size()).sum();
    return String.format(
        Locale.ROOT,
        "%d folds, seed %d; from all %s in %s CPU-seconds",
        folds.size(),
        seed,
        Decimals.counted(taught, "judged question"),
        Decimals.fixed(spent.toMillis() / 1000.0, 2));
  }

  /** For each question what was learnt without it, of what was made for each fold. */
  <T> Map<String, T> byQuestion(IntFunction<T> ofFold) {
    List<T> made = new ArrayList<>();
    for (int i = 0; i < folds.size(); i++) {
      made.add(ofFold.apply(i));
    }
    Map<String, T> byQuestion = new LinkedHashMap<>();
    for (Question question : set.questions().values()) {
      int fold = 0;
      while (folds.get(fold).hasSeen(question)) {
        fold++;
      }
      byQuestion.put(question.id(), made.get(fold));
    }
    return byQuestion;
  }

  /** How each level was learnt, by the name of its setting. */
  Map<String, String> told() {
    return told;
  }

  /** What stands before the description of a level that was learnt; empty of others. */
  String before(String factor, String level) {
    return told.containsKey(setting(factor, level))
        ? String.format(Locale.ROOT, "learnt, %d folds: ", folds.size())
        : "";
  }

  /** The setting that tells how a level was learnt. */
  static String setting(String factor, String level) {
    return SETTING + factor + "." + level;
  }

  /** Whether a result has levels of the factor that were learnt. */
  static boolean tried(ExperimentResult result, Factor<?> factor) {
    String prefix = setting(factor.name(), "");
    return result.settings().keySet().stream().anyMatch(setting -> setting.startsWith(prefix));
  }
}
