package dev.ragwright.tools;

import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.learn.AdapterLearning;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Retrievers that learn from a set's questions, as levels of an experiment. It has an index in
 * memory for each adapter that was learnt, open until it is closed.
 */
final class LearntRetrievers implements AutoCloseable {

  /** As a command line names them, and as the levels are called. */
  enum What {
    fusion,
    ranker,
    adapter
  }

  private final EvalSet set;
  private final PassageIndex index;
  private final FusionLearning fusions;
  private final List<Passage> passages;
  private final Embedder embedder;
  private final long seed;
  private final Function<Embedder, PassageIndex> indexed;
  private final List<PassageIndex> made = new ArrayList<>();
  private final Map<String, BiConsumer<CorpusSketch, Path>> learntFromAll = new LinkedHashMap<>();

  /**
   * @param passages all that the index has, those of a document one behind the other
   * @param embedder whose vectors the index has; an adapter's learning embeds all passages by it
   * @param seed of what an adapter's learning draws
   * @param indexed the same documents in a new index, with vectors of an embedder
   */
  LearntRetrievers(
      EvalSet set,
      PassageIndex index,
      List<Passage> passages,
      Embedder embedder,
      long seed,
      Function<Embedder, PassageIndex> indexed) {
    this.set = set;
    this.index = index;
    this.fusions = FusionLearning.over(HybridOptions.DEPTH, index.bm25(), index.knn());
    this.passages = passages;
    this.embedder = embedder;
    this.seed = seed;
    this.indexed = indexed;
  }

  Learner<Retriever> learner(What what) {
    return switch (what) {
      case fusion -> fused(fusions.weights());
      case ranker -> fused(fusions.ranker());
      case adapter ->
          adapted(
              AdapterLearning.over(embedder, passages, index.bm25())
                  .learner(EmbeddingAdapter.Sides.BOTH, seed));
    };
  }

  private Learner<Retriever> fused(Learner<FusionModel> learner) {
    return training -> {
      FusionModel model = learner.learn(training);
      RankFusion fusion = RankFusion.learnt(model);
      keep(
          training,
          "fusion",
          fusion.description().parameters().get("modelNumbers"),
          (corpus, file) -> FusionModelFile.write(model, corpus, file));
      return Retrievers.fuse(fusion, HybridOptions.DEPTH, index.bm25(), index.knn());
    };
  }

  private Learner<Retriever> adapted(Learner<EmbeddingAdapter> learner) {
    return training -> {
      EmbeddingAdapter adapter = learner.learn(training);
      Embedder mapped = embedder.adapted(adapter);
      keep(
          training,
          "adapter",
          mapped.description().parameters().get(StageDescription.MODEL_SHA256),
          (corpus, file) -> EmbeddingAdapterFile.write(adapter, corpus, file));
      PassageIndex own = indexed.apply(mapped);
      made.add(own);
      return RetrievalOptions.retriever(RetrievalOptions.Kind.hybrid, own);
    };
  }

  /** Notes what is learnt from all questions: it is what a winner's class reads. */
  private void keep(
      EvalSet training,
      String kind,
      @Nullable String digest,
      BiConsumer<CorpusSketch, Path> written) {
    if (training.questions().keySet().equals(set.questions().keySet())) {
      String start = Objects.requireNonNull(digest, kind).substring(0, 8);
      learntFromAll.put("%s-%s.json".formatted(kind, start), written);
    }
  }

  /** Writes each under the name that {@link dev.ragwright.experiment.Winner#toJson} tells of. */
  void write(Path models) {
    try {
      Files.createDirectories(models);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + models, e);
    }
    CorpusSketch corpus = CorpusSketch.of(passages.stream());
    learntFromAll.forEach(
        (name, written) -> {
          written.accept(corpus, models.resolve(name));
          System.out.println("wrote " + models.resolve(name));
        });
  }

  @Override
  public void close() {
    made.forEach(PassageIndex::close);
  }
}
