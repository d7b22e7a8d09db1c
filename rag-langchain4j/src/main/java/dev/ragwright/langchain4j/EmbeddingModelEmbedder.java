package dev.ragwright.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.CallContext;
import dev.ragwright.foreign.ForeignEmbedder;
import dev.ragwright.foreign.Unheard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link LangChain4j#embedder}. */
final class EmbeddingModelEmbedder extends ForeignEmbedder {
  private final EmbeddingModel model;
  private final boolean tellsSides;

  EmbeddingModelEmbedder(EmbeddingModel model, String name, int batch) {
    super(name, batch);
    this.model = model;
    this.tellsSides = model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE);
  }

  @Override
  protected Returned ask(List<String> texts, Side side, CallContext context) {
    return Unheard.await(
        context,
        "ragwright-embed",
        () -> tellsSides ? request(texts, side) : segments(texts),
        e -> new EmbeddingModelException(name(), e));
  }

  private Returned request(List<String> texts, Side side) {
    EmbeddingResponse response =
        model.embed(
            EmbeddingRequest.builder()
                .inputs(texts.toArray(String[]::new))
                .inputType(
                    side == Side.QUERY ? EmbeddingInputType.QUERY : EmbeddingInputType.DOCUMENT)
                .build());
    return returned(response.embeddings(), response.tokenUsage());
  }

  private Returned segments(List<String> texts) {
    Response<List<Embedding>> response =
        model.embedAll(texts.stream().map(TextSegment::from).toList());
    return returned(response.content(), response.tokenUsage());
  }

  private static Returned returned(
      @Nullable List<Embedding> embeddings, @Nullable TokenUsage usage) {
    return new Returned(
        embeddings == null ? null : embeddings.stream().map(Embedding::vector).toList(),
        usage == null ? null : usage.inputTokenCount());
  }

  @Override
  protected int askDimension() {
    try {
      return model.dimension();
    } catch (RuntimeException e) {
      throw new EmbeddingModelException(name(), e);
    }
  }

  @Override
  protected RuntimeException unusable(String message) {
    return new EmbeddingModelException(message);
  }
}
