package dev.ragwright.retrievers.rerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.vectors.TokenVectors;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LateInteractionTest {
  private static final CallContext UNBOUNDED = CallContext.unbounded();
  private static final List<String> TEXTS =
      List.of(
          "Beavers build dams of wood and mud.",
          "The filter of the pump is replaced every 400 hours.",
          "");

  private static OnnxEmbedder miniLm;

  @BeforeAll
  static void load() {
    miniLm = OnnxEmbedder.allMiniLm();
  }

  @AfterAll
  static void close() {
    miniLm.close();
  }

  private static List<Hit> hits(List<String> texts) {
    return IntStream.range(0, texts.size())
        .mapToObj(i -> new Hit(Passage.of("p" + i, texts.get(i)), 1.0 / (1 + i), "first"))
        .toList();
  }

  /** The rewritten graph of an embedder is proven on vectors of texts only. */
  @Test
  void tokensHaveTheVectorsOfThePublishedGraph() {
    OnnxOptions plain = OnnxOptions.builder().fused(false).build();
    try (OnnxEmbedder published =
        OnnxEmbedder.builder(ModelFolder.allMiniLm()).options(plain).build()) {
      assertThat(miniLm.description().parameters())
          .containsEntry("graph", "6 attentions, 6 of 13 norms");
      assertThat(LateInteraction.of(miniLm).description().parts().getFirst().parameters())
          .containsEntry("graph", "as published");
      assertThat(published.tokenDescription()).isEqualTo(published.description());
      List<TokenVectors> expected = published.tokenVectors(TEXTS, Side.DOCUMENT, UNBOUNDED);
      List<TokenVectors> given = miniLm.tokenVectors(TEXTS, Side.DOCUMENT, UNBOUNDED);
      for (int text = 0; text < TEXTS.size(); text++) {
        assertThat(given.get(text).values()).containsExactly(expected.get(text).values());
      }
    }
  }

  @Test
  void theScoreIsTheSumOfTheGreatestCosines() {
    String question = "when is the filter replaced";
    TokenVectors asked = miniLm.tokenVectors(List.of(question), Side.QUERY, UNBOUNDED).getFirst();
    assertThat(asked.size()).isEqualTo(5);
    List<TokenVectors> read = miniLm.tokenVectors(TEXTS, Side.DOCUMENT, UNBOUNDED);
    Retrieval ranked = LateInteraction.of(miniLm).rerank(question, hits(TEXTS), 3);
    assertThat(ranked.hits())
        .extracting(hit -> hit.passage().id())
        .containsExactly("p1", "p0", "p2");
    for (Hit hit : ranked.hits()) {
      TokenVectors passage = read.get(Integer.parseInt(hit.passage().id().substring(1)));
      assertThat(hit.score()).isCloseTo(maxSim(asked, passage), within(0.05));
    }
    assertThat(ranked.hits().getLast().score()).isZero();
  }

  private static double maxSim(TokenVectors question, TokenVectors passage) {
    double sum = 0;
    for (int q = 0; q < question.size() && passage.size() > 0; q++) {
      double most = -2;
      for (int p = 0; p < passage.size(); p++) {
        most = Math.max(most, dot(question, q, passage, p));
      }
      sum += most;
    }
    return sum;
  }

  private static double dot(TokenVectors a, int row, TokenVectors b, int other) {
    double sum = 0;
    for (int i = 0; i < a.dimension(); i++) {
      sum += a.values()[row * a.dimension() + i] * b.values()[other * b.dimension() + i];
    }
    return sum;
  }

  @Test
  void vectorsHaveLengthOneAndLeaveOutPrefixAndSpecialTokens() {
    TokenVectors vectors =
        miniLm.tokenVectors(List.of("Hello world"), Side.DOCUMENT, UNBOUNDED).getFirst();
    assertThat(vectors.size()).isEqualTo(2);
    assertThat(vectors.read()).isEqualTo(4);
    assertThat(dot(vectors, 1, vectors, 1)).isCloseTo(1, within(1e-5));
    try (OnnxEmbedder prefixed =
        OnnxEmbedder.builder(ModelFolder.allMiniLm())
            .queryPrefix("query: ")
            .maxTokens(12)
            .build()) {
      TokenVectors query =
          prefixed.tokenVectors(List.of("Hello world"), Side.QUERY, UNBOUNDED).getFirst();
      assertThat(query.size()).isEqualTo(2);
      assertThat(query.read()).isEqualTo(6);
      TokenVectors cut =
          prefixed.tokenVectors(List.of("word ".repeat(30)), Side.DOCUMENT, UNBOUNDED).getFirst();
      assertThat(cut.size()).isEqualTo(10);
      assertThat(cut.cut()).isEqualTo(20);
      assertThat(
              LateInteraction.of(prefixed)
                  .rerank("word", hits(List.of("word ".repeat(30))), 1)
                  .usage()
                  .count(Usage.TRUNCATED_TOKENS))
          .hasValue(20);
    }
  }

  @Test
  void passagesAreEmbeddedOnceAndTheCacheIsBounded() {
    LateInteraction reranker = LateInteraction.of(miniLm);
    Retrieval first = reranker.rerank("dams", hits(TEXTS), 3);
    assertThat(first.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(4);
    Retrieval again = reranker.rerank("dams", hits(TEXTS), 3);
    assertThat(again.usage().count(Usage.EMBEDDED_TEXTS)).hasValue(1);
    assertThat(again.hits()).isEqualTo(first.hits());
    LateInteraction forgetful = LateInteraction.of(miniLm, 0);
    assertThat(forgetful.rerank("dams", hits(TEXTS), 3).hits()).isEqualTo(first.hits());
    assertThat(forgetful.cachedBytes()).isZero();
    LateInteraction small = LateInteraction.of(miniLm, 9_000);
    for (int i = 0; i < 5; i++) {
      small.rerank("dams", hits(List.of("beavers and number " + i)), 1);
      assertThat(small.cachedBytes()).isBetween(1L, 9_000L);
    }
    assertThat(small.rerank("x", hits(List.of("beavers and number 4")), 1).usage())
        .satisfies(usage -> assertThat(usage.count(Usage.EMBEDDED_TEXTS)).hasValue(1));
    assertThat(small.rerank("x", hits(List.of("beavers and number 0")), 1).usage())
        .satisfies(usage -> assertThat(usage.count(Usage.EMBEDDED_TEXTS)).hasValue(2));
    assertThatThrownBy(() -> LateInteraction.of(miniLm, -1))
        .hasMessage("cacheBytes must be >= 0, was -1");
  }
}
