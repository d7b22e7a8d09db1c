package dev.ragwright.eval.experiment;

import dev.ragwright.document.Passage;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment found out: each arm's scores, question by question, and each question's way.
 * All arms have the same questions, in the same order, so that they can be compared question by
 * question. Immutable; a {@linkplain #writeJson file} holds all of it but the texts of passages
 * that no arm chose.
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
      @Nullable String stopped) {}

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
    return ResultReader.read(file);
  }

  /**
   * Writes all of it, replacing a file that is there.
   *
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void writeJson(Path file) {
    ResultWriter.write(this, file);
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

  /** What is known of the documents, of these questions; empty where nothing is. */
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
   * The passages that were found, by id; unmodifiable. Those of a result that was read from a file
   * have no text, and the place 0 to 0, unless some arm had them among its first topK.
   */
  public Map<String, Passage> passages() {
    return passages;
  }

  /** For people: what was run, then a line for each arm. */
  @Override
  public String toString() {
    return "%d arms on %s, %d questions%s%n%s"
        .formatted(
            arms.size(),
            set(),
            questions.size(),
            stopped().map(why -> " (" + why + ")").orElse(""),
            arms.stream().map(ArmResult::toString).collect(Collectors.joining("\n")));
  }
}
