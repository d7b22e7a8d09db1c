package dev.ragwright.tools;

import dev.ragwright.retrieve.RankFusion;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of tools that learn from what words and vectors find in a collection. */
final class HybridOptions {
  /** Of both rankings, so many are put together. */
  static final int DEPTH = 100;

  /** How they are put together without learning. */
  static final RankFusion PLAIN = RankFusion.reciprocalRank(60);

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description = "The embedding model; bge unless given.")
  String model = "bge";

  @Option(
      names = "--language",
      paramLabel = "TAG",
      description = "The language of documents and questions; en unless given.")
  String language = "en";

  @Option(
      names = "--indexes",
      paramLabel = "DIR",
      description =
          "Keep the index of each collection here, in a folder of its name, and vectors of texts for"
              + " adapters in the file vectors (Search --keep); the next run embeds only what changed. In"
              + " memory without.")
  @Nullable Path indexes;

  /** A hybrid index of a collection, as the options have it. */
  RetrievalOptions of(Path folder) {
    RetrievalOptions options = new RetrievalOptions();
    options.retriever = RetrievalOptions.Kind.hybrid;
    options.model = model;
    options.language = language;
    if (indexes != null) {
      options.index = new IndexPlace.Folder(indexes.resolve(name(folder)));
    }
    return options;
  }

  /** What a collection is called. */
  static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }
}
