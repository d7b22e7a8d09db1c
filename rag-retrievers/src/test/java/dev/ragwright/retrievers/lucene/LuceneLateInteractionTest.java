package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.ColBertFolder;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index that keeps the vectors of its passages' tokens. */
class LuceneLateInteractionTest {
  private static final List<Document> DOCUMENTS =
      List.of(
          Document.of(
              "beavers",
              "Beavers build dams of wood and mud. They fell trees at night. A lodge has two rooms."),
          Document.of(
              "pump",
              "The filter of the pump is replaced every 400 hours. The seal lasts for 2,000 hours."),
          Document.of(
              "keys", "Signing keys are rotated in March. The old key stays valid for a week."),
          Document.of("blank", "Rain falls on the wood of the lodge. The filter is not for rain."));
  private static final List<String> QUESTIONS =
      List.of("when is the filter replaced", "who builds dams", "how long is a key valid");

  private static OnnxEmbedder miniLm;
  private static LateInteraction model;

  @TempDir Path folder;

  @BeforeAll
  static void load() {
    miniLm = OnnxEmbedder.allMiniLm();
    model = LateInteraction.of(miniLm);
  }

  @AfterAll
  static void close() {
    miniLm.close();
  }

  private static LuceneIndex.Builder both() {
    return LuceneIndex.builder().embedder(miniLm).lateInteraction(model);
  }

  private static DocumentSource source(List<Document> documents) {
    return DocumentSource.of(documents);
  }

  private static List<String> ids(Retrieval found) {
    return found.hits().stream().map(hit -> hit.passage().id()).toList();
  }

