package dev.ragwright.examples;

import dev.ragwright.generators.extractive.OnnxReader;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which the examples choose a reranker. */
final class RerankOptions {
  private static final RankFusion FUSION = RankFusion.reciprocalRank(60);

  @Option(
      names = "--rerank",
      paramLabel = "cross-encoder:DIR|reader:DIR|mmr",
      description =
          "Put the best documents into a new order: with a cross-encoder's folder, with an extractive"
              + " reader's (by whether they answer the query), or for diversity.")
  @Nullable String rerank;

  @Option(
      names = "--depth",
      paramLabel = "K",
      description = "How many documents to rerank; those below stay behind them. 50 unless given.")
  int depth = 50;

  @Option(
      names = "--fuse-first-stage",
      description = "Fuse the reranker's order with the one before it, by reciprocal rank.")
  boolean fuseFirstStage;

  /** Whether there is anything to rerank with. */
  boolean chosen() {
    return rerank != null;
  }

  /** How a reranker's order is fused with the one before it; null where it replaces that. */
  @Nullable RankFusion fusion() {
    return fuseFirstStage ? FUSION : null;
  }

  /** Before the long work rather than after it. */
  void check() {
    if (depth < 1) {
      throw new IllegalArgumentException("--depth must be >= 1, was " + depth);
    }
    if (rerank == null && fuseFirstStage) {
      throw new IllegalArgumentException("--fuse-first-stage needs --rerank");
    }
    if (rerank != null && !Kind.known(rerank)) {
      throw new IllegalArgumentException(
          "--rerank must be one of cross-encoder:DIR, reader:DIR and mmr, was " + rerank);
    }
  }

  /**
   * Loads the reranker that was {@link #chosen}.
   *
   * @param loaded the embedder that searches, which is not closed; null to load one if needed
   */
  Opened open(@Nullable OnnxEmbedder loaded, RetrievalOptions retrieval) {
    String[] parts = String.valueOf(rerank).split(":", 2);
    if (Kind.of(parts[0]) == Kind.CROSS_ENCODER) {
      OnnxCrossEncoder reranker = OnnxCrossEncoder.load(Path.of(parts[1]));
      return new Opened(reranker, List.of(reranker::close));
    }
    if (Kind.of(parts[0]) == Kind.READER) {
      OnnxReader reader = OnnxReader.load(Path.of(parts[1]));
      return new Opened(reader.reranker(), List.of(reader::close));
    }
    OnnxEmbedder embedder = loaded == null ? retrieval.embedder() : loaded;
    List<Runnable> owned = loaded == null ? List.of(embedder::close) : List.of();
    return new Opened(Rerankers.mmr(embedder, 0.7), owned);
  }

  private enum Kind {
    CROSS_ENCODER("cross-encoder", true),
    READER("reader", true),
    MMR("mmr", false);

    private final String word;
    private final boolean folder;

    Kind(String word, boolean folder) {
      this.word = word;
      this.folder = folder;
    }

    static boolean known(String option) {
      String[] parts = option.split(":", 2);
      for (Kind kind : values()) {
        if (kind.word.equals(parts[0]) && kind.folder == (parts.length == 2)) {
          return true;
        }
      }
      return false;
    }

    static Kind of(String word) {
      return List.of(values()).stream().filter(k -> k.word.equals(word)).findFirst().orElseThrow();
    }
  }

  /** A reranker, and what to close when done with it. */
  record Opened(Reranker reranker, List<Runnable> owned) implements AutoCloseable {
    @Override
    public void close() {
      owned.forEach(Runnable::run);
    }
  }
}
