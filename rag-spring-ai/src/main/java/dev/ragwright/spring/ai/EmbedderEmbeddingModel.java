package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;

/** {@link SpringAi#embeddingModel}. */
record EmbedderEmbeddingModel(Embedder embedder) implements EmbeddingModel {

  @Override
  public float[] embed(String text) {
    return vectors(List.of(text), Side.QUERY).vectors().getFirst();
  }

  @Override
  public float[] embed(Document document) {
    return vectors(List.of(getEmbeddingContent(document)), Side.DOCUMENT).vectors().getFirst();
  }

  /** All at once: the embedder makes its own batches. */
  @Override
  public List<float[]> embed(
      List<Document> documents, @Nullable EmbeddingOptions options, BatchingStrategy batching) {
    refuse(options);
    List<String> texts = documents.stream().map(this::getEmbeddingContent).toList();
    return vectors(texts, Side.DOCUMENT).vectors();
  }

  @Override
  public EmbeddingResponse call(EmbeddingRequest request) {
    refuse(request.getOptions());
    Embeddings embedded = vectors(request.getInstructions(), Side.DOCUMENT);
    List<Embedding> embeddings = new ArrayList<>();
    embedded.vectors().forEach(vector -> embeddings.add(new Embedding(vector, embeddings.size())));
    EmbeddingResponseMetadata metadata = new EmbeddingResponseMetadata();
    metadata.setModel(embedder.description().name());
    OptionalLong tokens = embedded.usage().count(Usage.EMBEDDED_TOKENS);
    if (tokens.isPresent()) {
      metadata.setUsage(new DefaultUsage(Math.toIntExact(tokens.getAsLong()), 0));
    }
    return new EmbeddingResponse(embeddings, metadata);
  }

  private Embeddings vectors(List<String> texts, Side side) {
    return embedder.embed(texts, side, CallContext.unbounded());
  }

  /** What is asked for by default names nothing. */
  private static void refuse(@Nullable EmbeddingOptions options) {
    if (options != null && (options.getModel() != null || options.getDimensions() != null)) {
      throw new IllegalArgumentException(
          "an embedder is one model with one dimension; the options ask for the model '%s' and the dimension %s"
              .formatted(options.getModel(), options.getDimensions()));
    }
  }

  @Override
  public int dimensions() {
    return embedder.dimension();
  }
}
