package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeVectorStore;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Searches that learn from what they find. */
class FeedbackTest {

  private static Passage passage(String id, String owner, String text) {
    Document document = new Document(id, text, Metadata.of("owner", owner));
    return new Passage(id, id, 0, text.length(), text, List.of(), document.metadata());
  }

  /** Thirty more passages, so that what three of a few have is not a tenth of all. */
  private static void fill(LuceneIndex index) {
    List<Passage> passages =
        new ArrayList<>(
            List.of(
                passage("d1", "a", "alpha beta beta gamma"),
                passage("d2", "a", "alpha gamma delta epsilon"),
                passage("d3", "a", "beta beta zeta"),
                passage("d4", "b", "alpha eta")));
    for (int i = 0; i < 30; i++) {
      passages.add(passage("filler" + i, "a", "common words of passage number" + i));
    }
    index.addAll(passages);
  }

  private static LuceneIndex words() {
    return LuceneIndex.builder().language("und").open();
  }

  private static Map<String, Double> scores(Retriever retriever, String query) {
    return retriever.retrieve(query, 100).hits().stream()
        .collect(Collectors.toMap(hit -> hit.passage().id(), Hit::score));
  }

  private static double score(LuceneIndex index, String word, String id) {
    return Objects.requireNonNull(scores(index.bm25(), word).getOrDefault(id, 0.0));
  }

  /**
   * RM3 by hand, of two passages and two terms. Of {@code d4} (the shortest, so the first) the
   * terms are alpha 1 and eta 1; of {@code d1} beta 2 and alpha 1 (before gamma 1 by name): shares
   * 1/2, 1/2 and 2/3, 1/3.
   */
  @Test
  void learnsTheHeaviestTermsOfTheFirstPassages() {
    try (LuceneIndex index = words()) {
      fill(index);
      double s4 = score(index, "alpha", "d4");
      double s1 = score(index, "alpha", "d1");
      assertThat(s4).isGreaterThan(s1);
      assertThat(score(index, "alpha", "d2")).as("a tie, by id").isEqualTo(s1);
      double alpha = s4 / 2 + s1 / 3;
      double beta = s1 * 2 / 3;
      double eta = s4 / 2;
      assertThat(eta).as("the third, which is left out").isLessThan(beta);

      Retrieval found = index.rm3(2, 2, 0.6).retrieve("Alpha alpha", 100);

      double sum = alpha + beta;
      for (String id : List.of("d1", "d2", "d3", "d4")) {
        double expected =
            (0.6 + 0.4 * alpha / sum) * score(index, "alpha", id)
                + 0.4 * beta / sum * score(index, "beta", id);
        assertThat(scores(index.rm3(2, 2, 0.6), "Alpha alpha").get(id))
            .as(id)
            .isCloseTo(expected, offset(1e-6));
      }
      assertThat(found.hits()).extracting(Hit::source).containsOnly("rm3");
      assertThat(found.usage()).isEqualTo(Usage.of(Usage.FEEDBACK_PASSAGES, 2));
      StageRecord part = found.parts().getFirst();
      assertThat(part.stage()).isEqualTo("feedback");
      assertThat(part.details())
          .isEqualTo(
              Map.of(
                  "terms",
                  String.format(
                      java.util.Locale.ROOT, "alpha %.3f, beta %.3f", alpha / sum, beta / sum)));
      assertThat(index.rm3(2, 2, 0.6).description().toString())
          .startsWith("rm3(passages=2, terms=2, weight=0.6; bm25(");
    }
  }

  @Test
  void isAsTheQuestionWhereThereIsNothingToLearn() {
    try (LuceneIndex index = words()) {
      fill(index);
      assertThat(scores(index.rm3(2, 2, 1), "alpha beta").keySet())
          .isEqualTo(scores(index.bm25(), "alpha beta").keySet());
      assertThat(index.rm3().retrieve("common words", 3).hits())
          .as("words of more than a tenth of all passages")
          .extracting(hit -> hit.passage().id())
          .isEqualTo(
              index.bm25().retrieve("common words", 3).hits().stream()
                  .map(hit -> hit.passage().id())
                  .toList());
      assertThat(index.rm3().retrieve("unknown", 3).hits()).isEmpty();
      assertThat(index.rm3().retrieve("", 3).usage())
          .isEqualTo(Usage.of(Usage.FEEDBACK_PASSAGES, 0));
    }
  }

