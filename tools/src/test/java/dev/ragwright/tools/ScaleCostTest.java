package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs it as a user does; the sums are done by hand. */
class ScaleCostTest {
  private static final String MEASURED =
      """
      set = hand
      date = 2026-11-30
      passages = 10000
      words.bytes = 2000
      number.bytes = 10
      vector.bytes = 160
      words.cpu = 0.001
      vector.cpu = 0.002
      bm25.cpu = 0.0005
      knn.cpu = 0.0015
      """;

  @TempDir Path root;

  private Program.Run run(String measured, String... more) throws Exception {
    Files.writeString(root.resolve("measured"), measured);
    List<String> all = new ArrayList<>(List.of("--measured", "measured"));
    all.addAll(List.of(more));
    return Program.run(ScaleCost.class, root, all);
  }

  private JsonNode json(String... more) throws Exception {
    List<String> all = new ArrayList<>(List.of(more));
    all.add("--json");
    Program.Run run = run(MEASURED, all.toArray(String[]::new));
    assertThat(run.exit()).as(run.err()).isZero();
    return new JsonMapper().readTree(run.out());
  }

  /**
   * A passage has 2,000 + 384 x 10 + 160 = 6,000 bytes on disk and 1.1 x (384 x 4 + 8 x 16) =
   * 1,830.4 in memory, each twice; 600 GB are 20 shards of 30, of 5 million passages each, so a
   * vector takes log(5e6) / log(1e4) as long.
   */
  @Test
  void theSumsAreThoseOfTheMeasuredParts() throws Exception {
    JsonNode sized = json("--passages", "100000000");
    assertThat(sized.path("diskOfOneCopy").asLong()).isEqualTo(600_000_000_000L);
    assertThat(sized.path("disk").asLong()).isEqualTo(1_200_000_000_000L);
    assertThat(sized.path("memory").asLong()).isEqualTo(366_080_000_000L);
    assertThat(sized.path("shards").asInt()).isEqualTo(20);
    assertThat(sized.path("nodes").asInt()).isEqualTo(9); // 366 GB in 44 each
    assertThat(sized.path("because").asText()).isEqualTo("memory");
    double seconds = 2e8 * (0.001 + 0.002 * Math.log(5e6) / Math.log(1e4));
    assertThat(sized.path("hoursToIndex").asDouble())
        .isCloseTo(seconds / 3_600 / (9 * 16), offset(1e-6));
    assertThat(sized.path("coresOfQueries").asDouble()).isCloseTo(10 * 20 * .002, offset(1e-9));
    assertThat(sized.has("month")).isFalse();
  }

  @Test
  void quantisedNumbersTakeLessMemoryAndMoreDisk() throws Exception {
    JsonNode sized = json("--passages", "100000000", "--bits", "1");
    assertThat(sized.path("memory").asLong()).isEqualTo(Math.round(2e8 * 1.1 * (48 + 128)));
    assertThat(sized.path("diskOfOneCopy").asLong()).isEqualTo(100_000_000L * (6_000 + 48));
    JsonNode words = json("--passages", "100000000", "--numbers", "0");
    assertThat(words.path("memory").asLong()).isZero();
    assertThat(words.path("diskOfOneCopy").asLong()).isEqualTo(200_000_000_000L);
    assertThat(words.path("because").asText()).isEqualTo("copies");
  }

  @Test
  void aPriceHasASource() throws Exception {
    JsonNode sized =
        json("--passages", "100000000", "--node-month", "500", "--price-of", "nobody's, USD");
    assertThat(sized.path("month").asDouble()).isEqualTo(4_500);
    Program.Run run = run(MEASURED, "--node-month", "500");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("--node-month and --price-of go together");
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws Exception {
    assertThat(run(MEASURED.replace("knn.cpu", "other")).err())
        .contains("measured has no 'knn.cpu'; the benchmark EngineFootprint prints all of it");
    assertThat(run(MEASURED.replace("0.0015", "fast")).err())
        .contains("knn.cpu must be a number >= 0, was 'fast'");
    assertThat(run(MEASURED, "--bits", "7").err()).contains("--bits must be 32, 8, 4 or 1, was 7");
    assertThat(run(MEASURED, "--passages", "0").err()).contains("--passages must be >= 1");
  }
}
