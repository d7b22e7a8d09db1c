package dev.ragwright.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Golden values: LangChain4j 1.20's vectors of the same model files. */
class AgreementWithLangChain4jTest {
  private static final List<String> TEXTS =
      List.of(
          "How do I rotate the signing key?",
          "The filter of the small pump has to be replaced every 400 hours.",
          "Zürich, naïve café; 漢字 and 😀",
          "a",
          "word ".repeat(120).strip());

  @Test
  void bgeSmallEnGivesTheSameVectors() {
    try (OnnxEmbedder ours = OnnxEmbedder.bgeSmallEn()) {
      assertAgreement(new BgeSmallEnV15QuantizedEmbeddingModel(), ours);
    }
  }

  @Test
  void allMiniLmGivesTheSameVectors() {
    try (OnnxEmbedder ours = OnnxEmbedder.allMiniLm()) {
      assertAgreement(new AllMiniLmL6V2QuantizedEmbeddingModel(), ours);
    }
  }

  private static void assertAgreement(EmbeddingModel peer, OnnxEmbedder ours) {
    List<TextSegment> segments = TEXTS.stream().map(TextSegment::from).toList();
    assertThat(
            EmbeddingThroughput.minCosine(
                peer.embedAll(segments).content(),
                ours.embed(TEXTS, Side.DOCUMENT, CallContext.unbounded()).vectors()))
        .isGreaterThan(0.9999);
  }
}
