package dev.ragwright.benchmarks;

import static dev.ragwright.onnx.ModelFolder.allMiniLm;
import static dev.ragwright.onnx.ModelFolder.bgeSmallEn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.bgesmallenv15q.BgeSmallEnV15QuantizedEmbeddingModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
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
  void thePublishedGraphOfBgeSmallEnGivesTheSameVectors() {
    assertThat(agreement(new BgeSmallEnV15QuantizedEmbeddingModel(), plain(bgeSmallEn())))
        .isGreaterThan(0.9999);
  }

  @Test
  void thePublishedGraphOfAllMiniLmGivesTheSameVectors() {
    assertThat(agreement(new AllMiniLmL6V2QuantizedEmbeddingModel(), plain(allMiniLm())))
        .isGreaterThan(0.9999);
  }

  @Test
  void theRewrittenGraphOfBgeSmallEnGivesNearlyTheSame() {
    assertThat(agreement(new BgeSmallEnV15QuantizedEmbeddingModel(), OnnxEmbedder.bgeSmallEn()))
        .isGreaterThanOrEqualTo(0.999);
  }

  @Test
  void theRewrittenGraphOfAllMiniLmGivesNearlyTheSame() {
    assertThat(agreement(new AllMiniLmL6V2QuantizedEmbeddingModel(), OnnxEmbedder.allMiniLm()))
        .isGreaterThanOrEqualTo(0.999);
  }

  private static OnnxEmbedder plain(ModelFolder folder) {
    return OnnxEmbedder.builder(folder).options(OnnxOptions.builder().fused(false).build()).build();
  }

  private static double agreement(EmbeddingModel peer, OnnxEmbedder embedder) {
    List<TextSegment> segments = TEXTS.stream().map(TextSegment::from).toList();
    try (OnnxEmbedder ours = embedder) {
      return EmbeddingThroughput.minCosine(
          peer.embedAll(segments).content(),
          ours.embed(TEXTS, Side.DOCUMENT, CallContext.unbounded()).vectors());
    }
  }
}