  @Test
  void learnsFromPassagesOfTheScopeAlone() {
    try (LuceneIndex index =
        LuceneIndex.builder().language("und").embedder(FakeEmbedder.of(64)).open()) {
      fill(index);
      ScopedIndex b = index.scopedTo(Filter.is("owner", "b"));
      RetrievalRequest ofA = RetrievalRequest.of("alpha", 9).withFilter(Filter.is("owner", "a"));
      assertThat(terms(b.rm3(5, 9, 0.5).retrieve("alpha", 9))).startsWith("alpha 0.500, eta 0.500");
      assertThat(terms(index.rm3(5, 9, 0.5).retrieve(ofA, CallContext.unbounded())))
          .contains("beta")
          .doesNotContain(", eta")
          .contains("gamma");
      assertThat(b.rocchio(5, 1).retrieve("alpha", 9).usage().count(Usage.FEEDBACK_PASSAGES))
          .hasValue(1);
    }
  }

  private static String terms(Retrieval found) {
    return String.valueOf(found.parts().getFirst().details().get("terms"));
  }

  @Test
  void movesTheVectorTowardsTheFirstPassages() {
    FakeEmbedder embedder = FakeEmbedder.of(64);
    try (LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      fill(index);
      List<Hit> first = index.knn().retrieve("alpha gamma", 2).hits();
      float[] asked = embedder.embedQuery("alpha gamma");
      float[] moved = new float[64];
      double squares = 0;
      for (int i = 0; i < 64; i++) {
        double mean = 0;
        for (Hit hit : first) {
          mean += embedder.embedDocument(hit.passage().text())[i] / 2.0;
        }
        moved[i] = (float) (asked[i] + 0.8 * mean);
        squares += moved[i] * moved[i];
      }
      Retrieval found = index.rocchio(2, 0.8).retrieve("alpha gamma", 40);
      assertThat(found.hits()).hasSize(34).extracting(Hit::source).containsOnly("rocchio");
      for (Hit hit : found.hits()) {
        double cosine =
            Embeddings.dot(moved, embedder.embedDocument(hit.passage().text()))
                / Math.sqrt(squares);
        assertThat(hit.score()).as(hit.passage().id()).isCloseTo(cosine, offset(1e-6));
      }
      assertThat(found.usage().count(Usage.FEEDBACK_PASSAGES)).hasValue(2);
      assertThat(found.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(1);
      assertThat(found.usage().count(Usage.VECTORS_COMPARED)).hasValue(68);
      assertThat(scores(index.rocchio(2, 0), "alpha gamma"))
          .as("moved by nothing")
          .isEqualTo(scores(index.knn(), "alpha gamma"));
      assertThat(index.rocchio().retrieve(" ", 3).hits()).isEmpty();
      assertThat(
              Retrievers.fuse(RankFusion.reciprocalRank(60), index.rm3(), index.rocchio())
                  .retrieve("alpha gamma", 3)
                  .parts())
          .extracting(part -> part.parts().getFirst().stage())
          .containsExactly("feedback", "feedback");
    }
  }

  @Test
  void refusesWhatCannotBe() {
    try (LuceneIndex index = LuceneIndex.inMemory(FakeEmbedder.of(8))) {
      assertThatThrownBy(() -> index.rm3(0, 1, 0.5))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("passages must be >= 1, was 0");
      assertThatThrownBy(() -> index.rm3(1, 0, 0.5)).hasMessage("terms must be >= 1, was 0");
      assertThatThrownBy(() -> index.rm3(1, 1, 1.5))
          .hasMessage("weight, the question's share, must be in [0, 1], was 1.5");
      assertThatThrownBy(() -> index.rocchio(1, Double.NaN))
          .hasMessage("weight must be finite and >= 0, was NaN");
    }
    try (LuceneIndex index =
        LuceneIndex.builder()
            .embedder(FakeEmbedder.of(8))
            .vectorStore(FakeVectorStore.of(8))
            .open()) {
      assertThatThrownBy(index::rocchio)
          .isInstanceOf(IndexMismatchException.class)
          .hasMessage(
              "rocchio() reads vectors of passages, and the index in memory has them in a store; use knn() or rm3(), or an index that has its vectors itself");
    }
    try (LuceneIndex index = words()) {
      assertThatThrownBy(index::rocchio).isInstanceOf(IndexMismatchException.class);
    }
  }
}
