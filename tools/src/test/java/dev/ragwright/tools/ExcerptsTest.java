package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExcerptsTest {
  @TempDir Path folder;

  private static List<Passage> passages(String places) {
    return Stream.of(places.split(" ", -1))
        .map(
            place -> {
              String[] parts = place.split("[:-]", -1);
              int start = Integer.parseInt(parts[1]);
              return Passage.of(
                  Document.of(parts[0], "x".repeat(60)),
                  start,
                  Integer.parseInt(parts[2]),
                  List.of());
            })
        .toList();
  }

  private static Excerpts excerpts(String places) {
    return new Excerpts(
        "q",
        "?",
        "d",
        passages(Stream.of(places.split(" ", -1)).reduce("", (a, b) -> a + " d:" + b).strip())
            .stream()
            .map(passage -> new Excerpts.Stretch(passage.start(), passage.end()))
            .toList());
  }

  /** The values were printed by the reference itself, on made-up places; the file names it. */
  @Test
  void agreesWithTheReference() throws IOException {
    InputStream golden =
        Objects.requireNonNull(ExcerptsTest.class.getResourceAsStream("chunking-golden.tsv"));
    int cases = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(golden, StandardCharsets.UTF_8))) {
      for (String line : lines.lines().filter(each -> !each.startsWith("#")).toList()) {
        String[] field = line.split("\t", -1);
        Excerpts excerpts = excerpts(field[0]);
        Excerpts.Overlap overlap = excerpts.overlap(passages(field[2]));
        double omega = excerpts.precisionOmega(passages(field[1]));
        double[] given = {overlap.recall(), overlap.precision(), overlap.iou(), omega};
        for (int i = 0; i < given.length; i++) {
          assertThat(given[i])
              .as("value %d of %s", i, line)
              .isCloseTo(Double.parseDouble(field[3 + i]), within(1e-12));
        }
        cases++;
      }
    }
    assertThat(cases).isEqualTo(60);
  }

  @Test
  void givesNothingForNothing() {
    assertThat(excerpts("3-9").overlap(List.of())).isEqualTo(new Excerpts.Overlap(0, 0, 0));
  }

  @Test
  void refusesExcerptsThatAreNone() {
    assertThatThrownBy(() -> excerpts("3-9 8-12"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("query q: answer_spans must not be empty nor overlap, were ");
    assertThatThrownBy(() -> new Excerpts("q", "?", "d", List.of()))
        .hasMessage("query q has no answer_spans");
  }

  @Test
  void countsPlacesInCodePoints() throws IOException {
    Document rocket = Document.of("r", "\ud83d\ude80 went up.");
    Files.writeString(
        folder.resolve("queries.jsonl"),
        "{\"_id\": \"q\", \"text\": \"?\", \"doc\": \"r\", \"answer_spans\": [[2, 6]]}\n");
    Excerpts read = ExcerptFile.read(folder, List.of(rocket)).getFirst();
    Excerpts.Stretch went = read.stretches().getFirst();
    assertThat(rocket.text().substring(went.start(), went.end())).isEqualTo("went");
    assertThatThrownBy(() -> ExcerptFile.read(folder, List.of(Document.of("r", "short"))))
        .hasMessage("query q: [2,6] is no [start, end) in the 5 code points of r");
    assertThatThrownBy(() -> ExcerptFile.read(folder, List.of()))
        .hasMessage("query q: there is no document \"r\" (field doc); there are []");
  }

  @Test
  void refusesWhatIsNoChunker() {
    assertThat(ChunkerName.of("recursive:200/20"))
        .isEqualTo(
            new ChunkerName(
                "recursive:200/20", ChunkerName.Kind.recursive, 200, 20, null, Set.of()));
    assertThat(ChunkerName.of("noted:titled:whole").front())
        .containsExactlyInAnyOrder(ChunkerName.Front.noted, ChunkerName.Front.titled);
    assertThatThrownBy(
            () -> ChunkerName.of("noted:whole").chunker(TokenCounter.approximate(), null))
        .hasMessage("--chunker noted:whole: noted: and late: are for ChunkingReport");
    assertThat(
            ChunkerName.of("titled:recursive:50@whole")
                .chunker(TokenCounter.approximate(), null)
                .description()
                .toString())
        .startsWith("titled(maxTitleLength=1000; children(whole, recursive(maxTokens=50");
    assertThat(
            ChunkerName.of("markdown:300/600")
                .chunker(TokenCounter.approximate(), null)
                .description()
                .toString())
        .startsWith("markdown(maxBlockTokens=600, maxHeadingTokens=150, maxTokens=300");
    ChunkerName parent = ChunkerName.of("sentences:1@markdown:300").parent();
    assertThat(parent).isEqualTo(ChunkerName.of("markdown:300"));
    for (String none :
        List.of(
            "recursive", "whole:3", "markdown:300/30", "magic:3", "fixed:x", "window:1@whole")) {
      assertThatThrownBy(() -> ChunkerName.of(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "--chunker \"" + none + "\" is no chunker; allowed are markdown:");
    }
  }
}
