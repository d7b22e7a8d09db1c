package dev.ragwright.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@link LangChain4j#embeddingModel}. */
record EmbedderEmbeddingModel(Embedder embedder) implements EmbeddingModel {

  @Override
  public Response<Embedding> embed(String text) {
    Embeddings embedded = embed(List.of(text), Side.QUERY, CallContext.unbounded());
    return Response.from(converted(embedded).getFirst(), usage(embedded));
  }

  @Override
  public Response<Embedding> embed(TextSegment segment) {
    Embeddings embedded = embed(List.of(segment.text()), Side.DOCUMENT, CallContext.unbounded());
    return Response.from(converted(embedded).getFirst(), usage(embedded));
  }

  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    List<String> texts = segments.stream().map(TextSegment::text).toList();
    Embeddings embedded = embed(texts, Side.DOCUMENT, CallContext.unbounded());
    return Response.from(converted(embedded), usage(embedded));
  }

  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    return embed(request, CallContext.unbounded());
  }

  @Override
  public CompletableFuture<EmbeddingResponse> doEmbedAsync(EmbeddingRequest request) {
    return Unheard.future("ragwright-embed", context -> embed(request, context));
  }

  private EmbeddingResponse embed(EmbeddingRequest request, CallContext context) {
    List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
    Embeddings embedded = embed(texts, side(request), context);
    return EmbeddingResponse.builder()
        .embeddings(converted(embedded))
        .modelName(modelName())
        .tokenUsage(usage(embedded))
        .build();
  }

  /**
   * Without a type, one text is a query: LangChain4j's retriever asks so where it does not wait.
   */
  private static Side side(EmbeddingRequest request) {
    EmbeddingInputType type = request.inputType();
    boolean query = type == null ? request.inputs().size() == 1 : type == EmbeddingInputType.QUERY;
    return query ? Side.QUERY : Side.DOCUMENT;
  }

  private Embeddings embed(List<String> texts, Side side, CallContext context) {
    return embedder.embed(texts, side, context);
  }

  private static List<Embedding> converted(Embeddings embedded) {
    return embedded.vectors().stream().map(Embedding::from).toList();
  }

  private static @Nullable TokenUsage usage(Embeddings embedded) {
    OptionalLong tokens = embedded.usage().count(Usage.EMBEDDED_TOKENS);
    return tokens.isEmpty() ? null : new TokenUsage(Math.toIntExact(tokens.getAsLong()), 0);
  }

  /** The side of a text, and no other: a dimension or another model's name is refused by name. */
  @Override
  public Set<EmbeddingParameter<?>> supportedParameters() {
    return Set.of(EmbeddingRequestParameters.INPUT_TYPE);
  }

  @Override
  public int dimension() {
    return embedder.dimension();
  }

  @Override
  public String modelName() {
    return embedder.description().name();
  }
}