  @Test
  void ranksAsTheRerankerDoesToTheLastBitAndReadsOnlyTheQuestion() {
    try (LuceneIndex index = both().open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      for (Retriever first : List.of(index.bm25(), index.knn(), index.hybrid(), index.rm3())) {
        for (String question : QUESTIONS) {
          Retrieval kept = index.lateInteraction(first, 6).retrieve(question, 4);
          List<Hit> reranked = first.rerankedBy(model, 6).retrieve(question, 4).hits();
          assertThat(kept.hits()).isEqualTo(reranked);
          assertThat(kept.hits()).isNotEmpty();
          long ofFirst = first.retrieve(question, 6).usage().count(Usage.EMBEDDED_TEXTS).orElse(0);
          assertThat(kept.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(ofFirst + 1);
        }
      }
      assertThat(index.lateInteraction().retrieve("who builds dams", 9).hits()).hasSize(9);
      assertThat(index.lateInteraction().retrieve("  ", 3).hits()).isEmpty();
    }
  }

  @Test
  void takesCandidatesOfAnyRetrieverAndNoneThatIsNotHere() {
    Passage elsewhere = Passage.of("elsewhere", "The filter is replaced.");
    try (LuceneIndex index = both().open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      Retriever fused =
          Retrievers.fuse(RankFusion.reciprocalRank(60), 50, index.bm25(), index.knn());
      Retriever foreign =
          (request, context) -> {
            Retrieval found = fused.retrieve(request, context);
            List<Hit> more =
                Stream.concat(Stream.of(new Hit(elsewhere, 9, "elsewhere")), found.hits().stream())
                    .toList();
            return Retrieval.of(more, found.usage()).withParts(found.parts());
          };
      assertThat(index.lateInteraction(foreign, 20).retrieve(QUESTIONS.get(0), 5).hits())
          .isEqualTo(
              index.lateInteraction(index.hybrid(), 20).retrieve(QUESTIONS.get(0), 5).hits());
    }
  }

  /** What a deletion, a merge and an opening leave: the same scores and order. */
  @Test
  void keepsItsVectorsThroughSyncMergeAndOpening() {
    List<Document> edited =
        List.of(
            DOCUMENTS.get(0),
            Document.of(
                "pump",
                "A new line. The filter of the pump is replaced every 400 hours. The seal lasts for"
                    + " 2,000 hours."),
            DOCUMENTS.get(3));
    List<Hit> expected;
    try (LuceneIndex fresh = both().open()) {
      fresh.sync(source(edited), Chunkers.sentences(1, 0));
      expected = fresh.lateInteraction(fresh.knn(), 5).retrieve(QUESTIONS.get(0), 5).hits();
    }
    try (LuceneIndex index = both().directory(folder).open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      SyncReport report = index.sync(source(edited), Chunkers.sentences(1, 0));
      assertThat(report.embedded()).as("the new line").isOne();
      assertThat(report.usage().count(Usage.EMBEDDED_TEXTS)).as("by two models").hasValue(2);
      assertThat(index.lateInteraction(index.knn(), 5).retrieve(QUESTIONS.get(0), 5).hits())
          .isEqualTo(expected);
      index.compact();
      index.verify();
      assertThat(index.lateInteraction(index.knn(), 5).retrieve(QUESTIONS.get(0), 5).hits())
          .isEqualTo(expected);
      assertThat(index.explain(QUESTIONS.get(0), expected.getFirst().passage().id()).standing())
          .isEqualTo(Explanation.Standing.FOUND);
    }
    try (LuceneIndex reader = both().directory(folder).openReadOnly()) {
      assertThat(reader.lateInteraction(reader.knn(), 5).retrieve(QUESTIONS.get(0), 5).hits())
          .isEqualTo(expected);
    }
  }

  @Test
  void needsNoEmbedderAndKeepsItsVectorsThen() {
    try (LuceneIndex index = LuceneIndex.builder().lateInteraction(model).open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      assertThat(index.hasVectors()).isFalse();
      SyncReport report =
          index.sync(
              source(List.of(Document.of("pump", "A new line. " + DOCUMENTS.get(1).text()))),
              Chunkers.sentences(1, 0));
      assertThat(report.embedded()).isOne();
      assertThat(ids(index.lateInteraction().retrieve("when is the filter replaced", 1)))
          .containsExactly(index.passages("pump").get(1).id());
    }
  }

  @Test
  void staysWithinFilterAndScope() {
    try (LuceneIndex index = both().scopeRequired("tenant").open()) {
      for (String tenant : List.of("a", "b")) {
        index.addAll(
            List.of(
                tagged(tenant, "1", "The filter of the pump is replaced every 400 hours."),
                tagged(tenant, "2", "Beavers build dams.")));
      }
      assertThatThrownBy(index::lateInteraction)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("lateInteraction() is refused: ");
      ScopedIndex scoped = index.scopedTo(Filter.is("tenant", "b"));
      assertThat(ids(scoped.lateInteraction().retrieve("filter of the pump", 10)))
          .containsExactly("b1", "b2");
      assertThat(ids(scoped.lateInteraction(scoped.bm25(), 10).retrieve("beavers", 10)))
          .containsExactly("b2");
      assertThat(
              ids(
                  scoped
                      .lateInteraction(index.scopedTo(Filter.is("tenant", "a")).bm25(), 10)
                      .retrieve("beavers", 10)))
          .isEmpty();
    }
  }

  private static Passage tagged(String tenant, String id, String text) {
    return new Passage(
        tenant + id, tenant, 0, text.length(), text, List.of(), Metadata.of("tenant", tenant));
  }

  @Test
  void tellsOfBothStepsAndOfItself() {
    try (LuceneIndex index = both().open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      Retriever retriever = index.lateInteraction(index.bm25(), 7);
      Retrieval found =
          retriever.retrieve(RetrievalRequest.of("the filter", 2), CallContext.unbounded());
      assertThat(found.parts())
          .extracting(StageRecord::stage)
          .containsExactly("retrieve", "rerank");
      assertThat(found.usage().count(Usage.SCORED_PAIRS)).hasValue(2);
      assertThat(retriever.description().toString())
          .contains("late-interaction", "candidates=7", "bm25");
      assertThat(retriever.description())
          .isNotEqualTo(index.lateInteraction(index.bm25(), 8).description());
    }
  }

  @Test
  void refusesAnotherModelAndToWriteWithoutIt() throws IOException {
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).lateInteraction(model).open()) {
      index.sync(source(DOCUMENTS), Chunkers.sentences(1, 0));
      assertThatThrownBy(() -> index.lateInteraction(index.bm25(), 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("candidates must be >= 1, were 0");
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index.bm25().retrieve("filter", 1).hits()).hasSize(1);
      assertThatThrownBy(index::lateInteraction)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageContaining("lateInteraction() needs the model ")
          .hasMessageContaining("open it with lateInteraction(...) of that model");
      assertThatThrownBy(() -> index.addAll(List.of(Passage.of("p", "text"))))
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("writing needs the model ");
      index.delete("keys");
    }
    try (LateInteraction other =
        LateInteraction.load(ColBertFolder.pylate(folder.resolveSibling("colbert")).path())) {
      assertThatThrownBy(
              () -> LuceneIndex.builder().directory(folder).lateInteraction(other).open())
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageContaining("holds vectors of tokens of ")
          .hasMessageContaining("open it with the model it was made with");
    }
    Path words = folder.resolveSibling("words");
    try (LuceneIndex index = LuceneIndex.open(words)) {
      index.addAll(List.of(Passage.of("p", "text")));
      assertThatThrownBy(index::lateInteraction)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageContaining("lateInteraction() needs vectors of tokens, and ")
          .hasMessageEndingWith("make one with LuceneIndex.builder().lateInteraction(...)");
    }
    assertThatThrownBy(() -> LuceneIndex.builder().directory(words).lateInteraction(model).open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("was made without vectors of tokens");
  }

  @Test
  void aClosedModelRefuses() throws IOException {
    LateInteraction closed =
        LateInteraction.load(ColBertFolder.pylate(folder.resolve("closed")).path());
    try (LuceneIndex index = LuceneIndex.builder().lateInteraction(closed).open()) {
      index.addAll(List.of(Passage.of("p", "w1 w2")));
      assertThat(index.lateInteraction().retrieve("w1", 1).hits()).hasSize(1);
      closed.close();
      assertThatThrownBy(() -> index.lateInteraction().retrieve("w1", 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
