package dev.ragwright.spring.boot;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings below {@code ragwright.}; one that is not among them ends the start, and the nearest
 * is named. Folders are paths of the operating system, those that are not absolute below the
 * working directory; nothing is looked for on the class path.
 *
 * @param enabled Whether there are any beans of Ragwright.
 * @param index The index.
 * @param documents What is in the index.
 * @param embedder What makes vectors.
 * @param models Local models.
 * @param retriever How passages are found.
 * @param reranker What puts them into a better order.
 * @param gate Whether they are evidence enough.
 * @param generator What answers.
 * @param health The health of retrieval.
 * @param topK The most passages that reach the generator.
 * @param contextBudget The most tokens of passages that reach the generator, in its own tokens; not
 *     bounded unless set.
 * @param timeout The most time for a question; not bounded unless set.
 */
@ConfigurationProperties(value = "ragwright", ignoreUnknownFields = false)
public record RagwrightProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Index index,
    @DefaultValue Documents documents,
    @DefaultValue Embedder embedder,
    @DefaultValue Models models,
    @DefaultValue("hybrid") Search retriever,
    @DefaultValue Reranker reranker,
    @DefaultValue Gate gate,
    @DefaultValue Generator generator,
    @DefaultValue Health health,
    @DefaultValue("8") int topK,
    @Nullable Integer contextBudget,
    @Nullable Duration timeout) {

  /** How passages are found. */
  public enum Search {
    /** By their words. */
    BM25,
    /** By their vectors. */
    KNN,
    /** By both. */
    HYBRID
  }

  /** The embedding models that come in jars. */
  public enum Bundled {
    /** bge-small-en-v1.5. */
    BGE_SMALL_EN,
    /** all-MiniLM-L6-v2. */
    ALL_MINILM
  }

  /** What answers. */
  public enum Answering {
    /** Sentences of the passages, word for word. */
    EXTRACTIVE,
    /** A local language model. */
    ONNX,
    /** The application's chat model. */
    CHAT_MODEL
  }

  /**
   * The index.
   *
   * @param directory Where the index is kept; made if need be. In memory if not set, which takes
   *     documents that are synced at start.
   * @param language The language of documents and questions as a tag of BCP 47, such as de or
   *     pt-BR; it decides what is a word. An index keeps the language it was made with.
   */
  public record Index(@Nullable String directory, @DefaultValue("en") String language) {}

  /**
   * What is in the index.
   *
   * @param folder The folder of documents that the index follows.
   * @param syncAtStart Whether the index is brought up to date before requests are taken.
   * @param passageTokens The most tokens of a passage.
   */
  public record Documents(
      @Nullable String folder,
      @DefaultValue("false") boolean syncAtStart,
      @DefaultValue("300") int passageTokens) {}

  /**
   * What makes vectors.
   *
   * @param model Which of the models that come in jars; all-minilm takes rag-model-minilm-l6.
   * @param folder The folder of a model in ONNX, in place of one that comes in a jar.
   */
  public record Embedder(@DefaultValue("bge-small-en") Bundled model, @Nullable String folder) {}

  /**
   * Local models.
   *
   * @param cacheFolder Where what makes the next start faster is kept; below the index directory,
   *     if there is one, unless set.
   */
  public record Models(@Nullable String cacheFolder) {}

  /**
   * What puts passages into a better order.
   *
   * @param folder The folder of a cross-encoder in ONNX; no reranker unless set.
   * @param depth How many passages it reads.
   */
  public record Reranker(@Nullable String folder, @DefaultValue("50") int depth) {}

  /**
   * Whether the passages are evidence enough.
   *
   * @param threshold The least score of the first passage; no gate unless set.
   * @param source Whose scores the threshold is for, such as bm25 or cross-encoder.
   */
  public record Gate(@Nullable Double threshold, @Nullable String source) {}

  /**
   * What answers.
   *
   * @param type What kind of generator; a chat model where the application has the one, else
   *     extractive, unless set.
   * @param folder The folder of a local language model in ONNX.
   */
  public record Generator(@Nullable Answering type, @Nullable String folder) {}

  /**
   * The health of retrieval.
   *
   * @param checkEvery How long a report of the application's RetrievalHealth bean is told before it
   *     checks again.
   */
  public record Health(@DefaultValue("1h") Duration checkEvery) {}
}
