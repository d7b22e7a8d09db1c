package dev.ragwright.benchmarks;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.HuggingFaceTokenCountEstimator;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.document.DocumentSource;
import java.util.List;
import java.util.stream.Stream;

/** As easy RAG does it: 300 tokens with 30 shared, all in memory. */
final class MigrateLangChain4j implements MigrateJob {
  private final EmbeddingModel model;
  private final InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();

  MigrateLangChain4j(EmbeddingModel model) {
    this.model = model;
  }

  @Override
  public int index(DocumentSource documents) {
    try (Stream<dev.ragwright.document.Document> all = documents.documents()) {
      List<Document> read =
          all.map(one -> Document.from(one.text(), Metadata.from("id", one.id()))).toList();
      EmbeddingStoreIngestor.builder()
          .documentSplitter(
              DocumentSplitters.recursive(300, 30, new HuggingFaceTokenCountEstimator()))
          .embeddingModel(model)
          .embeddingStore(store)
          .build()
          .ingest(read);
    }
    return store.size();
  }

  @Override
  public List<String> find(String question, int topK) {
    return EmbeddingStoreContentRetriever.builder()
        .embeddingStore(store)
        .embeddingModel(model)
        .maxResults(topK)
        .build()
        .retrieve(Query.from(question))
        .stream()
        .map(content -> content.textSegment().metadata().getString("id"))
        .toList();
  }
}
