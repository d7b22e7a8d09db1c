package dev.ragwright.spring.ai;

import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.Objects;
import java.util.function.Function;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;
import org.springframework.ai.rag.retrieval.search.DocumentRetriever;
import org.springframework.ai.vectorstore.VectorStoreRetriever;

/**
 * Adapters to and from Spring AI. What they wrap stays its maker's to close, and they are as safe
 * to share as it is.
 *
 * <p>A call of Spring AI's cannot be ended: when its time is up or it is cancelled, the wait ends
 * at once and the call goes on unheard to its own timeout. What it throws is in a {@link
 * SpringAiException}. Names are for descriptions, and their user vouches for them: another model or
 * store gets another name.
 */
public final class SpringAi {
  private SpringAi() {}

  /**
   * Searches a vector store, which embeds the query by its own model. Scores are the store's, with
   * {@code name} as their source; of those documents that have none, {@code 1 / rank} with the
   * source {@code name/rank}.
   *
   * <p>The store is asked for everything from a similarity of -1 up, not from Spring AI's 0. A
   * filter means what {@link Filter#test} says: the store is asked for the part of it that means
   * the same in every store, each document that comes back is tested, and where too few pass, twice
   * as many are asked for, up to 10,000. Before the first search with a filter the store is asked
   * for what no document has, and refused if it answers.
   *
   * @param name of the store and its model
   * @see #filteringStoreRetriever
   */
  public static Retriever storeRetriever(VectorStoreRetriever store, String name) {
    return new VectorStoreSearch(store, named(name), true);
  }

  /**
   * As {@link #storeRetriever}, but the store is never asked with a filter: for one that takes no
   * notice of filters, or fails on some. It reads as much as it takes to find enough that pass.
   */
  public static Retriever filteringStoreRetriever(VectorStoreRetriever store, String name) {
    return new VectorStoreSearch(store, named(name), false);
  }

  /**
   * Asks a retriever of Spring AI, which chooses by itself how many documents it returns. Refuses a
   * filter by {@link IllegalArgumentException}, since it could not be handed on.
   *
   * @see #filteringRetriever
   */
  public static Retriever retriever(DocumentRetriever retriever, String name) {
    return new DocumentSearch(Objects.requireNonNull(retriever, "retriever"), named(name), false);
  }

  /**
   * As {@link #retriever}, but a filter is tested on what is found; there may be more that pass,
   * which it did not return.
   */
  public static Retriever filteringRetriever(DocumentRetriever retriever, String name) {
    return new DocumentSearch(Objects.requireNonNull(retriever, "retriever"), named(name), true);
  }

  /**
   * A retriever of Spring AI, for its {@code RetrievalAugmentationAdvisor}, that asks this one.
   * Each document is as {@link #document} has it, with its score.
   *
   * @param topK how many documents it returns at most
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static DocumentRetriever documentRetriever(Retriever retriever, int topK) {
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be >= 1, was " + topK);
    }
    return documentRetriever(retriever, query -> RetrievalRequest.of(query.text(), topK));
  }

  /**
   * As {@link #documentRetriever(Retriever, int)}, asked for what {@code request} makes of a query:
   * its text, and perhaps a filter out of its context.
   */
  public static DocumentRetriever documentRetriever(
      Retriever retriever, Function<Query, RetrievalRequest> request) {
    return new RetrieverDocuments(
        Objects.requireNonNull(retriever, "retriever"), Objects.requireNonNull(request, "request"));
  }

  /**
   * A post-processor of Spring AI that puts documents into the reranker's order and keeps the best.
   * Documents are those that came, with the reranker's scores.
   *
   * @param topK how many it keeps at most
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static DocumentPostProcessor postProcessor(Reranker reranker, int topK) {
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be >= 1, was " + topK);
    }
    return new RerankerPostProcessor(Objects.requireNonNull(reranker, "reranker"), topK);
  }

  /**
   * An embedder that asks an embedding model. Its vectors are made of length 1. A text without
   * words is not sent, and has zeros. Spring AI tells models no sides, so queries and passages are
   * embedded alike.
   *
   * <p>Usage: {@link Usage#REQUESTS}, {@link Usage#EMBEDDED_TEXTS}, and {@link
   * Usage#EMBEDDED_TOKENS} where the model tells more than 0, which in Spring AI may mean that
   * nobody knows.
   *
   * @param name the model's, {@link StageDescription#MODEL}: an index refuses another one's vectors
   *     by it
   */
  public static Embedder embedder(EmbeddingModel model, String name) {
    return new EmbeddingModelEmbedder(Objects.requireNonNull(model, "model"), named(name));
  }

  /**
   * An embedding model that asks an embedder: a single text ({@code embed(String)}), which is how
   * Spring AI's stores embed a query, as a query, all else as passages. Options are refused, since
   * an embedder has none.
   */
  public static EmbeddingModel embeddingModel(Embedder embedder) {
    return new EmbedderEmbeddingModel(Objects.requireNonNull(embedder, "embedder"));
  }

  /**
   * A passage as a document of Spring AI, under the passage's id: its text, its metadata, and
   * {@code passage_id}, {@code document_id}, {@code place}, {@code start}, {@code end} and, where
   * there are some, {@code headings}, joined by {@code " › "}.
   */
  public static Document document(Passage passage) {
    return Documents.of(passage).build();
  }

  /**
   * The passage of a document: the one that {@link #document} was made of, but for its places
   * within a file. Of another program's document, a passage that covers it, under its id; metadata
   * that {@link dev.ragwright.document.Metadata} cannot hold are there as texts.
   *
   * @throws IllegalArgumentException if the document is not a text
   */
  public static Passage passage(Document document) {
    return Documents.passage(document);
  }

  private static String named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a name is needed, was \"" + name + "\"");
    }
    return name;
  }
}
