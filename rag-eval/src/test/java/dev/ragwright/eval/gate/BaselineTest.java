package dev.ragwright.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.stats.Resampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
  private static final MetricScores F1 =
      new MetricScores(
          "f1",
          List.of(
              new Score.Scored("q 2", 1.0 / 3),
              new Score.Failed("q1", new IllegalStateException("after 17 ms")),
              new Score.NotApplicable("\"q3\"", "no reference answers")));
  private static final String TEXT =
      """
      {
        "format" : "ragwright-baseline",
        "version" : 1,
        "name" : "small model on nq",
        "resampling" : {
          "resamples" : 1000,
          "seed" : 7,
          "level" : 0.9
        },
        "metrics" : {
          "f1" : {
            "q 2" : 0.3333333333333333,
            "q1" : "failed",
            "\\"q3\\"" : "not applicable"
          }
        }
      }
      """;

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("baseline.json");
  }

  @Test
  void writesWhatItReads() throws IOException {
    Baseline.of("small model on nq", List.of(F1))
        .withResampling(new Resampling(1_000, 7, 0.9))
        .write(file);
    assertThat(file).hasContent(TEXT);
    Baseline read = Baseline.read(file);
    assertThat(read)
        .hasToString("small model on nq: f1 0.3333 (1 scored, 1 failed, 1 not applicable)");
    assertThat(read.resampling()).isEqualTo(new Resampling(1_000, 7, 0.9));
    assertThat(read.metrics().getFirst().scores())
        .element(0)
        .isEqualTo(new Score.Scored("q 2", 1.0 / 3));
    Path again = folder.resolve("again.json");
    read.write(again);
    assertThat(again).hasSameBinaryContentAs(file);
    Files.writeString(again, "\uFEFF" + TEXT);
    assertThat(Baseline.read(again)).hasToString(read.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "version" : 1 | "version" : 2 | : "version" is 2, expected 1
          "format" : "ragwright-baseline", | `` | : "format" is missing, expected "ragwright-baseline"
          "small model on nq" | 5 | : "name" is 5, expected a text
          "seed" : 7 | "seed" : "x" | : "resampling.seed" is "x", expected a whole number
          "level" : 0.9 | "level" : 1.9 | : "resampling": level must be between 0 and 1, was 1.9
          "failed" | "fine" | : "metrics.f1.q1" is "fine", expected a number, "failed" or "not applicable"
          0.3333333333333333 | null | : "metrics.f1.q 2" is null, expected a number, "failed" or "not applicable"
          "metrics" | "other" | : "metrics" is missing, expected scores by metric
          "q1" : | "q1" | ` line 13 column 12: not JSON: Unexpected character ('"' (code 34)): was expecting a colon to separate field name and value`
          "q1" | "q 2" | ` line 13 column 12: not JSON: Duplicate field 'q 2'`
          """)
  void refusesABrokenFile(String found, String broken, String reason) throws IOException {
    Files.writeString(file, TEXT.replace(found, broken));
    assertThatThrownBy(() -> Baseline.read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + reason);
  }

  @Test
  void refusesWhatCannotBeABaseline() {
    assertThatThrownBy(() -> Baseline.read(file))
        .hasMessage("there is no baseline " + file + "; Baseline.write makes one");
    assertThatThrownBy(() -> Baseline.of("b", List.of()))
        .hasMessage("the baseline b has no metric");
    assertThatThrownBy(() -> Baseline.of("b", List.of(F1, F1)))
        .hasMessage("the metric f1 stands twice in the baseline b");
    Score score = new Score.Scored("q", 1);
    assertThatThrownBy(
            () -> Baseline.of("b", List.of(new MetricScores("f1", List.of(score, score)))))
        .hasMessage("case \"q\" stands twice in f1, so it cannot be told which is meant");
  }
}
