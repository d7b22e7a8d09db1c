package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.document.Passage;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.EmbeddingAdapter.Sides;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaptedIndexTest {
  @TempDir private Path folder;

  private static EmbeddingAdapter adapter(Embedder embedder, Sides sides) {
    Random random = new Random(5);
    float[][] rows = new float[embedder.dimension()][embedder.dimension()];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return EmbeddingAdapter.of(EmbeddingAdapter.settings(embedder), sides, "set/train", 9, rows);
  }

  @Test
  void aMapOfQuestionsOpensTheIndexOfThePlainEmbedder() {
    HashEmbedder plain = new HashEmbedder();
    Embedder adapted = plain.adapted(adapter(plain, Sides.QUERY));
    try (LuceneIndex index = LuceneIndex.open(folder, plain)) {
      index.addAll(List.of(Passage.of("a", "red apples"), Passage.of("b", "blue boats")));
    }
    try (LuceneIndex index = LuceneIndex.open(folder, adapted)) {
      assertThat(index.knn().description().toString())
          .contains("adapted(", "sides=query", "hashed words");
      assertThat(index.knn().retrieve("apples", 2).hits().getFirst().score())
          .isEqualTo(
              index.knn().retrieve("apples", 2).hits().stream()
                  .mapToDouble(
                      hit ->
                          Embeddings.dot(
                              adapted.embedQuery("apples"),
                              plain.embedDocument(hit.passage().text())))
                  .max()
                  .orElseThrow());
      index.addAll(List.of(Passage.of("c", "green cars")));
    }
    try (LuceneIndex index = LuceneIndex.open(folder, plain)) {
      assertThat(index.knn().retrieve("green cars", 1).hits().getFirst().score())
          .isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void aMapOfBothSidesHasAnIndexOfItsOwnAndEmbedsNoTextAgain() {
    HashEmbedder plain = new HashEmbedder();
    List<Passage> passages = List.of(Passage.of("a", "red apples"), Passage.of("b", "blue boats"));
    try (EmbeddingCache cache = EmbeddingCache.inMemory()) {
      Embedder kept = cache.over(plain);
      Embedder adapted = kept.adapted(adapter(plain, Sides.BOTH));
      try (LuceneIndex index = LuceneIndex.open(folder, kept)) {
        index.addAll(passages);
      }
      assertThatThrownBy(() -> LuceneIndex.open(folder, adapted))
          .isInstanceOf(IndexMismatchException.class);
      int embedded = plain.texts.get();
      try (LuceneIndex index = LuceneIndex.inMemory(adapted)) {
        index.addAll(passages);
        assertThat(index.knn().retrieve("red apples", 1).hits().getFirst().score())
            .isCloseTo(1, within(1e-6));
      }
      assertThat(plain.texts.get()).isEqualTo(embedded);
    }
  }

  @Test
  void aFileGivesBackTheSameNumbers() throws Exception {
    HashEmbedder plain = new HashEmbedder();
    EmbeddingAdapter adapter = adapter(plain, Sides.QUERY);
    Path file = folder.resolve("adapter.json");
    EmbeddingAdapterFile.write(adapter, file);
    EmbeddingAdapter read = EmbeddingAdapterFile.read(file);
    assertThat(read.digest()).isEqualTo(adapter.digest());
    assertThat(read.learntOn()).isEqualTo("set/train");
    assertThat(read.map(plain.embedQuery("red"))).isEqualTo(adapter.map(plain.embedQuery("red")));
    assertThat(EmbeddingAdapterFile.learntOver(file)).isEmpty();
    CorpusSketch corpus = CorpusSketch.of(Stream.of(Passage.of("p", "text")));
    EmbeddingAdapterFile.write(adapter, corpus, file);
    assertThat(EmbeddingAdapterFile.read(file).digest()).isEqualTo(adapter.digest());
    assertThat(EmbeddingAdapterFile.learntOver(file)).contains(corpus);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"passages\" : 1", "\"passages\" : 2"));
    assertThatThrownBy(() -> EmbeddingAdapterFile.learntOver(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a sketch of 2 passages has 2 ascending hashes, had 1");
    Files.writeString(file, text.replace("\"query\"", "\"both\""));
    assertThatThrownBy(() -> EmbeddingAdapterFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is damaged, or was changed by hand");
    Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> EmbeddingAdapterFile.read(file))
        .hasMessageContaining("version 2, expected \"ragwright-adapter\" version 1");
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(() -> EmbeddingAdapterFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an adapter");
  }

  @Test
  void halfTheNumbersAreHalfTheIndex() throws Exception {
    HashEmbedder plain = new HashEmbedder();
    int numbers = plain.dimension() / 2;
    float[][] rows = new float[numbers][plain.dimension()];
    for (int i = 0; i < numbers; i++) {
      rows[i][2 * i] = 1;
    }
    EmbeddingAdapter half =
        EmbeddingAdapter.of(EmbeddingAdapter.settings(plain), Sides.BOTH, "2 passages", 0, rows);
    Path file = folder.resolve("half.json");
    EmbeddingAdapterFile.write(half, file);
    EmbeddingAdapter read = EmbeddingAdapterFile.read(file);
    assertThat(read.digest()).isEqualTo(half.digest());
    assertThat(read.dimension()).isEqualTo(numbers);
    assertThat(read.embedderDimension()).isEqualTo(plain.dimension());
    List<Passage> passages =
        IntStream.range(0, 500).mapToObj(i -> Passage.of("p" + i, "passage number " + i)).toList();
    Embedder shorter = plain.adapted(read);
    try (LuceneIndex all = LuceneIndex.open(folder.resolve("all"), plain);
        LuceneIndex less = LuceneIndex.open(folder.resolve("less"), shorter)) {
      all.addAll(passages);
      less.addAll(passages);
      assertThat(less.knn().retrieve("passage number 7", 1).hits().getFirst().score())
          .isCloseTo(1, within(1e-6));
    }
    long saved = bytes(folder.resolve("all")) - bytes(folder.resolve("less"));
    assertThat(saved).isCloseTo(500L * numbers * Float.BYTES, within(1_000L));
  }

  private static long bytes(Path directory) throws Exception {
    long sum = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        sum += Files.size(file);
      }
    }
    return sum;
  }

  @Test
  void twoThousandNumbersAreKept() {
    HashEmbedder plain = new HashEmbedder("wide", 2_000);
    EmbeddingAdapter adapter = adapter(plain, Sides.QUERY);
    Path file = folder.resolve("wide.json");
    EmbeddingAdapterFile.write(adapter, file);
    assertThat(EmbeddingAdapterFile.read(file).digest()).isEqualTo(adapter.digest());
  }

  @Test
  void aMatrixThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> EmbeddingAdapter.of("x", Sides.BOTH, "set", 1, new float[3][2]))
        .hasMessage(
            "an adapter's matrix must have no more rows than numbers in each, had 3 rows of 2");
    assertThatThrownBy(() -> EmbeddingAdapter.of("x", Sides.QUERY, "set", 1, new float[2][3]))
        .hasMessage(
            "an adapter of questions alone must leave them as many numbers as passages have, had 2 rows of 3; map both sides");
    assertThatThrownBy(
            () -> EmbeddingAdapter.of("x", Sides.BOTH, "set", 1, new float[][] {{1, 0}, {1}}))
        .hasMessage(
            "an adapter's rows must be of one length, had 2 numbers in row 0 and 1 in row 1");
  }

  @Test
  void anotherEmbedderIsRefused() {
    EmbeddingAdapter adapter = adapter(new HashEmbedder(), Sides.BOTH);
    assertThatThrownBy(() -> new HashEmbedder("other words", 32).adapted(adapter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the adapter was learnt for hashed words(dimension=32), of 32 numbers a vector, and here is other words(dimension=32), of 32; learn one for it");
    assertThatThrownBy(
            () ->
                EmbeddingAdapter.of(
                    "x", Sides.BOTH, "set", 1, new float[][] {{1, 0}, {Float.NaN, 1}}))
        .hasMessage("an adapter's numbers must be finite, had NaN in row 1");
  }
}
