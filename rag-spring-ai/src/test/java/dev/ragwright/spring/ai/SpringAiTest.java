package dev.ragwright.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeRetriever;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.rag.Query;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStoreRetriever;

class SpringAiTest {
  private static final Passage KEYS =
      new Passage(
          "keys#7-14",
          "keys.md",
          7,
          14,
          "Rotate.",
          List.of("Keys", "Rotation"),
          Metadata.of("kind", "manual").with("year", 2024).with("share", 0.5).with("old", true));

  @Test
  void aDocumentHasThePlaceOfItsPassage() {
    Document document =
        SpringAi.documentRetriever(
                (request, context) -> Retrieval.of(List.of(new Hit(KEYS, 0.75, "fake"))), 3)
            .retrieve(new Query("rotate"))
            .getFirst();
    assertThat(document.getId()).isEqualTo("keys#7-14");
    assertThat(document.getScore()).isEqualTo(0.75);
    assertThat(document.getMetadata())
        .containsEntry("passage_id", "keys#7-14")
        .containsEntry("document_id", "keys.md")
        .containsEntry("place", "keys.md › Keys › Rotation [7, 14)")
        .containsEntry("start", 7)
        .containsEntry("end", 14)
        .containsEntry("headings", "Keys › Rotation")
        .containsEntry("year", 2024L);
    assertThat(SpringAi.passage(document)).isEqualTo(KEYS);
  }

  @Test
  void anotherProgramsDocumentIsAPassageOfItsOwn() {
    Passage passage =
        SpringAi.passage(
            new Document("d1", "Beavers.", Map.of("n", 3, "list", List.of("a"), "f", 0.5f)));
    assertThat(passage.place()).isEqualTo("d1 [0, 8)");
    assertThat(passage.metadata().asMap())
        .containsOnly(Map.entry("n", 3L), Map.entry("list", "[a]"), Map.entry("f", 0.5));
  }

  @Test
  void aQueryMayBecomeAFilter() {
    List<Document> found =
        SpringAi.documentRetriever(
                FakeRetriever.of(List.of(KEYS)),
                query ->
                    RetrievalRequest.of(query.text(), 5)
                        .withFilter(Filter.is("kind", String.valueOf(query.context().get("kind")))))
            .retrieve(Query.builder().text("rotate").context(Map.of("kind", "news")).build());
    assertThat(found).isEmpty();
  }

  @Test
  void whatIsLessThanUnlikeIsFoundToo() {
    Embedder opposite =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            float sign = side == Side.QUERY ? 1 : -1;
            return new Embeddings(
                texts.stream().map(text -> new float[] {sign}).toList(), Usage.none());
          }

          @Override
          public int dimension() {
            return 1;
          }
        };
    SimpleVectorStore store = SimpleVectorStore.builder(SpringAi.embeddingModel(opposite)).build();
    store.add(List.of(new Document("d", "far away", Map.of())));
    assertThat(store.similaritySearch("x")).isEmpty();
    List<Hit> hits = SpringAi.storeRetriever(store, "simple").retrieve("x", 4).hits();
    assertThat(hits).singleElement().extracting(Hit::score).isEqualTo(-1.0);
  }

  @Test
  void aStoreThatTakesNoNoticeOfFiltersIsRefused() {
    VectorStoreRetriever deaf = request -> List.of(new Document("d", "secret", Map.of("t", "a")));
    RetrievalRequest request = RetrievalRequest.of("x", 1).withFilter(Filter.is("t", "b"));
    assertThatThrownBy(
            () -> SpringAi.storeRetriever(deaf, "deaf").retrieve(request, CallContext.unbounded()))
        .isInstanceOf(SpringAiException.class)
        .hasMessageStartingWith("the vector store 'deaf' takes no notice of filters");
    assertThat(
            SpringAi.filteringStoreRetriever(deaf, "deaf")
                .retrieve(request, CallContext.unbounded())
                .hits())
        .isEmpty();
  }

  @Test
  void onlyTheSafePartOfAFilterIsAsked() {
    List<SearchRequest> asked = new ArrayList<>();
    VectorStoreRetriever recording =
        request -> {
          asked.add(request);
          return List.of();
        };
    Retriever retriever = SpringAi.storeRetriever(recording, "recording");
    retriever.retrieve(
        RetrievalRequest.of("x", 3)
            .withFilter(
                Filter.in("kind", "a", "b")
                    .and(Filter.is("old", true))
                    .and(Filter.is("lang", "de").not())
                    .and(Filter.atLeast("year", 2020))),
        CallContext.unbounded());
    assertThat(String.valueOf(asked.getLast().getFilterExpression()))
        .contains("IN", "kind", "GTE", "year")
        .doesNotContain("old", "lang", "NOT");
    assertThat(asked.getLast().getSimilarityThreshold()).isEqualTo(-1);
  }

  @Test
  void aRerankerPutsDocumentsIntoItsOrder() {
    Reranker shortest =
        (query, hits, topK, context) ->
            Retrieval.ranked(
                hits.stream()
                    .map(hit -> new Hit(hit.passage(), -hit.passage().text().length(), "length"))
                    .toList(),
                topK,
                Usage.none());
    List<Document> kept =
        SpringAi.postProcessor(shortest, 2)
            .process(
                new Query("x"),
                List.of(
                    new Document("a", "long text", Map.of("k", "v")),
                    new Document("b", "short", Map.of()),
                    new Document("c", "the longest text", Map.of())));
    assertThat(kept).extracting(Document::getId).containsExactly("b", "a");
    assertThat(kept).extracting(Document::getScore).containsExactly(-5.0, -9.0);
    assertThat(kept.get(1).getMetadata()).containsEntry("k", "v");
  }

  @Test
  void anEmbedderHasNoOptions() {
    EmbeddingRequest request =
        new EmbeddingRequest(List.of("a"), EmbeddingOptions.builder().model("other").build());
    assertThatThrownBy(() -> SpringAi.embeddingModel(FakeEmbedder.of(4)).call(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'other'");
  }

  @Test
  void aCallThatHangsIsNotWaitedFor() throws Exception {
    CountDownLatch forEver = new CountDownLatch(1);
    Retriever hanging =
        SpringAi.retriever(
            query -> {
              try {
                forEver.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return List.of();
            },
            "hanging");
    assertThatThrownBy(
            () ->
                hanging.retrieve(
                    RetrievalRequest.of("x", 1), CallContext.withTimeout(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    forEver.countDown();
  }

  @Test
  void aFailureHasItsWords() {
    Retriever failing =
        SpringAi.retriever(
            query -> {
              throw new IllegalStateException("no such collection");
            },
            "failing");
    assertThatThrownBy(() -> failing.retrieve("x", 1))
        .isInstanceOf(SpringAiException.class)
        .hasMessage("the document retriever 'failing' failed: no such collection");
  }

  @Test
  void aFilterThatCannotBeHandedOnIsRefused() {
    Retriever plain = SpringAi.retriever(query -> List.of(), "plain");
    assertThatThrownBy(
            () ->
                plain.retrieve(
                    RetrievalRequest.of("x", 1).withFilter(Filter.is("a", "b")),
                    CallContext.unbounded()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes no filter");
  }
}
