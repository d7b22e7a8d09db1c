package dev.ragwright.langchain4j;

import dev.langchain4j.data.document.DocumentParser;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.decision.DecisionModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.RetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.source.DocumentReader;
import dev.ragwright.store.VectorStore;
import dev.ragwright.trace.Trace;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adapters to and from LangChain4j. For chat models see {@link ChatModelGenerator}.
 *
 * <p>Whatever is adapted stays its maker's to close. What LangChain4j calls blocks until it is
 * done, without a timeout; its asynchronous calls run on virtual threads, and cancelling their
 * futures stops the stage. What of LangChain4j is called from here cannot be stopped: when a call's
 * time is up, it goes on unheard to its own timeout.
 *
 * <p>Works with langchain4j-core 1.19 to 1.23. An older one is refused at the first call with an
 * {@link IllegalStateException}, a newer one is warned of in the log.
 */
public final class LangChain4j {
  private LangChain4j() {}

  private static <T> T required(T value, String what) {
    CoreVersion.require();
    return Objects.requireNonNull(value, what);
  }

  private static String named(String name, String what) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a %s needs a name, had \"%s\"".formatted(what, name));
    }
    return name;
  }

  /**
   * The JDK's HTTP client for a model's builder, watched, so that {@link ChatModelGenerator} knows
   * how many requests the model really sent, how long the service asks to wait, which address could
   * not be reached, and what an error under a good status says, and can end an exchange that nobody
   * waits for any longer:
   *
   * <pre>{@code
   * OpenAiChatModel.builder()
   *     .httpClientBuilder(JdkHttpClient.builder().httpClientBuilder(
   *         LangChain4j.watched(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1))))
   *     .maxRetries(0)
   * }</pre>
   *
   * <p>It sends what it is given and changes nothing. Its threads are virtual, unless the builder
   * has an executor of its own: LangChain4j reads each stream on a thread that waits for it, which
   * would be one of the system's. Of replies {@code Retry-After} is read; of requests the keys in
   * headers and query, so that no failure repeats one. Over plain HTTP say {@code HTTP_1_1}, as
   * above: some local servers drop the body of a request that offers HTTP/2.
   */
  public static HttpClient.Builder watched(HttpClient.Builder builder) {
    return new WatchedHttpClient.Builder(required(builder, "builder"));
  }

  /**
   * A store that keeps its entries in LangChain4j's: in memory, Chroma, pgvector, Elasticsearch and
   * whatever else it has a client for. An entry's id there is the name-based UUID of the passage's
   * id ({@link java.util.UUID#nameUUIDFromBytes}). Its segment has the passage's text, and as
   * metadata
   *
   * <ul>
   *   <li>{@code ragwright}: all else of the passage as JSON, from which it is read back exactly,
   *       since most stores lose the types of metadata;
   *   <li>{@code ragwright_document}: the document's id;
   *   <li>the passage's metadata, to filter by: texts as they are, numbers as double, truth values
   *       as text. A key should have values of one type in all passages: some stores fail at
   *       others.
   * </ul>
   *
   * <p>Entries that other programs put in are found too. Their passages are named by their ids in
   * the store; their document is what stands under {@code document_id}, {@code file_name}, {@code
   * url} or {@code source}, the first that is there, else the entry itself; their place in it is
   * not known, so {@code start} tells their order at most, by LangChain4j's {@code index}.
   *
   * <p>Adding removes first, in requests of 256 entries; neither adding nor deleting is abandoned
   * when the call stops, since it would come behind what follows. A vector of another dimension
   * than those before it is refused. Filters are translated to conditions that mean the same in
   * every store. Some stores of LangChain4j ignore filters without a word; whoever searches must
   * check each hit again, as {@link VectorStore#search} says.
   *
   * <p>Errors are {@link dev.ragwright.store.StoreException}s. As safe to share as the store is.
   *
   * @param name the collection's, for descriptions; two collections have two names
   * @throws IllegalArgumentException if the name is blank
   */
  public static VectorStore vectorStore(EmbeddingStore<TextSegment> store, String name) {
    return new EmbeddingStoreAdapter(
        required(store, "store"), named(name, "store"), Segments.USUAL_DOCUMENT_KEYS);
  }

  /**
   * As {@link #vectorStore(EmbeddingStore, String)}, where entries of other programs have the id of
   * their document under {@code documentKey}.
   */
  public static VectorStore vectorStore(
      EmbeddingStore<TextSegment> store, String name, String documentKey) {
    return new EmbeddingStoreAdapter(
        required(store, "store"), named(name, "store"), List.of(named(documentKey, "key")));
  }

  /** As {@link #embedder(EmbeddingModel, String, int)}, with 64 texts in a call. */
  public static Embedder embedder(EmbeddingModel model, String name) {
    return embedder(model, name, 64);
  }

  /**
   * An embedder that asks an embedding model: OpenAI's, Cohere's, Ollama's and others, as their own
   * builders made them. Vectors are given the length 1 here. A model that distinguishes queries
   * from documents ({@code EmbeddingRequestParameters.INPUT_TYPE}) is told which a text is; another
   * is given the text alone. What a text that is too long for the model comes to is the model's
   * business, and not known. A text without words is not sent: its vector is all zeros.
   *
   * <p>Usage: {@link Usage#REQUESTS}, {@link Usage#EMBEDDED_TEXTS}, and {@link
   * Usage#EMBEDDED_TOKENS} where the model tells. Errors are {@link EmbeddingModelException}s.
   *
   * @param name the model's, for descriptions and price tables. An index trusts it: two models, and
   *     two versions of one, have two names
   * @param batch the most texts in a call
   * @throws IllegalArgumentException if the name is blank or {@code batch < 1}
   */
  public static Embedder embedder(EmbeddingModel model, String name, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be >= 1, was " + batch);
    }
    return new EmbeddingModelEmbedder(required(model, "model"), named(name, "model"), batch);
  }

  /**
   * An embedding model that asks an embedder. {@code embed(String)} is for a query, as
   * LangChain4j's retrievers call it; {@code embedAll} and {@code embed(TextSegment)} are for
   * documents, as its ingestors do. A request with a type is for that; without one it is for a
   * query if it has one text, else for documents. A request for a dimension or another model is
   * refused by name.
   */
  public static EmbeddingModel embeddingModel(Embedder embedder) {
    return new EmbedderEmbeddingModel(required(embedder, "embedder"));
  }

  /**
   * A content retriever that asks a retriever for its best {@code topK} passages. A content's
   * segment has the passage's text, and as metadata the passage's own and {@code passage_id},
   * {@code document_id}, {@code place} (for people, as {@link Passage#place}), {@code start},
   * {@code end}, and where there are some {@code headings} and {@code page}. The score is in its
   * {@code ContentMetadata}; {@link #passage} gives the passage.
   *
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static ContentRetriever contentRetriever(Retriever retriever, int topK) {
    RetrievalRequest any = RetrievalRequest.of("", topK); // refuses a wrong topK now
    return contentRetriever(
        retriever, query -> any.withQuery(dev.ragwright.retrieve.Query.of(query.text())));
  }

  /**
   * As {@link #contentRetriever(Retriever, int)}, with a request made for each query, such as one
   * whose filter is the asker's: {@code query.metadata()} has the chat memory's id and the
   * invocation's parameters.
   */
  public static ContentRetriever contentRetriever(
      Retriever retriever, Function<dev.langchain4j.rag.query.Query, RetrievalRequest> request) {
    return new RetrieverContentRetriever(
        required(retriever, "retriever"), Objects.requireNonNull(request, "request"));
  }

  /**
   * A retriever that asks a content retriever. The scores are the contents' reranked ones, or else
   * their scores; if one has none, all are 1 / rank. Passages are what {@link #passage} makes of
   * the contents. How many are found is the content retriever's setting; the best {@code topK} are
   * taken. A filter is refused with an {@link IllegalArgumentException}, since none can be handed
   * on: see {@link #filteringRetriever}.
   *
   * <p>Errors are {@link ContentRetrieverException}s.
   *
   * @param name for descriptions, and the source of the scores
   * @throws IllegalArgumentException if the name is blank
   */
  public static Retriever retriever(ContentRetriever retriever, String name) {
    return new ContentRetrieverRetriever(
        required(retriever, "retriever"), named(name, "retriever"), false);
  }

  /**
   * As {@link #retriever}, but a filter is checked on what was found: fewer than {@code topK} may
   * be left, and none where the content retriever's own limit is reached by others.
   */
  public static Retriever filteringRetriever(ContentRetriever retriever, String name) {
    return new ContentRetrieverRetriever(
        required(retriever, "retriever"), named(name, "retriever"), true);
  }

  /**
   * The way of a question up to the context, for an AI Service whose own model then answers: the
   * user's message becomes the usual prompt ({@link PromptTemplate#grounded}) with the documents,
   * and the contents are what is to be read, in the order of their numbers in the prompt. {@link
   * #cited} makes citations of the numbers in the model's answer, and {@link #trace} has what the
   * stages did; so have the pipeline's listeners.
   *
   * <p>Where the pipeline would abstain, the prompt has no documents, so that the model is asked to
   * decline; it is never asked without the prompt. The pipeline's generator is not asked; only its
   * tokens are counted.
   */
  public static RetrievalAugmentor retrievalAugmentor(RagPipeline pipeline) {
    required(pipeline, "pipeline");
    return retrievalAugmentor(request -> pipeline, PromptTemplate.grounded());
  }

  /**
   * As {@link #retrievalAugmentor(RagPipeline)}, with a pipeline for each request, such as one
   * whose filter is the asker's, and a prompt. The prompt's messages are joined to one.
   */
  public static RetrievalAugmentor retrievalAugmentor(
      Function<AugmentationRequest, RagPipeline> pipelines, PromptTemplate prompt) {
    return new PipelineAugmentor(
        required(pipelines, "pipelines"), Objects.requireNonNull(prompt, "prompt"));
  }

  /**
   * The conversation that a {@code ChatMemory} holds: its {@code messages()}, or in an augmentor
   * those of the request:
   *
   * <pre>{@code
   * LangChain4j.retrievalAugmentor(
   *     request -> rag.in(LangChain4j.conversation(
   *         Condenser.english(), request.metadata().chatMemory())),
   *     PromptTemplate.grounded())
   * }</pre>
   *
   * <p>A turn is a user's message with text and the model's last text before the next one; where
   * there is none, as for the question that is being asked, there is no turn. What a memory keeps
   * of a question is taken for the question, so an AI Service has to be built with {@code
   * storeRetrievedContentInChatMemory(false)}: else its memory keeps the prompt with the documents.
   * Every question is taken to have stood alone, since a memory does not say what was searched for;
   * the memory, not the conversation, decides how many turns there are, of which the last 20 count.
   *
   * @param messages the oldest first; null, as of a service without memory, is none
   */
  public static Conversation conversation(
      Condenser condenser, @Nullable List<ChatMessage> messages) {
    return Memory.conversation(
        required(condenser, "condenser"), messages == null ? List.of() : messages);
  }

  /**
   * The passage of a content. Of one that was made here, the passage itself; else what the segment
   * and its metadata tell, as {@link #vectorStore} says, under the content's embedding id or,
   * without one, an id made of the text.
   */
  public static Passage passage(Content content) {
    return content instanceof PassageContent made ? made.passage() : Contents.passage(content);
  }

  /**
   * What a model's answer comes to, after a {@link #retrievalAugmentor} made its prompt: its text
   * without markers such as {@code [1]}, with a citation for each, or an abstention where it
   * declined. Without sources, the words to decline with are those of {@link
   * PromptTemplate#grounded}.
   *
   * @param answer as the model wrote it
   * @param sources as the AI Service's result has them, none left out
   */
  public static Generation cited(String answer, List<Content> sources) {
    Optional<PassageContent.Reading> reading = Contents.reading(sources);
    return CitedText.read(
        answer,
        reading.map(PassageContent.Reading::context).orElse(new Context(List.of(), 0, List.of())),
        reading.map(PassageContent.Reading::prompt).orElse(PromptTemplate.grounded()),
        FinishReason.OTHER,
        Usage.unknown());
  }

  /**
   * What the stages did that found these contents; empty if no {@link #retrievalAugmentor} did, or
   * if there are none.
   */
  public static Optional<Trace> trace(List<Content> sources) {
    return Contents.reading(sources).map(PassageContent.Reading::trace);
  }

  /**
   * A reranker that asks a scoring model: Cohere's, Jina's, Voyage's and others, as their own
   * builders made them. Reads {@link Passage#searchText}. One call for all hits; the model's own
   * settings say in what batches. A passage without words is not sent, and stands last with a score
   * of minus infinity.
   *
   * <p>Usage: {@link Usage#REQUESTS}, and {@link Usage#INPUT_TOKENS} where the model tells.
   *
   * <p>Throws {@link ScoringModelException} when the model fails, or returns something else than a
   * number for each passage.
   *
   * @param name the model's, for descriptions and price tables; it is {@link
   *     StageDescription#MODEL} since a scoring model does not tell its own
   * @throws IllegalArgumentException if the name is blank
   */
  public static Reranker reranker(ScoringModel model, String name) {
    return new ScoringModelReranker(required(model, "model"), named(name, "model"));
  }

  /**
   * A scoring model that asks a reranker. The scores are those of its hits, in the order of the
   * segments; the segments' metadata is not looked at. Throws {@link ScoringModelException} when
   * the reranker leaves a segment out, as a threshold or a diversity reranker may: it has no score
   * then.
   */
  public static ScoringModel scoringModel(Reranker reranker) {
    return new RerankerScoringModel(required(reranker, "reranker"));
  }

  /**
   * A chat model that runs in this process. A request's temperature, topP, topK, penalties, most
   * tokens and stop sequences take the place of the defaults; a JSON schema as response format is
   * enforced. What cannot be honoured is refused by name with an {@code
   * UnsupportedFeatureException}: tools, pictures, JSON without a schema, another model's name.
   *
   * <p>Needs {@code rag-generators}, which this module does not bring.
   *
   * @param defaults for what a request does not say
   */
  public static ChatModel chatModel(OnnxChatModel model, DecodingOptions defaults) {
    return new LocalChatModel(local(model, defaults));
  }

  /**
   * As {@link #chatModel}, with the text piece by piece. A handler is called on a thread of the
   * call's own, and may end the call by the handle that comes with each piece.
   */
  public static StreamingChatModel streamingChatModel(
      OnnxChatModel model, DecodingOptions defaults) {
    return new LocalStreamingChatModel(local(model, defaults));
  }

  private static LocalChat local(OnnxChatModel model, DecodingOptions defaults) {
    return new LocalChat(required(model, "model"), Objects.requireNonNull(defaults, "defaults"));
  }

  /**
   * A decision model by a decoder: an option's probability is that of its name as the model's
   * reply, as a share of all options'. Names that begin alike, or are long, are at a disadvantage.
   * What it is worth depends on the model: measure it on judged cases before anything rests on it.
   * One of 135 million parameters is no judge.
   *
   * <p>Needs langchain4j-core 1.23, as all decision models do, and {@code rag-generators}.
   */
  public static DecisionModel decisionsByLikelihood(OnnxChatModel model) {
    return Decisions.of(OptionJudge.likelihood(required(model, "model")), model.name());
  }

  /**
   * A decision model by entailment: how likely the input says what an option claims, which is its
   * description, or else the question and the option's name. Of a yes-or-no question without
   * descriptions the question's text itself is the claim, so it should be a statement; its
   * probability is the entailment's own.
   *
   * @param name the model's
   * @throws IllegalArgumentException if the name is blank
   */
  public static DecisionModel decisionsByEntailment(Entailment entailment, String name) {
    return Decisions.of(
        OptionJudge.entailment(required(entailment, "entailment")), named(name, "model"));
  }

  /**
   * A decision model by a reranker whose scores are logits, as a cross-encoder's are: yes is as
   * likely as the logistic function of the input's score for the question; of several options each
   * is weighed by the input's score for its description, or else the question and its name.
   *
   * @param name the model's
   * @throws IllegalArgumentException if the name is blank
   */
  public static DecisionModel decisionsByRelevance(Reranker reranker, String name) {
    return Decisions.of(
        OptionJudge.relevance(required(reranker, "reranker")), named(name, "model"));
  }

  /**
   * A reader of files that a parser of LangChain4j reads. Its documents have the parser's metadata,
   * and no places in their file: pages and cells are not known. A parser that fails is a {@link
   * dev.ragwright.document.DocumentReadException}.
   *
   * <p>Needs {@code rag-sources}, which this module does not bring.
   *
   * @param name a word for the documents' metadata, such as {@code tika}
   * @param version to be raised whenever the same bytes may give another text
   * @param endings the ends of names of the files that it reads, in small letters, such as {@code
   *     .rtf}
   * @throws IllegalArgumentException if the name is blank
   */
  public static DocumentReader documentReader(
      DocumentParser parser, String name, int version, List<String> endings) {
    return ParserReader.of(
        required(parser, "parser"), named(name, "reader"), version, List.copyOf(endings));
  }
}
