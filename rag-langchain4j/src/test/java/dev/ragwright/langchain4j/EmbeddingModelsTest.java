package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingParameter;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.testkit.EmbedderContract;
import dev.ragwright.testkit.FakeEmbedder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EmbeddingModelsTest {
  private static final CallContext CALL = CallContext.unbounded();

  /** Remembers which side it was asked for; the sides differ in their vectors. */
  private static final class Sides implements Embedder {
    private final List<String> asked = new ArrayList<>();

    @Override
    public synchronized Embeddings embed(List<String> texts, Side side, CallContext context) {
      texts.forEach(text -> asked.add(side + " " + text));
      float[] vector = side == Side.QUERY ? new float[] {.6f, .8f} : new float[] {.8f, .6f};
      return new Embeddings(
          texts.stream().map(text -> vector.clone()).toList(),
          Usage.of(Usage.EMBEDDED_TOKENS, 3L * texts.size()));
    }

    @Override
    public int dimension() {
      return 2;
    }
  }

  @Nested
  class ThereAndBack extends EmbedderContract {
    @Override
    protected Embedder embedder() {
      return LangChain4j.embedder(LangChain4j.embeddingModel(FakeEmbedder.of(16)), "fake", 2);
    }
  }

  @Test
  void ingestorsEmbedDocumentsAndRetrieversQueries() {
    Sides embedder = new Sides();
    EmbeddingModel model = LangChain4j.embeddingModel(embedder);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    EmbeddingStoreIngestor.builder()
        .embeddingModel(model)
        .embeddingStore(store)
        .build()
        .ingest(Document.from("one"), Document.from("two"));
    EmbeddingStoreContentRetriever retriever =
        EmbeddingStoreContentRetriever.builder()
            .embeddingModel(model)
            .embeddingStore(store)
            .build();
    List<Content> found = retriever.retrieve(Query.from("which"));
    assertThat(embedder.asked).containsExactly("DOCUMENT one", "DOCUMENT two", "QUERY which");
    assertThat(found).hasSize(2);
  }

  @Test
  void aRequestSaysWhatItsTextsAre() {
    Sides embedder = new Sides();
    EmbeddingModel model = LangChain4j.embeddingModel(embedder);
    model.embed(
        EmbeddingRequest.builder().inputs("a", "b").inputType(EmbeddingInputType.QUERY).build());
    model.embed(
        EmbeddingRequest.builder().input("c").inputType(EmbeddingInputType.DOCUMENT).build());
    model.embed(EmbeddingRequest.builder().input("d").build());
    model.embed(EmbeddingRequest.builder().inputs("e", "f").build());
    model.embed("g");
    model.embed(TextSegment.from("h"));
    assertThat(embedder.asked)
        .containsExactly(
            "QUERY a",
            "QUERY b",
            "DOCUMENT c",
            "QUERY d",
            "DOCUMENT e",
            "DOCUMENT f",
            "QUERY g",
            "DOCUMENT h");
    assertThat(model.embedAll(List.of(TextSegment.from("x"), TextSegment.from("y"))).tokenUsage())
        .isEqualTo(new TokenUsage(6, 0));
    assertThat(model.dimension()).isEqualTo(2);
    assertThatThrownBy(
            () -> model.embed(EmbeddingRequest.builder().input("a").dimensions(8).build()))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("dimensions");
  }

  /** A model that distinguishes queries, and gives vectors of any length. */
  private static final class Typed implements EmbeddingModel {
    private final List<String> asked = new ArrayList<>();

    @Override
    public dev.langchain4j.model.embedding.response.EmbeddingResponse doEmbed(
        EmbeddingRequest request) {
      request.inputs().forEach(input -> asked.add(request.inputType() + " " + input.text()));
      return dev.langchain4j.model.embedding.response.EmbeddingResponse.builder()
          .embeddings(
              request.inputs().stream().map(text -> Embedding.from(new float[] {3, 4})).toList())
          .tokenUsage(new TokenUsage(5))
          .build();
    }

    @Override
    public Set<EmbeddingParameter<?>> supportedParameters() {
      return Set.of(EmbeddingRequestParameters.INPUT_TYPE);
    }
  }

  @Test
  void tellsAModelTheSideAndGivesVectorsTheLengthOne() {
    Typed model = new Typed();
    Embedder embedder = LangChain4j.embedder(model, "m", 2);
    Embeddings embedded = embedder.embed(List.of("a", " ", "b", "c"), Side.DOCUMENT, CALL);
    embedder.embedQuery("q");
    assertThat(model.asked).containsExactly("DOCUMENT a", "DOCUMENT b", "DOCUMENT c", "QUERY q");
    assertThat(embedded.vectors().get(0)).containsExactly(.6f, .8f);
    assertThat(embedded.vectors().get(1)).containsExactly(0, 0);
    assertThat(embedded.usage())
        .isEqualTo(
            Usage.of(Usage.REQUESTS, 2)
                .with(Usage.EMBEDDED_TEXTS, 4)
                .with(Usage.EMBEDDED_TOKENS, 10)
                .withUnknown(Usage.TRUNCATED_TEXTS)
                .withUnknown(Usage.TRUNCATED_TOKENS));
    assertThat(embedder.description())
        .isEqualTo(
            StageDescription.of("embedder", "embedding-model").with(StageDescription.MODEL, "m"));
    assertThat(embedder.dimension()).isEqualTo(2);
  }

  private static EmbeddingModel returning(Embedding... embeddings) {
    return new EmbeddingModel() {
      @Override
      public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
        return Response.from(List.of(embeddings));
      }
    };
  }

  private static Embeddings embed(EmbeddingModel model, int texts) {
    return LangChain4j.embedder(model, "m")
        .embed(IntStream.range(0, texts).mapToObj(i -> "t" + i).toList(), Side.DOCUMENT, CALL);
  }

  @Test
  void refusesVectorsThatFitNoText() {
    assertThatThrownBy(() -> embed(returning(), 2))
        .isInstanceOf(EmbeddingModelException.class)
        .hasMessage("the embedding model 'm' returned 0 vectors for 2 texts");
    assertThatThrownBy(
            () -> embed(returning(Embedding.from(new float[2]), Embedding.from(new float[3])), 2))
        .isInstanceOf(EmbeddingModelException.class)
        .hasMessage(
            "the embedding model 'm' returned a vector of 3 numbers, and before it one of 2");
    assertThatThrownBy(() -> embed(returning(Embedding.from(new float[] {Float.NaN})), 1))
        .isInstanceOf(EmbeddingModelException.class)
        .hasMessage("the embedding model 'm' returned a vector of numbers that are not finite");
    assertThatThrownBy(
            () ->
                embed(
                    new EmbeddingModel() {
                      @Override
                      public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
                        throw new dev.langchain4j.exception.RateLimitException("slow down");
                      }
                    },
                    1))
        .isInstanceOfSatisfying(RagException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessage("the embedding model 'm' failed: slow down");
    assertThatThrownBy(() -> LangChain4j.embedder(returning(), "m", 0))
        .hasMessage("batch must be >= 1, was 0");
  }

  @Test
  void embedsWithoutAWaitingThread() {
    Cores.assumeAtLeast(20);
    Sides embedder = new Sides();
    EmbeddingModel model = LangChain4j.embeddingModel(embedder);
    assertThat(model.embedAsync(EmbeddingRequest.builder().input("q").build()).join().embeddings())
        .hasSize(1);
    assertThat(embedder.asked).containsExactly("QUERY q");
  }
}
