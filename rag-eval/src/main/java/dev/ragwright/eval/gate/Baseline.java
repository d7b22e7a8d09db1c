package dev.ragwright.eval.gate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.RagException;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scores of an earlier evaluation, question by question, that later ones are held against. It is
 * kept in a file under version control: the file has no date, the same scores give the same bytes,
 * and each question has a line of its own, so that a change of the baseline can be reviewed.
 * Immutable.
 *
 * <pre>{@code
 * {
 *   "format" : "ragwright-baseline",
 *   "version" : 1,
 *   "name" : "bm25 on scifact/test",
 *   "resampling" : { "resamples" : 10000, "seed" : 42, "level" : 0.95 },
 *   "metrics" : {
 *     "ndcg@10" : { "q1" : 0.6309297535714575, "q2" : "failed", "q3" : "not applicable" }
 *   }
 * }
 * }</pre>
 */
public final class Baseline {
  private static final String FORMAT = "ragwright-baseline";
  private static final int VERSION = 1;
  private static final String FAILED = "failed";
  private static final String NOT_APPLICABLE = "not applicable";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader READER =
      MAPPER
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final String name;
  private final Resampling resampling;
  private final List<MetricScores> metrics;

  private Baseline(String name, Resampling resampling, List<MetricScores> metrics) {
    this.name = name;
    this.resampling = resampling;
    this.metrics = metrics;
  }

  /**
   * A baseline of all metrics of an evaluation, with a name such as {@code bm25 on scifact/test}.
   */
  public static Baseline of(Evaluation evaluation) {
    return of(evaluation.subject() + " on " + evaluation.set(), evaluation.metrics());
  }

  /**
   * A baseline of the scores by some metrics, such as those of answers. Comparisons draw 10,000
   * times from seed 42, for intervals of 95 %, unless {@linkplain #withResampling set otherwise}.
   *
   * @param name names it in messages
   * @throws IllegalArgumentException if there is no metric, one stands twice, or a case does in one
   */
  public static Baseline of(String name, Collection<MetricScores> metrics) {
    if (metrics.isEmpty()) {
      throw new IllegalArgumentException("the baseline " + name + " has no metric");
    }
    Set<String> names = new LinkedHashSet<>();
    for (MetricScores scores : metrics) {
      if (!names.add(scores.metric())) {
        throw new IllegalArgumentException(
            "the metric " + scores.metric() + " stands twice in the baseline " + name);
      }
      scores.byCase();
    }
    return new Baseline(name, Resampling.standard(), List.copyOf(metrics));
  }

  /** Returns the same scores with other settings for the draws of comparisons. */
  public Baseline withResampling(Resampling other) {
    return new Baseline(name, other, metrics);
  }

  /** The name in messages. */
  public String name() {
    return name;
  }

  /** How comparisons with it draw. */
  public Resampling resampling() {
    return resampling;
  }

  /** Each metric's scores; unmodifiable. */
  public List<MetricScores> metrics() {
    return metrics;
  }

