package dev.ragwright.eval.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.CallContext;
import dev.ragwright.eval.stats.Auroc;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.testmodels.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Word overlap tells supported answers from others as well as the check figures in the README of
 * the data sets beside the repository say; skipped where those are not there.
 */
class WordOverlapBaselineTest {
  private static final Path DATA = Repository.shared("data");

  private static List<JsonNode> read(String set, String name) throws IOException {
    Path folder = DATA.resolve(set);
    assumeTrue(Files.isDirectory(folder), "skipped: there is no " + folder);
    Path packed = folder.resolve(name + ".gz");
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> objects = new ArrayList<>();
    try (InputStream in =
            Files.exists(packed)
                ? new GZIPInputStream(Files.newInputStream(packed))
                : Files.newInputStream(folder.resolve(name));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        objects.add(mapper.readTree(line));
      }
    }
    return objects;
  }

  private static Estimate agreement(List<Double> scores, List<Boolean> labels) {
    boolean[] right = new boolean[labels.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = labels.get(i);
    }
    return Auroc.of(scores.stream().mapToDouble(score -> score).toArray(), right, 0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "scifact, 1216, 0.749",
    "ragbench/hagrid, 1318, 0.661",
    "ragbench/hotpotqa, 390, 0.577",
    "faithbench, 750, 0.593"
  })
  void lexicalGroundednessIsTheBaseline(String set, int cases, double auroc) throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (JsonNode document : read(set, "corpus.jsonl")) {
      texts.put(
          document.get("_id").asText(),
          document.path("title").asText() + "\n" + document.get("text").asText());
    }
    List<Double> scores = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (JsonNode response : read(set, "responses.jsonl")) {
      List<String> passages = new ArrayList<>();
      response
          .get("context_ids")
          .forEach(id -> passages.add(texts.getOrDefault(id.asText(), "missing")));
      CitedAnswer answer = CitedAnswer.uncited(response.get("response").asText(), passages);
      scores.add(
          Groundedness.lexical()
              .evaluate(response.get("_id").asText(), "", answer, CallContext.unbounded())
              .value()
              .orElseThrow());
      labels.add(response.get("supported").booleanValue());
    }
    Estimate area = agreement(scores, labels);
    System.out.printf(Locale.ROOT, "%s: %.4f %s%n", set, area.value(), area.interval());
    assertThat(scores).hasSize(cases);
    assertThat(area.value()).isCloseTo(auroc, within(0.01));
  }

  @Test
  void wordRecallIsTheBaselineForCorrectness() throws IOException {
    Map<String, List<String>> references = new HashMap<>();
    for (JsonNode query : read("evouna-nq", "queries.jsonl")) {
      List<String> answers = new ArrayList<>();
      query.get("answers").forEach(answer -> answers.add(answer.asText()));
      references.put(query.get("_id").asText(), answers);
    }
    List<Double> scores = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (JsonNode response : read("evouna-nq", "responses.jsonl")) {
      scores.add(
          WordRecall.create()
              .evaluate(
                  response.get("_id").asText(),
                  references.getOrDefault(response.get("query_id").asText(), List.of()),
                  response.get("response").asText(),
                  CallContext.unbounded())
              .value()
              .orElseThrow());
      labels.add(response.get("correct").booleanValue());
    }
    Estimate area = agreement(scores, labels);
    System.out.printf(Locale.ROOT, "evouna-nq: %.4f %s%n", area.value(), area.interval());
    assertThat(scores).hasSize(15433);
    assertThat(area.value()).isCloseTo(0.933, within(0.01));
  }
}
