package dev.ragwright.eval.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Ranking;
import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.Run;
import dev.ragwright.eval.RunEvaluation;
import dev.ragwright.eval.Score;
import dev.ragwright.text.Decimals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All metrics on 300 random runs against trec_eval 9.0.8, by way of pytrec_eval-terrier 0.5.11:
 * ties, near ties, short and empty lists, graded and negative judgments, levels, queries that are
 * missing on either side, ids whose order depends on the encoding. {@code
 * src/test/python/ranking_golden.py} made the file and says what is in it.
 */
class TrecEvalGoldenTest {
  private static final String GOLDEN = "trec_eval.jsonl.gz";

  @TempDir Path folder;

  record Case(JsonNode json) {
    Qrels qrels() {
      Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> query : json.path("qrels").properties()) {
        Map<String, Integer> known = new LinkedHashMap<>();
        query.getValue().properties().forEach(d -> known.put(d.getKey(), d.getValue().intValue()));
        grades.put(query.getKey(), known);
      }
      return Qrels.ofGrades(grades);
    }

    Run run() {
      Map<String, Ranking> rankings = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> query : json.path("run").properties()) {
        Map<String, Double> scores = new LinkedHashMap<>();
        query
            .getValue()
            .properties()
            .forEach(d -> scores.put(d.getKey(), Double.valueOf(d.getValue().textValue())));
        rankings.put(query.getKey(), Ranking.of(scores));
      }
      Run run = Run.of("golden", rankings);
      return json.path("scores").textValue().equals("float") ? run.withFloatScores() : run;
    }

    Map<String, RankingMetric> metrics() {
      Map<String, RankingMetric> metrics = new LinkedHashMap<>();
      json.path("values")
          .fieldNames()
          .forEachRemaining(
              name -> metrics.putAll(RankingMetrics.parse(name, json.path("level").intValue())));
      return metrics;
    }
  }

  private static List<Case> cases() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Case> cases = new ArrayList<>();
    InputStream golden =
        Objects.requireNonNull(TrecEvalGoldenTest.class.getResourceAsStream(GOLDEN));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(golden), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        cases.add(new Case(mapper.readTree(line)));
      }
    }
    return cases;
  }

  @Test
  void everyValueIsThatOfTrecEval() throws IOException {
    List<String> different = new ArrayList<>();
    int compared = 0;
    int cases = 0;
    for (Case golden : cases()) {
      cases++;
      compared += compare(cases, golden, golden.run(), different);
    }
    assertThat(different).isEmpty();
    assertThat(cases).isEqualTo(300);
    assertThat(compared).isEqualTo(38_984);
  }

  @Test
  void runsAndJudgmentsSurviveTheirFiles() throws IOException {
    for (Case golden : cases().subList(0, 40)) {
      Path qrels = folder.resolve("qrels");
      golden.qrels().write(qrels);
      assertThat(Qrels.read(qrels)).isEqualTo(golden.qrels());
      Map<String, Ranking> found = new LinkedHashMap<>(golden.run().rankings());
      found.values().removeIf(ranking -> ranking.size() == 0);
      if (!found.isEmpty()) {
        Path file = folder.resolve("run");
        Run.of("golden", found).write(file);
        assertThat(Run.read(file)).isEqualTo(Run.of("golden", found));
      }
    }
  }

  /** The values of each query to the last bit, the means in the four digits that are printed. */
  private static int compare(int number, Case golden, Run run, List<String> different) {
    JsonNode values = golden.json().path("values");
    JsonNode means = golden.json().path("means");
    Map<String, RankingMetric> metrics = golden.metrics();
    Evaluation some = RunEvaluation.of(golden.qrels(), run, metrics.values(), false);
    Evaluation complete = RunEvaluation.of(golden.qrels(), run, metrics.values(), true);
    int compared = 0;
    for (Map.Entry<String, RankingMetric> entry : metrics.entrySet()) {
      String name = entry.getValue().name();
      Map<String, Double> scored = new LinkedHashMap<>();
      for (Score score : some.scores(name).scores()) {
        score.value().ifPresent(value -> scored.put(score.caseId(), value));
      }
      Map<String, Double> expected = new LinkedHashMap<>();
      values
          .path(entry.getKey())
          .properties()
          .forEach(query -> expected.put(query.getKey(), query.getValue().doubleValue()));
      if (!scored.equals(expected)) {
        different.add("run " + number + " " + name + ": " + scored + ", trec_eval " + expected);
      }
      List<String> printed =
          List.of(
              Decimals.fixed(some.mean(name).orElseThrow(), 4),
              Decimals.fixed(complete.mean(name).orElseThrow(), 4));
      JsonNode mean = means.path(entry.getKey());
      if (!printed.equals(List.of(mean.path(0).textValue(), mean.path(1).textValue()))) {
        different.add("run " + number + " " + name + ": " + printed + ", trec_eval " + mean);
      }
      compared += expected.size() + 2;
    }
    return compared;
  }
}
