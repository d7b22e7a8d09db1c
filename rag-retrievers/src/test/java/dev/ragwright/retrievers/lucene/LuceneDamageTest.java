package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexException;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an index when its files, its disk or its process fail. */
final class LuceneDamageTest {
  @TempDir private Path folder;
  private final HashEmbedder embedder = new HashEmbedder();

  private static Stream<Passage> passages(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> Passage.of("p" + i, "passage number " + i + " of many"));
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> !file.endsWith("write.lock")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An index whose segments are partly compound files, partly plain, one with deletions. */
  private void build() {
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).embedder(embedder).commitEvery(256).open()) {
      index.addAll(passages(0, 3_000));
      index.commit();
      index.addAll(passages(3_000, 3_010));
      index.commit();
      index.deletePassages(List.of("p3", "p3001"));
    }
  }

  private void assertRefused(String what) {
    assertThatThrownBy(() -> LuceneIndex.open(folder, embedder).close())
        .as(what)
        .isExactlyInstanceOf(IndexCorruptException.class)
        .hasMessageStartingWith("the index at " + folder + " is damaged: ")
        .hasMessageEndingWith("restore the directory from a copy, or delete it and index again");
  }

  @Test
  void refusesDamagedFilesAndLeavesThemAlone() throws IOException {
    build();
    List<Path> files = files(folder);
    assertThat(files).extracting(Path::toString).anyMatch(name -> name.endsWith(".cfs"));
    assertThat(files).extracting(Path::toString).anyMatch(name -> name.endsWith(".vec"));
    assertThat(files).extracting(Path::toString).anyMatch(name -> name.endsWith(".liv"));
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(length);
        }
        assertRefused(file.getFileName() + " cut to " + length + " of " + whole.length);
        Files.write(file, whole);
      }
      Path aside = folder.resolveSibling("aside");
      Files.move(file, aside);
      if (file.getFileName().toString().startsWith("segments")) {
        assertThatThrownBy(() -> LuceneIndex.open(folder, embedder))
            .isExactlyInstanceOf(IndexCorruptException.class)
            .hasMessageContaining("but no segments file; restore the directory from a copy");
      } else {
        assertRefused(file.getFileName() + " missing");
      }
      Files.move(aside, file);
    }
    assertThat(files(folder)).isEqualTo(files);
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      assertThat(index.size().passages()).isEqualTo(3_008);
    }
  }

  @Test
  void refusesRandomBytesInTheSegmentsFile() throws IOException {
    build();
    Path segments =
        files(folder).stream()
            .filter(file -> file.getFileName().toString().startsWith("segments"))
            .findFirst()
            .orElseThrow();
    byte[] whole = Files.readAllBytes(segments);
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] noise = whole.clone();
    random.nextBytes(noise);
    Files.write(segments, noise);
    assertRefused("noise, seed " + seed);
    for (int at = 0; at < whole.length; at += 1 + random.nextInt(8)) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(segments, changed);
      assertRefused("byte " + at + ", seed " + seed);
    }
  }

  @Test
  void refusesWhatIsNotItsOwn() throws IOException {
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer =
            new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
      writer.addDocument(new org.apache.lucene.document.Document());
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessage(
            "the index at "
                + folder
                + " is a Lucene index that Ragwright did not write; choose an empty directory");
  }

  @Test
  void refusesANewerFormat() throws IOException {
    build();
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer =
            new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
      writer.setLiveCommitData(
          Map.of("ragwright.format", "5", "ragwright.analyzer", "en/2").entrySet());
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder, embedder))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("has format 5, and this version of Ragwright reads format 4");
  }

  @Test
  void refusesWhatIsInUseOrNoDirectory() throws IOException {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index).hasToString("the index at " + folder);
      assertThatThrownBy(() -> LuceneIndex.open(folder))
          .isInstanceOfSatisfying(IndexException.class, e -> assertThat(e.retryable()).isTrue())
          .hasMessageStartingWith("the index at " + folder + " is in use by another process");
    }
    Path file = Files.writeString(folder.resolve("file"), "text");
    for (Path path : List.of(file, file.resolve("below"))) {
      assertThatThrownBy(() -> LuceneIndex.open(path))
          .isExactlyInstanceOf(IndexException.class)
          .hasMessageStartingWith("the index at " + path + " cannot be opened: ");
    }
  }

  @Test
  void refusesADirectoryWithoutPermission() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(locked), "this user may write anywhere");
    assertThatThrownBy(() -> LuceneIndex.open(locked))
        .isExactlyInstanceOf(IndexException.class)
        .hasMessageContaining("no permission for");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void keepsTheLastCommitWhenTheDiskIsFull(int writers) throws IOException {
    for (long room : new long[] {0, 100, 10_000, 100_000, 1_000_000}) {
      Directory healthy = new ByteBuffersDirectory();
      FullDisk disk = new FullDisk(healthy);
      LuceneIndex index =
          LuceneIndex.builder()
              .directory(disk)
              .embedder(embedder)
              .commitEvery(1_000)
              .writers(writers)
              .open();
      index.addAll(passages(0, 2_000));
      index.commit();
      disk.room.set(room);
      assertThatThrownBy(
              () -> {
                index.addAll(passages(2_000, 20_000));
                index.commit();
              })
          .isInstanceOf(IndexWriteException.class)
          .hasMessageContaining("could not be written: No space left on device; what was committed")
          .hasMessageEndingWith("mend the cause, close the index, and open it again");
      assertThat(index.bm25().retrieve("number 1999", 1).hits()).as("searches go on").hasSize(1);
      index.close();

      try (LuceneIndex reopened =
          LuceneIndex.builder().directory(healthy).embedder(embedder).open()) {
        assertThat(reopened.size().passages()).isGreaterThanOrEqualTo(2_000).isLessThan(20_000);
        reopened.addAll(passages(2_000, 3_000));
        assertThat(reopened.bm25().retrieve("number 2999", 1).hits())
            .extracting(hit -> hit.passage().id())
            .containsExactly("p2999");
      }
    }
  }

  /** Throws when more than some bytes are written to it; keeps its files when it is closed. */
  private static final class FullDisk extends FilterDirectory {
    final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

    FullDisk(Directory directory) {
      super(directory);
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      return limited(super.createOutput(name, context));
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
        throws IOException {
      return limited(super.createTempOutput(prefix, suffix, context));
    }

    private IndexOutput limited(IndexOutput output) {
      return new FilterIndexOutput("limited", output.getName(), output) {
        @Override
        public void writeByte(byte b) throws IOException {
          take(1);
          super.writeByte(b);
        }

        @Override
        public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
          take(length);
          super.writeBytes(bytes, offset, length);
        }
      };
    }

    private void take(long bytes) throws IOException {
      if (room.addAndGet(-bytes) < 0) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void losesNothingCommittedWhenItsProcessIsKilled() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Indexing.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    List<String> output = new ArrayList<>();
    int committed = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        if (line.startsWith("committed ")) {
          committed = Integer.parseInt(line.substring("committed ".length()));
          // Not Process.destroyForcibly(), which closes the stream that is being read.
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor()).as(String.join("\n", output)).isNotZero();
    assertThat(committed).as(String.join("\n", output)).isPositive();

    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      int kept = (int) index.size().documents();
      assertThat(kept).isBetween(committed, Indexing.DOCUMENTS - 1);
      SyncReport rest = index.sync(Indexing.source(), Chunkers.whole());
      assertThat(rest.unchanged()).isEqualTo(kept);
      assertThat(rest.added()).isEqualTo(Indexing.DOCUMENTS - kept);
      assertThat(index.size()).isEqualTo(new IndexSize(Indexing.DOCUMENTS, Indexing.DOCUMENTS));
    }
  }

  /** Syncs more than it can before it is killed. */
  static final class Indexing {
    static final int DOCUMENTS = 30_000;

    static DocumentSource source() {
      return problems ->
          IntStream.range(0, DOCUMENTS)
              .mapToObj(i -> Document.of("d" + i, "document number " + i + " of many"));
    }

    public static void main(String[] args) {
      try (LuceneIndex index =
          LuceneIndex.builder()
              .directory(Path.of(args[0]))
              .embedder(new HashEmbedder())
              .commitEvery(500)
              .open()) {
        index.sync(
            source(),
            Chunkers.whole(),
            CallContext.unbounded(),
            progress -> {
              if (progress.committed() > 1_000) {
                System.out.println("committed " + progress.committed());
              }
            });
      }
    }
  }

  private LuceneIndex openUnverified() {
    return LuceneIndex.builder().directory(folder).embedder(embedder).verifyAtOpen(false).open();
  }

  private static List<Hit> found(LuceneIndex index) {
    List<Hit> found = new ArrayList<>();
    for (int i = 1; i <= 200; i += 37) {
      found.addAll(index.bm25().retrieve("town " + i, 20).hits());
      found.addAll(index.knn().retrieve("town " + i, 20).hits());
    }
    return found;
  }

  /** A flipped bit gives an error, or nothing else than before: no other text, data or rank. */
  @Test
  void aFlippedBitNeverGivesAnotherAnswer() throws IOException {
    RandomGenerator random = Seeds.random();
    Map<String, Passage> written = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      Document town =
          new Document(
              "d" + i,
              "The town " + i + " has " + random.nextInt(1_000) + " wells.",
              Metadata.of("mayor", "Ada " + i).with("wells", i).with("tags", List.of("a", "b")));
      Passage passage = Passage.of(town, 0, town.text().length(), List.of("Towns", "Town " + i));
      written.put(passage.id(), passage);
    }
    List<Hit> before;
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      index.addAll(written.values());
      index.commit();
      before = found(index);
    }
    Path compound =
        files(folder).stream()
            .filter(file -> file.toString().endsWith(".cfs"))
            .findFirst()
            .orElseThrow();
    byte[] whole = Files.readAllBytes(compound);
    int refused = 0;
    int refusedReading = 0;
    for (int i = 0; i < 80; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(compound, flipped);
      try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
        assertThat(found(index)).as("flip " + i).isEqualTo(before); // between two files
      } catch (IndexCorruptException e) {
        refused++;
      }
      List<Passage> read = new ArrayList<>();
      try (LuceneIndex index = openUnverified()) {
        for (int town = 0; town < 200; town += 7) {
          read.addAll(index.passages("d" + town));
        }
      } catch (RuntimeException | AssertionError e) { // Lucene's, which trusts its files
        refusedReading++;
      }
      assertThat(written.values()).as("flip " + i + ", not verified").containsAll(read);
    }
    Files.write(compound, whole);
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      assertThat(found(index)).isEqualTo(before);
    }
    assertThat(refused).as("flips that were refused").isGreaterThan(70);
    assertThat(refusedReading).as("reads that were refused").isPositive();
  }

  /** One that only reads looks at what others have added, and stays with what it has. */
  @Test
  void aFollowerRefusesADamagedCommit() throws IOException {
    build();
    try (LuceneIndex follower =
        LuceneIndex.builder().directory(folder).embedder(embedder).openReadOnly()) {
      List<Path> known = files(folder);
      try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
        index.addAll(passages(4_000, 4_100));
      }
      Path added =
          files(folder).stream()
              .filter(file -> !known.contains(file) && file.toString().endsWith(".cfs"))
              .findFirst()
              .orElseThrow();
      byte[] whole = Files.readAllBytes(added);
      byte[] flipped = whole.clone();
      flipped[whole.length / 2] ^= 1;
      Files.write(added, flipped);
      assertThatThrownBy(follower::refresh)
          .isInstanceOf(IndexCorruptException.class)
          .hasMessageContaining("is damaged");
      assertThat(follower.size().passages()).isEqualTo(3_008);
      Files.write(added, whole);
      assertThat(follower.refresh()).isTrue();
      assertThat(follower.size().passages()).isEqualTo(3_108);
    }
  }

  /** A flipped bit in a file that opening did not read in whole is found when it is asked for. */
  @Test
  void verifyNamesTheDamagedFile() throws IOException {
    build();
    int found = 0;
    for (Path file : files(folder)) {
      byte[] whole = Files.readAllBytes(file);
      byte[] flipped = whole.clone();
      flipped[whole.length / 2] ^= 1;
      Files.write(file, flipped);
      String segment = file.getFileName().toString().split("[._]", 3)[1];
      try (LuceneIndex index = openUnverified()) {
        assertThatThrownBy(index::verify)
            .as(file.toString())
            .isInstanceOf(IndexCorruptException.class)
            .hasMessageContaining("_" + segment);
        found++;
      } catch (IndexCorruptException e) {
        assertThat(e).hasMessageContaining("is damaged");
      }
      Files.write(file, whole);
    }
    assertThat(found).as("files whose damage opening does not see").isGreaterThan(2);
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      index.verify();
      for (Path file : files(folder)) { // whatever is damaged while it is open
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        Files.write(file, flipped);
        assertThatThrownBy(index::verify)
            .as(file.toString())
            .isInstanceOf(IndexCorruptException.class)
            .hasMessageContaining("is damaged");
        Files.write(file, whole);
      }
      index.verify();
    }
  }

  @Test
  void compactingForgetsWhatWasDeleted() {
    build();
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      String before = index.bm25().description().toString();
      List<String> found =
          index.knn().retrieve("passage number 7 of many", 5).hits().stream()
              .map(hit -> hit.passage().id())
              .toList();
      index.compact();
      assertThat(before).contains("-2");
      assertThat(index.bm25().description().toString()).doesNotContain("-2");
      assertThat(index.knn().retrieve("passage number 7 of many", 5).hits())
          .extracting(hit -> hit.passage().id())
          .isEqualTo(found);
      assertThat(files(folder).stream().filter(file -> file.toString().endsWith(".si"))).hasSize(1);
    }
  }
}
