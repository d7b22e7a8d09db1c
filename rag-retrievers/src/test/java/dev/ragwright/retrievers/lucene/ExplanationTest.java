package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.Explanation.Standing;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static Passage passage(int i) {
    String text = "passage " + i + (i % 3 == 0 ? " of pumps" : " of valves") + " and filters";
    return new Passage(
        "p" + i,
        "d" + i,
        0,
        text.length(),
        text,
        List.of(),
        Metadata.of("tenant", i % 2 == 0 ? "even" : "odd"));
  }

  private static List<Passage> passages(int count) {
    return IntStream.range(0, count).mapToObj(ExplanationTest::passage).toList();
  }

  /** The ranks and scores are those of the searches, for every passage. */
  @Test
  void saysWhatTheSearchesSay() {
    try (LuceneIndex index =
        LuceneIndex.builder().embedder(new HashEmbedder()).fusion(60, 20).open()) {
      index.addAll(passages(90));
      String question = "pumps of passage 7";
      RetrievalRequest request = RetrievalRequest.of(question, 15);
      for (Passage passage : passages(90)) {
        Explanation explained = index.explain(request, passage.id(), CallContext.unbounded());
        assertThat(explained.rankings())
            .extracting(Explanation.Ranking::name)
            .containsExactly("bm25", "knn", "hybrid");
        check(explained.rankings().get(0), index.bm25(), question, 90, passage);
        check(explained.rankings().get(1), index.knn(), question, 90, passage);
        List<Hit> found = index.hybrid().retrieve(question, 15).hits();
        boolean among = found.stream().anyMatch(hit -> hit.passage().equals(passage));
        assertThat(explained.standing() == Standing.FOUND).isEqualTo(among);
        if (among) {
          check(explained.rankings().get(2), index.hybrid(), question, 15, passage);
        } else if (explained.rankings().get(2).rank().isEmpty()) {
          assertThat(explained.standing()).isEqualTo(Standing.NOT_FUSED);
          assertThat(explained.toString()).contains("is too far behind in each ranking");
        } else {
          assertThat(explained.standing()).isEqualTo(Standing.BEHIND);
          assertThat(explained.rankings().get(2).rank().getAsInt()).isGreaterThan(15);
        }
      }
    }
  }

  private static void check(
      Explanation.Ranking ranking, Retriever retriever, String question, int k, Passage passage) {
    List<Hit> hits = retriever.retrieve(question, k).hits();
    int rank = 0;
    for (int i = 0; i < hits.size(); i++) {
      if (hits.get(i).passage().equals(passage)) {
        rank = i + 1;
        assertThat(ranking.score()).hasValue(hits.get(i).score());
      }
    }
    assertThat(ranking.rank().orElse(0)).isEqualTo(rank);
    if (!ranking.terms().isEmpty()) {
      assertThat(ranking.terms().stream().mapToDouble(Explanation.Term::score).sum())
          .isCloseTo(ranking.score().getAsDouble(), Offset.offset(1e-4));
    }
  }

  @Test
  void saysWhyAPassageIsNotInQuestion() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(passages(20));
      assertThat(index.explain("pumps", "p99").standing()).isEqualTo(Standing.NOT_INDEXED);
      assertThat(index.explain("pumps", "p1").standing()).isEqualTo(Standing.NO_WORD);
      assertThat(index.explain("pumps", "p0").standing()).isEqualTo(Standing.FOUND);
      assertThat(index.explain("pumps", "p3").toString())
          .startsWith("passage p3 is among the first 10\n  bm25: rank 5 of 7, score ")
          .contains(" = pump ");
      RetrievalRequest even =
          RetrievalRequest.of("pumps", 5).withFilter(Filter.is("tenant", "even"));
      assertThat(index.explain(even, "p3", CallContext.unbounded()).standing())
          .isEqualTo(Standing.FILTERED);
      assertThat(index.explain(even, "p6", CallContext.unbounded()).rankings().getFirst().of())
          .isEqualTo(4);
    }
  }

  /** What is outside a scope is not told from what is not there. */
  @Test
  void keepsToItsScope() {
    try (LuceneIndex index = LuceneIndex.builder().scopeRequired("tenant").open()) {
      index.addAll(passages(20));
      ScopedIndex even = index.scopedTo(Filter.is("tenant", "even"));
      RetrievalRequest request = RetrievalRequest.of("pumps", 5);
      assertThat(even.explain(request, "p3", CallContext.unbounded()))
          .isEqualTo(new Explanation("p3", Standing.NOT_INDEXED, 5, List.of()));
      assertThat(even.explain(request, "p6", CallContext.unbounded()).standing())
          .isEqualTo(Standing.FOUND);
      assertThatThrownBy(() -> index.explain("pumps", "p6"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("scopedTo");
    }
  }
}
