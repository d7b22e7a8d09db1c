package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.IndexException;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.index.RemovalRefusedException;
import dev.ragwright.index.SyncReport;
import dev.ragwright.index.SyncReport.ReaderChange;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@link PassageIndex} promises of its contents: what a sync adds, keeps, replaces and
 * deletes, and that the next search shows it. What its retrievers promise is tested by {@link
 * RetrieverContract}. Each test asks for an empty index of its own.
 */
public abstract class PassageIndexContract {
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);

  /** For subclasses. */
  protected PassageIndexContract() {}

  /** Returns an empty index of words, and of vectors by the embedder. */
  protected abstract PassageIndex index(Embedder embedder);

  /** Returns an empty index of words alone. */
  protected abstract PassageIndex index();

  private void over(Consumer<PassageIndex> test) {
    try (PassageIndex index = index(FakeEmbedder.of(64))) {
      test.accept(index);
    }
  }

  private static DocumentSource source(Document... documents) {
    return DocumentSource.of(List.of(documents));
  }

  private static List<String> ids(Retriever retriever, String question) {
    return retriever.retrieve(question, 50).hits().stream().map(hit -> hit.passage().id()).toList();
  }

  /** {@code unchanged, added, updated, removed, passages, embedded}. */
  private static List<Integer> counts(SyncReport report) {
    return List.of(
        report.unchanged(),
        report.added(),
        report.updated(),
        report.removed(),
        report.passages(),
        report.embedded());
  }

  private static Document numbered(String id, int... numbers) {
    StringBuilder text = new StringBuilder();
    for (int number : numbers) {
      text.append("Sentence number ").append(number).append(" is here. ");
    }
    return Document.of(id, text.toString());
  }

  @Test
  void readsAndEmbedsOnlyWhatChanged() {
    over(
        index -> {
          Document apples = Document.of("apples", "Apples are red. Apples are sweet.");
          Document birds = Document.of("birds", "Birds fly.");
          Document blank = Document.of("blank", " \n");
          assertThat(counts(index.sync(source(apples, birds, blank), SENTENCES)))
              .containsExactly(0, 3, 0, 0, 3, 3);
          assertThat(index.size()).isEqualTo(new IndexSize(3, 3));
          assertThat(counts(index.sync(source(apples, birds, blank), SENTENCES)))
              .containsExactly(3, 0, 0, 0, 0, 0);

          Document brown = Document.of("apples", "Apples are brown.");
          assertThat(counts(index.sync(source(brown, birds, blank), SENTENCES)))
              .containsExactly(2, 0, 1, 0, 1, 1);
          assertThat(ids(index.bm25(), "apples sweet")).containsExactly("apples#0-17");
          assertThat(ids(index.knn(), "apples sweet")).contains("apples#0-17").hasSize(2);

          Document tagged = new Document("birds", "Birds fly.", Metadata.of("lang", "en"));
          assertThat(counts(index.sync(source(brown, tagged, blank), SENTENCES)))
              .as("a text that is as it was keeps its vector")
              .containsExactly(2, 0, 1, 0, 1, 0);
          assertThat(index.passages("birds").getFirst().metadata().get("lang")).isEqualTo("en");
          assertThat(index.sync(source(brown, tagged, blank), Chunkers.whole()).updated())
              .as("after a change of the chunker")
              .isEqualTo(3);

          assertThat(index.sync(source(brown), Chunkers.whole()).removed()).isEqualTo(2);
          assertThat(index.size()).isEqualTo(new IndexSize(1, 1));
          assertThat(ids(index.bm25(), "birds")).isEmpty();
          assertThat(ids(index.knn(), "birds")).hasSize(1);
          assertThat(index.sync(source(brown), Chunkers.whole()).unchanged()).isOne();
        });
  }

  @Test
  void keepsTheVectorsOfWhatReadsAsBefore() {
    int[] numbers = IntStream.range(0, 40).toArray();
    over(
        index -> {
          index.sync(source(numbered("long", numbers), numbered("other", 1, 2)), SENTENCES);
          numbers[20] = 1_000;
          SyncReport report =
              index.sync(source(numbered("long", numbers), numbered("other", 1, 2)), SENTENCES);
          assertThat(counts(report)).containsExactly(1, 0, 1, 0, 40, 1);
          over(
              fresh -> {
                fresh.sync(source(numbered("long", numbers), numbered("other", 1, 2)), SENTENCES);
                for (String question : List.of("sentence number 1000", "number 3", "here")) {
                  assertThat(index.knn().retrieve(question, 42).hits())
                      .isEqualTo(fresh.knn().retrieve(question, 42).hits());
                }
              });
        });
  }

  @Test
  void keepsWhatTheSourceCannotReadNow() {
    over(
        index -> {
          Document good = Document.of("good", "Good text.");
          index.sync(
              source(good, Document.of("bad", "Was readable."), Document.of("sub/a", "Below.")),
              SENTENCES);
          ReadProblem bad = new ReadProblem("bad", "not valid UTF-8 at byte 7");
          ReadProblem below = ReadProblem.below("sub", "may not be read");
          DocumentSource failing =
              problems -> {
                problems.accept(bad);
                problems.accept(below);
                return Stream.of(good);
              };

          SyncReport report = index.sync(failing, SENTENCES);

          assertThat(report.problems()).containsExactly(bad, below);
          assertThat(index.problems()).containsExactly(bad, below);
          assertThat(report.removed()).isZero();
          assertThat(ids(index.bm25(), "readable below")).hasSize(2);
          assertThat(index.sync(source(good), SENTENCES).removed()).isEqualTo(2);
          assertThat(index.problems()).isEmpty();
        });
  }

  @Test
  void deletesNothingWhenTheSourceFails() {
    DocumentSource broken =
        problems ->
            IntStream.range(0, 700)
                .mapToObj(
                    i -> {
                      if (i == 699) {
                        throw new DocumentReadException("line 699 of x.jsonl is cut off");
                      }
                      return Document.of("new" + i, "A new one.");
                    });
    over(
        index -> {
          index.sync(source(Document.of("old", "An old one.")), SENTENCES);
          assertThatThrownBy(() -> index.sync(broken, SENTENCES))
              .isInstanceOf(DocumentReadException.class);
          assertThat(ids(index.bm25(), "old")).hasSize(1);
          long kept = index.size().documents();
          assertThat(kept).as("what was embedded is kept").isGreaterThan(1);
          Document[] whole =
              IntStream.range(0, 700)
                  .mapToObj(i -> Document.of("new" + i, "A new one."))
                  .toArray(Document[]::new);
          assertThat(counts(index.sync(source(whole), SENTENCES)).subList(0, 4))
              .containsExactly((int) kept - 1, 701 - (int) kept, 0, 1);
        });
  }

  @Test
  void deletesNoMoreThanTheSourceMayRemove() {
    Document[] ten =
        IntStream.range(0, 10)
            .mapToObj(i -> Document.of("d" + i, "Number " + i + "."))
            .toArray(Document[]::new);
    DocumentSource three = source(Document.of("new", "A new one."), ten[0], ten[1]);
    over(
        index -> {
          assertThat(index.sync(source(), SENTENCES).removed()).as("there is nothing").isZero();
          index.sync(source(ten), SENTENCES);
          assertThatThrownBy(() -> index.sync(source(), SENTENCES))
              .isInstanceOfSatisfying(
                  RemovalRefusedException.class,
                  e -> assertThat(List.of(e.vanished(), e.documents())).containsExactly(10L, 10L))
              .hasMessage(
                  "the source no longer has 10 of 10 documents, and a sync may remove any but all of them; nothing was removed: mend the source, or allow it: source.withRemovableShare(1)");
          assertThatThrownBy(() -> index.sync(three.withRemovableShare(0.7), SENTENCES))
              .isInstanceOf(RemovalRefusedException.class)
              .hasMessageContaining(
                  "no longer has 8 of 11 documents, and a sync may remove a share of at most 0.7;");
          assertThat(index.size()).as("the new one is there").isEqualTo(new IndexSize(11, 11));
          assertThatThrownBy(() -> index.sync(source(ten).withRemovableShare(0), SENTENCES))
              .isInstanceOf(RemovalRefusedException.class)
              .hasMessageContaining("no longer has 1 of 11 documents");
          assertThat(index.sync(source(ten), SENTENCES).removed()).isOne();
          assertThat(index.sync(three.withRemovableShare(0.73), SENTENCES).removed()).isEqualTo(8);
          assertThat(index.sync(source().withRemovableShare(1), SENTENCES).removed()).isEqualTo(3);
          assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
        });
  }

  @Test
  void aDocumentWhosePassagesWereChangedIsCutAnew() {
    over(
        index -> {
          Document apples = Document.of("apples", "Apples are red. Apples are sweet.");
          Document birds = Document.of("birds", "Birds fly.");
          index.sync(source(apples, birds), SENTENCES);
          index.addAll(List.of(Passage.of(Document.of("apples", "Stray."), 0, 6, List.of())));
          assertThat(ids(index.bm25(), "stray")).hasSize(1);
          assertThat(counts(index.sync(source(apples, birds), SENTENCES)))
              .containsExactly(1, 0, 1, 0, 2, 0);
          assertThat(ids(index.bm25(), "stray")).isEmpty();

          index.deletePassages(List.of(index.passages("birds").getFirst().id(), "not there"));
          assertThat(ids(index.bm25(), "birds")).isEmpty();
          assertThat(index.sync(source(apples, birds), SENTENCES).updated()).isOne();
          assertThat(ids(index.bm25(), "birds")).hasSize(1);

          index.delete("birds");
          index.delete("nor is that one");
          assertThat(ids(index.bm25(), "birds")).isEmpty();
          assertThat(index.sync(source(apples, birds), SENTENCES).added()).isOne();
        });
  }

  @Test
  void passagesThatNoSyncAddedAreKept() {
    over(
        index -> {
          index.addAll(
              List.of(
                  Passage.of(Document.of("loose", "Loose leaf."), 0, 11, List.of()),
                  Passage.of(Document.of("apples", "Loose apple."), 0, 12, List.of())));
          index.sync(source(Document.of("apples", "Apples.")), SENTENCES);
          assertThat(ids(index.bm25(), "loose")).as("apples is the source's").hasSize(1);
          index.sync(source().withRemovableShare(1), SENTENCES);
          assertThat(index.size()).isEqualTo(new IndexSize(1, 1));
        });
  }

  @Test
  void aPassageMayMoveToAnotherDocument() {
    Chunker byText =
        new Chunker() {
          @Override
          public List<Passage> chunk(Document document) {
            Passage cut = Passage.of(document, 0, document.text().length(), List.of());
            return List.of(
                new Passage(
                    document.text(),
                    document.id(),
                    0,
                    cut.end(),
                    cut.text(),
                    List.of(),
                    Metadata.empty(),
                    cut.places()));
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("chunker", "by text");
          }
        };
    over(
        index -> {
          index.sync(source(Document.of("a", "moved"), Document.of("z", "stays")), byText);
          index.sync(source(Document.of("b", "moved"), Document.of("z", "stays")), byText);
          assertThat(index.bm25().retrieve("moved", 9).hits())
              .extracting(hit -> hit.passage().documentId())
              .containsExactly("b");
          index.sync(source(Document.of("a", "moved"), Document.of("b", "other")), byText);
          assertThat(index.bm25().retrieve("moved other stays", 9).hits())
              .extracting(hit -> hit.passage().documentId())
              .containsExactlyInAnyOrder("a", "b");
        });
  }

  @Test
  void refusesWhatNamesTwoThingsAlike() {
    over(
        index -> {
          Document twice = Document.of("twice", "Twice.");
          assertThatThrownBy(() -> index.sync(source(twice, twice), SENTENCES))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("'twice' twice");
          Chunker nameless = document -> List.of();
          assertThatThrownBy(() -> index.sync(source(twice), nameless))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("does not say what it is");
        });
  }

  @Test
  void stopsWhenItIsToldTo() {
    over(
        index -> {
          Document[] many =
              IntStream.range(0, 1_000)
                  .mapToObj(i -> Document.of("d" + i, "Number " + i + "."))
                  .toArray(Document[]::new);
          CallContext context = CallContext.unbounded();
          assertThatThrownBy(
                  () ->
                      index.sync(
                          source(many),
                          SENTENCES,
                          context,
                          progress -> {
                            if (progress.passages() > 0) {
                              context.cancel();
                            }
                          }))
              .isInstanceOf(CancelledException.class);
          assertThat(index.sync(source(many), SENTENCES).unchanged())
              .as("what was written is kept")
              .isBetween(1, 999);
          assertThat(index.size()).isEqualTo(new IndexSize(1_000, 1_000));
        });
  }

  @Test
  void tellsWhichReadersAreNotAsTheyWere() {
    over(
        index -> {
          Document old = new Document("a", "Text.", Metadata.of("reader", "pdf 1"));
          Document now = new Document("a", "Text.", Metadata.of("reader", "pdf 2"));
          assertThat(index.sync(source(old), SENTENCES).readerChanges()).isEmpty();
          assertThat(index.sync(source(now), SENTENCES).readerChanges())
              .containsExactly(new ReaderChange("pdf 1", "pdf 2"));
          assertThat(index.sync(source(now), SENTENCES).readerChanges()).isEmpty();
        });
  }

  @Test
  void takesIdsOfAnyForm() {
    List<Document> odd =
        OddTexts.shortOnes().stream().map(id -> Document.of(id + "!", "Odd one.")).toList();
    over(
        index -> {
          DocumentSource all = DocumentSource.of(odd);
          assertThat(index.sync(all, SENTENCES).added()).isEqualTo(odd.size());
          assertThat(index.sync(all, SENTENCES).unchanged()).isEqualTo(odd.size());
          assertThat(index.bm25().retrieve("odd", odd.size()).hits())
              .extracting(hit -> hit.passage().documentId())
              .containsExactlyInAnyOrderElementsOf(odd.stream().map(Document::id).toList());
          for (Document document : odd) {
            assertThat(index.passages(document.id()))
                .extracting(Passage::documentId)
                .containsExactly(document.id());
          }
          assertThat(index.sync(source().withRemovableShare(1), SENTENCES).removed())
              .isEqualTo(odd.size());
          assertThat(index.size()).isEqualTo(new IndexSize(0, 0));
        });
  }

  private static final List<String> KEYS = List.of("k", "k=", "", "\ud83c", "a\u0000b", "ü");

  private static String oddText(RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> "";
      case 1 -> "\ud842\udfb7".substring(random.nextInt(2));
      case 2 -> "\uffff\ue000".substring(random.nextInt(2));
      case 3 -> "a".repeat(999 + random.nextInt(4)) + (random.nextBoolean() ? "b" : "");
      case 4 -> "a\u0000" + random.nextInt(3);
      default -> "2024-0" + (1 + random.nextInt(4));
    };
  }

  private static Object oddValue(RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextLong(-3, 4);
      case 1 -> random.nextBoolean() ? -0.0 : random.nextDouble(-3, 4);
      case 2 -> random.nextBoolean();
      default -> oddText(random);
    };
  }

  private static Filter oddFilter(RandomGenerator random, int depth) {
    String key = KEYS.get(random.nextInt(KEYS.size()));
    return switch (random.nextInt(depth > 3 ? 6 : 9)) {
      case 0 ->
          new Filter.In(
              key, IntStream.range(0, random.nextInt(4)).mapToObj(i -> oddValue(random)).toList());
      case 1 -> new Filter.Range(key, random.nextInt(-3, 4), random.nextInt(-3, 4));
      case 2 ->
          new Filter.TextRange(
              key,
              random.nextBoolean() ? oddText(random) : null,
              random.nextBoolean() ? oddText(random) : null);
      case 3 -> Filter.startsWith(key, oddText(random));
      case 4 -> Filter.exists(key);
      case 5 -> Filter.documents(List.of("d" + random.nextInt(9), "d\ud83c"));
      case 6 -> oddFilter(random, depth + 1).not();
      case 7 -> oddFilter(random, depth + 1).and(oddFilter(random, depth + 1));
      default -> oddFilter(random, depth + 1).or(oddFilter(random, depth + 1));
    };
  }

  /** Keys and values of any form, lists, numbers of both types, and conditions in one another. */
  @Test
  void filtersMeanWhatTheySay() {
    RandomGenerator random = Seeds.random();
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Metadata metadata = Metadata.empty();
      for (String key : KEYS) {
        metadata =
            switch (random.nextInt(6)) {
              case 0 -> metadata.with(key, random.nextLong(-3, 4));
              case 1 -> metadata.with(key, random.nextBoolean() ? 0.0 : random.nextDouble(-3, 4));
              case 2 -> metadata.with(key, random.nextBoolean());
              case 3 -> metadata.with(key, List.of(oddText(random) + "x", oddText(random)));
              case 4 -> metadata.with(key, oddText(random));
              default -> metadata;
            };
      }
      String document = i % 10 == 9 ? "d\ud83c" : "d" + i % 9;
      passages.add(new Passage("p" + i, document, 0, 5, "river", List.of(), metadata));
    }
    try (PassageIndex index = index()) {
      index.addAll(passages);
      for (int i = 0; i < 300; i++) {
        Filter filter = oddFilter(random, 0);
        RetrievalRequest request = RetrievalRequest.of("river", 60).withFilter(filter);
        assertThat(index.bm25().retrieve(request, CallContext.unbounded()).hits())
            .extracting(Hit::passage)
            .as("%s", filter)
            .containsExactlyInAnyOrderElementsOf(passages.stream().filter(filter::test).toList());
      }
    }
  }

  @Test
  void replacesDeletesAndGivesADocumentBack() {
    try (PassageIndex index = index(FakeEmbedder.of(64))) {
      Passage first = new Passage("a/1 ü", "a", 0, 5, "river", List.of("H"), Metadata.of("k", "v"));
      Passage second = new Passage("a/2", "a", 6, 11, "Rhine", List.of(), Metadata.empty());
      index.addAll(List.of(second, first, Passage.of("b", "A river elsewhere.")));
      assertThat(index.passages("a")).containsExactly(first, second);
      Passage changed = new Passage("a/1 ü", "a", 0, 4, "lake", List.of(), Metadata.empty());
      index.addAll(List.of(changed));
      assertThat(index.passages("a")).containsExactly(changed, second);
      index.deletePassages(List.of("a/2", "nobody"));
      assertThat(index.passages("a")).containsExactly(changed);
      index.delete("a");
      assertThat(index.passages("a")).isEmpty();
      assertThat(index.bm25().retrieve("river lake", 10).hits())
          .extracting(hit -> hit.passage().id())
          .containsExactly("b");
      assertThat(index.size().passages()).isEqualTo(1);
    }
  }

  @Test
  void passagesStandInTheirDocumentsOrder() {
    over(
        index -> {
          index.sync(source(numbered("long", IntStream.range(0, 30).toArray())), SENTENCES);
          assertThat(index.passages("long"))
              .hasSize(30)
              .isSortedAccordingTo(Comparator.comparingInt(Passage::start));
          assertThat(index.passages("not there")).isEmpty();
          List<Passage> passages = index.passages("long");
          assertThatThrownBy(() -> passages.add(passages.getFirst()))
              .isInstanceOf(UnsupportedOperationException.class);
        });
  }

  @Test
  void passagesThatAreReadTogetherAreEmbeddedTogether() {
    Surrounded embedder = new Surrounded();
    try (PassageIndex index = index(embedder)) {
      int[] numbers = IntStream.range(0, 300).toArray();
      index.sync(source(numbered("long", numbers)), SENTENCES);
      assertThat(embedder.least).isEqualTo(300);
      List<Passage> passages = index.passages("long");
      embedder.least = Integer.MAX_VALUE;
      index.addAll(passages);
      assertThat(embedder.least).isEqualTo(300);
    }
  }

  private static final class Surrounded implements Embedder {
    private final FakeEmbedder words = FakeEmbedder.of(16);
    private volatile int least = Integer.MAX_VALUE;

    @Override
    public boolean readsSurroundings() {
      return true;
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return words.embed(texts, side, context);
    }

    @Override
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      least = Math.min(least, passages.size());
      return words.embed(
          passages.stream().map(Passage::searchText).toList(), Side.DOCUMENT, context);
    }

    @Override
    public int dimension() {
      return words.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "surrounded");
    }
  }

  @Test
  void searchesGoOnWhileItChanges() throws InterruptedException {
    try (PassageIndex index = index(FakeEmbedder.of(64))) {
      Document stays = Document.of("stays", "Always here.");
      index.sync(source(stays), SENTENCES);
      List<Throwable> failures = new CopyOnWriteArrayList<>();
      Thread searching =
          new Thread(
              () -> {
                try {
                  while (!Thread.currentThread().isInterrupted()) {
                    List<Hit> hits = index.bm25().retrieve("always", 5).hits();
                    if (hits.size() != 1) {
                      failures.add(new AssertionError("found " + hits));
                    }
                  }
                } catch (CancelledException e) {
                  // interrupted
                } catch (RuntimeException e) {
                  if (!Thread.currentThread().isInterrupted()) {
                    failures.add(e);
                  }
                }
              });
      searching.start();
      for (int round = 0; round < 3; round++) {
        index.sync(source(stays, numbered("a", round), numbered("b" + round, 1)), SENTENCES);
      }
      searching.interrupt();
      searching.join();
      assertThat(failures).isEmpty();
      assertThat(index.size().documents()).isEqualTo(3);
    }
  }

  @Test
  void anIndexOfWordsSaysThatItHasNoVectors() {
    try (PassageIndex index = index()) {
      index.sync(source(Document.of("apples", "Apples are red.")), SENTENCES);
      assertThat(ids(index.bm25(), "apples")).hasSize(1);
      assertThat(index.hasVectors()).isFalse();
      assertThatThrownBy(index::knn).isInstanceOf(IndexException.class);
      assertThatThrownBy(index::hybrid).isInstanceOf(IndexException.class);
    }
  }

  /** Each of them adds what the others do not, and none undoes what another did. */
  @Test
  void severalMayChangeItAtOnce() throws Exception {
    try (PassageIndex index = index(FakeEmbedder.of(64));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Document[] older = {numbered("a", 1, 2, 3), numbered("b", 4)};
      Document[] newer = {numbered("a", 5), numbered("b", 4, 6)};
      for (int round = 0; round < 3; round++) {
        List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(() -> index.sync(source(older), SENTENCES)));
        all.add(threads.submit(() -> index.sync(source(newer), SENTENCES)));
        all.add(
            threads.submit(
                () ->
                    index.addAll(List.of(Passage.of("a", "Stray in a document of the source.")))));
        for (Future<?> one : all) {
          one.get();
        }
        index.sync(source(newer), SENTENCES);
        assertThat(index.size()).isEqualTo(new IndexSize(2, 3));
        assertThat(index.bm25().retrieve("sentence stray", 50).hits())
            .extracting(hit -> hit.passage().text().strip())
            .containsExactlyInAnyOrder(
                "Sentence number 5 is here.",
                "Sentence number 4 is here.",
                "Sentence number 6 is here.");
      }
    }
  }

  @Test
  void refusesEverythingOnceItIsClosed() {
    PassageIndex index = index(FakeEmbedder.of(64));
    Retriever words = index.bm25();
    index.close();
    index.close();
    assertThatThrownBy(() -> words.retrieve("a", 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.sync(source(), SENTENCES))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(index::size).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.delete("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.passages("a")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.addAll(List.of())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.deletePassages(List.of("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.terms("a")).isInstanceOf(IllegalStateException.class);
  }
}
