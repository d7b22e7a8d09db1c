package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexSize;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LuceneIndexTest {
  @TempDir private Path folder;

  private static Passage passage(String id, String text) {
    return Passage.of(id, text);
  }

  private static List<String> ids(Retriever retriever, String query, int topK) {
    return retriever.retrieve(query, topK).hits().stream().map(hit -> hit.passage().id()).toList();
  }

  @Test
  void findsByWordsByVectorsAndByBoth() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      Usage usage =
          index.addAll(
              List.of(
                  passage("key", "How to rotate the signing key of a release"),
                  passage("cat", "The cat sat on the mat"),
                  passage("door", "A key opens the door")));

      assertThat(usage).isEqualTo(Usage.of(Usage.EMBEDDED_TEXTS, 3));
      assertThat(ids(index.bm25(), "rotating signing keys", 10)).containsExactly("key", "door");
      assertThat(ids(index.knn(), "rotate the signing key", 10)).startsWith("key").hasSize(3);
      assertThat(ids(index.hybrid(), "rotate the signing key", 2)).startsWith("key").hasSize(2);

      Hit first = index.bm25().retrieve("door", 1).hits().getFirst();
      assertThat(first.source()).isEqualTo("bm25");
      Hit nearest = index.knn().retrieve("the cat sat on the mat", 1).hits().getFirst();
      assertThat(nearest.source()).isEqualTo("knn");
      assertThat(nearest.score()).isBetween(0.999, 1.0);
      assertThat(index.knn().retrieve("cat", 1).usage())
          .isEqualTo(Usage.of(Usage.EMBEDDED_TEXTS, 1).with(Usage.VECTORS_COMPARED, 3));
    }
  }

  @Test
  void keepsAllOfAPassage() {
    Passage passage =
        new Passage(
            "p\uD83D\uDE00",
            "d/\u00E9",
            7,
            7 + 9,
            "a\uD83D\uDE00b\uD800c\u20AC\u00E9\0",
            List.of("One", "Two \u203A three"),
            Metadata.of("z", "last")
                .with("a", 1L)
                .with("long", Long.MAX_VALUE)
                .with("double", 1.0)
                .with("true", true)
                .with("false", false)
                .with("", "empty key")
                .with("empty", ""));
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(List.of(passage));

      Passage found = index.bm25().retrieve("three", 1).hits().getFirst().passage();

      assertThat(found).isEqualTo(passage);
      assertThat(found.metadata().asMap().keySet())
          .containsExactlyElementsOf(passage.metadata().asMap().keySet());
    }
  }

  @Test
  void tellsThePassagesOfADocumentByTheirPlace() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      Document guide = Document.of("guide.md", "First part. Second part. Third part.");
      List<Passage> parts =
          List.of(
              Passage.of(guide, 0, 11, List.of("One")),
              Passage.of(guide, 12, 24, List.of("One", "Two")),
              Passage.of(guide, 25, 36, List.of()));
      index.sync(
          DocumentSource.of(List.of(guide, Document.of("other.md", "Another one."))),
          Chunkers.recursive(300, 0));
      assertThat(index.passages("guide.md")).hasSize(1); // and not the document's record
      index.delete("guide.md");
      index.addAll(parts.reversed());
      assertThat(index.passages("guide.md")).isEqualTo(parts);
      assertThat(index.passages("guide")).isEmpty();
    }
  }

  @Test
  void replacesByPassageIdAndDeletes() {
    HashEmbedder embedder = new HashEmbedder();
    try (LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.addAll(
          Stream.of(passage("a", "apples"), passage("b", "bananas"), passage("b", "bees")));
      index.addAll(List.of(passage("a", "apricots")));

      assertThat(index.size()).isEqualTo(new IndexSize(2, 2));
      assertThat(ids(index.bm25(), "apples", 5)).isEmpty();
      assertThat(ids(index.bm25(), "apricots bees", 5)).containsExactly("a", "b");
      assertThat(ids(index.knn(), "apricots", 5)).containsExactly("a", "b");

      index.deletePassages(List.of("a", "nobody"));
      assertThat(ids(index.knn(), "apricots", 5)).containsExactly("b");
      index.delete("b");
      assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
      assertThat(ids(index.hybrid(), "bees", 5)).isEmpty();
    }
  }

  @Test
  void isTheSameAfterReopening() {
    HashEmbedder embedder = new HashEmbedder();
    String described;
    List<Hit> hits;
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      index.addAll(List.of(passage("a", "red apples"), passage("b", "red bricks")));
      hits = index.hybrid().retrieve("red apples", 5).hits();
      described = index.hybrid().description().toString();
    }
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      assertThat(index.hybrid().retrieve("red apples", 5).hits()).isEqualTo(hits);
      assertThat(index.hybrid().description()).hasToString(described);
      index.addAll(List.of(passage("c", "red cars")));
      assertThat(index.hybrid().description().toString()).isNotEqualTo(described);
    }
  }

  @Test
  void describesWhatChangesItsAnswers() {
    try (LuceneIndex index =
        LuceneIndex.builder().embedder(new HashEmbedder()).bm25(1.2, 0.5).open()) {
      index.addAll(List.of(passage("a", "apples")));
      String identity = index.bm25().description().parameters().get("index");

      assertThat(identity).endsWith("/1");
      assertThat(index.bm25().description())
          .hasToString(
              "bm25(analyzer=en/2, b=0.5, index="
                  + identity
                  + ", k1=1.2, k3=Infinity, weights=headings^1 title^2)");
      assertThat(index.knn().description())
          .hasToString("knn(index=" + identity + "; hashed words(dimension=32))");
      assertThat(index.hybrid().description().toString())
          .startsWith("fused(depth=100; rrf(k=60), bm25(");
    }
  }

  @Test
  void breaksTiesByIdAlsoAtTheLastPlace() {
    List<Passage> equal = new ArrayList<>();
    // U+FF61 is behind U+1F600 by UTF-16 unit, as String compares, and before it by code point.
    for (String id : List.of("b", "a", "\uFF61", "\uD83D\uDE00", "c", "B")) {
      equal.add(passage(id, "the same words"));
    }
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      equal.forEach(passage -> index.addAll(List.of(passage)));
      List<String> ascending = equal.stream().map(Passage::id).sorted().toList();
      for (int topK = 1; topK <= equal.size() + 1; topK++) {
        List<String> expected = ascending.subList(0, Math.min(topK, equal.size()));
        assertThat(ids(index.bm25(), "same words", topK)).isEqualTo(expected);
        assertThat(ids(index.knn(), "same words", topK)).isEqualTo(expected);
        assertThat(ids(index.hybrid(), "same words", topK)).isEqualTo(expected);
      }
    }
  }

  @Test
  void takesOperatorsForWords() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      index.addAll(List.of(passage("a", "cats or dogs"), passage("b", "birds")));
      for (String query :
          List.of(
              "AND OR cats",
              "( cats",
              "cats:",
              "cats AND -cats",
              "\"cats",
              "*:* cats",
              "cats~2 ^3 [a TO",
              "text:cats /cats",
              "-cats",
              "+birds +cats \\")) {
        assertThat(ids(index.bm25(), query, 5)).as(query).contains("a");
        assertThat(ids(index.hybrid(), query, 5)).as(query).contains("a");
      }
    }
  }

  @Test
  void answersAnyText() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      index.addAll(
          List.of(
              passage("a", "x"),
              passage("emoji", "\uD83D\uDE00 \uD835\uDD04 smile"),
              passage("long", "y".repeat(100_000)),
              passage("blank", " "),
              passage("half", "lone \uD800 surrogate")));
      for (String query : List.of("", " \n\t", ".", "...")) {
        assertThat(ids(index.bm25(), query, 5)).isEmpty();
      }
      assertThat(index.knn().retrieve("", 5).hits()).isEmpty();
      assertThat(ids(index.bm25(), "x", 5)).containsExactly("a");
      assertThat(ids(index.bm25(), "\uD83D\uDE00", 5)).containsExactly("emoji");
      assertThat(ids(index.bm25(), "\uD835\uDD04", 5)).containsExactly("emoji");
      assertThat(ids(index.bm25(), "y".repeat(100_000), 5)).containsExactly("long");
      assertThat(ids(index.bm25(), "\uD800 surrogate \uDC00", 5)).containsExactly("half");
      assertThat(ids(index.hybrid(), "x".repeat(100_000), 9)).hasSize(5);
      assertThat(ids(index.hybrid(), "\0", Integer.MAX_VALUE)).hasSize(5);
    }
  }

  /** A word of its own, in which no letter stands beside a digit: that would be two. */
  private static String word(int number) {
    return "t" + Integer.toString(number, 2).replace('0', 'k').replace('1', 'm');
  }

  @Test
  void dropsTermsBeyondTheBoundAndCountsThem() {
    String query = String.join(" ", IntStream.range(0, 1_100).mapToObj(i -> word(i)).toList());
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(List.of(passage("a", word(0)), passage("b", word(1_023) + " " + word(1_099))));
      var all = index.bm25().retrieve(query + " " + query, 5);
      assertThat(all.hits()).hasSize(2);
      assertThat(all.usage()).isEqualTo(Usage.of(Usage.DROPPED_TERMS, 76));
      var filtered =
          index
              .bm25()
              .retrieve(
                  RetrievalRequest.of(query, 5).withFilter(Filter.documents(List.of("a", "b"))),
                  CallContext.unbounded());
      assertThat(filtered.hits()).extracting(hit -> hit.passage().id()).containsExactly("a");
      assertThat(filtered.usage()).isEqualTo(Usage.of(Usage.DROPPED_TERMS, 77));
    }
  }

  @Test
  void refusesIdsThatAreTooLongAndBrokenEmbedders() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      assertThatThrownBy(() -> index.addAll(List.of(passage("x".repeat(40_000), "a"))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "a passage's id must be at most 32,766 bytes long, was 40,000: xx");
    }
    Embedder doubled =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            return new Embeddings(List.of(new float[] {2, 0}), Usage.none());
          }

          @Override
          public int dimension() {
            return 2;
          }
        };
    try (LuceneIndex index = LuceneIndex.inMemory(doubled)) {
      assertThatThrownBy(() -> index.addAll(List.of(passage("a", "a"))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("? returned a vector of length 2.0, not 1 (or all zeros)");
      assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder, doubled))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("override its description()");
  }

  @Test
  void refusesAnotherEmbedderNamingBoth() {
    try (LuceneIndex index = LuceneIndex.open(folder, new HashEmbedder("one", 8))) {
      assertThat(index.size().passages()).isZero();
    }
    // Empty, so nothing is lost by starting over.
    try (LuceneIndex index = LuceneIndex.open(folder, new HashEmbedder("two", 16))) {
      index.addAll(List.of(passage("a", "apples")));
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder, new HashEmbedder("three", 16)))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessage(
            "the index at "
                + folder
                + " holds vectors of two(dimension=16) (dimension 16) and is opened with"
                + " three(dimension=16) (dimension 16); open it with the embedder it was made with,"
                + " or index into an empty directory");
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(ids(index.bm25(), "apples", 5)).containsExactly("a");
      assertThatThrownBy(() -> index.addAll(List.of(passage("b", "b"))))
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("writing needs the embedder two(dimension=16), which made");
      assertThatThrownBy(index::knn)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("knn() needs the embedder two(dimension=16), which made");
      index.delete("a");
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
    }
  }

  @Test
  void refusesAnEmbedderForAnIndexOfWordsAndAnotherAnalyzer() {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      index.addAll(List.of(passage("a", "apples")));
      assertThatThrownBy(index::hybrid)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageContaining("was made without an embedder");
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder, new HashEmbedder()))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining(
            "was made without an embedder and is opened with hashed words(dimension=32)");
    assertThatThrownBy(
            () ->
                LuceneIndex.builder()
                    .directory(folder)
                    .analyzer("standard", new StandardAnalyzer())
                    .open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("analyzer 'en/2' and is opened with 'standard'");
  }

  @Test
  void searchesTheGraphOfALargeIndexTheSameWayEachTime() {
    int dimension = 8;
    Random random = new Random(7);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 24_000; i++) {
      passages.add(
          new Passage(
              "p" + i,
              "d" + i,
              0,
              3,
              "abc",
              List.of(Long.toHexString(random.nextLong())),
              Metadata.empty().with("n", i)));
    }
    // Places on the sphere drawn from the text, so that the vectors fill it evenly.
    HashEmbedder described = new HashEmbedder("gaussian", dimension);
    Embedder embedder =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            return new Embeddings(texts.stream().map(this::vector).toList(), Usage.none());
          }

          private float[] vector(String text) {
            Random source = new Random(text.hashCode() * 31L);
            float[] vector = new float[dimension];
            double length = 0;
            for (int i = 0; i < dimension; i++) {
              vector[i] = (float) source.nextGaussian();
              length += vector[i] * vector[i];
            }
            for (int i = 0; i < dimension; i++) {
              vector[i] = (float) (vector[i] / Math.sqrt(length));
            }
            return vector;
          }

          @Override
          public int dimension() {
            return dimension;
          }

          @Override
          public dev.ragwright.call.StageDescription description() {
            return described.description();
          }
        };
    try (LuceneIndex index = LuceneIndex.builder().embedder(embedder).commitEvery(20_000).open();
        LuceneIndex again = LuceneIndex.builder().embedder(embedder).commitEvery(20_000).open()) {
      index.addAll(passages);
      again.addAll(passages);
      List<float[]> vectors =
          passages.stream().map(passage -> embedder.embedDocument(passage.searchText())).toList();
      int found = 0;
      for (int i = 0; i < 50; i++) {
        float[] query = embedder.embedQuery("question " + i);
        List<String> nearest =
            IntStream.range(0, passages.size())
                .mapToObj(p -> new Hit(passages.get(p), dot(query, vectors.get(p)), "exact"))
                .sorted(Hit.BEST_FIRST)
                .limit(10)
                .map(hit -> hit.passage().id())
                .toList();
        var retrieval = index.knn().retrieve("question " + i, 10);
        List<String> hits = retrieval.hits().stream().map(hit -> hit.passage().id()).toList();
        assertThat(retrieval.usage().count(Usage.VECTORS_COMPARED).orElseThrow())
            .isLessThan(15_000);
        assertThat(retrieval.usage().count(Usage.GRAPHS_WALKED)).isPresent();
        assertThat(again.knn().retrieve("question " + i, 10).hits()).isEqualTo(retrieval.hits());
        found += (int) hits.stream().filter(nearest::contains).count();

        RetrievalRequest few =
            RetrievalRequest.of("question " + i, 10).withFilter(Filter.atMost("n", 8_000));
        assertThat(index.knn().retrieve(few, CallContext.unbounded()).usage())
            .isEqualTo(Usage.of(Usage.VECTORS_COMPARED, 8_001));
        RetrievalRequest many =
            RetrievalRequest.of("question " + i, 10).withFilter(Filter.atLeast("n", 4_000));
        assertThat(index.knn().retrieve(many, CallContext.unbounded()).hits())
            .hasSize(10)
            .allMatch(hit -> many.filter().test(hit.passage()));
      }
      assertThat(found).as("of 500 nearest").isGreaterThan(475);
      assertThat(ids(index.knn(), "question", 30_000)).hasSize(24_000);
    }
  }

  private static double dot(float[] query, float[] vector) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      sum += query[i] * vector[i];
    }
    return sum;
  }

  @Test
  void stopsWhenTheCallIsStopped() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      index.addAll(
          IntStream.range(0, 5_000).mapToObj(i -> passage("p" + i, "word " + i % 7 + " " + i)));
      for (Retriever retriever : List.of(index.bm25(), index.knn(), index.hybrid())) {
        CallContext cancelled = CallContext.unbounded();
        cancelled.cancel();
        assertThatThrownBy(() -> retriever.retrieve(RetrievalRequest.of("word 3", 10), cancelled))
            .isInstanceOf(CancelledException.class);
      }
      for (Retriever retriever : List.of(index.bm25(), index.knn())) {
        // A clock that moves on by one at each look: the deadline passes in the midst of the scan.
        AtomicLong looks = new AtomicLong();
        Ticker ticker = looks::incrementAndGet;
        CallContext context = CallContext.withTimeout(Duration.ofNanos(9), ticker);
        assertThatThrownBy(() -> retriever.retrieve(RetrievalRequest.of("word 3", 4_000), context))
            .isInstanceOf(DeadlineExceededException.class);
        assertThat(looks).as("looks at the clock").hasValueGreaterThan(9).hasValueLessThan(20);
      }
      assertThat(ids(index.hybrid(), "word 3", 10)).hasSize(10);
    }
  }

  @Test
  void servesSearchesWhileOneThreadWrites() throws Exception {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      index.addAll(List.of(passage("fixed", "a word that stays")));
      AtomicBoolean done = new AtomicBoolean();
      List<Future<Integer>> searches = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        searches.add(
            threads.submit(
                () -> {
                  int calls = 0;
                  do {
                    assertThat(ids(index.hybrid(), "a word that stays", 5)).startsWith("fixed");
                    assertThat(index.size().passages()).isPositive();
                    calls++;
                  } while (!done.get());
                  return calls;
                }));
      }
      for (int i = 0; i < 50; i++) {
        String id = "p" + i % 20;
        index.addAll(List.of(passage(id, "something else " + i)));
        assertThat(ids(index.bm25(), "else " + i, 50)).contains(id);
        index.deletePassages(List.of("p" + (i + 10) % 20));
      }
      done.set(true);
      for (Future<Integer> search : searches) {
        assertThat(search.get()).isPositive();
      }
    }
  }

  @Test
  void keepsAnInterruptForTheCaller() {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      Thread.currentThread().interrupt();
      index.addAll(List.of(passage("a", "apples")));
      index.commit();
      assertThat(ids(index.bm25(), "apples", 5)).containsExactly("a");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ids(index.bm25(), "apples", 5)).containsExactly("a");
    }
  }

  @Test
  void opensAndClosesOnAnInterruptedThread() {
    Thread.currentThread().interrupt();
    LuceneIndex index = LuceneIndex.open(folder);
    assertThat(Thread.interrupted()).as("kept by open").isTrue();
    index.addAll(List.of(passage("p", "kept")));
    Thread.currentThread().interrupt();
    index.close();
    assertThat(Thread.interrupted()).as("kept by close").isTrue();
    try (LuceneIndex again = LuceneIndex.open(folder)) {
      assertThat(again.size()).isEqualTo(new IndexSize(1, 1));
    }
  }

  /** Who reads a view last deletes its files, and the JDK closes the lock in interrupted hands. */
  @Test
  void writesAfterAnInterruptedSearchThatWasTheLastOfItsView() throws Exception {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      index.addAll(List.of(Passage.of("first", "The first.")));
      index.commit();
      CountDownLatch reads = new CountDownLatch(1);
      CountDownLatch changed = new CountDownLatch(1);
      FutureTask<Boolean> search =
          new FutureTask<>(
              () ->
                  index
                      .store()
                      .search(
                          CallContext.unbounded(),
                          searcher -> {
                            reads.countDown();
                            Interrupts.await(
                                changed, Duration.ofMinutes(1), CallContext.unbounded());
                            Thread.currentThread().interrupt();
                            return true;
                          }));
      new Thread(search).start();
      reads.await();
      index.addAll(List.of(Passage.of("second", "The second.")));
      index.compact(); // the files of the first view are for that search alone
      changed.countDown();
      assertThat(search.get()).isTrue();

      index.addAll(List.of(Passage.of("third", "The third.")));
      index.commit();
      assertThat(index.size().passages()).isEqualTo(3);
    }
  }

  @Test
  void writesAfterAnInterruptDuringItsWait() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (LuceneIndex index = LuceneIndex.open(folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first =
          threads.submit(
              () ->
                  index.addAll(
                      Stream.of(passage("a", "one"))
                          .peek(
                              p -> {
                                waits.countDown();
                                try {
                                  go.await();
                                } catch (InterruptedException e) {
                                  throw new AssertionError(e);
                                }
                              })));
      waits.await();
      FutureTask<Boolean> second =
          new FutureTask<>(
              () -> {
                index.addAll(List.of(passage("b", "two")));
                index.commit();
                return Thread.interrupted();
              });
      Thread thread = Thread.ofPlatform().start(second);
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      thread.interrupt();
      go.countDown();
      assertThat(second.get()).as("the interrupt is kept").isTrue();
      first.get();
      assertThat(index.size()).isEqualTo(new IndexSize(2, 2));
    }
  }

  @Test
  void stopsAddingWhenItIsCancelled() {
    CallContext context = CallContext.unbounded();
    Iterable<Passage> passages =
        () ->
            IntStream.range(0, 1_000)
                .peek(
                    i -> {
                      if (i == 300) {
                        context.cancel();
                      }
                    })
                .mapToObj(i -> passage("p" + i, "word"))
                .iterator();
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      assertThatThrownBy(() -> index.addAll(passages, context))
          .isInstanceOf(CancelledException.class);
      assertThat(index.size().passages()).as("one batch").isEqualTo(256);
    }
  }

  @Test
  void closesOnceAfterTheRunningSearches() throws Exception {
    LuceneIndex index = LuceneIndex.open(folder);
    index.addAll(IntStream.range(0, 3_000).mapToObj(i -> passage("p" + i, "word " + i)));
    Retriever retriever = index.bm25();
    List<Future<Integer>> searches = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int t = 0; t < 4; t++) {
        searches.add(
            threads.submit(
                () -> {
                  int calls = 0;
                  while (true) {
                    try {
                      assertThat(retriever.retrieve("word", 3_000).hits()).hasSize(3_000);
                      calls++;
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessage("the index at " + folder + " is closed");
                      return calls;
                    }
                  }
                }));
      }
      assertThat(retriever.retrieve("word", 1).hits()).hasSize(1);
      index.close();
      index.close();
      for (Future<Integer> search : searches) {
        assertThat(search.get()).isNotNegative();
      }
    }
    assertThatThrownBy(() -> index.addAll(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the index at " + folder + " is closed");
    try (LuceneIndex reopened = LuceneIndex.open(folder)) {
      assertThat(reopened.size().passages()).isEqualTo(3_000);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void acceptsExactlyWhatTheFilterAccepts(long seed) {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    String big = "b".repeat(50_000);
    List<Object> values =
        new ArrayList<>(
            List.of(
                "1", "true", "x", "", big, big + "2", 1L, 0L, -3L, 1.0, -0.0, 2.5, true, false));
    List<Object> asked = new ArrayList<>(values);
    values.addAll(List.of(List.of("x"), List.of("1", "\uD83D\uDE00"), List.of(big + "2", "", "x")));
    asked.addAll(List.of(0.0, Double.NaN, Double.POSITIVE_INFINITY, 1L << 60));
    List<String> keys = List.of("k", "key", "", "k:\0", "\uD83D\uDE00", big);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      Metadata metadata = Metadata.empty();
      for (String key : keys) {
        if (random.nextBoolean()) {
          metadata =
              switch (values.get(random.nextInt(values.size()))) {
                case String text -> metadata.with(key, text);
                case Long number -> metadata.with(key, number.longValue());
                case Double number -> metadata.with(key, number.doubleValue());
                case Boolean truth -> metadata.with(key, truth.booleanValue());
                case List<?> several ->
                    metadata.with(key, several.stream().map(Object::toString).toList());
                default -> throw new AssertionError();
              };
        }
      }
      passages.add(
          new Passage("p" + i, "d" + random.nextInt(30), 0, 4, "word", List.of(), metadata));
    }
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      for (int i = 0; i < passages.size(); i += 50) {
        index.addAll(passages.subList(i, i + 50));
      }
      index.deletePassages(List.of("p7", "p120"));
      passages.removeIf(passage -> passage.id().equals("p7") || passage.id().equals("p120"));
      for (int round = 0; round < 100; round++) {
        Filter filter = filter(random, keys, asked, 3);
        List<String> expected =
            passages.stream().filter(filter::test).map(Passage::id).sorted().toList();
        RetrievalRequest request = RetrievalRequest.of("word", 1_000).withFilter(filter);
        for (Retriever retriever : List.of(index.bm25(), index.knn())) {
          assertThat(retriever.retrieve(request, CallContext.unbounded()).hits())
              .extracting(hit -> hit.passage().id())
              .as("%s, seed %d, round %d", filter, seed, round)
              .isEqualTo(expected);
        }
      }
    }
  }

  private static Filter filter(Random random, List<String> keys, List<Object> values, int depth) {
    String key = random.nextInt(12) == 0 ? "nowhere" : keys.get(random.nextInt(keys.size()));
    return switch (random.nextInt(depth == 0 ? 7 : 10)) {
      case 0 -> Filter.all();
      case 1 ->
          Filter.documents(
              IntStream.range(0, random.nextInt(6)).mapToObj(i -> "d" + i * 9).toList());
      case 2 -> {
        List<Object> some = new ArrayList<>(values);
        Collections.shuffle(some, random);
        yield new Filter.In(key, some.subList(0, random.nextInt(5)));
      }
      case 3 -> {
        double[] bounds = {-0.0, 0.0, 1, 2.5, -3, Double.POSITIVE_INFINITY, -1e300};
        double from = bounds[random.nextInt(bounds.length)];
        double to = bounds[random.nextInt(bounds.length)];
        yield new Filter.Range(key, random.nextBoolean() ? from : Double.NEGATIVE_INFINITY, to);
      }
      case 4 -> new Filter.TextRange(key, bound(random), bound(random));
      case 5 -> {
        String bound = bound(random);
        yield bound == null ? Filter.startsWith(key, "\uD83D") : Filter.startsWith(key, bound);
      }
      case 6 -> Filter.exists(key);
      case 7 -> new Filter.And(filters(random, keys, values, depth - 1));
      case 8 -> new Filter.Or(filters(random, keys, values, depth - 1));
      default -> filter(random, keys, values, depth - 1).not();
    };
  }

  private static @Nullable String bound(Random random) {
    String big = "b".repeat(50_000);
    List<String> bounds = List.of("", "1", "b", "true", "x", "\uD83D", "\uFFFF", big, big + "1");
    int which = random.nextInt(bounds.size() + 2);
    return which < bounds.size() ? bounds.get(which) : null;
  }

  private static List<Filter> filters(
      Random random, List<String> keys, List<Object> values, int depth) {
    return IntStream.range(0, random.nextInt(4))
        .mapToObj(i -> filter(random, keys, values, depth))
        .toList();
  }

  @Test
  void keepsSeveralTextsUnderAKey() {
    Metadata tags =
        Metadata.of("lang", "en").with("tags", List.of("b", "a", "b")).with("year", 2026);
    List<Passage> passages =
        List.of(
            new Passage("p", "d", 0, 4, "word", List.of(), tags),
            new Passage("q", "d", 5, 9, "word", List.of(), Metadata.of("tags", "[b, a, b]")));
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      index.addAll(passages);
      assertThat(index.passages("d")).isEqualTo(passages);
      assertThat(index.passages("d").getFirst().metadata().asMap().keySet())
          .containsExactly("lang", "tags", "year");
      RetrievalRequest tagged =
          RetrievalRequest.of("word", 5)
              .withFilter(Filter.is("tags", "a").and(Filter.exists("year")));
      assertThat(index.bm25().retrieve(tagged, CallContext.unbounded()).hits())
          .extracting(Hit::passage)
          .containsExactly(passages.getFirst());
    }
  }

  @Test
  void takesFiltersOfAnySize() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      index.addAll(List.of(passage("a", "word"), passage("b", "word")));
      Filter wide =
          new Filter.Or(IntStream.range(0, 5_000).mapToObj(i -> Filter.is("k" + i, i)).toList());
      Filter many =
          Filter.documents(
              Stream.concat(Stream.of("b"), IntStream.range(0, 5_000).mapToObj(i -> "d" + i))
                  .toList());
      RetrievalRequest request = RetrievalRequest.of("word", 5).withFilter(wide.not().and(many));
      for (Retriever retriever : List.of(index.bm25(), index.knn(), index.hybrid())) {
        assertThat(retriever.retrieve(request, CallContext.unbounded()).hits())
            .extracting(hit -> hit.passage().id())
            .containsExactly("b");
      }
    }
  }
}
