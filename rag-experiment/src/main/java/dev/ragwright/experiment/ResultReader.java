package dev.ragwright.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.RagException;
import dev.ragwright.document.DocumentReadException;
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
import dev.ragwright.source.files.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ResultWriter} wrote. */
final class ResultReader {
  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode root;
  private final List<List<String>> lists = new ArrayList<>();
  private final List<Question> questions = new ArrayList<>();

  private ResultReader(JsonNode root) {
    this.root = root;
  }

  static ExperimentResult read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException("there is no result " + file);
    }
    try {
      return new ResultReader(JSON.readTree(TextFile.read(file))).result();
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
      throw new DocumentReadException(file + ": " + e.getMessage(), e);
    }
  }

  private ExperimentResult result() {
    if (!root.path("format").asText().equals(ResultWriter.FORMAT)) {
      throw new IllegalArgumentException(
          "\"format\" is %s, expected \"%s\"".formatted(root.path("format"), ResultWriter.FORMAT));
    }
    if (root.path("version").asInt() != ResultWriter.VERSION) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the result is of version %s, this library reads version %d",
              root.path("version"),
              ResultWriter.VERSION));
    }
    at(root, "lists").forEach(list -> lists.add(strings(list)));
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    for (JsonNode node : at(root, "questions")) {
      Question question =
          new Question(text(node, "id"), text(node, "text"), strings(node, "answers"));
      questions.add(question);
      Map<String, Integer> grades = new LinkedHashMap<>();
      at(node, "judgments").properties().forEach(e -> grades.put(e.getKey(), e.getValue().asInt()));
      if (!grades.isEmpty()) {
        judgments.put(question.id(), Judgments.of(grades));
      }
    }
    List<ArmResult> arms = new ArrayList<>();
    at(root, "arms").forEach(arm -> arms.add(arm(arm)));
    return new ExperimentResult(header(), questions, Qrels.of(judgments), arms, passages());
  }

  private ExperimentResult.Header header() {
    Map<String, List<String>> factors = new LinkedHashMap<>();
    at(root, "factors").properties().forEach(e -> factors.put(e.getKey(), strings(e.getValue())));
    return new ExperimentResult.Header(
        text(root, "set"),
        Collections.unmodifiableMap(factors),
        texts(root, "settings"),
        numbers(root, "stageCalls"),
        numbers(root, "stageReplays"),
        Instant.parse(text(root, "startedAt")),
        Instant.parse(text(root, "endedAt")),
        optional(root, "stopped"));
  }

  private ArmResult arm(JsonNode node) {
    List<MetricResult> metrics = new ArrayList<>();
    at(node, "metrics").properties().forEach(e -> metrics.add(metric(e.getKey(), e.getValue())));
    List<QuestionOutcome> outcomes = new ArrayList<>();
    for (JsonNode outcome : at(node, "outcomes")) {
      outcomes.add(outcome(questions.get(outcomes.size()).id(), outcome));
    }
    return new ArmResult(
        text(node, "name"),
        texts(node, "levels"),
        texts(node, "stages"),
        number(node, "topK"),
        optional(node, "failure"),
        metrics,
        outcomes);
  }

  private MetricResult metric(String name, JsonNode node) {
    List<String> ids = questions.stream().map(Question::id).toList();
    double[] values = new double[ids.size()];
    Map<Integer, Score> missing = new HashMap<>();
    for (int i = 0; i < values.length; i++) {
      JsonNode score = at(node, "scores").path(i);
      values[i] = score.isNumber() ? score.doubleValue() : Double.NaN;
      if (!score.isNumber()) {
        missing.put(i, withoutNumber(ids.get(i), score));
      }
    }
    JsonNode interval = node.path("interval");
    return new MetricResult(
        name,
        ids,
        values,
        missing,
        interval.isObject()
            ? new Interval(
                at(interval, "low").doubleValue(),
                at(interval, "high").doubleValue(),
                at(interval, "level").doubleValue())
            : null);
  }

  private static Score withoutNumber(String id, JsonNode score) {
    String[] parts = score.asText().split(": ", 2);
    String why = parts.length == 2 ? parts[1] : "";
    return switch (parts[0]) {
      case "not applicable" -> new Score.NotApplicable(id, why);
      case "failed" -> new Score.Failed(id, new RagException(why));
      default ->
          throw new IllegalArgumentException(
              "the score of question \"%s\" is %s".formatted(id, score));
    };
  }

  private QuestionOutcome outcome(String id, JsonNode node) {
    List<Context.Dropped> dropped = new ArrayList<>();
    at(node, "dropped")
        .properties()
        .forEach(
            e ->
                dropped.add(
                    new Context.Dropped(
                        e.getKey(), Context.Reason.valueOf(e.getValue().asText()))));
    List<Citation> citations = new ArrayList<>();
    at(node, "citations").forEach(citation -> citations.add(citation(citation)));
    JsonNode abstention = node.path("abstention");
    JsonNode failure = node.path("failure");
    return new QuestionOutcome(
        id,
        lists.get(number(node, "retrieved")),
        number(node, "depth"),
        lists.get(number(node, "ranked")),
        lists.get(number(node, "context")),
        dropped,
        number(node, "contextTokens"),
        optional(node, "answer"),
        citations,
        number(node, "refusedCitations"),
        abstention.isObject()
            ? new Abstention(
                Abstention.Reason.valueOf(text(abstention, "reason")), text(abstention, "detail"))
            : null,
        failure.isObject()
            ? new QuestionOutcome.Failure(text(failure, "stage"), text(failure, "message"))
            : null,
        times(node),
        node.has("probe") ? probe(at(node, "probe")) : null);
  }

  private static Probe probe(JsonNode node) {
    List<Probe.Way> gold = new ArrayList<>();
    for (JsonNode way : at(node, "gold")) {
      String loss = optional(way, "loss");
      gold.add(
          new Probe.Way(
              text(way, "document"),
              optional(way, "passage"),
              loss == null ? null : Loss.valueOf(loss),
              way.has("rank") ? (Integer) number(way, "rank") : null));
    }
    List<Probe.Trial> trials = new ArrayList<>();
    for (JsonNode trial : at(node, "trials")) {
      trials.add(
          new Probe.Trial(
              Probe.Given.valueOf(text(trial, "given")),
              optional(trial, "answer"),
              at(trial, "right").booleanValue(),
              optional(trial, "failure"),
              times(trial)));
    }
    return new Probe(trials, gold, at(node, "supported").booleanValue());
  }

  private static List<StageTime> times(JsonNode node) {
    List<StageTime> times = new ArrayList<>();
    at(node, "stages").forEach(stage -> times.add(time(stage)));
    return times;
  }

  private static Citation citation(JsonNode node) {
    return new Citation(
        text(node, "passage"),
        text(node, "document"),
        number(node, "start"),
        number(node, "end"),
        text(node, "quote"),
        strings(node, "headings"),
        number(node, "answerStart"),
        number(node, "answerEnd"),
        node.path("quoted").asBoolean(true));
  }

  private static StageTime time(JsonNode node) {
    return new StageTime(
        text(node, "stage"),
        Duration.ofNanos(at(node, "nanos").longValue()),
        Duration.ofNanos(at(node, "cpuNanos").longValue()),
        ResultCodec.usage(at(node, "usage")),
        cost(at(node, "cost")),
        Instant.parse(text(node, "measuredAt")),
        at(node, "replayed").booleanValue());
  }

  private static Cost cost(JsonNode node) {
    return node.has("amount")
        ? Cost.of(Money.of(text(node, "amount"), text(node, "currency")))
        : strings(node, "unknown").stream().map(Cost::unknown).reduce(Cost::plus).orElseThrow();
  }

  private Map<String, Passage> passages() {
    Map<String, Passage> passages = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : at(root, "passages").properties()) {
      JsonNode node = entry.getValue();
      String words = node.path("text").asText("");
      int start = node.path("start").asInt(0);
      passages.put(
          entry.getKey(),
          new Passage(
              entry.getKey(),
              text(node, "document"),
              start,
              start + words.length(),
              words,
              strings(node.path("headings")),
              Metadata.empty()));
    }
    return passages;
  }

  private static JsonNode at(JsonNode node, String field) {
    JsonNode found = node.path(field);
    if (found.isMissingNode()) {
      throw new IllegalArgumentException("\"" + field + "\" is missing");
    }
    return found;
  }

  private static String text(JsonNode node, String field) {
    return at(node, field).asText();
  }

  private static @Nullable String optional(JsonNode node, String field) {
    return node.hasNonNull(field) ? node.path(field).asText() : null;
  }

  private static int number(JsonNode node, String field) {
    return at(node, field).intValue();
  }

  private static List<String> strings(JsonNode node, String field) {
    return strings(at(node, field));
  }

  private static List<String> strings(JsonNode node) {
    List<String> all = new ArrayList<>();
    node.forEach(element -> all.add(element.asText()));
    return List.copyOf(all);
  }

  private static Map<String, String> texts(JsonNode node, String field) {
    Map<String, String> all = new LinkedHashMap<>();
    at(node, field).properties().forEach(e -> all.put(e.getKey(), e.getValue().asText()));
    return Collections.unmodifiableMap(all);
  }

  private static Map<String, Long> numbers(JsonNode node, String field) {
    Map<String, Long> all = new LinkedHashMap<>();
    at(node, field).properties().forEach(e -> all.put(e.getKey(), e.getValue().asLong()));
    return Collections.unmodifiableMap(all);
  }
}
