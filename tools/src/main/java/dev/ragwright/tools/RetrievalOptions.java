package dev.ragwright.tools;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.index.SyncProgress;
import dev.ragwright.index.SyncReport;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.lucene.VectorSearch;
import dev.ragwright.retrievers.rerank.LateInteraction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which the tools choose a retriever. */
final class RetrievalOptions {

  /** What {@code --model} takes. */
  static final String MODELS = "bge|minilm|DIR";

  /** How to search. */
  enum Kind {
    bm25,
    dense,
    hybrid,
    tokens;

    /** Refuses what a tool makes no vectors of tokens for. */
    void requireNoTokens() {
      if (this == tokens) {
        throw new IllegalArgumentException(
            "--retriever tokens is for Search, CompareStages and ReadAnswers; use bm25, dense or"
                + " hybrid here");
      }
    }
  }

  @Option(
      names = "--retriever",
      description =
          "bm25 (words; the default), dense (vectors; the default with --store), hybrid (both, fused by"
              + " rank) or tokens (the best 200 of hybrid, in the order of the vectors of their tokens,"
              + " which the index keeps: one made for that is opened for that again).",
      paramLabel = "bm25|dense|hybrid|tokens")
  @Nullable Kind retriever;

  @Option(
      names = "--model",
      description =
          "The embedding model of dense, hybrid and tokens: bge (default), minilm, or the folder of another"
              + " with tokenizer.json and a .onnx file.",
      paramLabel = MODELS)
  String model = "bge";

  @Option(
      names = "--filter",
      paramLabel = "EXPR",
      description =
          "Find only passages whose document's metadata fits, such as: kind = manual and (year >="
              + " 2024 or not lang in (de, 'pt BR')), path startswith docs/, exists kind. The key"
              + " document means its id. A number or true or false is one unless it stands in"
              + " quotes.")
  @Nullable String filter;

  @Option(
      names = "--vectors",
      paramLabel = "WAY",
      description =
          "How vectors are searched: size (exact in segments of up to 20,000, else by a graph; the"
              + " default), exact, hnsw, or hnsw8, hnsw7, hnsw4, hnsw1: a graph at so many bits a"
              + " number, with full vectors for what it finds.")
  @Nullable VectorWay vectors;

  /** As a command line names them. */
  enum VectorWay {
    size,
    exact,
    hnsw,
    hnsw8,
    hnsw7,
    hnsw4,
    hnsw1;

    VectorSearch search() {
      return switch (this) {
        case size -> VectorSearch.bySize();
        case exact -> VectorSearch.exact();
        case hnsw -> VectorSearch.graph();
        case hnsw8, hnsw7, hnsw4, hnsw1 ->
            VectorSearch.graph(Integer.parseInt(name(), "hnsw".length(), name().length(), 10));
      };
    }
  }

  @Option(
      names = "--language",
      description =
          "The language of documents and questions as a tag of BCP 47, such as en (the default), de or"
              + " zh: it decides what is a word. Of several, such as de,en, or of all by auto, each"
              + " document's is detected. An index keeps the language that it was made with.",
      paramLabel = "TAG")
  String language = "en";

  @Option(
      names = "--index",
      description =
          "Keep the index in this folder, in a cluster of OpenSearch or Elasticsearch, or in PostgreSQL:"
              + " the next run reads only what changed. In memory without. Users and passwords of engines"
              + " come from OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD, or OPENSEARCH_API_KEY, and from"
              + " PGUSER and PGPASSWORD.",
      paramLabel = IndexPlace.ALLOWED,
      converter = IndexPlace.Converter.class)
  @Nullable IndexPlace index;

  @Mixin StoreOptions store = new StoreOptions();

  /** What is made of the model for the index: kept vectors, an adapter. */
  UnaryOperator<Embedder> vectorsBy = UnaryOperator.identity();

  /** How to search: as was asked for, or the default. */
  Kind kind() {
    if (retriever != null) {
      return retriever;
    }
    return store.chosen() ? Kind.dense : Kind.bm25;
  }

