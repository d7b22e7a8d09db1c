package dev.ragwright.experiment;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.text.Decimals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment found out: each arm's scores, question by question, and what became of each
 * question. All arms have the same questions, in the same order, so that they can be compared
 * question by question. Immutable; a {@linkplain #writeJson file} holds all of it but the texts of
 * passages that no arm chose.
 *
 * <p>For people it is a page, or Markdown: {@link dev.ragwright.experiment.report.ExperimentReport
 * ExperimentReport.of(result)}{@code .writeHtml(file)}.
 */
public final class ExperimentResult {
  private final Header header;
  private final List<Question> questions;
  private final Qrels judgments;
  private final List<ArmResult> arms;
  private final Map<String, Passage> passages;

  /**
   * What was run, and how.
   *
   * @param set the set's name
   * @param factors the levels of each factor that was varied
   * @param settings everything else that decides the result, by name
   * @param stageCalls how often each stage was called in this run
   * @param stageReplays how many results of each stage came from the memo
   * @param startedAt when the run began
   * @param endedAt when it ended
   * @param stopped why the run ended before its last question; null if it did not
   */
  record Header(
      String set,
      Map<String, List<String>> factors,
      Map<String, String> settings,
      Map<String, Long> stageCalls,
      Map<String, Long> stageReplays,
      Instant startedAt,
      Instant endedAt,
      @Nullable String stopped) {

    /** How intervals and tests draw: part of the settings, so that a file gives the same. */
    Resampling resampling() {
      return new Resampling(
          Integer.parseInt(setting("resamples")),
          Long.parseLong(setting("seed")),
          Double.parseDouble(setting("level")));
    }

    private String setting(String name) {
      return Objects.requireNonNull(settings.get(name), name);
    }
  }

  ExperimentResult(
      Header header,
      List<Question> questions,
      Qrels judgments,
      List<ArmResult> arms,
      Map<String, Passage> passages) {
    this.header = header;
    this.questions = List.copyOf(questions);
    this.judgments = judgments;
    this.arms = List.copyOf(arms);
    this.passages = Collections.unmodifiableMap(new LinkedHashMap<>(passages));
  }

  /**
   * Reads what {@link #writeJson} wrote.
   *
   * @throws dev.ragwright.document.DocumentReadException if there is no such file, if it is not
   *     JSON, of another version, or if something in it is missing or wrong, naming what
   */
  public static ExperimentResult read(Path file) {
    return ResultFile.read(file);
  }

  /**
   * Writes all of it, replacing a file that is there.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void writeJson(Path file) {
    ResultFile.write(this, file);
  }

  Header header() {
    return header;
  }

  /** The set's name. */
  public String set() {
    return header.set();
  }

  /** The levels of each factor that was varied, by its name, in their order; unmodifiable. */
  public Map<String, List<String>> factors() {
    return header.factors();
  }

  /** What else decides the result, such as the seed, by name; unmodifiable. */
  public Map<String, String> settings() {
    return header.settings();
  }

  /** How often each stage was called in this run; 0 for what was not; unmodifiable. */
  public Map<String, Long> stageCalls() {
    return header.stageCalls();
  }

  /** How many results of each stage came from the memo; unmodifiable. */
  public Map<String, Long> stageReplays() {
    return header.stageReplays();
  }

  /** When the run began. */
  public Instant startedAt() {
    return header.startedAt();
  }

  /** When the run ended. */
  public Instant endedAt() {
    return header.endedAt();
  }

  /**
   * Why the run ended before its last question, such as a budget; empty if it did not. What is here
   * are then the questions that all arms were asked.
   */
  public Optional<String> stopped() {
    return Optional.ofNullable(header.stopped());
  }

  /** The questions, in the order of every arm's scores; unmodifiable. */
  public List<Question> questions() {
    return questions;
  }

  /** What is known of the documents for these questions; empty where nothing is. */
  public Qrels judgments() {
    return judgments;
  }

  /** The arms, in the order of the factors and their levels; unmodifiable. */
  public List<ArmResult> arms() {
    return arms;
  }

  /**
   * An arm by its name.
   *
   * @throws IllegalArgumentException if there is none, naming what there is
   */
  public ArmResult arm(String name) {
    return arms.stream()
        .filter(arm -> arm.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no arm \"%s\"; there are %s"
                        .formatted(name, arms.stream().map(ArmResult::name).toList())));
  }

  /** The names of the metrics, in the order asked for; unmodifiable. */
  public List<String> metrics() {
    return arms.isEmpty()
        ? List.of()
        : arms.getFirst().metrics().stream().map(MetricResult::metric).toList();
  }

  /**
   * Why a metric has no score of questions that no stage failed on: {@code failed on 2 of 8
   * questions, the first q3: timed out}, counting a question once, in however many arms it was.
   * Empty if the metric itself never failed.
   *
   * @throws IllegalArgumentException if the metric was not measured, naming what was
   */
  public Optional<String> failureOf(String metric) {
    return MetricFailures.tell(arms, metric);
  }

  /**
   * The passages that were found, by id; unmodifiable. Those of a result that was read from a file
   * have no text, and the place 0 to 0, unless some arm had them among its first topK.
   */
  public Map<String, Passage> passages() {
    return passages;
  }

  /**
   * What each level of a factor is worth, over all combinations of the others and the same
   * questions.
   *
   * @param factor its name, such as {@code reranker}
   * @throws IllegalArgumentException if it was not varied, or the metric not measured, naming what
   *     was; if no combination of the other factors has all its levels
   */
  public Effect effectOf(String factor, String metric) {
    return reading(metric).effect(factor, levels(factor));
  }

  /**
   * What each level of a factor is worth while others are held: {@code effectOf("generator", "f1",
   * Map.of("retriever", "hybrid"))}.
   *
   * @throws IllegalArgumentException as {@link #effectOf(String, String)} and {@link #where}
   */
  public Effect effectOf(String factor, String metric, Map<String, String> fixed) {
    return where(fixed).effectOf(factor, metric);
  }

  /**
   * How far what one factor is worth depends on the level of another.
   *
   * @throws IllegalArgumentException as {@link #effectOf(String, String)}
   */
  public Interaction interactionOf(String factor, String other, String metric) {
    return reading(metric).interaction(factor, levels(factor), other, levels(other));
  }

  /**
   * The best arm by a metric, and those that cannot be told from it, chosen and compared on all
   * questions: see {@link Winners} for what that is worth.
   *
   * @throws IllegalArgumentException if the metric was not measured, or no arm has a score, telling
   *     why
   */
  public Winners winners(String metric) {
    FactorialAnalysis reading = reading(metric);
    return reading.winners(reading.best().name(), false);
  }

  /**
   * The best arm by a metric, chosen on a share of the questions, and compared with the others on
   * the rest: what is said of it then is not flattered by the choice.
   *
   * @param share of the questions to choose on; a question goes where {@link
   *     dev.ragwright.eval.EvalSet#split} puts it
   * @throws IllegalArgumentException as {@link #winners(String)}; unless {@code 0 < share < 1}; if
   *     one of the parts is empty
   */
  public Winners winners(String metric, double share, long seed) {
    EvalSet.Split split = EvalSet.of(set(), questions, judgments).split(share, seed);
    ExperimentResult choosing = on(split.choosing());
    ExperimentResult reporting = on(split.reporting());
    return reporting.reading(metric).winners(choosing.reading(metric).best().name(), true);
  }

  /**
   * The arm to take by the first metric that an arm has a score of, as {@link #winner(String)}.
   *
   * @throws IllegalArgumentException if no arm has a score
   */
  public Winner winner() {
    return winner(
        metrics().stream()
            .filter(metric -> arms.stream().anyMatch(arm -> arm.metric(metric).mean().isPresent()))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no arm has a score by one of " + metrics())));
  }

  /**
   * The arm to take by a metric: the simplest of those that cannot be told from the best on all
   * questions. {@link Winner} says what is simple, and writes the arm as code.
   *
   * @throws IllegalArgumentException as {@link #winners(String)}
   * @throws IllegalStateException if the result is from before results said what arms are wired of
   */
  public Winner winner(String metric) {
    return Winner.of(this, winners(metric));
  }

  /** Whether the experiment found out why answers are wrong. */
  public boolean isExplained() {
    return settings().containsKey(Explanation.METRIC);
  }

  /**
   * Why answers are wrong, arm by arm.
   *
   * @throws IllegalStateException if the experiment did not {@linkplain Experiment.Builder#explain
   *     explain} wrong answers
   */
  public Attribution whyWrong() {
    return Attribution.of(this);
  }

  /**
   * What to change next in the best arm, by the metric that answers were explained by.
   *
   * @throws IllegalStateException as {@link #whyWrong()}
   */
  public Advice nextChange() {
    return nextChange(reading(whyWrong().metric()).best().name());
  }

  /**
   * What to change next in an arm.
   *
   * @throws IllegalStateException as {@link #whyWrong()}
   * @throws IllegalArgumentException if there is no such arm, naming what there is
   */
  public Advice nextChange(String arm) {
    return Advisor.of(this, arm);
  }

  /**
   * Returns the result of the arms with certain levels alone.
   *
   * @param fixed the level of each factor to hold
   * @throws IllegalArgumentException if there is no such factor or level, naming what there is; if
   *     no arm has all these levels
   */
  public ExperimentResult where(Map<String, String> fixed) {
    fixed.forEach(
        (factor, level) -> {
          if (!levels(factor).contains(level)) {
            throw new IllegalArgumentException(
                "the factor %s has no level \"%s\"; it has %s"
                    .formatted(factor, level, levels(factor)));
          }
        });
    List<ArmResult> left =
        arms.stream().filter(arm -> arm.levels().entrySet().containsAll(fixed.entrySet())).toList();
    if (left.isEmpty()) {
      throw new IllegalArgumentException("no arm has the levels " + fixed);
    }
    return new ExperimentResult(header, questions, judgments, left, passages);
  }

  private ExperimentResult on(EvalSet part) {
    int[] places =
        IntStream.range(0, questions.size())
            .filter(i -> part.questions().containsKey(questions.get(i).id()))
            .toArray();
    if (places.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has none of the %d questions; take another share or seed",
              part.name(),
              questions.size()));
    }
    return new ExperimentResult(
        header,
        Arrays.stream(places).mapToObj(questions::get).toList(),
        part.qrels(),
        arms.stream().map(arm -> arm.on(places)).toList(),
        passages);
  }

  /** How deep all retrievers were asked. */
  int depth() {
    return Integer.parseInt(header.setting("retrievalDepth"));
  }

  private List<String> levels(String factor) {
    List<String> levels = header.factors().get(factor);
    if (levels == null) {
      throw new IllegalArgumentException(
          "the factor \"%s\" was not varied; %s were".formatted(factor, header.factors().keySet()));
    }
    return levels;
  }

  private FactorialAnalysis reading(String metric) {
    return new FactorialAnalysis(arms, metric, header.resampling());
  }

  /**
   * For people: what was run, then a line for each arm with its means, half the width of each one's
   * interval, and how many questions have a score where not all do; then what metrics failed.
   */
  @Override
  public String toString() {
    return "%s on %s, %s%s%n%n%s"
        .formatted(
            Decimals.counted(arms.size(), "arm"),
            set(),
            Decimals.counted(questions.size(), "question"),
            stopped().map(why -> " (" + why + ")").orElse(""),
            new ArmTable(this));
  }
}
