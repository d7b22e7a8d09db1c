package dev.ragwright.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.FakeRetriever;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.rag.advisor.RetrievalAugmentationAdvisor;
import org.springframework.ai.rag.retrieval.search.VectorStoreDocumentRetriever;
import org.springframework.ai.transformer.splitter.TokenTextSplitter;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;

/** The code of docs/from-spring-ai.md. */
class FromSpringAiTest {
  private final FakeEmbedder embedder = FakeEmbedder.of(64);

  /** Answers with what it was told, so that a test sees what reached it. */
  private final ChatModel chatModel =
      prompt ->
          new ChatResponse(List.of(new Generation(new AssistantMessage(prompt.getContents()))));

  private VectorStore filled() {
    EmbeddingModel embeddingModel = SpringAi.embeddingModel(embedder);
    VectorStore vectorStore = SimpleVectorStore.builder(embeddingModel).build();
    List<Document> documents =
        List.of(
            new Document("Rotate the signing key every year.", Map.of("kind", "manual")),
            new Document("Beavers build dams of wood and mud.", Map.of("kind", "book")));
    vectorStore.add(TokenTextSplitter.builder().build().apply(documents));
    return vectorStore;
  }

  @Test
  void search() {
    VectorStore vectorStore = filled();
    List<Document> found =
        vectorStore.similaritySearch(
            SearchRequest.builder()
                .query("rotate the signing key")
                .topK(5)
                .filterExpression("kind == 'manual'")
                .build());
    assertThat(found).hasSize(1);
  }

  @Test
  void ask() {
    VectorStore vectorStore = filled();
    String answer =
        ChatClient.builder(chatModel)
            .build()
            .prompt()
            .advisors(
                RetrievalAugmentationAdvisor.builder()
                    .documentRetriever(
                        VectorStoreDocumentRetriever.builder().vectorStore(vectorStore).build())
                    .build())
            .user("How often do I rotate the signing key?")
            .call()
            .content();
    assertThat(answer).contains("every year");
  }

  @Test
  void oursWithinTheirs() {
    Retriever retriever = FakeRetriever.of("Rotate the signing key every year.");
    RetrievalAugmentationAdvisor advisor =
        RetrievalAugmentationAdvisor.builder()
            .documentRetriever(SpringAi.documentRetriever(retriever, 50))
            .documentPostProcessors(SpringAi.postProcessor(Rerankers.embedding(embedder), 8))
            .build();
    String answer =
        ChatClient.builder(chatModel)
            .build()
            .prompt()
            .advisors(advisor)
            .user("How often do I rotate the signing key?")
            .call()
            .content();
    assertThat(answer).contains("every year");
  }

  @Test
  void theirsWithinOurs() {
    VectorStore vectorStore = filled();
    Retriever retriever = SpringAi.storeRetriever(vectorStore, "simple over fake-64");
    List<Hit> hits = retriever.retrieve("rotate the signing key", 5).hits();
    assertThat(hits.getFirst().passage().text()).startsWith("Rotate");
  }
}