  /** Whole documents; with an embedder, windows as long as it reads, an eighth of them shared. */
  static Chunker windows(@Nullable OnnxEmbedder embedder) {
    if (embedder == null) {
      return Chunkers.whole();
    }
    int most = embedder.maxTextTokens();
    return Chunkers.fixedWindow(most, (most + 2) / 8, embedder.tokenCounter());
  }

  /**
   * Passages of at most so many tokens; with an embedder of its own, and no longer than it reads.
   */
  static Chunker passages(int tokens, @Nullable OnnxEmbedder embedder) {
    return embedder == null
        ? Chunkers.recursive(tokens, 0)
        : Chunkers.recursive(
            Math.min(tokens, embedder.maxTextTokens()), 0, embedder.tokenCounter());
  }

  /**
   * Opens the index and brings it up to date.
   *
   * @param chunking the chunker to use with the embedder, or with null where there is none
   */
  Opened open(DocumentSource documents, Function<@Nullable OnnxEmbedder, Chunker> chunking) {
    Existing opened = openIndex();
    try {
      return new Opened(opened, sync(opened.index(), documents, chunking.apply(opened.embedder())));
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Brings an index up to date, and says on the console how far it is and what was left out. */
  static SyncReport sync(PassageIndex index, DocumentSource documents, Chunker chunker) {
    try (OrderlyEnd end = new OrderlyEnd()) {
      ProgressLine progress = new ProgressLine();
      SyncReport report =
          index.sync(documents, chunker, end.context(), now -> progress.show("%s", told(now)));
      progress.end(
          "indexed %,d documents, %,d of them unchanged", report.documents(), report.unchanged());
      report
          .problems()
          .forEach(
              problem ->
                  System.err.println("problem: " + DocumentOptions.said(problem.toString())));
      return report;
    }
  }

  private static String told(SyncProgress now) {
    String of =
        now.total().isPresent()
            ? String.format(Locale.ROOT, " of %,d", now.total().getAsInt())
            : "";
    return String.format(
        Locale.ROOT,
        "read %,d%s documents, %,d unchanged; %,d passages written, %,d embedded",
        now.documents(),
        of,
        now.unchanged(),
        now.passages(),
        now.embedded());
  }

  /**
   * Opens the index that is there and leaves it as it is.
   *
   * @throws IllegalArgumentException if there is none
   */
  Existing openExisting() {
    if (index == null || (index instanceof IndexPlace.Folder at && !Files.isDirectory(at.path()))) {
      throw new IllegalArgumentException(
          index == null
              ? "--index is needed: the folder of an index, which Search --index or Ask --index makes"
              : "--index "
                  + index
                  + ": there is no index; Search --index or Ask --index makes one");
    }
    return openIndex();
  }

  /**
   * Refuses what cannot be meant of a store or a filter, before the long work.
   *
   * @throws IllegalArgumentException if it does
   */
  void checkStore() {
    if (filter != null) {
      FilterExpression.of(filter);
    }
    store.check();
    if (store.chosen() && vectors != null) {
      throw new IllegalArgumentException(
          "--vectors %s does nothing where a --store has the vectors; leave one of them out"
              .formatted(vectors));
    }
    if (store.chosen() && index instanceof IndexPlace.Engine) {
      throw new IllegalArgumentException(
          "--store does not go with --index %s, which has the vectors too; leave one of them out"
              .formatted(index));
    }
    if (store.chosen() && index == null) {
      throw new IllegalArgumentException(
          "--store needs --index DIR: the folder for the words, and for what is in the store, which no"
              + " store tells; only Search --query without --data does without");
    }
  }

  /** An index that has vectors keeps getting them, though bm25 does not search with them. */
  private Existing openIndex() {
    checkStore();
    if (kind() == Kind.bm25 && !store.chosen()) {
      PassageIndex words = open(null);
      if (!words.hasVectors()) {
        return new Existing(words, null, filtered(words.bm25()));
      }
      words.close();
    }
    OnnxEmbedder embedder = embedder();
    try {
      PassageIndex opened = open(embedder);
      return new Existing(opened, embedder, filtered(retriever(kind(), opened)));
    } catch (RuntimeException | Error e) {
      embedder.close();
      throw e;
    }
  }

  private PassageIndex open(@Nullable OnnxEmbedder embedder) {
    if (index instanceof IndexPlace.Engine place) {
      if (kind() == Kind.tokens || vectors != null) {
        throw new IllegalArgumentException(
            "%s is of an index in a folder or in memory; leave it out, or name a folder as --index"
                .formatted(vectors == null ? "--retriever tokens" : "--vectors"));
      }
      return Engines.open(
          place, PassageWords.of(language), embedder == null ? null : vectorsBy.apply(embedder));
    }
    LuceneIndex.Builder opening = opening();
    if (embedder == null) {
      return opening.open();
    }
    if (kind() == Kind.tokens) {
      opening.lateInteraction(LateInteraction.of(embedder));
    }
    return withVectors(opening, vectorsBy.apply(embedder));
  }

  /**
   * The index in this process.
   *
   * @param what needs it
   * @throws IllegalArgumentException if it is an engine's
   */
  static LuceneIndex lucene(PassageIndex opened, String what) {
    if (opened instanceof LuceneIndex index) {
      return index;
    }
    throw new IllegalArgumentException(
        "%s needs an index in a folder or in memory, and --index is %s".formatted(what, opened));
  }

  /** For documents in a language, or in several that are separated by commas. */
  static LuceneIndex.Builder analysed(LuceneIndex.Builder index, String language) {
    return language.contains(",")
        ? index.languages(language.split(",", -1))
        : index.language(language);
  }

  private LuceneIndex.Builder opening() {
    LuceneIndex.Builder opening =
        analysed(LuceneIndex.builder(), language)
            .vectors(vectors == null ? VectorSearch.bySize() : vectors.search());
    return index instanceof IndexPlace.Folder at ? opening.directory(at.path()) : opening;
  }

  /** The index, with vectors of this embedder, in the store if there is one. */
  LuceneIndex withVectors(Embedder embedder) {
    return withVectors(opening(), embedder);
  }

  private LuceneIndex withVectors(LuceneIndex.Builder opening, Embedder embedder) {
    opening.embedder(embedder);
    if (store.chosen()) {
      opening.vectorStore(store.open(embedder.dimension()));
    }
    return opening.open();
  }

  /** The embedding model that was chosen; the caller closes it. */
  OnnxEmbedder embedder() {
    return embedder(model);
  }

  /** An embedding model that comes in a jar, or that of a folder; the caller closes it. */
  static OnnxEmbedder embedder(String model) {
    return embedding(model).build();
  }

  /** As {@link #embedder(String)}, to be told how to read. */
  static OnnxEmbedder.Builder embedding(String model) {
    return OnnxEmbedder.builder(
        switch (model) {
          case "bge" -> ModelFolder.bgeSmallEn();
          case "minilm" -> ModelFolder.allMiniLm();
          default -> {
            Path folder = Path.of(model);
            if (!Files.isDirectory(folder)) {
              throw new IllegalArgumentException(
                  "--model \"%s\" is neither bge, nor minilm, nor a folder".formatted(model));
            }
            yield ModelFolder.of(folder);
          }
        });
  }

  /** What --filter accepts of a search. */
  Retriever filtered(Retriever all) {
    return filter == null ? all : all.scopedTo(FilterExpression.of(filter));
  }

  static Retriever retriever(Kind kind, PassageIndex opened) {
    return switch (kind) {
      case bm25 -> opened.bm25();
      case dense -> opened.knn();
      case hybrid -> opened.hybrid();
      case tokens -> lucene(opened, "--retriever tokens").lateInteraction();
    };
  }

  /** An index as it was found. */
  record Existing(PassageIndex index, @Nullable OnnxEmbedder embedder, Retriever retriever)
      implements AutoCloseable {
    @Override
    public void close() {
      index.close();
      if (embedder != null) {
        embedder.close();
      }
    }
  }

  /** An index that is up to date, and what that took. */
  record Opened(Existing existing, SyncReport report) implements AutoCloseable {
    PassageIndex index() {
      return existing.index();
    }

    @Nullable OnnxEmbedder embedder() {
      return existing.embedder();
    }

    Retriever retriever() {
      return existing.retriever();
    }

    @Override
    public void close() {
      existing.close();
    }
  }
}