  /**
   * Writes an evaluation as the baseline of later ones; short for {@link #of(Evaluation)} and
   * {@link #write(Path)}.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Evaluation evaluation, Path file) {
    of(evaluation).write(file);
  }

  /**
   * Writes the file, replacing one that is there. Why a case failed or is not applicable is not
   * kept.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void write(Path file) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT).put("version", VERSION).put("name", name);
    root.putObject("resampling")
        .put("resamples", resampling.resamples())
        .put("seed", resampling.seed())
        .put("level", resampling.level());
    ObjectNode all = root.putObject("metrics");
    for (MetricScores scores : metrics) {
      ObjectNode cases = all.putObject(scores.metric());
      for (Score score : scores.scores()) {
        switch (score) {
          case Score.Scored scored -> cases.put(scored.caseId(), scored.number());
          case Score.Failed failed -> cases.put(failed.caseId(), FAILED);
          case Score.NotApplicable none -> cases.put(none.caseId(), NOT_APPLICABLE);
        }
      }
    }
    DefaultPrettyPrinter lines =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
    try {
      Files.writeString(file, MAPPER.writer(lines).writeValueAsString(root) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the baseline " + file, e);
    }
  }

  /**
   * Reads what {@link #write(Path)} wrote.
   *
   * @throws DocumentReadException if there is no such file, if it is not JSON (naming line and
   *     column), of another version, or if something in it is missing or wrong, naming what
   */
  public static Baseline read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException(
          Files.exists(file)
              ? file + " is not a file"
              : "there is no baseline " + file + "; Baseline.write makes one");
    }
    JsonNode root = parse(file);
    if (!root.path("format").asText().equals(FORMAT)) {
      throw broken(file, "format", root.path("format"), "\"" + FORMAT + "\"");
    }
    if (root.path("version").asInt() != VERSION) {
      throw broken(file, "version", root.path("version"), String.valueOf(VERSION));
    }
    if (!root.path("name").isTextual()) {
      throw broken(file, "name", root.path("name"), "a text");
    }
    if (!root.path("metrics").isObject() || root.path("metrics").isEmpty()) {
      throw broken(file, "metrics", root.path("metrics"), "scores by metric");
    }
    List<MetricScores> metrics = new ArrayList<>();
    for (Map.Entry<String, JsonNode> metric : root.path("metrics").properties()) {
      if (!metric.getValue().isObject()) {
        throw broken(file, "metrics." + metric.getKey(), metric.getValue(), "scores by question");
      }
      List<Score> scores = new ArrayList<>();
      for (Map.Entry<String, JsonNode> score : metric.getValue().properties()) {
        scores.add(score(file, metric.getKey(), score.getKey(), score.getValue()));
      }
      metrics.add(new MetricScores(metric.getKey(), scores));
    }
    return new Baseline(root.path("name").asText(), resampling(file, root), List.copyOf(metrics));
  }

  private static JsonNode parse(Path file) {
    try {
      return READER.readTree(TextFile.read(file));
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " line " + e.getLocation().getLineNr() + " column " + e.getLocation().getColumnNr();
      throw new DocumentReadException(file + place + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Resampling resampling(Path file, JsonNode root) {
    JsonNode node = root.path("resampling");
    for (String field : List.of("resamples", "seed")) {
      if (!node.path(field).isIntegralNumber() || !node.path(field).canConvertToLong()) {
        throw broken(file, "resampling." + field, node.path(field), "a whole number");
      }
    }
    if (!node.path("level").isNumber()) {
      throw broken(file, "resampling.level", node.path("level"), "a number");
    }
    try {
      return new Resampling(
          node.path("resamples").intValue(),
          node.path("seed").longValue(),
          node.path("level").doubleValue());
    } catch (IllegalArgumentException e) {
      throw new DocumentReadException(file + ": \"resampling\": " + e.getMessage(), e);
    }
  }

  private static Score score(Path file, String metric, String id, JsonNode node) {
    if (node.isNumber() && Double.isFinite(node.doubleValue())) {
      return new Score.Scored(id, node.doubleValue());
    }
    return switch (node.asText()) {
      case FAILED -> new Score.Failed(id, new RagException("failed in the baseline"));
      case NOT_APPLICABLE -> new Score.NotApplicable(id, "not applicable in the baseline");
      default ->
          throw broken(
              file,
              "metrics." + metric + "." + id,
              node,
              "a number, \"" + FAILED + "\" or \"" + NOT_APPLICABLE + "\"");
    };
  }

  private static DocumentReadException broken(
      Path file, String what, JsonNode found, String expected) {
    return new DocumentReadException(
        "%s: \"%s\" is %s, expected %s"
            .formatted(file, what, found.isMissingNode() ? "missing" : found, expected));
  }

  /** For people: the name and a summary of each metric. */
  @Override
  public String toString() {
    List<String> all = metrics.stream().map(m -> m.metric() + " " + m.summary()).toList();
    return name + ": " + String.join(", ", all);
  }
}
