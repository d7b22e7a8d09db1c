package dev.ragwright.experiment;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a result as JSON, piece by piece, so that its size does not matter, into a file beside it
 * that then takes its name, so that there is never half a result. A list of passages that several
 * outcomes share stands once, in {@code lists}, and outcomes have its place there.
 */
final class ResultWriter {
  static final String FORMAT = "ragwright-experiment";
  static final int VERSION = 1;

  private final JsonGenerator json;
  private final ExperimentResult result;
  private final Map<List<String>, Integer> lists = new LinkedHashMap<>();

  private ResultWriter(JsonGenerator json, ExperimentResult result) {
    this.json = json;
    this.result = result;
  }

  static void write(ExperimentResult result, Path file) {
    try {
      Path whole = file.toAbsolutePath();
      Path part = whole.resolveSibling(whole.getFileName() + ".part");
      try (OutputStream out = Files.newOutputStream(part);
          JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
        json.setPrettyPrinter(new DefaultPrettyPrinter());
        new ResultWriter(json, result).write();
      }
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the result " + file, e);
    }
  }

  private void write() throws IOException {
    ExperimentResult.Header header = result.header();
    json.writeStartObject();
    json.writeStringField("format", FORMAT);
    json.writeNumberField("version", VERSION);
    json.writeStringField("set", header.set());
    json.writeStringField("startedAt", header.startedAt().toString());
    json.writeStringField("endedAt", header.endedAt().toString());
    json.writeStringField("stopped", header.stopped());
    json.writeObjectFieldStart("factors");
    for (Map.Entry<String, List<String>> factor : header.factors().entrySet()) {
      json.writeFieldName(factor.getKey());
      strings(factor.getValue());
    }
    json.writeEndObject();
    strings("settings", header.settings());
    numbers("stageCalls", header.stageCalls());
    numbers("stageReplays", header.stageReplays());
    denominators();
    questions();
    json.writeArrayFieldStart("arms");
    for (ArmResult arm : result.arms()) {
      arm(arm);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("lists");
    for (List<String> list : lists.keySet()) {
      strings(list);
    }
    json.writeEndArray();
    passages();
    json.writeEndObject();
  }

  private void denominators() throws IOException {
    List<Question> questions = result.questions();
    json.writeObjectFieldStart("denominators");
    json.writeNumberField("questions", questions.size());
    json.writeNumberField("judged", result.judgments().judgments().size());
    json.writeNumberField(
        "withAnswers", questions.stream().filter(q -> !q.answers().isEmpty()).count());
    json.writeEndObject();
  }

  private void questions() throws IOException {
    json.writeArrayFieldStart("questions");
    for (Question question : result.questions()) {
      json.writeStartObject();
      json.writeStringField("id", question.id());
      json.writeStringField("text", question.text());
      json.writeFieldName("answers");
      strings(question.answers());
      json.writeObjectFieldStart("judgments");
      for (Map.Entry<String, Integer> grade :
          result.judgments().judgments(question.id()).grades().entrySet()) {
        json.writeNumberField(grade.getKey(), grade.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void arm(ArmResult arm) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", arm.name());
    strings("levels", arm.levels());
    strings("stages", arm.stages());
    json.writeNumberField("topK", arm.topK());
    json.writeStringField("failure", arm.failure().orElse(null));
    json.writeNumberField("answered", arm.answered());
    json.writeNumberField("abstained", arm.abstained());
    json.writeNumberField("failed", arm.failed());
    json.writeObjectFieldStart("metrics");
    for (MetricResult metric : arm.metrics()) {
      metric(metric);
    }
    json.writeEndObject();
    json.writeObjectFieldStart("latency");
    latency("all", arm.latency());
    latency("measured", arm.measuredLatency());
    latency("replayed", arm.replayedLatency());
    json.writeObjectFieldStart("meanStageMillis");
    for (Map.Entry<String, Duration> stage : arm.meanStageTimes().entrySet()) {
      json.writeNumberField(stage.getKey(), stage.getValue().toNanos() / 1e6);
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeObjectFieldStart("cost");
    usage("usage", arm.usage());
    json.writeNumberField("cpuSeconds", arm.cpu().toNanos() / 1e9);
    cost("total", arm.cost());
    if (!arm.outcomes().isEmpty()) {
      cost("perMillionQuestions", arm.cost().perMillion(arm.outcomes().size()));
    }
    json.writeObjectFieldStart("byStage");
    for (Map.Entry<String, Cost> stage : arm.costByStage().entrySet()) {
      cost(stage.getKey(), stage.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeArrayFieldStart("outcomes");
    for (QuestionOutcome outcome : arm.outcomes()) {
      outcome(outcome);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void metric(MetricResult metric) throws IOException {
    json.writeObjectFieldStart(metric.metric());
    OptionalDouble mean = metric.mean();
    if (mean.isPresent()) {
      json.writeNumberField("mean", mean.getAsDouble());
    } else {
      json.writeNullField("mean");
    }
    if (metric.interval().isPresent()) {
      Interval interval = metric.interval().get();
      json.writeObjectFieldStart("interval");
      json.writeNumberField("low", interval.low());
      json.writeNumberField("high", interval.high());
      json.writeNumberField("level", interval.level());
      json.writeEndObject();
    } else {
      json.writeNullField("interval");
    }
    json.writeNumberField("scored", metric.scored());
    json.writeNumberField("notApplicable", metric.notApplicable());
    json.writeNumberField("failed", metric.failed());
    json.writeArrayFieldStart("scores");
    for (int i = 0; i < result.questions().size(); i++) {
      switch (metric.score(i)) {
        case Score.Scored scored -> json.writeNumber(scored.number());
        case Score.NotApplicable none -> json.writeString("not applicable: " + none.reason());
        case Score.Failed failed -> json.writeString("failed: " + failed.cause().getMessage());
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void latency(String name, Latency latency) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("questions", latency.questions());
    millis("p50Millis", latency.p50());
    millis("p95Millis", latency.p95());
    json.writeEndObject();
  }

  private void millis(String name, @Nullable Duration time) throws IOException {
    if (time == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, time.toNanos() / 1e6);
    }
  }

  private void outcome(QuestionOutcome outcome) throws IOException {
    json.writeStartObject();
    json.writeNumberField("retrieved", list(outcome.retrieved()));
    json.writeNumberField("depth", outcome.depth());
    json.writeNumberField("ranked", list(outcome.ranked()));
    json.writeNumberField("context", list(outcome.context()));
    json.writeObjectFieldStart("dropped");
    for (Context.Dropped dropped : outcome.dropped()) {
      json.writeStringField(dropped.passageId(), dropped.reason().name());
    }
    json.writeEndObject();
    json.writeNumberField("contextTokens", outcome.contextTokens());
    json.writeStringField("answer", outcome.answer());
    json.writeArrayFieldStart("citations");
    for (Citation citation : outcome.citations()) {
      citation(citation);
    }
    json.writeEndArray();
    json.writeNumberField("refusedCitations", outcome.refusedCitations());
    Abstention abstention = outcome.abstention();
    if (abstention != null) {
      json.writeObjectFieldStart("abstention");
      json.writeStringField("reason", abstention.reason().name());
      json.writeStringField("detail", abstention.detail());
      json.writeEndObject();
    }
    QuestionOutcome.Failure failure = outcome.failure();
    if (failure != null) {
      json.writeObjectFieldStart("failure");
      json.writeStringField("stage", failure.stage());
      json.writeStringField("message", failure.message());
      json.writeEndObject();
    }
    stages(outcome.stages());
    Probe probe = outcome.probe();
    if (probe != null) {
      probe(probe);
    }
    json.writeEndObject();
  }

  private void probe(Probe probe) throws IOException {
    json.writeObjectFieldStart("probe");
    json.writeStringField("cause", probe.cause().name()); // for other readers: it follows
    json.writeBooleanField("supported", probe.supported());
    json.writeArrayFieldStart("gold");
    for (Probe.Way way : probe.gold()) {
      json.writeStartObject();
      json.writeStringField("document", way.documentId());
      json.writeStringField("passage", way.passageId());
      Loss loss = way.loss();
      json.writeStringField("loss", loss == null ? null : loss.name());
      if (way.rank() != null) {
        json.writeNumberField("rank", way.rank());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("trials");
    for (Probe.Trial trial : probe.trials()) {
      json.writeStartObject();
      json.writeStringField("given", trial.given().name());
      json.writeStringField("answer", trial.answer());
      json.writeBooleanField("right", trial.right());
      json.writeStringField("failure", trial.failure());
      stages(trial.stages());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void stages(List<StageTime> stages) throws IOException {
    json.writeArrayFieldStart("stages");
    for (StageTime time : stages) {
      json.writeStartObject();
      json.writeStringField("stage", time.stage());
      json.writeNumberField("nanos", time.wall().toNanos());
      json.writeNumberField("cpuNanos", time.cpu().toNanos());
      usage("usage", time.usage());
      cost("cost", time.cost());
      json.writeStringField("measuredAt", time.measuredAt().toString());
      json.writeBooleanField("replayed", time.replayed());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void citation(Citation citation) throws IOException {
    json.writeStartObject();
    json.writeStringField("passage", citation.passageId());
    json.writeStringField("document", citation.documentId());
    json.writeNumberField("start", citation.start());
    json.writeNumberField("end", citation.end());
    json.writeStringField("quote", citation.quote());
    json.writeFieldName("headings");
    strings(citation.headings());
    json.writeNumberField("answerStart", citation.answerStart());
    json.writeNumberField("answerEnd", citation.answerEnd());
    json.writeBooleanField("quoted", citation.quoted());
    json.writeEndObject();
  }

  /** An incomplete usage says so; a counter that is known to be unknown is null. */
  private void usage(String name, Usage usage) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> count : usage.known().entrySet()) {
      json.writeNumberField(count.getKey(), count.getValue());
    }
    for (String counter : usage.unknownCounters()) {
      json.writeNullField(counter);
    }
    if (!usage.isComplete()) {
      json.writeBooleanField("complete", false);
    }
    json.writeEndObject();
  }

  /** An amount with its currency, or what would have to be known. */
  private void cost(String name, Cost cost) throws IOException {
    json.writeObjectFieldStart(name);
    if (cost.money().isPresent()) {
      json.writeStringField("amount", cost.money().get().amount().toPlainString());
      json.writeStringField("currency", cost.money().get().currency().getCurrencyCode());
    } else {
      json.writeFieldName("unknown");
      strings(List.copyOf(cost.missing()));
    }
    json.writeEndObject();
  }

  private int list(List<String> ids) {
    return lists.computeIfAbsent(ids, list -> lists.size());
  }

  /** Texts only of what some arm chose: all that was found may be most of the corpus. */
  private void passages() throws IOException {
    Set<String> chosen = new HashSet<>();
    for (ArmResult arm : result.arms()) {
      for (QuestionOutcome outcome : arm.outcomes()) {
        List<String> ranked = outcome.ranked();
        chosen.addAll(ranked.subList(0, Math.min(arm.topK(), ranked.size())));
      }
    }
    json.writeObjectFieldStart("passages");
    for (Passage passage : result.passages().values()) {
      json.writeObjectFieldStart(passage.id());
      json.writeStringField("document", passage.documentId());
      if (chosen.contains(passage.id()) && !passage.text().isEmpty()) {
        json.writeNumberField("start", passage.start());
        json.writeStringField("text", passage.text());
      }
      if (!passage.headings().isEmpty()) {
        json.writeFieldName("headings");
        strings(passage.headings());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void strings(String name, Map<String, String> values) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> value : values.entrySet()) {
      json.writeStringField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
  }

  private void numbers(String name, Map<String, Long> values) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> value : values.entrySet()) {
      json.writeNumberField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
  }

  private void strings(List<String> values) throws IOException {
    json.writeStartArray();
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
