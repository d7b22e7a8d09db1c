package dev.ragwright.tools;

import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.rerank.LateInteraction;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which the tools choose a reranker. */
final class RerankOptions {
  private static final List<String> FORMS =
      List.of("cross-encoder:DIR", "late-interaction", "late-interaction:DIR", "mmr", "reader:DIR");
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
    if (rerank != null) {
      StageName.of("--rerank", rerank, FORMS);
    }
  }

  /**
   * Loads the reranker that was {@link #chosen}.
   *
   * @param loaded the embedder that searches, which is not closed; null to load one if needed
   */
  Opened open(@Nullable OnnxEmbedder loaded, RetrievalOptions retrieval) {
    StageName stage = StageName.of("--rerank", String.valueOf(rerank), FORMS);
    StageNames names = new StageNames();
    Supplier<OnnxEmbedder> embedder =
        () -> loaded == null ? names.closing(retrieval.embedder()) : loaded;
    Reranker reranker =
        switch (stage.name()) {
          case "late-interaction" ->
              stage.hasFolder() ? names.reranker(stage) : LateInteraction.of(embedder.get());
          case "mmr" -> Rerankers.mmr(embedder.get(), MMR_LAMBDA);
          default -> names.reranker(stage);
        };
    return new Opened(reranker, names);
  }

  /** A reranker, and what to close when done with it. */
  record Opened(Reranker reranker, StageNames names) implements AutoCloseable {
    @Override
    public void close() {
      names.close();
    }
  }
}
