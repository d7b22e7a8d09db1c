package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few seconds of what the command does for half an hour, and what it judges by. */
class SoakTest {
  @TempDir Path folder;

  @Test
  void asksAndChecks() throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Program.Run run =
        Program.run(
            Soak.class,
            folder,
            List.of(
                "--minutes",
                ".1",
                "--every",
                "2",
                "--threads",
                "2",
                "--documents",
                "40",
                "--json",
                "--index",
                temporary.resolve("soak").toString()));
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("answered=", "note added or replaced=", "verified=")
        .contains("\n0 wrong\nheld\n")
        .contains("{\"quantity\":\"heap\",");
    assertThat(Program.run(Soak.class, folder, List.of("--index", temporary.toString())).err())
        .contains("error: --index " + temporary + " is not empty");
    assertThat(Program.run(Soak.class, folder, List.of("--documents", "3")).err())
        .contains("--documents >= 20");
  }

  @Test
  void theSlopeIsTheMedianOfAllPairs() {
    double[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    double[] y = {1, 3, 5, 7, 90, 11, 13, 15, 17, 19};
    Trend trend = Trend.of(x, y);
    assertThat(trend.slope()).isEqualTo(2);
    assertThat(trend.low()).isLessThanOrEqualTo(2);
    assertThat(trend.high()).isGreaterThanOrEqualTo(2);
    // 45 slopes; Kendall's S of ten points has a standard deviation of 11.18, so ranks 11 to 34.
    Trend noisy = Trend.of(x, new double[] {2, 4, 3, 6, 5, 9, 8, 10, 13, 12});
    assertThat(noisy.slope()).isCloseTo(1.25, within(1e-12));
    assertThat(noisy.low()).isCloseTo(1.0, within(1e-12));
    assertThat(noisy.high()).isCloseTo(1.5, within(1e-12));
    assertThatThrownBy(() -> Trend.of(new double[1], new double[1]))
        .hasMessage("a trend needs two points, had 1");
  }

  @Test
  void aQuoteOfWhatIsNoLongerThereIsWrong() {
    SoakDocuments notes = new SoakDocuments("note", SoakDocuments.texts(3, new Random(1)));
    notes.aim(1, 1);
    notes.acknowledge(1);
    int[] since = notes.snapshot();
    String text = notes.text(1, 1);
    assertThat(notes.wrong(1, since, 0, text.length(), text)).isEmpty();
    assertThat(notes.wrong(0, since, 0, text.length(), text)).contains("none of its states []");
    notes.aim(1, 3); // may be there already
    String next = notes.text(1, 3);
    assertThat(notes.wrong(1, since, 0, next.length(), next)).isEmpty();
    assertThat(notes.wrong(1, since, 0, text.length(), text)).isEmpty();
    notes.acknowledge(1);
    assertThat(notes.wrong(1, notes.snapshot(), 0, text.length(), text))
        .contains("note-00001 was cited as", "none of its states [3] since 3 has");
    notes.aim(1, 4); // is being deleted
    notes.acknowledge(1);
    assertThat(notes.wrong(1, notes.snapshot(), 0, next.length(), next))
        .contains("none of its states [] since 4 has");
  }

  /** What is held on to shows, beside what tests before this one let go of meanwhile. */
  @Test
  void memoryThatIsHeldShows() {
    ProcessState before = ProcessState.now();
    byte[] held = new byte[400 << 20];
    ProcessState after = ProcessState.now();
    assertThat(after.heap() - before.heap()).isBetween(300., 500.);
    assertThat(held.length).isEqualTo(400 << 20);
    if (!Double.isNaN(before.outside())) {
      assertThat(after.outside() - before.outside()).as("not outside of the heap").isLessThan(200);
    }
  }
}
