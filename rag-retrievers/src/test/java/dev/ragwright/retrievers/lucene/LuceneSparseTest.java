package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.GoldenFolder;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index that keeps what the tokens of a vocabulary weigh for its passages. */
class LuceneSparseTest {
  private static final List<Document> DOCUMENTS =
      List.of(
          Document.of("alps", "The river does rise in the Alps. The old city of the lake."),
          Document.of("mouth", "The mouth of the river. A cafe in the city."),
          Document.of("source", "Where does the source of the river rise?"));
  private static final List<String> QUESTIONS = List.of("Where does the river rise?", "old city");

  @TempDir static Path models;
  private static SparseEncoder encoder;
  private static SparseEncoder other;

  @TempDir Path folder;

  @BeforeAll
  static void load() throws IOException {
    List<GoldenFolder> goldens = GoldenFolder.all("sparse.jsonl", "masked.onnx");
    encoder = SparseEncoder.load(goldens.getFirst().write(models));
    other = SparseEncoder.load(goldens.get(1).write(models));
  }

  @AfterAll
  static void close() {
    encoder.close();
    other.close();
  }

  private static LuceneIndex.Builder builder() {
    return LuceneIndex.builder().sparseEncoder(encoder);
  }

  private static void sync(LuceneIndex index) {
    index.sync(DocumentSource.of(DOCUMENTS), Chunkers.sentences(1, 0));
  }

  private static Map<String, Float> weights(String text, Side side) {
    return encoder.encode(List.of(text), side, CallContext.unbounded()).weights().getFirst();
  }

  @Test
  void scoresByTheDotProductOfTheWeights() {
    try (LuceneIndex index = builder().open()) {
      sync(index);
      for (String question : QUESTIONS) {
        Map<String, Float> asked = weights(question, Side.QUERY);
        List<Hit> hits = index.sparse().retrieve(question, 20).hits();
        int found = 0;
        for (Document document : DOCUMENTS) {
          for (Passage passage : index.passages(document.id())) {
            double dot = 0;
            for (Map.Entry<String, Float> weight :
                weights(passage.searchText(), Side.DOCUMENT).entrySet()) {
              dot += weight.getValue() * asked.getOrDefault(weight.getKey(), 0f);
            }
            double expected = dot;
            found += dot > 0 ? 1 : 0;
            assertThat(hits)
                .filteredOn(hit -> hit.passage().id().equals(passage.id()))
                .allSatisfy(
                    hit -> assertThat(hit.score()).isCloseTo(expected, within(expected / 256)));
          }
        }
        assertThat(hits).hasSize(found).isSortedAccordingTo(Hit.BEST_FIRST);
        assertThat(hits).extracting(Hit::source).containsOnly("sparse");
      }
      assertThat(index.sparse().retrieve(" ", 3).hits()).isEmpty();
      assertThat(index.sparse().retrieve("river", 3).usage().count(Usage.EMBEDDED_TEXTS))
          .hasValue(1);
      assertThat(
              Retrievers.fuse(RankFusion.reciprocalRank(60), 10, index.bm25(), index.sparse())
                  .retrieve("old city", 2)
                  .hits())
          .hasSize(2);
    }
  }

  @Test
  void keepsItsWeightsThroughSyncMergeAndOpening() {
    List<Hit> expected;
    try (LuceneIndex fresh = builder().open()) {
      fresh.sync(DocumentSource.of(edited()), Chunkers.sentences(1, 0));
      expected = fresh.sparse().retrieve(QUESTIONS.getFirst(), 9).hits();
    }
    try (LuceneIndex index = builder().directory(folder).open()) {
      sync(index);
      SyncReport report = index.sync(DocumentSource.of(edited()), Chunkers.sentences(1, 0));
      assertThat(report.embedded()).as("the new line").isOne();
      assertThat(index.sparse().retrieve(QUESTIONS.getFirst(), 9).hits()).isEqualTo(expected);
      index.compact();
      index.verify();
      assertThat(index.sparse().retrieve(QUESTIONS.getFirst(), 9).hits()).isEqualTo(expected);
    }
    try (LuceneIndex reader = builder().directory(folder).openReadOnly()) {
      assertThat(reader.sparse().retrieve(QUESTIONS.getFirst(), 9).hits()).isEqualTo(expected);
    }
  }

  private static List<Document> edited() {
    return List.of(DOCUMENTS.get(0), Document.of("mouth", "A lake. " + DOCUMENTS.get(1).text()));
  }

  @Test
  void staysWithinFilterAndScope() {
    try (LuceneIndex index = builder().scopeRequired("tenant").open()) {
      for (String tenant : List.of("a", "b")) {
        String text = "The river does rise.";
        index.addAll(
            List.of(
                new Passage(
                    tenant, tenant, 0, 20, text, List.of(), Metadata.of("tenant", tenant))));
      }
      assertThatThrownBy(index::sparse).hasMessageStartingWith("sparse() is refused: ");
      assertThat(index.scopedTo(Filter.is("tenant", "b")).sparse().retrieve("river", 9).hits())
          .extracting(hit -> hit.passage().id())
          .containsExactly("b");
    }
  }

  @Test
  void refusesAnotherEncoderAndToWriteWithoutIt() {
    try (LuceneIndex index = builder().directory(folder).open()) {
      sync(index);
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThatThrownBy(index::sparse)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("sparse() needs the model ")
          .hasMessageContaining("which made the sparse weights of ")
          .hasMessageEndingWith("open it with sparseEncoder(...) of that model");
      assertThatThrownBy(() -> index.addAll(List.of(Passage.of("p", "text"))))
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageStartingWith("writing needs the model ");
    }
    assertThatThrownBy(() -> LuceneIndex.builder().directory(folder).sparseEncoder(other).open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("holds sparse weights of ");
    try (LuceneIndex words = LuceneIndex.inMemory()) {
      assertThatThrownBy(words::sparse)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessage(
              "sparse() needs sparse weights, and the index in memory was made without; make one"
                  + " with LuceneIndex.builder().sparseEncoder(...)");
    }
  }
}
