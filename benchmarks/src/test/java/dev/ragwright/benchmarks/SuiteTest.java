package dev.ragwright.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteTest {
  @Test
  void runsATinyRoundOfEach() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Suite.main("--smoke");
    } finally {
      System.setOut(before);
    }
    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).filteredOn(line -> line.startsWith("| ")).hasSize(5);
    assertThat(lines.getFirst()).contains("LangChain4j 1.");
    JsonNode ratios = new JsonMapper().readTree(lines.getLast());
    assertThat(ratios.path("benchmark").asText()).isEqualTo("Suite");
    assertThat(ratios).hasSize(4);
  }

  @Test
  void takesTurns() {
    List<String> turns = new ArrayList<>();
    Comparison comparison = Comparison.of(1, 2, () -> turns.add("ours"), () -> turns.add("peer's"));
    assertThat(turns).containsExactly("peer's", "ours", "ours", "peer's", "peer's", "ours");
    assertThat(comparison.ours()).isPositive();
  }

  @Test
  void comparesRoundByRound() {
    Comparison comparison =
        new Comparison(new double[] {1, 2, 4}, new double[] {2, 4, 8}); // of twice the time
    assertThat(comparison.ratio()).isCloseTo(2, within(1e-12));
    assertThat(comparison.interval().contains(comparison.ratio())).isTrue();
    assertThat(comparison.peers()).isEqualTo(4);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> Suite.main("--quick")).hasMessage("--smoke there is");
  }
}
