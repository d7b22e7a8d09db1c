package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How two lists are compared, what is refused, and vectors that are kept. */
class StoreFidelityTest {

  @TempDir Path root;

  /** Passages p0, p1, ... with these cosines. */
  private static List<Hit> hits(double... cosines) {
    return IntStream.range(0, cosines.length)
        .mapToObj(i -> new Hit(Passage.of("p" + i, "text"), cosines[i], "knn"))
        .toList();
  }

  private static List<Hit> pick(List<Hit> hits, int... places) {
    return IntStream.of(places).mapToObj(hits::get).toList();
  }

  @Test
  void countsListsThatAreTheSameButForTies() {
    List<Hit> exact = hits(.9, .8, .8, .7, .6, .5, .4, .3, .2, .1, .1, .05);
    StoreFidelity.Tally tally = new StoreFidelity.Tally();
    tally.add("same", exact, exact.subList(0, 10));
    assertThat(tally)
        .hasToString(
            "1 questions: the same top 10 for 1, ties apart (1 with them); recall@10 1.0000, 1.00 at worst");
    tally.add("ties", exact, pick(exact, 0, 2, 1, 3, 4, 5, 6, 7, 8, 10));
    tally.add("order", exact, pick(exact, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9));
    tally.add("lost", exact, pick(exact, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11));
    tally.add("few", exact, pick(exact, 0, 1, 2, 3, 4));
    assertThat(tally)
        .hasToString(
            "5 questions: the same top 10 for 2, ties apart (1 with them); recall@10 0.8800, 0.50 at worst (question few)");
    assertThat(tally.recall()).isCloseTo((1 + 1 + 1 + .9 + .5) / 5, within(1e-12));
  }

  @Test
  void fewerPassagesThanTenAreAllThatThereIs() {
    List<Hit> exact = hits(.9, .8);
    StoreFidelity.Tally tally = new StoreFidelity.Tally();
    tally.add("both", exact, exact);
    tally.add("one", exact, pick(exact, 1));
    assertThat(tally.recall()).isEqualTo(.75);
  }

  @Test
  void refusesWhatCannotBeCompared() throws Exception {
    for (List<String> wrong :
        List.of(
            List.of("--store is needed: the database to compare"),
            List.of(
                "--retriever hybrid: a store is compared by vectors alone, which is dense",
                "--store",
                "chroma:http://127.0.0.1:1",
                "--retriever",
                "hybrid"),
            List.of(
                "--min-recall must be in [0, 1], was 98.0",
                "--store",
                "chroma:http://127.0.0.1:1",
                "--min-recall",
                "98"))) {
      List<String> arguments = new ArrayList<>(List.of("--data", root.toString()));
      arguments.addAll(wrong.subList(1, wrong.size()));
      Program.Run run = Program.run(StoreFidelity.class, root, arguments);
      assertThat(run.err()).contains("error: " + wrong.getFirst());
      assertThat(run.exit()).isEqualTo(1);
    }
  }
}
