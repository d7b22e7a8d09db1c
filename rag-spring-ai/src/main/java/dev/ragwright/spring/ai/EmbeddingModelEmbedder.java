package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingResponse;

/** {@link SpringAi#embedder}. */
final class EmbeddingModelEmbedder implements Embedder {
  private final EmbeddingModel model;
  private final String name;
  private volatile int dimension; // 0 until it is known

  EmbeddingModelEmbedder(EmbeddingModel model, String name) {
    this.model = model;
    this.name = name;
  }

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    float[][] vectors = new float[texts.size()][];
    List<Integer> worded = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      if (!texts.get(i).isBlank()) { // services refuse a text without words
        worded.add(i);
      }
    }
    Usage usage =
        Usage.of(Usage.EMBEDDED_TEXTS, texts.size())
            .with(Usage.REQUESTS, 0)
            .with(Usage.EMBEDDED_TOKENS, 0);
    if (!worded.isEmpty()) {
      EmbeddingResponse response =
          Unheard.await(
              context,
              "the embedding model '%s'".formatted(name),
              () -> model.embedForResponse(worded.stream().map(texts::get).toList()));
      List<Embedding> embeddings = response.getResults();
      if (embeddings.size() != worded.size()) {
        throw new SpringAiException(
            String.format(
                Locale.ROOT,
                "the embedding model '%s' returned %d vectors for %d texts",
                name,
                embeddings.size(),
                worded.size()));
      }
      for (int i = 0; i < embeddings.size(); i++) {
        vectors[worded.get(i)] = unit(embeddings.get(i).getOutput());
      }
      usage = usage.plus(counted(response));
    }
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i] == null) {
        vectors[i] = new float[dimension()];
      }
    }
    return new Embeddings(Arrays.asList(vectors), usage);
  }

  private float[] unit(float[] output) {
    float[] vector = output.clone(); // the model's own otherwise
    if (dimension == 0) {
      dimension = vector.length;
    }
    if (vector.length != dimension) {
      throw new SpringAiException(
          String.format(
              Locale.ROOT,
              "the embedding model '%s' returned a vector of %d numbers, and before it one of %d",
              name,
              vector.length,
              dimension));
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (!Double.isFinite(squares)) {
      throw new SpringAiException(
          "the embedding model '%s' returned numbers that are not finite".formatted(name));
    }
    double length = Math.sqrt(squares);
    for (int i = 0; i < vector.length && length > 0; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static Usage counted(EmbeddingResponse response) {
    Usage usage =
        Usage.of(Usage.REQUESTS, 1)
            .withUnknown(Usage.TRUNCATED_TEXTS)
            .withUnknown(Usage.TRUNCATED_TOKENS);
    Integer tokens = response.getMetadata().getUsage().getPromptTokens();
    return tokens == null || tokens == 0
        ? usage.withUnknown(Usage.EMBEDDED_TOKENS)
        : usage.with(Usage.EMBEDDED_TOKENS, tokens);
  }

  /**
   * As the first vector has it; before one was seen, as the model says, which may ask a service.
   */
  @Override
  public int dimension() {
    if (dimension == 0) {
      try {
        dimension = model.dimensions();
      } catch (RuntimeException e) {
        throw new SpringAiException("the embedding model '%s'".formatted(name), e);
      }
    }
    return dimension;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", "embedding-model").with(StageDescription.MODEL, name);
  }
}
