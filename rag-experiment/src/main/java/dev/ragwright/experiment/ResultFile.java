package dev.ragwright.experiment;

import static com.fasterxml.jackson.annotation.JsonProperty.Access.READ_ONLY;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.ragwright.call.Cost;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The file of a result. A list of passages that several outcomes share stands once, in {@code
 * lists}, and outcomes have its place there. What follows from the rest is written for other
 * readers, and not read. Outcomes and scores are made while they are written, so that a large
 * result is not there twice.
 */
record ResultFile(
    String format,
    int version,
    String set,
    Instant startedAt,
    Instant endedAt,
    @JsonProperty @Nullable String stopped,
    Map<String, List<String>> factors,
    Map<String, String> settings,
    Map<String, Long> stageCalls,
    Map<String, Long> stageReplays,
    @JsonProperty(access = READ_ONLY) Denominators denominators,
    List<Asked> questions,
    List<Arm> arms,
    List<List<String>> lists,
    Map<String, Text> passages) {
  private static final String FORMAT = "ragwright-experiment";
  private static final int VERSION = 1;
  private static final ObjectMapper JSON = ResultJson.mapper(new SimpleModule());

  record Denominators(int questions, int judged, long withAnswers) {}

  /** A question with its judgments. */
  record Asked(String id, String text, List<String> answers, Map<String, Integer> judgments) {}

  record Arm(
      String name,
      Map<String, String> levels,
      Map<String, String> stages,
      int topK,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Wiring wiring,
      @JsonProperty @Nullable String failure,
      @JsonProperty(access = READ_ONLY) int answered,
      @JsonProperty(access = READ_ONLY) int abstained,
      @JsonProperty(access = READ_ONLY) int failed,
      Map<String, Metric> metrics,
      @JsonProperty(access = READ_ONLY) Latencies latency,
      @JsonProperty(access = READ_ONLY) Costs cost,
      List<Outcome> outcomes) {}

  record Latencies(
      Quantiles all, Quantiles measured, Quantiles replayed, Map<String, Double> meanStageMillis) {}

  record Quantiles(int questions, @Nullable Double p50Millis, @Nullable Double p95Millis) {
    static Quantiles of(Latency of) {
      return new Quantiles(of.questions(), millis(of.p50()), millis(of.p95()));
    }

    private static @Nullable Double millis(@Nullable Duration time) {
      return time == null ? null : time.toNanos() / 1e6;
    }
  }

  record Costs(
      Usage usage,
      double cpuSeconds,
      Cost total,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Cost perMillionQuestions,
      Map<String, Cost> byStage) {}

  /** A metric of all questions: scores are numbers, or say why there is none. */
  record Metric(
      @JsonProperty(access = READ_ONLY) @Nullable Double mean,
      @JsonProperty @Nullable Interval interval,
      @JsonProperty(access = READ_ONLY) int scored,
      @JsonProperty(access = READ_ONLY) int notApplicable,
      @JsonProperty(access = READ_ONLY) int failed,
      List<Object> scores) {}

  record Outcome(
      int retrieved,
      int depth,
      int ranked,
      int context,
      Map<String, Context.Reason> dropped,
      int contextTokens,
      @JsonProperty @Nullable String answer,
      List<Citation> citations,
      int refusedCitations,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Abstention abstention,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL)
          QuestionOutcome.@Nullable Failure failure,
      List<StageTime> stages,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Probe probe) {}

  /** A passage; of what no arm chose, the document alone. */
  record Text(
      String document,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer start,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String text,
      @JsonProperty @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> headings) {}

  /** Writes a file beside it that then takes its name, so that there is never half a result. */
  static void write(ExperimentResult result, Path file) {
    try {
      Path whole = file.toAbsolutePath();
      Path part = whole.resolveSibling(whole.getFileName() + ".part");
      try (OutputStream out = Files.newOutputStream(part)) {
        JSON.writer(new DefaultPrettyPrinter()).writeValue(out, new Writing(result).file());
      }
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the result " + file, e);
    }
  }

  static ExperimentResult read(Path file) {
    return ResultJson.read(
        JSON, file, "result", FORMAT, VERSION, ResultFile.class, ResultFile::result);
  }

  /** A result on its way into a file; {@code lists} fills while outcomes are written. */
  private static final class Writing {
    private final ExperimentResult result;
    private final Map<List<String>, Integer> places = new HashMap<>();
    private final List<List<String>> lists = new ArrayList<>();

    Writing(ExperimentResult result) {
      this.result = result;
    }

    ResultFile file() {
      ExperimentResult.Header header = result.header();
      List<Question> questions = result.questions();
      Denominators denominators =
          new Denominators(
              questions.size(),
              result.judgments().judgments().size(),
              questions.stream().filter(q -> !q.answers().isEmpty()).count());
      return new ResultFile(
          FORMAT,
          VERSION,
          header.set(),
          header.startedAt(),
          header.endedAt(),
          header.stopped(),
          header.factors(),
          header.settings(),
          header.stageCalls(),
          header.stageReplays(),
          denominators,
          each(
              questions,
              q ->
                  new Asked(
                      q.id(),
                      q.text(),
                      q.answers(),
                      result.judgments().judgments(q.id()).grades())),
          each(result.arms(), this::arm),
          lists,
          passages());
    }

    private Arm arm(ArmResult arm) {
      Map<String, Metric> metrics = new LinkedHashMap<>();
      arm.metrics().forEach(metric -> metrics.put(metric.metric(), metric(metric)));
      Map<String, Double> means = new LinkedHashMap<>();
      arm.meanStageTimes().forEach((stage, time) -> means.put(stage, time.toNanos() / 1e6));
      int asked = arm.outcomes().size();
      return new Arm(
          arm.name(),
          arm.levels(),
          arm.stages(),
          arm.topK(),
          arm.wiring().orElse(null),
          arm.failure().orElse(null),
          arm.answered(),
          arm.abstained(),
          arm.failed(),
          metrics,
          new Latencies(
              Quantiles.of(arm.latency()),
              Quantiles.of(arm.measuredLatency()),
              Quantiles.of(arm.replayedLatency()),
              means),
          new Costs(
              arm.usage(),
              arm.cpu().toNanos() / 1e9,
              arm.cost(),
              asked == 0 ? null : arm.cost().perMillion(asked),
              arm.costByStage()),
          each(arm.outcomes(), this::outcome));
    }

    private Metric metric(MetricResult metric) {
      return new Metric(
          metric.mean().isPresent() ? metric.mean().getAsDouble() : null,
          metric.interval().orElse(null),
          metric.scored(),
          metric.notApplicable(),
          metric.failed(),
          each(
              result.questions().size(),
              i ->
                  switch (metric.score(i)) {
                    case Score.Scored scored -> scored.number();
                    case Score.NotApplicable none -> "not applicable: " + none.reason();
                    case Score.Failed failed -> "failed: " + failed.reason();
                  }));
    }

    private Outcome outcome(QuestionOutcome outcome) {
      Map<String, Context.Reason> dropped = new LinkedHashMap<>();
      outcome.dropped().forEach(one -> dropped.put(one.passageId(), one.reason()));
      return new Outcome(
          place(outcome.retrieved()),
          outcome.depth(),
          place(outcome.ranked()),
          place(outcome.context()),
          dropped,
          outcome.contextTokens(),
          outcome.answer(),
          outcome.citations(),
          outcome.refusedCitations(),
          outcome.abstention(),
          outcome.failure(),
          outcome.stages(),
          outcome.probe());
    }

    private int place(List<String> ids) {
      return places.computeIfAbsent(
          ids,
          list -> {
            lists.add(list);
            return lists.size() - 1;
          });
    }

    /** Texts only of what some arm chose: all that was found may be most of the corpus. */
    private Map<String, Text> passages() {
      Set<String> chosen = new HashSet<>();
      for (ArmResult arm : result.arms()) {
        for (QuestionOutcome outcome : arm.outcomes()) {
          List<String> ranked = outcome.ranked();
          chosen.addAll(ranked.subList(0, Math.min(arm.topK(), ranked.size())));
        }
      }
      Map<String, Text> passages = new LinkedHashMap<>();
      for (Passage passage : result.passages().values()) {
        boolean told = chosen.contains(passage.id()) && !passage.text().isEmpty();
        passages.put(
            passage.id(),
            new Text(
                passage.documentId(),
                told ? passage.start() : null,
                told ? passage.text() : null,
                passage.headings()));
      }
      return passages;
    }
  }

  private static <T, R> List<R> each(List<T> all, Function<T, R> made) {
    return each(all.size(), i -> made.apply(all.get(i)));
  }

  /** A list whose elements are made when they are asked for. */
  private static <R> List<R> each(int size, IntFunction<R> made) {
    return new AbstractList<>() {
      @Override
      public R get(int index) {
        return made.apply(index);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  /** Arms are compared question by question and metric by metric, so each has to have all. */
  private void requireWhole() {
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("the result has no arm");
    }
    Set<String> metrics = arms.getFirst().metrics.keySet();
    for (Arm arm : arms) {
      if (!arm.metrics.keySet().equals(metrics)) {
        throw new IllegalArgumentException(
            "arm \"%s\" has the metrics %s, and arm \"%s\" has %s"
                .formatted(arms.getFirst().name, metrics, arm.name, arm.metrics.keySet()));
      }
      if (arm.outcomes.size() != questions.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "arm \"%s\" has %d outcomes of %d questions",
                arm.name,
                arm.outcomes.size(),
                questions.size()));
      }
    }
  }

  private ExperimentResult result() {
    requireWhole();
    lists.replaceAll(List::copyOf);
    factors.replaceAll((factor, levels) -> List.copyOf(levels));
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    for (Asked asked : questions) {
      if (!asked.judgments.isEmpty()) {
        judgments.put(asked.id, Judgments.of(asked.judgments));
      }
    }
    Map<String, Passage> found = new LinkedHashMap<>();
    passages.forEach((id, text) -> found.put(id, passage(id, text)));
    return new ExperimentResult(
        new ExperimentResult.Header(
            set,
            Collections.unmodifiableMap(factors),
            Collections.unmodifiableMap(settings),
            Collections.unmodifiableMap(stageCalls),
            Collections.unmodifiableMap(stageReplays),
            startedAt,
            endedAt,
            stopped),
        questions.stream().map(q -> new Question(q.id, q.text, q.answers)).toList(),
        Qrels.of(judgments),
        arms.stream().map(this::arm).toList(),
        found);
  }

  private ArmResult arm(Arm arm) {
    List<String> ids = questions.stream().map(Asked::id).toList();
    List<QuestionOutcome> read = new ArrayList<>();
    for (Outcome outcome : arm.outcomes) {
      read.add(outcome(ids.get(read.size()), outcome));
    }
    return new ArmResult(
        arm.name,
        arm.levels,
        arm.stages,
        arm.topK,
        arm.wiring,
        arm.failure,
        arm.metrics.entrySet().stream().map(e -> metric(e.getKey(), ids, e.getValue())).toList(),
        read);
  }

  private static MetricResult metric(String name, List<String> ids, Metric metric) {
    double[] values = new double[ids.size()];
    Map<Integer, Score> missing = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      if (metric.scores.get(i) instanceof Number number) {
        values[i] = number.doubleValue();
      } else {
        values[i] = Double.NaN;
        missing.put(i, withoutNumber(ids.get(i), String.valueOf(metric.scores.get(i))));
      }
    }
    return new MetricResult(name, ids, values, missing, metric.interval);
  }

  private static Score withoutNumber(String id, String score) {
    String[] parts = score.split(": ", 2);
    String why = parts.length == 2 ? parts[1] : "";
    return switch (parts[0]) {
      case "not applicable" -> new Score.NotApplicable(id, why);
      case "failed" -> new Score.Failed(id, new RagException(why));
      default ->
          throw new IllegalArgumentException(
              "the score of question \"%s\" is \"%s\"".formatted(id, score));
    };
  }

  private QuestionOutcome outcome(String id, Outcome outcome) {
    return new QuestionOutcome(
        new QuestionOutcome.Values(
            id,
            lists.get(outcome.retrieved),
            outcome.depth,
            lists.get(outcome.ranked),
            lists.get(outcome.context),
            outcome.dropped.entrySet().stream()
                .map(e -> new Context.Dropped(e.getKey(), e.getValue()))
                .toList(),
            outcome.contextTokens,
            outcome.answer,
            outcome.citations,
            outcome.refusedCitations,
            outcome.abstention,
            outcome.failure,
            outcome.stages,
            outcome.probe));
  }

  private static Passage passage(String id, Text of) {
    String text = of.text == null ? "" : of.text;
    int start = of.start == null ? 0 : of.start;
    List<String> headings = of.headings == null ? List.of() : of.headings;
    return new Passage(
        id, of.document, start, start + text.length(), text, headings, Metadata.empty());
  }
}
