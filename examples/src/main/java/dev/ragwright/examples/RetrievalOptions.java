package dev.ragwright.examples;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.SyncReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which the examples choose a retriever. */
final class RetrievalOptions {

  /** How to search. */
  enum Kind {
    bm25,
    dense,
    hybrid
  }

  /** The embedding models that come in jars. */
  enum Model {
    bge,
    minilm
  }

  @Option(
      names = "--retriever",
      description =
          "bm25 (words; the default of Ask), dense (vectors) or hybrid (both, fused by rank).",
      paramLabel = "bm25|dense|hybrid")
  Kind retriever = Kind.bm25;

  @Option(
      names = "--model",
      description = "The embedding model of dense and hybrid: bge (default) or minilm.",
      paramLabel = "bge|minilm")
  Model model = Model.bge;

  @Option(
      names = "--index",
      description =
          "Keep the index in this folder: the next run reads only what changed. In memory without.",
      paramLabel = "DIR")
  @Nullable Path index;

  /**
   * Opens the index and brings it up to date.
   *
   * @param chunking the chunker to use with the embedder, or with null where there is none
   */
  Opened open(DocumentSource documents, Function<@Nullable OnnxEmbedder, Chunker> chunking) {
    OnnxEmbedder embedder = needsEmbedder() ? embedder() : null;
    try {
      Chunker chunker = chunking.apply(embedder);
      LuceneIndex opened = openIndex(embedder);
      try {
        ProgressLine progress = new ProgressLine();
        SyncReport report =
            opened.sync(
                documents,
                chunker,
                CallContext.unbounded(),
                done ->
                    progress.show(
                        "indexed %,d documents, %,d of them unchanged",
                        done.documents(), done.unchanged()));
        report.problems().forEach(problem -> System.err.println("left out: " + problem));
        return new Opened(opened, embedder, report, retriever(opened));
      } catch (RuntimeException | Error e) {
        opened.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      if (embedder != null) {
        embedder.close();
      }
      throw e;
    }
  }

  /**
   * Opens the index that is there and leaves it as it is.
   *
   * @throws IllegalArgumentException if there is none
   */
  Existing openExisting() {
    if (index == null || !Files.isDirectory(index)) {
      throw new IllegalArgumentException(
          "--index " + index + ": there is no index; Search --index or Ask --index makes one");
    }
    OnnxEmbedder embedder = needsEmbedder() ? embedder() : null;
    try {
      LuceneIndex opened = openIndex(embedder);
      return new Existing(opened, embedder, retriever(opened));
    } catch (RuntimeException | Error e) {
      if (embedder != null) {
        embedder.close();
      }
      throw e;
    }
  }

  /** An index as it was found. */
  record Existing(LuceneIndex index, @Nullable OnnxEmbedder embedder, Retriever retriever)
      implements AutoCloseable {
    @Override
    public void close() {
      index.close();
      if (embedder != null) {
        embedder.close();
      }
    }
  }

  /** An index that has vectors keeps getting them, though bm25 does not search with them. */
  private boolean needsEmbedder() {
    if (retriever != Kind.bm25) {
      return true;
    }
    if (index == null || !Files.exists(index)) {
      return false;
    }
    try (LuceneIndex opened = LuceneIndex.open(index)) {
      return opened.hasVectors();
    }
  }

  /** The embedding model that was chosen; the caller closes it. */
  OnnxEmbedder embedder() {
    return switch (model) {
      case bge -> OnnxEmbedder.bgeSmallEn();
      case minilm -> OnnxEmbedder.allMiniLm();
    };
  }

  private LuceneIndex openIndex(@Nullable OnnxEmbedder embedder) {
    if (index == null) {
      return embedder == null ? LuceneIndex.inMemory() : LuceneIndex.inMemory(embedder);
    }
    return embedder == null ? LuceneIndex.open(index) : LuceneIndex.open(index, embedder);
  }

  private Retriever retriever(LuceneIndex opened) {
    return switch (retriever) {
      case bm25 -> opened.bm25();
      case dense -> opened.knn();
      case hybrid -> opened.hybrid();
    };
  }

  /** An index that is up to date, and what it took. */
  record Opened(
      LuceneIndex index, @Nullable OnnxEmbedder embedder, SyncReport report, Retriever retriever)
      implements AutoCloseable {
    @Override
    public void close() {
      index.close();
      if (embedder != null) {
        embedder.close();
      }
    }
  }
}
