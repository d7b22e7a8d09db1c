package dev.ragwright.examples;

import dev.ragwright.generators.extractive.OnnxReader;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which the examples choose a reranker. */
final class RerankOptions {
  private static final double MMR_LAMBDA = 0.7;
  private static final RankFusion FUSION = RankFusion.reciprocalRank(60);

  @Option(
      names = "--rerank",
      paramLabel = "cross-encoder:DIR|late-interaction[:DIR]|mmr|reader:DIR",
      description =
          "Put the best documents into a new order: by a cross-encoder, by the token vectors of a"
              + " ColBERT model or of --model, by (mmr, for diversity) the vectors of --model, or by"
              + " how well a reader can answer from them.")
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
    if (rerank != null && Kind.of(rerank).isEmpty()) {
      throw new IllegalArgumentException(
          "--rerank must be cross-encoder:DIR, late-interaction, late-interaction:DIR, mmr or"
              + " reader:DIR, was "
              + rerank);
    }
  }

  /**
   * Loads the reranker that was {@link #chosen}.
   *
   * @param loaded the embedder that searches, which is not closed; null to load one if needed
   */
  Opened open(@Nullable OnnxEmbedder loaded, RetrievalOptions retrieval) {
    String[] parts = String.valueOf(rerank).split(":", 2);
    return switch (Kind.of(String.valueOf(rerank)).orElseThrow()) {
      case CROSS_ENCODER -> {
        OnnxCrossEncoder reranker = OnnxCrossEncoder.load(Path.of(parts[1]));
        yield new Opened(reranker, List.of(reranker::close));
      }
      case READER -> {
        OnnxReader reader = OnnxReader.load(Path.of(parts[1]));
        yield new Opened(reader.reranker(), List.of(reader::close));
      }
      case COLBERT -> {
        LateInteraction reranker = LateInteraction.load(Path.of(parts[1]));
        yield new Opened(reranker, List.of(reranker::close));
      }
      case LATE_INTERACTION -> withEmbedder(loaded, retrieval, LateInteraction::of);
      case MMR -> withEmbedder(loaded, retrieval, embedder -> Rerankers.mmr(embedder, MMR_LAMBDA));
    };
  }

  private static Opened withEmbedder(
      @Nullable OnnxEmbedder loaded,
      RetrievalOptions retrieval,
      Function<OnnxEmbedder, Reranker> reranker) {
    OnnxEmbedder embedder = loaded == null ? retrieval.embedder() : loaded;
    return new Opened(
        reranker.apply(embedder), loaded == null ? List.of(embedder::close) : List.of());
  }

  private enum Kind {
    CROSS_ENCODER("cross-encoder", true),
    COLBERT("late-interaction", true),
    LATE_INTERACTION("late-interaction", false),
    READER("reader", true),
    MMR("mmr", false);

    private final String word;
    private final boolean folder;

    Kind(String word, boolean folder) {
      this.word = word;
      this.folder = folder;
    }

    static Optional<Kind> of(String option) {
      String[] parts = option.split(":", 2);
      return Stream.of(values())
          .filter(kind -> kind.word.equals(parts[0]) && kind.folder == (parts.length == 2))
          .findFirst();
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
