package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import dev.ragwright.testkit.FakeVectorStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index whose vectors are in a database. */
final class LuceneStoreTest {
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);
  private static final CallContext FREE = CallContext.unbounded();

  @TempDir private Path folder;
  private final HashEmbedder embedder = new HashEmbedder();
  private final Watched store = new Watched(FakeVectorStore.of(32));

  /** A database whose calls are counted, may fail half done, and are told of when they are done. */
  private static final class Watched implements VectorStore {
    final FakeVectorStore store;
    final List<String> calls = new ArrayList<>();
    int failsAt = -1;
    String name = "fake";
    @Nullable Runnable done;

    Watched(FakeVectorStore store) {
      this.store = store;
    }

    private void call(String what, Runnable half, Runnable action) {
      if (calls.size() == failsAt) {
        if (done == null) {
          half.run(); // a crash has the files of before the call
        }
        throw new StoreException("the connection to the store was refused");
      }
      calls.add(what);
      action.run();
      if (done != null) {
        done.run();
      }
    }

    @Override
    public void put(List<Entry> entries, CallContext context) {
      call(
          "put " + entries.stream().map(entry -> entry.passage().id()).toList(),
          () -> store.put(entries.subList(0, (entries.size() + 1) / 2), context),
          () -> store.put(entries, context));
    }

    @Override
    public void delete(Collection<String> passageIds, CallContext context) {
      List<String> half = passageIds.stream().limit((passageIds.size() + 1) / 2).toList();
      call(
          "delete " + passageIds,
          () -> store.delete(half, context),
          () -> store.delete(passageIds, context));
    }

    @Override
    public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
      return store.search(vector, most, filter, context);
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("store", name);
    }
  }

  private LuceneIndex.Builder builder() {
    return LuceneIndex.builder().embedder(embedder).vectorStore(store);
  }

  private static DocumentSource source(Document... documents) {
    return DocumentSource.of(List.of(documents)).withRemovableShare(1);
  }

  private static List<String> ids(Retriever retriever, String query) {
    return retriever.retrieve(query, 50).hits().stream()
        .map(hit -> hit.passage().id())
        .sorted()
        .toList();
  }

  private static Document document(String id, String tenant, String text) {
    return new Document(id, text, Metadata.of("tenant", tenant).with("length", text.length()));
  }

  private static List<Document> animals() {
    return IntStream.range(0, 60)
        .mapToObj(
            i ->
                document(
                    "d" + i,
                    i % 3 == 0 ? "acme" : "globex",
                    "Otters number " + i + ". Beavers of the year " + i % 7 + "."))
        .toList();
  }

  @Test
  void findsWhatAnIndexWithVectorsOfItsOwnFinds() {
    try (LuceneIndex own = LuceneIndex.inMemory(embedder);
        LuceneIndex beside = builder().open()) {
      own.sync(DocumentSource.of(animals()), SENTENCES);
      beside.sync(DocumentSource.of(animals()), SENTENCES);
      assertThat(beside.hasVectors()).isTrue();
      for (Filter filter :
          List.of(
              Filter.all(),
              Filter.is("tenant", "acme"),
              Filter.is("tenant", "acme").not(),
              Filter.atLeast("length", 40).and(Filter.documents(List.of("d3", "d4", "d44"))))) {
        for (String query : List.of("otters number 17", "beavers", "the year 3 of beavers")) {
          RetrievalRequest request = RetrievalRequest.of(query, 10).withFilter(filter);
          assertThat(beside.knn().retrieve(request, FREE).hits())
              .as("%s, %s", query, filter)
              .isEqualTo(own.knn().retrieve(request, FREE).hits());
          assertThat(beside.hybrid().retrieve(request, FREE).hits())
              .isEqualTo(own.hybrid().retrieve(request, FREE).hits());
        }
      }
      assertThat(beside.knn().description().toString())
          .startsWith("knn(chunker=")
          .contains("filters=store")
          .endsWith("; fake, hashed words(dimension=32))");
    }
  }

  @Test
  void sendsOnlyWhatChanged() {
    Document apples = Document.of("apples", "Apples are red. Apples are sweet.");
    Document birds = Document.of("birds", "Birds fly.");
    try (LuceneIndex index = builder().directory(folder).open()) {
      index.sync(source(apples, birds), SENTENCES);
      assertThat(store.calls).containsExactly("put [apples#0-16, apples#16-33, birds#0-10]");
    }
    store.calls.clear();
    embedder.texts.set(0);
    try (LuceneIndex index = builder().directory(folder).open()) {
      index.sync(source(apples, birds), SENTENCES);
      assertThat(store.calls).isEmpty();
      assertThat(embedder.texts).hasValue(0);

      index.sync(source(Document.of("apples", "Apples are brown."), birds), SENTENCES);
      assertThat(store.calls)
          .containsExactly("put [apples#0-17]", "delete [apples#0-16, apples#16-33]");
      assertThat(store.store.ids()).containsExactly("apples#0-17", "birds#0-10");

      index.sync(source(birds), SENTENCES);
      assertThat(store.calls).last().isEqualTo("delete [apples#0-17]");
      assertThat(ids(index.knn(), "apples")).containsExactly("birds#0-10");
    }
  }

  @Test
  void addsAndDeletesOneByOne() {
    try (LuceneIndex index = builder().open()) {
      index.addAll(List.of(Passage.of("a", "one"), Passage.of("b", "two"), Passage.of("a", "six")));
      assertThat(store.calls).containsExactly("put [a, b]");
      assertThat(index.knn().retrieve("six", 1).hits().getFirst().score()).isEqualTo(1.0);
      index.sync(source(Document.of("d", "Three. Four. Five.")), SENTENCES);
      index.deletePassages(List.of("a", "d#0-7", "never there"));
      assertThat(store.store.ids()).containsExactly("b", "d#13-18", "d#7-13");
      assertThat(index.sync(source(Document.of("d", "Three. Four. Five.")), SENTENCES).updated())
          .isOne();
      assertThat(store.store.ids()).containsExactly("b", "d#0-7", "d#13-18", "d#7-13");
      index.delete("d");
      index.delete("b");
      assertThat(store.store.ids()).isEmpty();
      assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
    }
  }

  @Test
  void findsPassagesWithoutAVectorByTheirWordsOnly() {
    Chunker whole = Chunkers.whole();
    try (LuceneIndex index = builder().open()) {
      index.sync(source(Document.of("a", "?! ..."), Document.of("b", "Words.")), whole);
      assertThat(store.store.ids()).containsExactly("b#0-6");
      assertThat(index.passages("a")).hasSize(1);
      index.sync(source(Document.of("a", "?! ..."), Document.of("b", "......")), whole);
      assertThat(store.store.ids()).as("the same id, without a vector now").isEmpty();
      assertThat(index.knn().retrieve("words", 5).hits()).isEmpty();
    }
  }

  @Test
  void doesNotFindWhatTheIndexDoesNotKnow() {
    try (LuceneIndex index = builder().open()) {
      index.addAll(List.of(Passage.of("own", "otters and beavers")));
      store.store.put(
          IntStream.range(0, 100)
              .mapToObj(
                  i ->
                      new VectorStore.Entry(
                          Passage.of("other" + i, "otters"), embedder.embedDocument("otters")))
              .toList(),
          FREE);
      Retrieval found = index.knn().retrieve("otters", 2);
      assertThat(found.hits()).extracting(hit -> hit.passage().id()).containsExactly("own");
      assertThat(found.usage().count(Usage.MATCHES_REFUSED)).hasValue(100);
      assertThat(ids(index.hybrid(), "otters")).containsExactly("own");
    }
  }

  @Test
  void leavesAPassageThatMovesToAnotherDocument() {
    Chunker byText =
        document ->
            List.of(
                new Passage(
                    document.text(),
                    document.id(),
                    0,
                    document.text().length(),
                    document.text(),
                    List.of(),
                    Metadata.empty()));
    try (LuceneIndex index = builder().open()) {
      index.sync(source(Document.of("old", "moved")), byText.named("by text"));
      index.sync(source(Document.of("new", "moved")), byText.named("by text"));
      assertThat(store.store.ids()).containsExactly("moved");
      assertThat(index.knn().retrieve("moved", 5).hits())
          .extracting(hit -> hit.passage().documentId())
          .containsExactly("new");
    }
  }

  /** Whatever call fails: the next sync does the rest. */
  @Test
  void goesOnWhereTheStoreFailed() {
    Document[] first = {
      Document.of("kept", "Kept as it is."),
      Document.of("changed", "One. Two. Three."),
      Document.of("gone", "Will be gone.")
    };
    Document[] second = {
      first[0], Document.of("changed", "One. Four."), Document.of("new", "New.")
    };
    for (int failsAt = 0; failsAt < 4; failsAt++) {
      Watched flaky = new Watched(FakeVectorStore.of(32));
      try (LuceneIndex index = LuceneIndex.builder().embedder(embedder).vectorStore(flaky).open()) {
        flaky.failsAt = 0;
        assertThatThrownBy(() -> index.sync(source(first), SENTENCES))
            .isInstanceOf(StoreException.class)
            .hasMessage("the connection to the store was refused");
        assertThat(ids(index.bm25(), "kept")).as("nothing of it is there").isEmpty();
        flaky.failsAt = -1;
        index.sync(source(first), SENTENCES);
        assertInStep(index, flaky, first);

        flaky.calls.clear();
        flaky.failsAt = failsAt;
        if (failsAt < 3) {
          assertThatThrownBy(() -> index.sync(source(second), SENTENCES))
              .as("call %d fails", failsAt)
              .isInstanceOf(StoreException.class);
        } else {
          index.sync(source(second), SENTENCES);
          assertThat(flaky.calls).as("put, delete, and delete of what is gone").hasSize(3);
        }
        assertThat(ids(index.bm25(), "kept")).hasSize(1);
        flaky.failsAt = -1;
        SyncReport rest = index.sync(source(second), SENTENCES);
        assertThat(rest.unchanged()).isPositive();
        assertInStep(index, flaky, second);
        assertThat(index.sync(source(second), SENTENCES).unchanged()).isEqualTo(3);
      }
    }
  }

  private void assertInStep(LuceneIndex index, Watched watched, Document... documents) {
    List<Passage> passages =
        Stream.of(documents).flatMap(document -> SENTENCES.chunk(document).stream()).toList();
    assertThat(watched.store.ids())
        .containsExactlyInAnyOrderElementsOf(passages.stream().map(Passage::id).toList());
    for (Document document : documents) {
      assertThat(index.passages(document.id())).isEqualTo(SENTENCES.chunk(document));
    }
    for (Passage passage : passages) {
      List<VectorStore.Match> all =
          watched.search(embedder.embedDocument(passage.text()), 100, Filter.all(), FREE);
      assertThat(all)
          .filteredOn(match -> match.passage().id().equals(passage.id()))
          .singleElement()
          .satisfies(match -> assertThat(match.passage()).isEqualTo(passage))
          .satisfies(
              match ->
                  assertThat(match.score())
                      .as("the vector of %s is that of its text", passage.id())
                      .isCloseTo(1, within(1e-6)));
    }
  }

  /**
   * Whatever call of the store is the last that a process makes: what was committed by then and the
   * store are brought in step by the next sync, whether the documents are as they were for it, as
   * they were before, or gone.
   */
  @Test
  void goesOnAfterACrash() {
    Document[] first = {
      Document.of("same", "The same id. One."), Document.of("gone", "Gone. Or so.")
    };
    Document[] second = {
      Document.of("same", "The same it. Two. And."), Document.of("new", "All new.")
    };
    int crashes = 0;
    for (int at = 0; at < 3; at++) {
      for (Document[] next : List.of(first, second, new Document[0])) {
        Watched crashing = new Watched(FakeVectorStore.of(32));
        List<Directory> committed = new ArrayList<>();
        Directory directory = new ByteBuffersDirectory();
        try (LuceneIndex index = over(directory, crashing)) {
          index.sync(source(first), SENTENCES);
          crashing.calls.clear();
          int last = at + 1;
          crashing.done =
              () -> {
                if (crashing.calls.size() == last) {
                  committed.add(copy(directory));
                }
              };
          crashing.failsAt = last; // the process is no more
          try {
            index.sync(source(second).withRemovableShare(1), SENTENCES);
          } catch (StoreException expected) {
            crashes++;
          }
        }
        crashing.failsAt = -1;
        crashing.done = null;
        try (LuceneIndex index = over(committed.getFirst(), crashing)) {
          index.sync(source(next).withRemovableShare(1), SENTENCES);
          assertInStep(index, crashing, next);
        }
      }
    }
    assertThat(crashes).as("the third call is the last").isEqualTo(6);
  }

  /**
   * Syncs of documents that come, change and go, of which many fail or are the last of a process.
   */
  @Test
  void isInStepAfterEverySyncThatEnds() {
    long seed = new SplittableRandom().nextLong();
    System.out.println("seed " + seed);
    RandomGenerator random = new SplittableRandom(seed);
    Watched flaky = new Watched(FakeVectorStore.of(32));
    Directory directory = new ByteBuffersDirectory();
    int failed = 0;
    int ended = 0;
    for (int process = 0; process < 60; process++) {
      Directory[] committed = {null};
      Directory now = directory;
      try (LuceneIndex index = over(directory, flaky)) {
        for (int sync = random.nextInt(3); sync >= 0; sync--) {
          Document[] documents = documents(random);
          flaky.calls.clear();
          flaky.failsAt = random.nextInt(5);
          committed[0] = null;
          flaky.done =
              () -> committed[0] = flaky.calls.size() == flaky.failsAt ? copy(now) : committed[0];
          try {
            index.sync(source(documents), SENTENCES);
            ended++;
            flaky.done = null;
            assertInStep(index, flaky, documents);
          } catch (StoreException e) {
            failed++;
          }
          flaky.done = null;
        }
      }
      if (committed[0] != null && random.nextBoolean()) {
        directory = committed[0]; // as if nothing had been committed since that call
        flaky.failsAt = -1;
        try (LuceneIndex index = over(directory, flaky)) {
          Document[] documents = documents(random);
          index.sync(source(documents), SENTENCES);
          assertInStep(index, flaky, documents);
        }
      }
    }
    assertThat(failed).as("seed %d", seed).isPositive();
    assertThat(ended).as("seed %d", seed).isPositive();
  }

  private static Document[] documents(RandomGenerator random) {
    return IntStream.range(0, 5)
        .filter(i -> random.nextInt(3) > 0)
        .mapToObj(i -> Document.of("d" + i, text(random)))
        .toArray(Document[]::new);
  }

  private static String text(RandomGenerator random) {
    List<String> sentences = List.of("One. ", "Two. ", "Ten. ", "Otters swim. ", "Beavers build. ");
    return IntStream.range(0, 1 + random.nextInt(3))
        .mapToObj(i -> sentences.get(random.nextInt(sentences.size())))
        .collect(Collectors.joining())
        .strip();
  }

  private LuceneIndex over(Directory directory, VectorStore vectors) {
    Directory stays =
        new FilterDirectory(directory) {
          @Override
          public void close() {}
        };
    return LuceneIndex.builder().directory(stays).embedder(embedder).vectorStore(vectors).open();
  }

  private static Directory copy(Directory from) {
    try {
      Directory copy = new ByteBuffersDirectory();
      for (String file : from.listAll()) {
        copy.copyFrom(from, file, file, IOContext.DEFAULT);
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void refusesAnotherStoreNamingBoth() {
    try (LuceneIndex index = builder().directory(folder).open()) {
      index.addAll(List.of(Passage.of("a", "one")));
    }
    Watched other = new Watched(FakeVectorStore.of(32));
    other.name = "other";
    assertThatThrownBy(
            () ->
                LuceneIndex.builder()
                    .directory(folder)
                    .embedder(embedder)
                    .vectorStore(other)
                    .open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessage(
            "the index at "
                + folder
                + " has its vectors in the store fake and is opened with them in the store other;"
                + " open it as it was made, or index into an empty directory");
    assertThatThrownBy(() -> LuceneIndex.open(folder, embedder))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("in the store fake and is opened with them in itself");
    try (LuceneIndex words = LuceneIndex.open(folder)) {
      assertThat(ids(words.bm25(), "one")).containsExactly("a");
      assertThatThrownBy(words::knn).isInstanceOf(IndexMismatchException.class);
      assertThatThrownBy(() -> words.delete("a"))
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("writing needs the store fake, which has the vectors of");
      assertThatThrownBy(() -> words.deletePassages(List.of("a")))
          .isInstanceOf(IndexMismatchException.class);
      assertThatThrownBy(() -> words.addAll(List.of(Passage.of("b", "two"))))
          .isInstanceOf(IndexMismatchException.class);
    }
    assertThat(store.store.ids()).containsExactly("a");

    Path own = folder.resolve("own");
    try (LuceneIndex index = LuceneIndex.open(own, embedder)) {
      index.addAll(List.of(Passage.of("a", "one")));
    }
    assertThatThrownBy(() -> builder().directory(own).open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining(
            "has its vectors in itself and is opened with them in the store fake");
  }

  @Test
  void refusesWhatCannotBeWhenItIsWired() {
    assertThatThrownBy(() -> LuceneIndex.builder().vectorStore(store).open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the store fake needs what makes its vectors; add embedder(...)");
    VectorStore opaque =
        new VectorStore() {
          @Override
          public void put(List<Entry> entries, CallContext context) {}

          @Override
          public void delete(Collection<String> passageIds, CallContext context) {}

          @Override
          public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
            return List.of();
          }

          @Override
          public StageDescription description() {
            return StageDescription.opaque("store", this);
          }
        };
    assertThatThrownBy(
            () ->
                LuceneIndex.builder()
                    .directory(folder)
                    .embedder(embedder)
                    .vectorStore(opaque)
                    .open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the store anonymous? does not say what it is");
  }

  @Test
  void searchesAsTheBuilderSays() {
    try (LuceneIndex index =
        LuceneIndex.builder()
            .embedder(embedder)
            .vectorStore(store, search -> search.filtersHere(true).mostRead(50))
            .open()) {
      index.addAll(List.of(Passage.of("a", "one")));
      assertThat(index.knn().description().parameters())
          .containsEntry("filters", "here")
          .containsEntry("mostRead", "50");
      assertThat(index.knn().retrieve("one", 3).hits()).extracting(Hit::source).contains("knn");
    }
  }
}
