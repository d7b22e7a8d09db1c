package dev.ragwright.examples;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;

/**
 * Keeps an index's vectors in a store of LangChain4j, and hands its search to LangChain4j as a
 * content retriever.
 *
 * <p>{@code mvn -q -Pexample -Dexample=InsideLangChain4j}
 */
public final class InsideLangChain4j {
  private static final String MANUAL =
      "# E-4711\n\nThe door is open: close it.\n\n# E-4712\n\nThe filter is full: empty it.\n\n"
          + "# E-4713\n\nThe water is too hot: let it cool.\n";

  private InsideLangChain4j() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    EmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>(); // or pgvector's, Chroma's
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
        LuceneIndex index =
            LuceneIndex.builder()
                .embedder(embedder)
                .vectorStore(LangChain4j.vectorStore(store, "manual"))
                .open()) {
      index.addAll(Chunkers.markdown(20).chunk(Document.of("manual.md", MANUAL)));

      // By words and by vectors, for any augmentor or AI Service of LangChain4j.
      ContentRetriever ours = LangChain4j.contentRetriever(index.hybrid(), 1);
      // What else reads the store finds the same entries, by vectors alone.
      ContentRetriever theirs =
          EmbeddingStoreContentRetriever.builder()
              .embeddingStore(store)
              .embeddingModel(LangChain4j.embeddingModel(embedder))
              .maxResults(1)
              .build();
      for (ContentRetriever retriever : new ContentRetriever[] {ours, theirs}) {
        for (Content content : retriever.retrieve(Query.from("What does E-4712 mean?"))) {
          System.out.println(
              LangChain4j.passage(content).place() + "\n  " + content.textSegment().text().strip());
        }
      }
    }
  }
}
