package dev.ragwright.spring.boot;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.observe.micrometer.MeterListener;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.source.Folder;
import dev.ragwright.spring.boot.RagwrightProperties.Answering;
import dev.ragwright.spring.boot.RagwrightProperties.Bundled;
import dev.ragwright.spring.boot.RagwrightProperties.Search;
import dev.ragwright.trace.TraceListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The beans of a pipeline, by {@link RagwrightProperties}. A bean of the application's own of the
 * same type takes the place of any. Beans are closed in the order that Spring keeps to: what uses
 * the index first, the index then, which waits for running calls and commits, the models last.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnProperty(name = "ragwright.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RagwrightProperties.class)
@Import(JsonConfiguration.class)
public final class RagwrightAutoConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(RagwrightAutoConfiguration.class);

  private final RagwrightProperties settings;

  RagwrightAutoConfiguration(RagwrightProperties settings) {
    this.settings = settings;
  }

  /** Cuts at headings, to {@code ragwright.documents.passage-tokens}. */
  @Bean
  @ConditionalOnMissingBean
  Chunker ragwrightChunker() {
    return Chunkers.markdown(settings.documents().passageTokens());
  }

  /** The embedding model of {@code ragwright.embedder}, unless words alone are searched. */
  @Bean
  @ConditionalOnMissingBean
  @Conditional(VectorsAreWanted.class)
  Embedder ragwrightEmbedder() {
    String folder = settings.embedder().folder();
    if (folder != null) {
      return SettingException.using(
          "ragwright.embedder.folder",
          folder,
          "Set ragwright.embedder.folder to the folder of an embedding model in ONNX, or remove it"
              + " to use one that comes in a jar, or set ragwright.retriever=bm25 to do without.",
          () -> embedder(ModelFolder.of(Path.of(folder))));
    }
    Bundled model = settings.embedder().model();
    return SettingException.using(
        "ragwright.embedder.model",
        model.name(),
        "Add the model's jar, dev.ragwright:rag-model-bge-small-en or rag-model-minilm-l6, to the"
            + " dependencies; or set ragwright.embedder.model to the one that is there,"
            + " ragwright.embedder.folder to a folder, or ragwright.retriever=bm25.",
        () ->
            embedder(
                model == Bundled.ALL_MINILM ? ModelFolder.allMiniLm() : ModelFolder.bgeSmallEn()));
  }

  private Embedder embedder(ModelFolder folder) {
    return OnnxEmbedder.builder(folder).options(cached(OnnxOptions.builder())).build();
  }

  private OnnxOptions cached(OnnxOptions.Builder options) {
    String cache = settings.models().cacheFolder();
    String directory = settings.index().directory();
    if (cache != null) {
      options.cacheFolder(Path.of(cache));
    } else if (directory != null) {
      options.cacheFolder(Path.of(directory, "models"));
    }
    return options.build();
  }

  /** The index in {@code ragwright.index.directory}, or in memory. */
  @Bean
  @ConditionalOnMissingBean
  @Conditional(IndexIsWanted.class)
  LuceneIndex ragwrightIndex(ObjectProvider<Embedder> embedders) {
    Embedder embedder = embedders.getIfUnique();
    String language = settings.index().language();
    LuceneIndex.Builder builder =
        SettingException.using(
            "ragwright.index.language",
            language,
            "Set ragwright.index.language to a language's tag, or leave it out for English.",
            () -> LuceneIndex.builder().language(language));
    if (embedder != null) {
      builder.embedder(embedder);
    }
    String directory = settings.index().directory();
    if (directory == null) {
      return builder.open();
    }
    return SettingException.using(
        "ragwright.index.directory",
        directory,
        "Set ragwright.index.directory to the folder of an index that was made with this embedder"
            + " and in this language and is not in use, or to one that is empty, or change"
            + " ragwright.embedder or ragwright.index.language.",
        () -> builder.directory(Path.of(directory)).open());
  }

  /** Follows {@code ragwright.documents.folder}, or the application's own source. */
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty("ragwright.documents.folder")
  DocumentSource ragwrightDocuments() {
    String folder = settings.documents().folder();
    return SettingException.using(
        "ragwright.documents.folder",
        String.valueOf(folder),
        "Set ragwright.documents.folder to a folder of documents, or remove it.",
        () -> {
          Path path = Path.of(String.valueOf(folder));
          if (!Files.exists(path)) {
            throw new IllegalArgumentException("there is no " + path.toAbsolutePath());
          }
          return Folder.of(path);
        });
  }

  /** Brings the index up to date, where there is a source. */
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnBean({DocumentSource.class, LuceneIndex.class})
  DocumentSync ragwrightSync(LuceneIndex index, DocumentSource source, Chunker chunker) {
    return new DocumentSync(index, source, chunker, settings.documents().syncAtStart());
  }

  /** Searches the index as {@code ragwright.retriever} says. */
  @Bean
  @ConditionalOnMissingBean
  Retriever ragwrightRetriever(ObjectProvider<LuceneIndex> indexes) {
    LuceneIndex index = indexes.getIfUnique();
    if (index == null) {
      throw new SettingException(
          "there is nothing to search: ragwright.index.directory is not set, and there is no bean"
              + " of "
              + Retriever.class.getName(),
          "Set ragwright.index.directory to the folder of the index; or set"
              + " ragwright.documents.folder and ragwright.documents.sync-at-start=true to have one"
              + " in memory; or make a Retriever bean; or set ragwright.enabled=false.",
          null);
    }
    Search search = settings.retriever();
    return SettingException.using(
        "ragwright.retriever",
        search.name(),
        "Set ragwright.retriever=bm25, or ragwright.index.directory to an index with vectors.",
        () ->
            switch (search) {
              case BM25 -> index.bm25();
              case KNN -> index.knn();
              case HYBRID -> index.hybrid();
            });
  }

  /** The cross-encoder of {@code ragwright.reranker.folder}. */
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty("ragwright.reranker.folder")
  Reranker ragwrightReranker() {
    String folder = String.valueOf(settings.reranker().folder());
    return SettingException.using(
        "ragwright.reranker.folder",
        folder,
        "Set ragwright.reranker.folder to the folder of a cross-encoder in ONNX, or remove it to do"
            + " without.",
        () ->
            OnnxCrossEncoder.builder(ModelFolder.of(Path.of(folder)))
                .options(cached(OnnxOptions.builder()))
                .build());
  }

  /** Asks for {@code ragwright.gate.threshold} in the scores of {@code ragwright.gate.source}. */
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty("ragwright.gate.threshold")
  EvidenceGate ragwrightGate() {
    Double threshold = settings.gate().threshold();
    String source = settings.gate().source();
    if (threshold == null || source == null) {
      throw new SettingException(
          "ragwright.gate.threshold is " + threshold + ", but ragwright.gate.source is not set",
          "Set ragwright.gate.source to the name of the stage whose scores the threshold is for,"
              + " such as bm25 or cross-encoder; ThresholdCalibration tells both.",
          null);
    }
    // A number from a file promises nothing: the least that can be said.
    return EvidenceGate.scoreAtLeast(new Threshold(threshold, source, 0.99, 0.01, 0, 0));
  }

  /** What {@code ragwright.generator.type} says, or a chat model that is there. */
  @Bean
  @ConditionalOnMissingBean
  Generator ragwrightGenerator(ObjectProvider<ChatGenerators> libraries) {
    Answering type = settings.generator().type();
    String folder = settings.generator().folder();
    if (type == Answering.ONNX || (type == null && folder != null)) {
      return onnx(folder);
    }
    if (type == Answering.EXTRACTIVE) {
      return ExtractiveGenerator.create();
    }
    List<ChatGenerators> all = libraries.orderedStream().toList();
    Optional<Generator> chat = all.stream().flatMap(one -> one.generator().stream()).findFirst();
    if (chat.isEmpty() && type == Answering.CHAT_MODEL) {
      throw new SettingException(
          "ragwright.generator.type is chat-model, but there is not the one bean of a chat model;"
              + " looked for "
              + (all.isEmpty()
                  ? "none, since rag-langchain4j is not there"
                  : String.join(", ", all.stream().map(ChatGenerators::lookedFor).toList())),
          "Add rag-langchain4j, if it is not there, and make one bean of a chat model, or mark one"
              + " of several @Primary; or set ragwright.generator.type=extractive.",
          null);
    }
    return chat.orElseGet(ExtractiveGenerator::create);
  }

  private Generator onnx(@Nullable String folder) {
    String action =
        "Set ragwright.generator.folder to the folder of a language model in ONNX, or"
            + " ragwright.generator.type=extractive to do without.";
    if (folder == null) {
      throw new SettingException(
          "ragwright.generator.type is onnx, but ragwright.generator.folder is not set",
          action,
          null);
    }
    return SettingException.using(
        "ragwright.generator.folder",
        folder,
        action,
        () ->
            OnnxGenerator.builder(ModelFolder.of(Path.of(folder)))
                .options(
                    cached(
                        OnnxOptions.builder()
                            .intraOpThreads(Runtime.getRuntime().availableProcessors())))
                .build());
  }

  /** Assembles within {@code ragwright.context-budget}. */
  @Bean
  @ConditionalOnMissingBean
  ContextAssembler ragwrightAssembler() {
    ContextAssembler.Builder builder = ContextAssembler.builder();
    Integer budget = settings.contextBudget();
    return budget == null ? builder.build() : builder.budget(budget).build();
  }

  /** The pipeline of all these beans, heard by every bean that makes listeners. */
  @Bean
  @ConditionalOnMissingBean
  RagPipeline ragwrightPipeline(
      Retriever retriever,
      Generator generator,
      ContextAssembler assembler,
      ObjectProvider<Reranker> reranker,
      ObjectProvider<EvidenceGate> gate,
      ObjectProvider<TraceListener.Factory> listeners) {
    RagPipeline.Builder builder =
        RagPipeline.builder().retriever(retriever).generator(generator).context(assembler);
    int topK = settings.topK();
    int depth = Math.max(topK, settings.reranker().depth());
    builder.topK(topK);
    reranker.ifUnique(value -> builder.reranker(value, depth));
    gate.ifUnique(builder::gate);
    listeners.orderedStream().forEach(builder::listener);
    if (settings.timeout() != null) {
      builder.timeout(settings.timeout());
    }
    RagPipeline pipeline = builder.build();
    LOG.info(
        "retriever {}, generator {}; all of it at level debug",
        retriever.description().name(),
        generator.description().name());
    LOG.debug("{}", pipeline.description());
    return pipeline;
  }

  /** With Micrometer: meters of questions and stages. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Meters {
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(MeterRegistry.class)
    MeterListener ragwrightMeters(MeterRegistry registry) {
      return MeterListener.of(registry);
    }
  }

  /** With LangChain4j: its chat models answer. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({ChatModelGenerator.class, ChatModel.class})
  static class LangChain4jModels {
    @Bean
    ChatGenerators ragwrightLangChain4jGenerators(
        ObjectProvider<StreamingChatModel> streaming, ObjectProvider<ChatModel> plain) {
      return new LangChain4jGenerators(streaming, plain);
    }
  }

  /** Vectors are searched, or an embedder is set. */
  static final class VectorsAreWanted extends AnyNestedCondition {
    VectorsAreWanted() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty(
        name = "ragwright.retriever",
        havingValue = "hybrid",
        matchIfMissing = true)
    static class Hybrid {}

    @ConditionalOnProperty(name = "ragwright.retriever", havingValue = "knn")
    static class Knn {}

    @ConditionalOnProperty("ragwright.embedder.model")
    static class Model {}

    @ConditionalOnProperty("ragwright.embedder.folder")
    static class Folder {}
  }

  /** There is a place for an index, or something to put into one in memory. */
  static final class IndexIsWanted extends AnyNestedCondition {
    IndexIsWanted() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnProperty("ragwright.index.directory")
    static class Directory {}

    @ConditionalOnProperty("ragwright.documents.sync-at-start")
    static class InMemory {}
  }
}
