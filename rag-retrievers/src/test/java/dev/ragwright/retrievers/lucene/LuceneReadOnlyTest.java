package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An index that is searched while another process writes it, or where nothing can be written. */
final class LuceneReadOnlyTest {
  @TempDir private Path temp;
  private final HashEmbedder embedder = new HashEmbedder();

  private Path folder() {
    return temp.resolve("index");
  }

  private LuceneIndex writer() {
    return LuceneIndex.open(folder(), embedder);
  }

  private LuceneIndex reader() {
    return LuceneIndex.builder().directory(folder()).embedder(embedder).openReadOnly();
  }

  private static Stream<Passage> passages(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> Passage.of("p" + i, "passage number " + i + " of many"));
  }

  private static List<String> files(Path directory) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName() + " " + file.toFile().length()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSameHits(LuceneIndex index, LuceneIndex other) {
    for (String query : List.of("number 7", "many")) {
      assertThat(index.hybrid().retrieve(query, 20).hits())
          .isEqualTo(other.hybrid().retrieve(query, 20).hits());
    }
    assertThat(index.size()).isEqualTo(other.size());
  }

  @Test
  void followsTheCommitsOfItsWriterOnRequest() {
    try (LuceneIndex writer = writer()) {
      writer.addAll(passages(0, 100));
      writer.commit();
      try (LuceneIndex reader = reader();
          LuceneIndex words = LuceneIndex.builder().directory(folder()).openReadOnly()) {
        assertSameHits(reader, writer);
        assertThat(reader.refresh()).as("nothing was committed").isFalse();

        writer.addAll(passages(100, 200));
        writer.delete("p7");
        assertThat(reader.refresh()).as("not committed").isFalse();
        assertThat(reader.size().passages()).isEqualTo(100);
        writer.commit();
        assertThat(reader.size().passages()).as("not asked for").isEqualTo(100);
        assertThat(reader.refresh()).isTrue();
        assertThat(reader.refresh()).isFalse();
        assertSameHits(reader, writer);

        Document document = Document.of("d", "First one. Second one.");
        writer.sync(DocumentSource.of(List.of(document)), Chunkers.sentences(1, 0));
        writer.compact();
        assertThat(reader.bm25().retrieve("number 8", 1).hits()).as("files are gone").hasSize(1);
        assertThat(reader.refresh()).isTrue();
        assertSameHits(reader, writer);
        assertThat(reader.bm25().description()).isEqualTo(writer.bm25().description());
        assertThat(words.refresh()).isTrue();
        assertThat(words.bm25().retrieve("first", 9).hits()).hasSize(1);
        assertThatThrownBy(words::knn).isInstanceOf(IndexMismatchException.class);
        assertThat(writer.refresh()).as("it sees its own").isFalse();
      }
      assertThat(writer.size().passages()).as("others close for themselves").isEqualTo(201);
    }
  }

  @Test
  void refusesToChange() {
    try (LuceneIndex writer = writer()) {
      writer.addAll(passages(0, 10));
    }
    List<String> files = files(folder());
    try (LuceneIndex reader = reader()) {
      DocumentSource nothing = DocumentSource.of(List.of());
      List<ThrowingCallable> changes =
          List.of(
              () -> reader.addAll(passages(0, 1)),
              () -> reader.sync(nothing, Chunkers.whole()),
              () -> reader.delete("p1"),
              () -> reader.deletePassages(List.of("p1")),
              reader::commit,
              reader::compact);
      for (ThrowingCallable change : changes) {
        assertThatThrownBy(change)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage(
                "the index at %s was opened with openReadOnly() and cannot be changed here; one process opens it with open(), and changes it"
                    .formatted(folder()));
      }
      assertThat(reader.size().passages()).isEqualTo(10);
    }
    assertThat(files(folder())).isEqualTo(files);
    assertThatThrownBy(() -> LuceneIndex.builder().openReadOnly())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("openReadOnly() needs directory(...)");
  }

  /** Refuses all that a medium does that can only be read. */
  private static final class ReadOnlyMedium extends FilterDirectory {
    ReadOnlyMedium(Directory directory) {
      super(directory);
    }

    private static IOException refused(String what) {
      return new IOException("read-only file system: " + what);
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      throw refused(name);
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
        throws IOException {
      throw refused(prefix);
    }

    @Override
    public Lock obtainLock(String name) throws IOException {
      throw refused(name);
    }

    @Override
    public void deleteFile(String name) throws IOException {
      throw refused(name);
    }

    @Override
    public void rename(String source, String dest) throws IOException {
      throw refused(source);
    }

    @Override
    public void syncMetaData() throws IOException {
      throw refused("metadata");
    }
  }

  @Test
  void readsWhereNothingCanBeWritten() throws IOException {
    try (LuceneIndex writer = writer()) {
      writer.addAll(passages(0, 300));
    }
    Files.delete(folder().resolve("write.lock"));
    List<String> files = files(folder());
    try (LuceneIndex reader =
        LuceneIndex.builder()
            .directory(new ReadOnlyMedium(FSDirectory.open(folder())))
            .embedder(embedder)
            .openReadOnly()) {
      assertThat(reader.hybrid().retrieve("number 7", 5).hits()).hasSize(5);
      assertThat(reader.refresh()).isFalse();
      reader.verify();
    }
    assertThat(files(folder())).isEqualTo(files);
  }

  @Test
  void saysThatThereIsNoIndexAndMakesNone() throws IOException {
    Files.createDirectory(temp.resolve("empty"));
    for (String name : List.of("index", "empty")) {
      Path path = temp.resolve(name);
      assertThatThrownBy(() -> LuceneIndex.builder().directory(path).openReadOnly())
          .isInstanceOfSatisfying(IndexException.class, e -> assertThat(e.retryable()).isTrue())
          .hasMessage(
              "the index at %s is not there, and openReadOnly() makes none; make it with open()"
                  .formatted(path));
    }
    assertThat(folder()).doesNotExist();
    assertThat(temp.resolve("empty")).isEmptyDirectory();
  }

  @Test
  void refusesAnotherEmbedderByNameAndGoesOn() {
    HashEmbedder other = new HashEmbedder("other words", 16);
    try (LuceneIndex writer = writer()) {
      writer.addAll(passages(0, 100));
    }
    assertThatThrownBy(
            () -> LuceneIndex.builder().directory(folder()).embedder(other).openReadOnly())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("and is opened with " + other.description());
    try (LuceneIndex reader = reader()) {
      try (LuceneIndex writer = LuceneIndex.open(folder())) {
        passages(0, 100).forEach(passage -> writer.delete(passage.id()));
      }
      try (LuceneIndex writer = LuceneIndex.open(folder(), other)) { // empty, so it begins anew
        writer.addAll(passages(0, 10));
      }
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(reader::refresh)
            .isInstanceOf(IndexMismatchException.class)
            .hasMessageContaining("holds vectors of " + other.description())
            .hasMessageContaining("and is opened with " + embedder.description());
      }
      assertThat(reader.knn().retrieve("number 7", 200).hits()).hasSize(100);
    }
  }

  /** The second index makes the same calls, so its files and its versions are named as before. */
  @Test
  void tellsAnIndexThatWasMadeAnewFromTheOneBefore() throws IOException {
    for (int more : new int[] {0, 50}) {
      try (LuceneIndex writer = writer()) {
        writer.addAll(passages(0, 100));
      }
      try (LuceneIndex reader = reader()) {
        try (Stream<Path> files = Files.list(folder())) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        assertThat(reader.knn().retrieve("number 7", 200).hits()).hasSize(100);
        assertThatThrownBy(reader::refresh)
            .isInstanceOfSatisfying(IndexException.class, e -> assertThat(e.retryable()).isTrue())
            .hasMessageContaining("is not there");
        try (LuceneIndex writer = writer()) {
          writer.addAll(passages(1_000, 1_100));
          if (more > 0) {
            writer.commit();
            writer.addAll(passages(0, more));
          }
        }
        assertThat(reader.refresh()).isTrue();
        assertThat(reader.size().passages()).isEqualTo(100 + more);
        assertThat(reader.bm25().retrieve("1007", 1).hits()).hasSize(1);
      }
      try (LuceneIndex writer = writer()) {
        IntStream.range(0, 2_000).forEach(i -> writer.delete("p" + i));
      }
    }
  }

  @Test
  void verifyFindsDamageAndDoesNotMindTheWriter() throws IOException {
    try (LuceneIndex writer = writer()) {
      writer.addAll(passages(0, 100));
      writer.commit();
      try (LuceneIndex reader = reader()) {
        writer.addAll(passages(100, 200));
        writer.compact();
        reader.verify();
        reader.refresh();
        reader.verify();
      }
    }
    Path file;
    try (Stream<Path> files = Files.list(folder())) {
      file = files.filter(f -> f.toString().endsWith(".vec")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(this::reader).isInstanceOf(IndexCorruptException.class);
    try (LuceneIndex reader =
        LuceneIndex.builder()
            .directory(folder())
            .embedder(embedder)
            .verifyAtOpen(false)
            .openReadOnly()) {
      assertThatThrownBy(reader::verify)
          .isInstanceOf(IndexCorruptException.class)
          .hasMessageContaining("is damaged");
    }
  }

  /** Searches of two threads while another process commits, merges and deletes. */
  @Test
  @Timeout(120)
  void followsAnotherProcess() throws Exception {
    Process process =
        LuceneKillTest.syncing(folder(), 2, 0)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        LuceneIndex reader = firstOpening(process)) {
      Future<Integer> searches =
          pool.submit(
              () -> {
                int n = 0;
                for (; !over.get(); n++) {
                  List<String> ids = new ArrayList<>();
                  reader.hybrid().retrieve("sentence 3 of document " + n % 400, 10).hits().stream()
                      .map(hit -> hit.passage().id())
                      .forEach(ids::add);
                  assertThat(ids).doesNotHaveDuplicates();
                }
                return n;
              });
      int commits = 0;
      while (commits < 20 && process.isAlive()) {
        if (reader.refresh()) {
          commits++;
          LuceneKillTest.assertWhole(reader, "commit " + commits);
        }
      }
      over.set(true);
      process.toHandle().destroyForcibly();
      process.waitFor();
      assertThat(searches.get()).isPositive();
      assertThat(commits).isEqualTo(20);
      reader.refresh();
      LuceneKillTest.assertWhole(reader, "the last commit");
    } finally {
      process.toHandle().destroyForcibly();
    }
  }

  private LuceneIndex firstOpening(Process process) throws InterruptedException {
    while (true) {
      try {
        return LuceneIndex.builder()
            .directory(folder())
            .embedder(embedder)
            .vectors(VectorSearch.graph())
            .openReadOnly();
      } catch (IndexException e) {
        assertThat(e.retryable()).as(e.toString()).isTrue();
        assertThat(process.isAlive()).isTrue();
        Thread.sleep(5);
      }
    }
  }
}
