package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes that are killed while they sync, at random moments: so many as {@code
 * -Dragwright.kills} says.
 */
final class LuceneKillTest {
  private static final int KILLS = Integer.getInteger("ragwright.kills", 5);
  private static final int DOCUMENTS = 400;
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);
  private static final Pattern VERSION = Pattern.compile("version (\\d+)");

  @TempDir private Path folder;

  /** Each document changes every third round, and every seventh is not there. */
  private static List<Document> documents(int round) {
    return IntStream.range(0, DOCUMENTS)
        .filter(i -> (i + round) % 7 != 0)
        .mapToObj(i -> document(i, (i + round) / 3))
        .toList();
  }

  private static Document document(int i, int version) {
    int sentences = 1 + (i + version) % 6;
    return Document.of(
        "d" + i,
        IntStream.range(0, sentences)
            .mapToObj(s -> "Sentence " + s + " of document " + i + " in version " + version + ".")
            .collect(Collectors.joining(" ")));
  }

  private static LuceneIndex open(Path folder, int writers) {
    return LuceneIndex.builder()
        .directory(folder)
        .embedder(new HashEmbedder())
        .vectors(VectorSearch.graph())
        .commitEvery(50)
        .ramBuffer(1)
        .writers(writers)
        .open();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void holdsWholeDocumentsAndGoesOn(int writers) throws Exception {
    RandomGenerator random = Seeds.random();
    int killed = 0;
    for (int round = 0; killed < KILLS; round += 100) {
      boolean inWork = syncUntilKilled(writers, round, random.nextInt(120), random.nextInt(20));
      killed += inWork ? 1 : 0;
      try (LuceneIndex index = open(folder, writers)) {
        index.verify();
        assertWhole(index, killed + " kills, " + Seeds.replay());
        index.sync(DocumentSource.of(documents(round + 50)), SENTENCES);
        assertEqualsAFreshOne(index, documents(round + 50));
      }
    }
  }

  /** The index holds each document in one of its versions, or not at all. */
  static void assertWhole(LuceneIndex index, String when) {
    int whole = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
      List<Passage> passages = index.passages("d" + i);
      if (!passages.isEmpty()) {
        Matcher version = VERSION.matcher(passages.getFirst().text());
        assertThat(version.find()).isTrue();
        assertThat(passages)
            .as("d%d after %s", i, when)
            .isEqualTo(SENTENCES.chunk(document(i, Integer.parseInt(version.group(1)))));
        whole++;
      }
    }
    assertThat(index.size().documents()).as(when).isEqualTo(whole);
  }

  private static void assertEqualsAFreshOne(LuceneIndex index, List<Document> documents) {
    try (LuceneIndex fresh = LuceneIndex.inMemory(new HashEmbedder())) {
      fresh.sync(DocumentSource.of(documents), SENTENCES);
      assertThat(index.size()).isEqualTo(fresh.size());
      for (int i = 0; i < DOCUMENTS; i++) {
        assertThat(index.passages("d" + i)).isEqualTo(fresh.passages("d" + i));
      }
      int all = (int) fresh.size().passages();
      for (String query : List.of("sentence 3 of document 7", "version 5")) {
        assertThat(index.knn().retrieve(query, all).hits())
            .isEqualTo(fresh.knn().retrieve(query, all).hits());
      }
    }
  }

  /** Kills it so many milliseconds after so many steps; whether it had not ended by itself. */
  private boolean syncUntilKilled(int writers, int round, int steps, int millis) throws Exception {
    Process process = syncing(folder, writers, round).start();
    List<String> output = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (line.startsWith("step ") && output.size() >= steps) {
          Thread.sleep(millis);
          // Not Process.destroyForcibly(), which closes the stream that is being read.
          process.toHandle().destroyForcibly();
        }
      }
    }
    int status = process.waitFor();
    assertThat(output).as("status %d", status).noneMatch(line -> line.contains("Exception"));
    return status != 0;
  }

  static ProcessBuilder syncing(Path folder, int writers, int round) {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Syncs.class.getName(),
            folder.toString(),
            Integer.toString(writers),
            Integer.toString(round))
        .redirectErrorStream(true);
  }

  /** Syncs one version of the documents after the other. */
  static final class Syncs {
    private static final int ROUNDS = 50;

    public static void main(String[] args) {
      int from = Integer.parseInt(args[2]);
      try (LuceneIndex index = open(Path.of(args[0]), Integer.parseInt(args[1]))) {
        for (int round = from; round < from + ROUNDS; round++) {
          index.sync(
              DocumentSource.of(documents(round)),
              SENTENCES,
              CallContext.unbounded(),
              progress -> System.out.println("step " + progress));
        }
      }
    }
  }
}
