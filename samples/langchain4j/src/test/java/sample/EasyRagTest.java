package sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.loader.FileSystemDocumentLoader;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrieve.Hit;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** An application that has Easy RAG already keeps it, and its embedding model, beside ours. */
class EasyRagTest {
  private static final Path DOCUMENTS = Path.of("../documents");
  private static final String QUESTION = "How often do I rotate the signing key?";

  @Test
  void easyRagFindsTheOneModelThatItBrought() {
    List<String> factories =
        ServiceLoader.load(EmbeddingModelFactory.class).stream()
            .map(factory -> factory.type().getSimpleName())
            .toList();
    assertEquals(List.of("BgeSmallEnV15QuantizedEmbeddingModelFactory"), factories);

    List<Document> documents = FileSystemDocumentLoader.loadDocuments(DOCUMENTS);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    EmbeddingStoreIngestor.ingest(documents, store);
    ContentRetriever theirs = EmbeddingStoreContentRetriever.from(store);

    try (Manual manual = new Manual(DOCUMENTS, new Quoting())) {
      Hit ours = manual.retriever().retrieve(QUESTION, 1).hits().getFirst();
      Hit easy = LangChain4j.retriever(theirs, "easy-rag").retrieve(QUESTION, 1).hits().getFirst();
      assertEquals("keys.md", ours.passage().documentId());
      assertEquals("keys.md", easy.passage().documentId());
      assertTrue(easy.passage().text().contains("Rotate the signing key every year."));
    }
  }
}
