package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same searches in an interpreted and a compiled JVM, by other instructions, and over other
 * segments: the runs must be the same to the last byte, over passages most of which Lucene's
 * product cannot tell apart.
 */
class SameBitsTest {
  private static final int SMALL = 3_000; // scanned
  private static final int LARGE = 22_000; // of which graphs are made

  @TempDir Path folder;

  /** The golden run is plain Python's: see src/test/python/order_golden.py. */
  @Test
  void scoresAreSumsOfDoublesInTheDocumentedOrder() throws IOException {
    try (var golden = SameBitsTest.class.getResourceAsStream("same-bits.trec");
        LuceneIndex index = LuceneIndex.inMemory(new Groups(384))) {
      index.addAll(passages(SMALL));
      assertThat(run(index.knn(), 20, Filter.all()))
          .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void segmentsAndDirectoriesChangeNothing() throws IOException {
    Embedder embedder = new Groups(384);
    try (LuceneIndex one = LuceneIndex.inMemory(embedder);
        LuceneIndex many = LuceneIndex.builder().embedder(embedder).commitEvery(300).open();
        LuceneIndex kept =
            LuceneIndex.builder().embedder(embedder).directory(folder).commitEvery(700).open()) {
      one.addAll(passages(SMALL));
      List<Passage> backwards = passages(SMALL).reversed();
      for (int from = 0; from < SMALL; from += 250) {
        many.addAll(backwards.subList(from, from + 250));
      }
      kept.addAll(backwards);
      String expected = runs(one);
      assertThat(runs(many)).isEqualTo(expected);
      assertThat(runs(kept)).isEqualTo(expected);
      for (int round = 0; round < 20; round++) { // while the JVM compiles
        assertThat(runs(one)).isEqualTo(expected);
      }
    }
  }

  /** The last of many equal passages is told by its id, which a graph does not know. */
  @Test
  void tiesAtTheEndOfAGraphsCandidatesAreBrokenById() {
    Embedder embedder = new Groups(8);
    try (LuceneIndex index = LuceneIndex.builder().embedder(embedder).commitEvery(LARGE).open()) {
      index.addAll(
          IntStream.range(0, LARGE)
              .mapToObj(
                  i ->
                      Passage.of(
                          String.format(Locale.ROOT, "p%05d", LARGE - i),
                          "passage " + i % 2 * 170)));
      assertThat(index.knn().retrieve("query 1", 10).hits())
          .extracting(hit -> hit.passage().id())
          .isEqualTo(
              IntStream.rangeClosed(0, 9)
                  .mapToObj(i -> String.format(Locale.ROOT, "p%05d", 2 * i + 1))
                  .toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Xint --add-modules jdk.incubator.vector",
        "--add-modules jdk.incubator.vector -XX:MaxVectorSize=16",
        "-XX:TieredStopAtLevel=1",
      })
  void anotherJvmWritesTheSameBytes(String options) throws Exception {
    Path small = folder.resolve("small");
    Path large = folder.resolve("large");
    String expected = indexed(small, 384, 400) + indexed(large, 16, LARGE);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Searches.class.getName()));
    command.addAll(List.of(small.toString(), large.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
    assertThat(printed).isEqualTo(expected);
  }

  private static String indexed(Path directory, int dimension, int passages) {
    try (LuceneIndex index = LuceneIndex.open(directory, new Groups(dimension))) {
      index.addAll(passages(passages));
      return runs(index);
    }
  }

  /** Searches two directories. */
  static final class Searches {
    private Searches() {}

    public static void main(String[] args) {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      try (LuceneIndex small = LuceneIndex.open(Path.of(args[0]), new Groups(384));
          LuceneIndex large = LuceneIndex.open(Path.of(args[1]), new Groups(16))) {
        out.print(runs(small) + runs(large));
      }
    }
  }

  private static String runs(LuceneIndex index) {
    StringBuilder runs = new StringBuilder();
    for (Retriever retriever : List.of(index.bm25(), index.knn(), index.hybrid())) {
      runs.append(run(retriever, 12, Filter.all()));
      runs.append(run(retriever, 5, Filter.documents(List.of("p170", "p175")).not()));
    }
    return runs.toString();
  }

  private static String run(Retriever retriever, int depth, Filter filter) {
    StringBuilder lines = new StringBuilder();
    for (int q = 1; q <= 4; q++) {
      int rank = 0;
      RetrievalRequest request = RetrievalRequest.of("query " + q, depth).withFilter(filter);
      for (Hit hit : retriever.retrieve(request, CallContext.unbounded()).hits()) {
        rank++;
        lines.append("q" + q + " Q0 " + hit.passage().id() + " " + rank + " " + hit.score());
        lines.append(" " + hit.source() + "\n");
      }
    }
    return lines.toString();
  }

  private static List<Passage> passages(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Passage.of("p" + i, String.format(Locale.ROOT, "passage %d of query %d", i, i % 7)))
        .toList();
  }

  /**
   * Reads the number in a text. Of ten passages of a group, seven differ in one number's last bits
   * and three are equal; a query lies near one group.
   */
  private record Groups(int dimension) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(
          texts.stream()
              .map(text -> Integer.parseInt(text.split(" ", -1)[1]))
              .map(number -> side == Side.QUERY ? query(number) : passage(number))
              .toList(),
          Usage.none());
    }

    private float[] passage(int n) {
      long[] whole = numbers(n / 10);
      int nudge = n % 10 == 9 ? 0 : n % 10 % 8;
      whole[7 * nudge % dimension] += nudge;
      return unit(whole);
    }

    private float[] query(int q) {
      long[] whole = numbers(17L * q);
      long[] other = numbers(1_000_000L + q);
      for (int i = 0; i < dimension; i++) {
        whole[i] += other[i];
      }
      return unit(whole);
    }

    /** 24-bit whole numbers of a linear congruential generator (Knuth's MMIX). */
    private long[] numbers(long seed) {
      long[] made = new long[dimension];
      for (int i = 0; i < dimension; i++) {
        seed = seed * 6364136223846793005L + 1442695040888963407L;
        made[i] = (seed >>> 40) - (1 << 23);
      }
      return made;
    }

    private float[] unit(long[] whole) {
      long squares = 0;
      for (long number : whole) {
        squares += number * number;
      }
      double length = Math.sqrt((double) squares);
      float[] vector = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) (whole[i] / length);
      }
      return vector;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "groups").with("dimension", dimension);
    }
  }
}
