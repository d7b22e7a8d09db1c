package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.foreign.ForeignEmbedder;
import java.util.List;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingResponse;

/** {@link SpringAi#embedder}. */
final class EmbeddingModelEmbedder extends ForeignEmbedder {
  private final EmbeddingModel model;

  EmbeddingModelEmbedder(EmbeddingModel model, String name) {
    super(name, Integer.MAX_VALUE); // the model makes its own batches
    this.model = model;
  }

  private String what() {
    return "the embedding model '%s'".formatted(name());
  }

  @Override
  protected Returned ask(List<String> texts, Side side, CallContext context) {
    EmbeddingResponse response =
        SpringAiException.await(context, what(), () -> model.embedForResponse(texts));
    Integer tokens = response.getMetadata().getUsage().getPromptTokens();
    return new Returned(
        response.getResults().stream().map(Embedding::getOutput).toList(),
        tokens == null || tokens == 0 ? null : tokens); // it has 0 for what is not known
  }

  @Override
  protected int askDimension() {
    try {
      return model.dimensions();
    } catch (RuntimeException e) {
      throw new SpringAiException(what(), e);
    }
  }

  @Override
  protected RuntimeException unusable(String message) {
    return new SpringAiException(message);
  }
}
