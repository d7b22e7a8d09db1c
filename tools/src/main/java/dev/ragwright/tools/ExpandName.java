package dev.ragwright.tools;

import dev.ragwright.generate.Generator;
import dev.ragwright.generate.QueryExpanders;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;
import java.util.function.Function;

/**
 * What is made of a question before, or while, it is searched for, as a command line names it. The
 * last two are other fusions of {@code hybrid}.
 */
record ExpandName(String text, StageName stage) {
  static final String ALLOWED =
      "none, rm3, rocchio, rm3+rocchio, spelling, keywords, hyde:DIR, multi-query:DIR,"
          + " decomposition:DIR, min-max, z-score";

  private static final RankFusion FUSION = RankFusion.reciprocalRank(60);
  private static final int DEPTH = 100;
  private static final int MOST_TOKENS = 100;

  static ExpandName of(String text) {
    return new ExpandName(text, StageName.of("--expand", text, List.of(ALLOWED.split(", ", -1))));
  }

  /** All that need no model, of those that go with a retriever. */
  static List<ExpandName> all(RetrievalOptions.Kind kind) {
    return List.of(ALLOWED.split(", ", -1)).stream()
        .filter(name -> !name.contains(":"))
        .map(ExpandName::of)
        .filter(name -> name.goesWith(kind))
        .toList();
  }

  private boolean goesWith(RetrievalOptions.Kind kind) {
    return switch (text) {
      case "rm3" -> kind == RetrievalOptions.Kind.bm25 || kind == RetrievalOptions.Kind.hybrid;
      case "rocchio" -> kind == RetrievalOptions.Kind.dense || kind == RetrievalOptions.Kind.hybrid;
      case "rm3+rocchio", "min-max", "z-score" -> kind == RetrievalOptions.Kind.hybrid;
      default -> true;
    };
  }

  /** Refuses what cannot be, before the long work. */
  ExpandName checked(RetrievalOptions.Kind kind) {
    if (!goesWith(kind)) {
      throw new IllegalArgumentException(
          "--expand %s does not go with --retriever %s; hybrid goes with all"
              .formatted(text, kind));
    }
    return this;
  }

  /** A retriever that does it; models are closed with {@code names}. */
  Retriever over(PassageIndex index, RetrievalOptions.Kind kind, StageNames names) {
    Retriever plain = RetrievalOptions.retriever(kind, index);
    boolean hybrid = kind == RetrievalOptions.Kind.hybrid;
    return switch (stage.name()) {
      case "rm3" -> hybrid ? fused(FUSION, here(index).rm3(), index.knn()) : here(index).rm3();
      case "rocchio" ->
          hybrid ? fused(FUSION, index.bm25(), here(index).rocchio()) : here(index).rocchio();
      case "rm3+rocchio" -> fused(FUSION, here(index).rm3(), here(index).rocchio());
      case "min-max" -> fused(RankFusion.minMax(), index.bm25(), index.knn());
      case "z-score" -> fused(RankFusion.zScore(), index.bm25(), index.knn());
      case "none" -> plain;
      default -> plain.expandedBy(expander(index, names), FUSION);
    };
  }

  private static Retriever fused(RankFusion fusion, Retriever words, Retriever vectors) {
    return Retrievers.fuse(fusion, DEPTH, words, vectors);
  }

  private LuceneIndex here(PassageIndex index) {
    return RetrievalOptions.lucene(index, "--expand " + stage.name());
  }

  private QueryExpander expander(PassageIndex index, StageNames names) {
    return switch (stage.name()) {
      case "spelling" -> here(index).spelling();
      case "keywords" -> here(index).keywords();
      case "hyde" -> asking(QueryExpanders::hyde, names);
      case "multi-query" -> asking(QueryExpanders::multiQuery, names);
      default -> asking(QueryExpanders::decomposition, names);
    };
  }

  private QueryExpander asking(Function<Generator, QueryExpander> expander, StageNames names) {
    return expander.apply(
        names.closing(
            OnnxGenerator.builder(ModelFolder.of(stage.folder()))
                .decoding(DecodingOptions.builder().maxTokens(MOST_TOKENS).build())
                .build()));
  }

  @Override
  public String toString() {
    return stage.hasFolder() ? stage.name() + ":" + stage.folder().getFileName() : text;
  }
}
