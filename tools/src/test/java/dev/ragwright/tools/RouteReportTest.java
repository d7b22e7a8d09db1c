package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as a user does, with a trained reader where there is one. */
class RouteReportTest {
  private static final Path READER = Repository.shared("models/ragwright-minilm-qa");

  @TempDir Path root;

  @BeforeEach
  void writeCollection() throws IOException {
    StringBuilder corpus = new StringBuilder();
    StringBuilder queries = new StringBuilder();
    StringBuilder judged = new StringBuilder("query-id\tcorpus-id\tscore\n");
    List<String> parts = List.of("filter", "belt", "valve", "seal", "hose", "pump");
    for (int i = 0; i < 24; i++) {
      String part = parts.get(i % parts.size()) + " number " + i;
      int hours = 100 * (i + 1);
      corpus.append(
          "{\"_id\": \"d%s\", \"title\": \"\", \"text\": \"The %s is replaced every %s hours.\"}\n"
              .formatted(i, part, hours));
      queries.append(
          "{\"_id\": \"q%s\", \"text\": \"%s\", \"answers\": [\"%s hours\", \"every %s hours\"]}\n"
              .formatted(
                  i,
                  i % 2 == 0
                      ? "How often is the " + part + " replaced?"
                      : "When goes " + part + "?",
                  hours,
                  hours));
      judged.append("q%s\td%s\t1\n".formatted(i, i));
    }
    Files.writeString(root.resolve("corpus.jsonl"), corpus);
    Files.writeString(root.resolve("queries.jsonl"), queries);
    Files.createDirectories(root.resolve("qrels"));
    Files.writeString(root.resolve("qrels/test.tsv"), judged);
  }

  private Program.Run report(String cheap, String strong, String... more) throws Exception {
    List<String> all =
        new ArrayList<>(List.of("--data", root.toString(), "--cheap", cheap, "--strong", strong));
    all.addAll(List.of(more));
    return Program.run(RouteReport.class, root, all);
  }

  @Test
  void comparesRoutesBetweenTwo() throws Exception {
    assumeTrue(Files.isDirectory(READER), () -> "skipped: there is no " + READER);
    Path prices = root.resolve("prices");
    Files.writeString(prices, "currency = USD\ndate = 2026-11-01\ncpuSecond = 0.00001\n");
    Program.Run run =
        report("extractive", "reader:" + READER, "--json", "--prices", prices.toString());
    assertThat(run.exit()).as(run.err()).isZero();
    JsonNode json = new JsonMapper().readTree(run.out());
    int choosing = json.path("choosing").asInt();
    assertThat(choosing).isBetween(1, 23);
    assertThat(json.path("reporting").asInt()).isEqualTo(24 - choosing);
    assertThat(json.path("costUnit").asText()).isEqualTo("USD");
    assertThat(json.path("alone")).hasSize(2);
    double cheap = json.path("alone").path(0).path("quality").path("value").asDouble();
    double strong = json.path("alone").path(1).path("quality").path("value").asDouble();
    double oracle = json.path("oracle").path("quality").path("value").asDouble();
    assertThat(oracle).isGreaterThanOrEqualTo(Math.max(cheap, strong));
    assertThat(json.path("alone").path(1).path("escalated").asDouble()).isEqualTo(1);
    assertThat(json.path("routes").path(0).path("verdict").asText()).contains("random-mix line");
    assertThat(json.path("strongOverCheap").path("verdict").asText()).contains("strong generator");
    assertThat(json.path("notPossible").toString()).contains("words");
    assertThat(json.path("riskCoverage").path("aurc").isNumber()).isTrue();
  }

  @Test
  void printsForPeople() throws Exception {
    assumeTrue(Files.isDirectory(READER), () -> "skipped: there is no " + READER);
    Program.Run run = report("reader:" + READER, "extractive", "--metric", "substring");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("questions to learn from, ", "| route | substring | CPU-seconds a question |")
        .contains("| cheap: reader:ragwright-minilm-qa | ", "| strong: extractive | ", "| oracle |")
        .contains("cascade, abstentions: ", "risk and coverage of the cheap one's confidence");
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertFails(
        "--cheap and --strong are both extractive; there is nothing to route between",
        "extractive",
        "extractive");
    assertFails(
        "--strong: there is no \"gpt\"; allowed are extractive, reader:DIR, onnx:DIR",
        "extractive",
        "gpt");
    assertFails(
        "--risk must be above 0 and below 1, was 0.0", "extractive", "reader:x", "--risk", "0");
    assertFails("--questions must be >= 4, was 3", "extractive", "reader:x", "--questions", "3");
    Path prices = root.resolve("prices");
    for (String[] wrong :
        List.of(
            new String[] {"date = 2026-11-01\n", "'currency' is missing"},
            new String[] {
              "currency = USD\ncurrency = EUR\ndate = 2026-11-01\n", "'currency' is there twice"
            },
            new String[] {
              "currency = USD\ndate = 2026-11-01\ncpuSecond = -1\n",
              "cpuSecond must be >= 0, was -1"
            })) {
      Files.writeString(prices, wrong[0]);
      assertFails(wrong[1], "extractive", "reader:x", "--prices", prices.toString());
    }
    Files.writeString(root.resolve("queries.jsonl"), "{\"_id\": \"q0\", \"text\": \"What?\"}\n");
    Files.writeString(root.resolve("qrels/test.tsv"), "query-id\tcorpus-id\tscore\nq0\td0\t1\n");
    assertFails("has 0 questions with answers", "extractive", "reader:x");
  }

  private void assertFails(String message, String cheap, String strong, String... more)
      throws Exception {
    Program.Run run = report(cheap, strong, more);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }
}
