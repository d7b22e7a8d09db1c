package dev.ragwright.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that the first version of the format's code wrote on 2026-11-29: {@code grid.json} of four
 * arms with prices, failures and abstentions, {@code town.json} of answers that were explained.
 */
class StoredResultTest {
  @TempDir Path folder;

  private static String stored(String name) throws IOException {
    try (InputStream in = StoredResultTest.class.getResourceAsStream(name + ".gz")) {
      byte[] all = new GZIPInputStream(Objects.requireNonNull(in, name)).readAllBytes();
      return new String(all, StandardCharsets.UTF_8);
    }
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("result.json"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"grid.json", "town.json"})
  void isReadAndWrittenAsItStands(String name) throws IOException {
    Path again = folder.resolve("again.json");
    ExperimentResult.read(file(stored(name))).writeJson(again);
    assertThat(Files.readString(again)).isEqualTo(stored(name));
  }

  @Test
  void holdsWhatWasMeasured() throws IOException {
    ExperimentResult grid = ExperimentResult.read(file(stored("grid.json")));
    assertThat(grid.arms()).hasSize(4);
    assertThat(grid.arms().getFirst().failure()).contains("generate: no model");
    ArmResult arm = grid.arms().getLast();
    assertThat(arm.abstained()).isEqualTo(1);
    assertThat(arm.outcomes().getFirst().citations()).isNotEmpty();
    assertThat(arm.cost().isKnown()).isFalse(); // an abstention did not count
    ExperimentResult town = ExperimentResult.read(file(stored("town.json")));
    assertThat(town.whyWrong().arm("fixed").wrong()).hasSize(13);
  }

  /** Citations did not always say whether they quote. */
  @Test
  void aCitationThatSaysNothingOfItQuotes() throws IOException {
    String old = stored("grid.json").replaceAll(",\\s*\"quoted\" : true", "");
    assertThat(old).doesNotContain("quoted");
    assertThat(ExperimentResult.read(file(old)).arms().getLast().outcomes())
        .isEqualTo(ExperimentResult.read(file(stored("grid.json"))).arms().getLast().outcomes());
  }

  @Test
  void whatFollowsFromTheRestIsNotRead() throws IOException {
    String stored = stored("grid.json");
    String bare =
        stored.replaceAll(
            "\"(byStage|p95Millis|judged|mean|scored|answered|failed|cause)\" :", "\"x\" :");
    Path again = folder.resolve("again.json");
    ExperimentResult.read(file(bare)).writeJson(again);
    assertThat(Files.readString(again)).isEqualTo(stored);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"lists\" :           | \"x\" :    | Missing required creator property `lists`",
        "\"topK\" :            | \"x\" :    | Missing required creator property `topK`",
        "\"retrieved\" : 0     | \"retrieved\" : 999 | 999",
        "\"version\" : 1       | \"version\" : 2 | the result is of version 2, this library reads version 1",
        "ragwright-experiment  | other      | \"format\" is \"other\", expected \"ragwright-experiment\"",
        "\"reason\" : \"DECLINED\" | \"reason\" : \"SHY\" | SHY",
        "not applicable: abs   | nothing: abs | the score of question \"q2\" is \"nothing: abstained",
        "\"arms\" : [          | \"arms\" : | not JSON: ",
      })
  void whatIsMissingOrWrongIsNamed(String text, String other, String named) throws IOException {
    String stored = stored("grid.json");
    assertThat(stored).contains(text.strip());
    Path file = file(stored.replace(text.strip(), other));
    assertThatThrownBy(() -> ExperimentResult.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(named.replace('`', '\''));
  }

  /** Whoever compares arms asks all of them for the same scores of the same questions. */
  @Test
  void armsThatLackWhatOthersHaveAreRefused() throws IOException {
    String stored = stored("grid.json");
    Path other = file(stored.replaceFirst("\"f1\"", "\"f2\""));
    assertThatThrownBy(() -> ExperimentResult.read(other))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining(" has the metrics [ndcg@10, f2, ")
        .hasMessageContaining(" has [ndcg@10, f1, ");
    String arms = stored.substring(0, stored.indexOf("\"arms\"")) + "\"arms\" : [ ], ";
    Path none = file(arms + stored.substring(stored.indexOf("\"lists\"")));
    assertThatThrownBy(() -> ExperimentResult.read(none))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining("the result has no arm");
    Path fewer =
        file(
            stored.replaceFirst(
                "(?s)(\"outcomes\" : \\[).*?( \\]\\s+\\}, \\{\\s+\"name\")", "$1$2"));
    assertThatThrownBy(() -> ExperimentResult.read(fewer))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining(" has 0 outcomes of 8 questions");
  }

  @Test
  void numbersThatAreNoneAndListsWithHolesAreRefused() throws IOException {
    String stored = stored("grid.json");
    for (String[] change :
        new String[][] {
          {
            "\"scores\" : \\[ [^,]+",
            "\"scores\" : [ 1e999",
            "a number is beyond the range of a double"
          },
          {"\"scores\" : \\[ [^,]+", "\"scores\" : [ null", "null"},
          {"\"answers\" : \\[ [^\\]]+", "\"answers\" : [ null ", "null"},
        }) {
      String changed = stored.replaceFirst(change[0], change[1]);
      assertThat(changed).isNotEqualTo(stored);
      Path file = file(changed);
      assertThatThrownBy(() -> ExperimentResult.read(file))
          .as(change[1])
          .isInstanceOf(DocumentReadException.class)
          .hasMessageContaining(change[2]);
    }
  }
}
