package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs it as a user does; the sums are done by hand. */
class CostProjectionTest {
  private static final String PRICES =
      """
      currency = USD
      date = 2026-11-30
      generator.input = 2.5
      generator.cachedInput = 0.25
      generator.output = 10
      small.input = 0.3
      small.output = 1.2
      own.input = 0
      own.output = 0
      half.input = 1
      training.input = 3
      """;

  @TempDir Path root;

  @BeforeEach
  void data() throws Exception {
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(
        root.resolve("docs/guide.md"), "# Pump\n\nThe filter of the pump is replaced yearly.\n");
    Files.writeString(root.resolve("docs/gate.md"), "# Gate\n\nThe gate opens at eight.\n");
    Files.writeString(
        root.resolve("asked"), "How often is the filter replaced?\n\nWhen does the gate open?\n");
    Files.writeString(root.resolve("prices"), PRICES);
  }

  private Program.Run project(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of("--prices", "prices", "--questions", "asked"));
    all.addAll(List.of(more));
    return Program.run(CostProjection.class, root, all);
  }

  private JsonNode json(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("--json");
    Program.Run run = project(all.toArray(String[]::new));
    assertThat(run.exit()).as(run.err()).isZero();
    return new JsonMapper().readTree(run.out());
  }

  private static double month(JsonNode result, int way) {
    return result.path("ways").path(way).path("month").asDouble();
  }

  /**
   * 1,000 x 2.5 + 120 x 10 = 3,700; 30,000 x 2.5 + 1,200 = 76,200; 20,000 / 12 + 2,000 = 3,666.67,
   * all for a million questions.
   */
  @Test
  void theSumsAreThoseOfTheStatedPrices() throws Exception {
    JsonNode result =
        json(
            "--traffic",
            "1000000",
            "--prompt-tokens",
            "1000",
            "--corpus-prompt-tokens",
            "30000",
            "--answer-tokens",
            "120",
            "--small",
            "own",
            "--small-month",
            "2000 USD",
            "--training-once",
            "20000");
    assertThat(month(result, 0)).isEqualTo(3700.00);
    assertThat(month(result, 1)).isEqualTo(76200.00);
    assertThat(month(result, 3)).isEqualTo(3666.67);
    JsonNode traffic = result.path("ways").path(0).path("sensitivity").path(0);
    assertThat(traffic.path("name").asText()).isEqualTo("traffic");
    assertThat(traffic.path("lower").asDouble()).isEqualTo(-1850);
    assertThat(traffic.path("higher").asDouble()).isEqualTo(1850);
    for (JsonNode way : result.path("ways")) { // the largest first
      double last = Double.MAX_VALUE;
      for (JsonNode swing : way.path("sensitivity")) {
        double size = swing.path("higher").asDouble() - swing.path("lower").asDouble();
        assertThat(Math.abs(size)).isLessThanOrEqualTo(last);
        last = Math.abs(size);
      }
    }
    for (JsonNode even : result.path("breakEvens")) {
      if (even.path("way").asText().startsWith("small")
          && even.path("assumption").asText().equals("traffic")) {
        assertThat(even.path("value").asDouble())
            .isCloseTo(3_666.666666 / 3_700 * 1e6, offset(0.1));
      }
    }
  }

  /** What is cached costs a tenth, a tenth is paid twice, and training costs tokens. */
  @Test
  void sharesAndTrainingCount() throws Exception {
    JsonNode result =
        json(
            "--traffic",
            "1000000",
            "--corpus-prompt-tokens",
            "10000",
            "--answer-tokens",
            "0",
            "--cached-share",
            "0.5",
            "--retried-share",
            "0.1",
            "--training",
            "training",
            "--epochs",
            "2",
            "--question-tokens",
            "100");
    // (5,000 x 2.5 + 5,000 x 0.25) x 1.1
    assertThat(month(result, 1)).isEqualTo(15125.00);
    // 100 x 0.3 x 1.1 + 10,000 x 3 x 2 / 1e6 / 12
    assertThat(month(result, 3)).isEqualTo(33.00);
  }

  /** A price that both ways have makes no difference between them. */
  @Test
  void oneModelHasOnePrice() throws Exception {
    JsonNode same = json("--traffic", "1000", "--window", "10");
    assertThat(same.path("assumptions").findValuesAsText("name"))
        .contains("generator input", "long cached input")
        .doesNotContain("long input");
    assertThat(same.path("ways").findValues("fits").toString())
        .isEqualTo("[true, false, false, true]");
    JsonNode other = json("--traffic", "1000", "--long", "own");
    assertThat(other.path("assumptions").findValuesAsText("name"))
        .contains("long input", "long output")
        .doesNotContain("long cached input");
    assertThat(month(other, 1)).isZero();
  }

  @Test
  void everyAssumptionIsPrintedWithWhereItIsFrom() throws Exception {
    Program.Run run = project("--traffic", "1000");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("Prices of 2026-11-30, in USD (prices).")
        .contains("| traffic | 1,000 | questions a month | --traffic |")
        .contains("| answer tokens | 150 | tokens | assumed, --answer-tokens changes it |")
        .contains("| generator input | 2.5 | USD a million tokens | prices, generator |")
        .contains("measured: docs, mean of 2 questions, minilm's tokenizer")
        .contains("| embedder input | 0 | USD a million tokens | none, --embedder names one |")
        .contains("| retrieval, when it changes | 50 % lower | 50 % higher |")
        .contains("| costs the same as retrieval | if | in place of |");
  }

  @Test
  void whatCannotBeCalculatedIsRefused() throws Exception {
    assertThat(project("--traffic", "0").err())
        .contains("--traffic must be >= 1 question a month, was 0");
    assertThat(project("--traffic", "-5").err()).contains("was -5");
    assertThat(project("--traffic", "1", "--small", "tiny").err())
        .contains(
            "the prices prices have none of 'tiny', which --small names; they have [generator,");
    assertThat(project("--traffic", "1", "--small", "half").err())
        .contains("the prices prices lack half.output; write 0 where it costs nothing");
    assertThat(project("--traffic", "1", "--small-month", "5 EUR").err())
        .contains(
            "--small-month '5 EUR' is not in USD, the currency of the prices; no rate is assumed");
    assertThat(project("--traffic", "1", "--small-month", "-5").err())
        .contains("--small-month must be >= 0, was -5");
    assertThat(project("--traffic", "1", "--cached-share", "2").err())
        .contains("--cached-share must be from 0 to 1, was 2");
    assertThat(project("--traffic", "1", "--training-lasts", "0").err())
        .contains("--training-lasts must be above 0 months, was 0");
    assertThat(project("--traffic", "1", "--answer-tokens", "5 USD").err())
        .contains("--answer-tokens '5 USD' is no amount of money, but a number");
    Files.writeString(root.resolve("prices"), PRICES.replace("= 0.3", "= -0.3"));
    assertThat(project("--traffic", "1").err()).contains("small: input must be >= 0, was -0.3");
    Files.writeString(root.resolve("prices"), PRICES + "currency = EUR\n");
    assertThat(project("--traffic", "1").err()).contains("'currency' is there twice");
  }
}
