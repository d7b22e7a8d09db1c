package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.SyncProgress;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrievers.sync.Utf16;
import dev.ragwright.testkit.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class LuceneSyncTest {
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);

  @TempDir private Path folder;
  private final HashEmbedder embedder = new HashEmbedder();

  private static List<String> ids(LuceneIndex index, String query) {
    return index.bm25().retrieve(query, 50).hits().stream().map(hit -> hit.passage().id()).toList();
  }

  private static DocumentSource source(Document... documents) {
    return DocumentSource.of(List.of(documents));
  }

  private static Document[] numbered(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Document.of("d" + i, "Number " + i + ". The end of " + i + "."))
        .toArray(Document[]::new);
  }

  @Test
  void embedsOnlyWhatChanged() {
    Document apples = Document.of("apples", "Apples are red. Apples are sweet.");
    Document birds = Document.of("birds", "Birds fly.");
    Document blank = Document.of("blank", " \n");
    SyncReport first;
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      first = index.sync(source(apples, birds, blank), SENTENCES);
      assertThat(index.size()).isEqualTo(new IndexSize(3, 3));
    }
    assertThat(first)
        .isEqualTo(
            new SyncReport(
                3, 0, 3, 0, 0, 3, 3, List.of(), List.of(), Usage.of(Usage.EMBEDDED_TEXTS, 3)));
    assertThat(first.truncatedTexts()).hasValue(0);

    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      embedder.texts.set(0);
      assertThat(index.sync(source(apples, birds, blank), SENTENCES))
          .isEqualTo(new SyncReport(3, 3, 0, 0, 0, 0, 0, List.of(), List.of(), Usage.none()));
      assertThat(embedder.texts).hasValue(0);

      Document brown = Document.of("apples", "Apples are brown.");
      SyncReport changed = index.sync(source(brown, birds, blank), SENTENCES);
      assertThat(changed)
          .isEqualTo(
              new SyncReport(
                  3, 2, 0, 1, 0, 1, 1, List.of(), List.of(), Usage.of(Usage.EMBEDDED_TEXTS, 1)));
      assertThat(embedder.texts).hasValue(1);
      assertThat(ids(index, "apples sweet")).containsExactly("apples#0-17");

      Document tagged = new Document("birds", "Birds fly.", Metadata.of("lang", "en"));
      assertThat(index.sync(source(brown, tagged, blank), SENTENCES).updated()).isOne();
      assertThat(index.sync(source(brown, tagged, blank), Chunkers.whole()).updated())
          .as("after a change of the chunker")
          .isEqualTo(3);

      SyncReport gone = index.sync(source(brown), Chunkers.whole());
      assertThat(gone.removed()).isEqualTo(2);
      assertThat(index.size()).isEqualTo(new IndexSize(1, 1));
      assertThat(ids(index, "birds")).isEmpty();
      assertThat(index.sync(source(brown), Chunkers.whole()).unchanged()).isOne();
      assertThat(index.bm25().description().parameters()).containsEntry("chunker", "whole");
    }
  }

  private static Document sentences(String id, int... numbers) {
    return Document.of(
        id,
        IntStream.of(numbers)
            .mapToObj(i -> "Sentence number " + i + " of the year " + i % 7 + ".")
            .collect(Collectors.joining(" ")));
  }

  @Test
  void embedsOnlyTheNewPassagesOfAnEditedDocument() {
    for (VectorSearch search : List.of(VectorSearch.bySize(), VectorSearch.graph(4))) {
      try (LuceneIndex index =
              LuceneIndex.builder().embedder(embedder).vectors(search).commitEvery(100).open();
          LuceneIndex fresh =
              LuceneIndex.builder().embedder(embedder).vectors(search).commitEvery(100).open()) {
        int[] numbers = IntStream.range(0, 300).toArray();
        index.sync(source(sentences("long", numbers), sentences("other", 1, 2, 3)), SENTENCES);
        numbers[150] = 1_000;
        Document edited = sentences("long", numbers);
        Document other = sentences("other", 1, 2, 3);
        embedder.texts.set(0);
        SyncReport report = index.sync(source(edited, other), SENTENCES);
        assertThat(report.passages()).as("the document is replaced as a whole").isEqualTo(300);
        assertThat(report.embedded()).isOne();
        assertThat(report.usage()).isEqualTo(Usage.of(Usage.EMBEDDED_TEXTS, 1));
        assertThat(embedder.texts).hasValue(1);

        fresh.sync(source(edited, other), SENTENCES);
        for (String query : List.of("sentence number 1000", "the year 3", "number 299")) {
          assertThat(index.knn().retrieve(query, 303).hits())
              .isEqualTo(fresh.knn().retrieve(query, 303).hits());
        }
        assertThat(index.passages("long")).isEqualTo(fresh.passages("long"));
      }
    }
  }

  /** Its vectors are of the passages of the document that are handed over together. */
  private record Together(HashEmbedder embedder) implements Embedder {
    @Override
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      Map<String, String> documents =
          passages.stream()
              .collect(
                  Collectors.groupingBy(
                      Passage::documentId,
                      Collectors.mapping(Passage::text, Collectors.joining())));
      return embedder.embed(
          passages.stream()
              .map(passage -> documents.get(passage.documentId()) + passage.text().repeat(10))
              .toList(),
          Side.DOCUMENT,
          context);
    }

    @Override
    public boolean readsSurroundings() {
      return true;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return embedder.embed(texts, side, context);
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "together");
    }
  }

  /** More passages than one call of an embedder has. */
  @Test
  void embedsADocumentAsAWholeWhereItsPassagesAreReadTogether() {
    Embedder together = new Together(embedder);
    int[] numbers = IntStream.range(0, 700).toArray();
    Document other = sentences("other", 1, 2, 3);
    try (LuceneIndex index = LuceneIndex.inMemory(together);
        LuceneIndex fresh = LuceneIndex.inMemory(together);
        LuceneIndex added = LuceneIndex.inMemory(together)) {
      index.sync(source(other, sentences("long", numbers)), SENTENCES);
      numbers[350] = 1_000;
      Document edited = sentences("long", numbers);
      SyncReport report = index.sync(source(other, edited), SENTENCES);
      assertThat(report.embedded()).isEqualTo(700);
      assertThat(index.sync(source(other, edited), SENTENCES).embedded()).isZero();
      fresh.sync(source(edited, other), SENTENCES);
      added.addAll(
          Stream.of(other, edited).flatMap(document -> SENTENCES.chunk(document).stream()));
      for (String query : List.of("sentence number 1000", "the year 3")) {
        List<Hit> hits = index.knn().retrieve(query, 703).hits();
        assertThat(hits).hasSize(703).isEqualTo(fresh.knn().retrieve(query, 703).hits());
        assertThat(added.knn().retrieve(query, 703).hits()).isEqualTo(hits);
      }
    }
  }

  /** The vectors of the second run are of another make, so a kept one is told from a new one. */
  @Test
  void keepsTheVectorsOfTextsThatMovedOrAreThereTwice() {
    HashEmbedder first = new HashEmbedder("one and the same", 32);
    HashEmbedder negative = HashEmbedder.negative("one and the same", 32);
    Chunker byHeadings = Chunkers.markdown(300);
    Document before = Document.of("d", "# A\n\nApples.\n\n# B\n\nBirds.\n\n# C\n\nCats.\n\n# D\n");
    Document after =
        Document.of(
            "d", "# C\n\nCats.\n\n# A\n\nBirds.\n\n# A\n\nApples.\n\n# A\n\nApples.\n\n# D\n");
    try (LuceneIndex index = LuceneIndex.open(folder, first)) {
      index.sync(source(before, Document.of("e", "# A\n\nBirds.\n\n# D\n")), byHeadings);
    }
    try (LuceneIndex index = LuceneIndex.open(folder, negative)) {
      SyncReport report = index.sync(source(after), byHeadings);
      assertThat(report.passages()).isEqualTo(5);
      assertThat(report.embedded()).as("birds under A, which only another document had").isOne();
      assertThat(kinds(index, first, "d")).containsExactly("kept", "new", "kept", "kept", "kept");

      Document tagged = new Document("d", after.text(), Metadata.of("lang", "en"));
      assertThat(index.sync(source(tagged), byHeadings).embedded()).isZero();
      index.deletePassages(List.of(index.passages("d").getFirst().id()));
      assertThat(index.sync(source(tagged), byHeadings).embedded()).as("cats are gone").isOne();
      assertThat(kinds(index, first, "d")).containsExactly("new", "new", "kept", "kept", "kept");
    }
  }

  private static List<String> kinds(LuceneIndex index, HashEmbedder first, String document) {
    return index.passages(document).stream()
        .map(
            passage -> {
              Map<String, PassageVectors> vectors = new HashMap<>();
              String text = passage.searchText();
              index
                  .store()
                  .search(
                      CallContext.unbounded(),
                      searcher -> {
                        Records.vectors(
                            searcher.getIndexReader(),
                            Utf16.encode(document),
                            Set.of(text),
                            vectors);
                        return 0;
                      });
              return Arrays.equals(
                      Objects.requireNonNull(vectors.get(text)).whole(), first.embedDocument(text))
                  ? "kept"
                  : "new";
            })
        .toList();
  }

  @Test
  void keepsWhatTheSourceCannotReadNow() {
    Document good = Document.of("good", "Good text.");
    ReadProblem problem = new ReadProblem("bad", "not valid UTF-8 at byte 7");
    DocumentSource failing =
        problems -> {
          problems.accept(problem);
          return Stream.of(good);
        };
    try (LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.sync(source(good, Document.of("bad", "Was readable.")), SENTENCES);

      SyncReport report = index.sync(failing, SENTENCES);

      assertThat(report.problems()).containsExactly(problem);
      assertThat(report.removed()).isZero();
      assertThat(ids(index, "readable")).hasSize(1);
    }
  }

  @Test
  void keepsWhatIsBelowAFolderThatTheSourceCannotListNow() {
    Document[] documents =
        Stream.of("sub/b.md", "sub/deep/\u00e9.md", "sub", "subway/c.md", "other/sub/d.md")
            .map(id -> Document.of(id, "Text."))
            .toArray(Document[]::new);
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(source(documents), SENTENCES);
      DocumentSource closed =
          problems -> {
            problems.accept(ReadProblem.below("sub", "may not be read"));
            return Stream.of();
          };

      SyncReport report = index.sync(closed, SENTENCES);

      assertThat(report.removed()).isEqualTo(2);
      assertThat(report.problems())
          .extracting(ReadProblem::toString)
          .containsExactly("sub and all below: may not be read");
      assertThat(index.bm25().retrieve("text", 9).hits())
          .extracting(hit -> hit.passage().documentId())
          .containsExactlyInAnyOrder("sub", "sub/b.md", "sub/deep/\u00e9.md");
      DocumentSource nothing =
          problems -> {
            problems.accept(ReadProblem.below("", "may not be read"));
            return Stream.of();
          };
      assertThat(index.sync(nothing, SENTENCES).removed()).isZero();
    }
  }

  @Test
  void deletesNothingWhenTheSourceFails() {
    DocumentSource broken =
        problems ->
            Stream.of(1, 2)
                .map(
                    i -> {
                      if (i == 2) {
                        throw new DocumentReadException("line 2 of x.jsonl is cut off");
                      }
                      return Document.of("new", "A new one.");
                    });
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(source(Document.of("old", "An old one.")), SENTENCES);
      assertThatThrownBy(() -> index.sync(broken, SENTENCES))
          .isInstanceOf(DocumentReadException.class)
          .hasMessage("line 2 of x.jsonl is cut off");
      assertThat(ids(index, "old")).hasSize(1);
    }
  }

  @Test
  void namesTheChunkerThatItsPassagesAreCutBy() {
    Document document = Document.of("d", "First one. Second one.");
    DocumentSource broken =
        problems ->
            Stream.of(document)
                .peek(
                    d -> {
                      throw new DocumentReadException("not there");
                    });
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(source(document), Chunkers.whole());
      assertThatThrownBy(() -> index.sync(broken, SENTENCES))
          .isInstanceOf(DocumentReadException.class);
      assertThat(index.bm25().description().parameters()).containsEntry("chunker", "whole");

      index.sync(source().withRemovableShare(1), SENTENCES);
      assertThat(index.bm25().description().parameters())
          .containsEntry("chunker", SENTENCES.description().toString());
    }
  }

  @Test
  @Timeout(60)
  @SuppressWarnings("try") // closed twice on purpose
  void refusesToBeClosedByItsOwnSync() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      assertThatThrownBy(
              () ->
                  index.sync(
                      source(numbered(1)), SENTENCES, CallContext.unbounded(), p -> index.close()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "the index in memory cannot be closed from within a call that writes it");
      assertThat(index.size().documents()).isOne();
    }
  }

  @Test
  void refusesWhatWouldConfuseLaterSyncs() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      Chunker lambda = document -> List.of();
      assertThatThrownBy(() -> index.sync(source(numbered(1)), lambda))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the chunker lambda? does not say what it is")
          .hasMessageContaining("chunker.named(\"my chunker 1\")");
      assertThat(index.sync(source(numbered(1)), lambda.named("nothing 1")).added()).isOne();

      Document once = Document.of("twice", "a");
      assertThatThrownBy(() -> index.sync(source(once, once), SENTENCES))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the source gave the document 'twice' twice; an id must name one document");

      Chunker alike = document -> List.of(Passage.of("p", document.text()));
      assertThatThrownBy(() -> index.sync(source(numbered(1)), alike.named("alike")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the chunker alike gave the document 'd0' a passage of 'p'");
      Chunker same =
          document ->
              List.of(new Passage("p", document.id(), 0, 1, "N", List.of(), document.metadata()));
      assertThatThrownBy(() -> index.sync(source(numbered(2)), same.named("same")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "the chunker same named two passages 'p', the second in the document 'd1'");
    }
  }

  @Test
  void givesEachPassageOnceWhenItMovesToAnotherDocument() {
    Chunker named =
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
    Chunker byText = named.named("by text");
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(source(Document.of("old name", "moved")), byText);
      SyncReport report = index.sync(source(Document.of("new name", "moved")), byText);

      assertThat(report.removed()).isOne();
      assertThat(index.bm25().retrieve("moved", 5).hits())
          .extracting(hit -> hit.passage().documentId())
          .containsExactly("new name");
      assertThat(index.size()).isEqualTo(new IndexSize(1, 1));
    }
  }

  @Test
  void cutsADocumentAnewWhosePassagesWereChangedOneByOne() {
    Document document = Document.of("d", "First one. Second one.");
    try (LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.sync(source(document), SENTENCES);
      index.deletePassages(List.of("d#0-11"));
      assertThat(ids(index, "one")).containsExactly("d#11-22");
      assertThat(index.sync(source(document), SENTENCES).updated()).isOne();
      assertThat(ids(index, "one")).containsExactly("d#0-11", "d#11-22");

      index.addAll(List.of(Passage.of(document, 0, 5, List.of()), Passage.of("own", "one")));
      assertThat(index.sync(source(document), SENTENCES).updated()).isOne();
      assertThat(ids(index, "one")).containsExactlyInAnyOrder("own", "d#0-11", "d#11-22");
      assertThat(index.sync(source().withRemovableShare(1), SENTENCES).removed()).isOne();
      assertThat(ids(index, "one")).containsExactly("own");
    }
  }

  @Test
  void batchesAcrossDocumentsAndReportsItsProgress() {
    List<SyncProgress> progress = new ArrayList<>();
    try (LuceneIndex index = LuceneIndex.builder().embedder(embedder).commitEvery(500).open()) {
      SyncReport report =
          index.sync(source(numbered(1_000)), SENTENCES, CallContext.unbounded(), progress::add);

      assertThat(report.passages()).isEqualTo(2_000);
      assertThat(progress).first().isEqualTo(progress(16, 16, 0, 32, 0));
      assertThat(progress).element(1).isEqualTo(progress(16, 16, 32, 32, 0));
      assertThat(progress).element(3).as("twice as many").isEqualTo(progress(48, 48, 96, 96, 0));
      assertThat(progress).contains(progress(368, 368, 736, 736, 368));
      assertThat(progress).last().isEqualTo(progress(1_000, 1_000, 2_000, 2_000, 1_000));
    }
  }

  private static SyncProgress progress(
      int documents, int written, int passages, int embedded, int committed) {
    return new SyncProgress(
        documents, OptionalInt.of(1_000), 0, written, passages, embedded, committed);
  }

  @Test
  void callsASlowEmbedderWithFewerPassages() {
    TestClock clock = new TestClock();
    List<Integer> embedded = new ArrayList<>();
    embedder.afterEach = texts -> clock.advance(Duration.ofMillis(50L * texts));
    try (LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.sync(
          source(numbered(250)),
          SENTENCES,
          CallContext.withTimeout(Duration.ofDays(1), clock),
          now -> embedded.add(now.embedded()));
    }
    assertThat(embedded)
        .as("1.6 s a call, and told when it is embedded, written, and over")
        .startsWith(32, 32, 64, 64, 96, 96)
        .endsWith(480, 480, 500, 500, 500);
  }

  @Test
  void commitsByTimeAndDoesNotWaitForAFullBatch() {
    TestClock clock = new TestClock();
    CallContext context = CallContext.withTimeout(Duration.ofDays(1), clock);
    DocumentSource slow =
        problems -> Stream.of(numbered(100)).peek(d -> clock.advance(Duration.ofSeconds(1)));
    List<SyncProgress> progress = new ArrayList<>();
    try (LuceneIndex index =
        LuceneIndex.builder()
            .directory(folder)
            .embedder(embedder)
            .commitEvery(Duration.ofSeconds(20))
            .open()) {
      index.sync(slow, SENTENCES, context, progress::add);
      assertThat(progress)
          .extracting(SyncProgress::committed)
          .containsSubsequence(0, 20, 40, 60, 80, 100);

      progress.clear();
      SyncReport again = index.sync(slow, SENTENCES, context, progress::add);
      assertThat(again.unchanged()).isEqualTo(100);
      assertThat(progress)
          .as("each second, and at the end")
          .extracting(SyncProgress::documents)
          .startsWith(1, 2, 3)
          .endsWith(99, 100, 100, 100);
    }
    assertThatThrownBy(() -> LuceneIndex.builder().commitEvery(Duration.ZERO))
        .hasMessage("commitEvery must be > 0, was PT0S");
  }

  @Test
  void knowsATotalOnlyWhereTheSourceDoes() {
    List<SyncProgress> progress = new ArrayList<>();
    DocumentSource more = problems -> Stream.of(1).flatMap(i -> Stream.of(numbered(600)));
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(more, SENTENCES, CallContext.unbounded(), progress::add);
    }
    assertThat(progress.getLast().total()).as("it was read").hasValue(600);
    assertThat(progress.getFirst().total()).as("of 128, it said 1").isEmpty();
  }

  @Test
  void doesNotGatherLongDocuments() {
    List<SyncProgress> progress = new ArrayList<>();
    DocumentSource books =
        problems ->
            IntStream.range(0, 10)
                .mapToObj(i -> Document.of("book" + i, "word ".repeat(200_000 + i)));
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(books, Chunkers.whole(), CallContext.unbounded(), progress::add);
      assertThat(progress).extracting(SyncProgress::passages).containsExactly(4, 8, 10, 10);
    }
  }

  @Test
  void keepsWhatWasWrittenWhenItIsCancelled() {
    Document[] documents = numbered(1_000);
    CallContext context = CallContext.unbounded();
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      index.sync(source(Document.of("old", "Old.")), SENTENCES);
      assertThatThrownBy(
              () ->
                  index.sync(
                      source(documents),
                      SENTENCES,
                      context,
                      p -> {
                        if (p.passages() > 0) {
                          context.cancel();
                        }
                      }))
          .isInstanceOf(CancelledException.class);
      assertThat(index.size().documents()).as("one batch and the old one").isEqualTo(17);
    }
    try (LuceneIndex index = LuceneIndex.open(folder, embedder)) {
      SyncReport rest = index.sync(source(documents), SENTENCES);
      assertThat(rest.unchanged()).isEqualTo(16);
      assertThat(rest.added()).isEqualTo(984);
      assertThat(rest.removed()).isOne();
    }
  }

  @Test
  void makesTheSameIndexFromTheSameCalls() {
    Document[] documents = numbered(3_000);
    List<List<?>> answers = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (LuceneIndex index = LuceneIndex.builder().embedder(embedder).commitEvery(300).open()) {
        index.sync(source(documents), SENTENCES);
        index.sync(source(numbered(2_000)), SENTENCES);
        answers.add(
            List.of(
                index.hybrid().retrieve("number 7 the end of 9", 100).hits(),
                index.bm25().retrieve("number 7 the end of 9", 100).hits(),
                index.hybrid().description()));
      }
    }
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
  }

  @Test
  void writesTheSamePassagesWithSeveralThreads() {
    List<Document> documents =
        IntStream.range(0, 2_000).mapToObj(i -> sentences("d" + i, i, i + 1, i % 50)).toList();
    try (LuceneIndex one = LuceneIndex.builder().embedder(embedder).commitEvery(500).open();
        LuceneIndex many =
            LuceneIndex.builder().embedder(embedder).commitEvery(500).writers(4).open()) {
      for (List<Document> some : List.of(documents, documents.subList(500, 1_800))) {
        List<SyncProgress> told = new ArrayList<>();
        List<SyncProgress> toldByOne = new ArrayList<>();
        CallContext context = CallContext.unbounded();
        assertThat(many.sync(DocumentSource.of(some), SENTENCES, context, told::add))
            .isEqualTo(one.sync(DocumentSource.of(some), SENTENCES, context, toldByOne::add));
        assertThat(told).isEqualTo(toldByOne);
        assertThat(many.size()).isEqualTo(one.size());
        for (Document document : documents) {
          assertThat(many.passages(document.id())).isEqualTo(one.passages(document.id()));
        }
        assertThat(many.knn().retrieve("number 7", 500).hits())
            .isEqualTo(one.knn().retrieve("number 7", 500).hits());
      }
      // The last of an id counts, in one batch or in several.
      for (LuceneIndex index : List.of(one, many)) {
        index.addAll(
            IntStream.range(0, 3_000)
                .mapToObj(i -> Passage.of("p" + i % 10, "passage in turn " + i)));
        for (int i = 0; i < 10; i++) {
          assertThat(index.passages("p" + i))
              .extracting(Passage::text)
              .containsExactly("passage in turn " + (2_990 + i));
        }
      }
    }
    assertThatThrownBy(() -> LuceneIndex.builder().writers(0))
        .hasMessage("writers must be in [1, 64], were 0");
  }

  private static Document readBy(String id, String reader) {
    return new Document(id, "The text of " + id + ".", Metadata.of("reader", reader));
  }

  @Test
  void saysWhichReadersAreOfAnotherVersion() {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      SyncReport first =
          index.sync(
              source(readBy("a", "pdf 1"), readBy("b", "pdf 1"), readBy("c", "word 1")), SENTENCES);
      assertThat(first.readerChanges()).isEmpty();
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      SyncReport second =
          index.sync(
              source(readBy("a", "pdf 2"), readBy("b", "pdf 2"), readBy("c", "word 1")), SENTENCES);
      assertThat(second.readerChanges())
          .containsExactly(new SyncReport.ReaderChange("pdf 1", "pdf 2"));
      assertThat(second.updated()).isEqualTo(2);
      assertThat(second.unchanged()).isEqualTo(1);
    }
  }

  @Test
  void keepsWhatCouldNotBeRead() {
    ReadProblem part = ReadProblem.in("a", "page 3", "has no text");
    ReadProblem whole = new ReadProblem("b c\nd", "is encrypted");
    DocumentSource broken =
        problems -> {
          problems.accept(part);
          problems.accept(whole);
          return Stream.of(Document.of("a", "Apples are red."));
        };
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index.problems()).isEmpty();
      index.sync(source(Document.of("b c\nd", "Birds fly.")), SENTENCES);
      assertThat(index.sync(broken, SENTENCES).removed()).as("b is kept").isZero();
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index.problems()).containsExactly(part, whole);
      assertThat(index.sync(source(Document.of("a", "Apples.")), SENTENCES).removed()).isOne();
      assertThat(index.problems()).isEmpty();
    }
  }

  @Test
  void removesADocumentThatIsGoneThoughAPartOfItHadAProblem() {
    DocumentSource broken =
        problems -> {
          problems.accept(ReadProblem.in("b", "page 1", "has no text"));
          return Stream.of(Document.of("a", "Apples are red."));
        };
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      index.sync(source(Document.of("b", "Birds fly.")), SENTENCES);
      assertThat(index.sync(broken, SENTENCES).removed()).isOne();
    }
  }

  @Test
  void bringsBackThePlacesOfPassages() {
    Places places = Places.builder().page(0, "iii").cell(0, 2, 1).page(12, "iv").build();
    Document document = new Document("a", "Apples red. Birds fly.", Metadata.empty(), places);
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      index.sync(source(document), SENTENCES);
      Passage found = index.bm25().retrieve("birds", 1).hits().getFirst().passage();
      assertThat(found).isEqualTo(SENTENCES.chunk(document).getLast());
      assertThat(found.place()).isEqualTo("a › page iv, B3 [12, 22)");

      Document moved =
          new Document(
              "a", document.text(), Metadata.empty(), Places.builder().page(0, "1").build());
      assertThat(index.sync(source(moved), SENTENCES).updated()).as("other places").isOne();
    }
  }
}
