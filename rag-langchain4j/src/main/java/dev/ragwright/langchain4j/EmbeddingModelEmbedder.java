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
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@link LangChain4j#embedder}. */
final class EmbeddingModelEmbedder implements Embedder {
  private final EmbeddingModel model;
  private final String name;
  private final int batch;
  private final boolean tellsSides;
  private volatile int dimension; // 0 until it is known

  EmbeddingModelEmbedder(EmbeddingModel model, String name, int batch) {
    this.model = model;
    this.name = name;
    this.batch = batch;
    this.tellsSides = model.supportedParameters().contains(EmbeddingRequestParameters.INPUT_TYPE);
  }

  /** What the model returned for some texts. */
  private record Returned(@Nullable List<Embedding> embeddings, @Nullable TokenUsage usage) {}

  @Override
  public Embeddings embed(List<String> texts, Side side, CallContext context) {
    context.throwIfStopped();
    float[][] vectors = new float[texts.size()][];
    List<Integer> worded = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      if (!texts.get(i).isBlank()) { // LangChain4j has no segment without words
        worded.add(i);
      }
    }
    Usage usage =
        Usage.of(Usage.EMBEDDED_TEXTS, texts.size())
            .with(Usage.REQUESTS, 0)
            .with(Usage.EMBEDDED_TOKENS, 0);
    if (!worded.isEmpty()) {
      usage = usage.withUnknown(Usage.TRUNCATED_TEXTS).withUnknown(Usage.TRUNCATED_TOKENS);
    }
    for (int from = 0; from < worded.size(); from += batch) {
      List<Integer> places = worded.subList(from, Math.min(worded.size(), from + batch));
      Returned returned = ask(places.stream().map(texts::get).toList(), side, context);
      List<Embedding> embeddings = returned.embeddings();
      if (embeddings == null || embeddings.size() != places.size()) {
        throw new EmbeddingModelException(
            String.format(
                Locale.ROOT,
                "the embedding model '%s' returned %s vectors for %d texts",
                name,
                embeddings == null ? "no" : embeddings.size(),
                places.size()));
      }
      for (int i = 0; i < embeddings.size(); i++) {
        vectors[places.get(i)] = unit(embeddings.get(i));
      }
      usage = usage.plus(counted(returned.usage()));
    }
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i] == null) {
        vectors[i] = new float[dimension()];
      }
    }
    return new Embeddings(Arrays.asList(vectors), usage);
  }

  private Returned ask(List<String> texts, Side side, CallContext context) {
    return Unheard.await(
        context,
        "ragwright-embed",
        () -> tellsSides ? request(texts, side) : segments(texts),
        e -> new EmbeddingModelException(name, e));
  }

  private Returned request(List<String> texts, Side side) {
    EmbeddingResponse response =
        model.embed(
            EmbeddingRequest.builder()
                .inputs(texts.toArray(String[]::new))
                .inputType(
                    side == Side.QUERY ? EmbeddingInputType.QUERY : EmbeddingInputType.DOCUMENT)
                .build());
    return new Returned(response.embeddings(), response.tokenUsage());
  }

  private Returned segments(List<String> texts) {
    Response<List<Embedding>> response =
        model.embedAll(texts.stream().map(TextSegment::from).toList());
    return new Returned(response.content(), response.tokenUsage());
  }

  private float[] unit(Embedding embedding) {
    float[] vector = embedding.vector().clone(); // the model's own otherwise
    if (dimension == 0) {
      dimension = vector.length;
    }
    if (vector.length != dimension) {
      throw new EmbeddingModelException(
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
      throw new EmbeddingModelException(
          "the embedding model '%s' returned a vector of numbers that are not finite"
              .formatted(name));
    }
    double length = Math.sqrt(squares);
    for (int i = 0; i < vector.length && length > 0; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static Usage counted(@Nullable TokenUsage counted) {
    Usage usage = Usage.of(Usage.REQUESTS, 1);
    Integer tokens = counted == null ? null : counted.inputTokenCount();
    return tokens == null
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
        dimension = model.dimension();
      } catch (RuntimeException e) {
        throw new EmbeddingModelException(name, e);
      }
    }
    return dimension;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("embedder", "embedding-model").with(StageDescription.MODEL, name);
  }
}
