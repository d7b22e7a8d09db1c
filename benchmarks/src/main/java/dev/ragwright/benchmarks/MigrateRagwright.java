package dev.ragwright.benchmarks;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.nio.file.Path;
import java.util.List;

/** The same, kept in a folder: the next run embeds only what changed. */
final class MigrateRagwright implements MigrateJob {
  private final OnnxEmbedder embedder;
  private final LuceneIndex index;
  private final boolean hybrid;

  MigrateRagwright(OnnxEmbedder embedder, Path folder, boolean hybrid) {
    this.embedder = embedder;
    this.index = LuceneIndex.open(folder, embedder);
    this.hybrid = hybrid;
  }

  @Override
  public int index(DocumentSource documents) {
    return index.sync(documents, Chunkers.recursive(300, 30, embedder.tokenCounter())).passages();
  }

  @Override
  public List<String> find(String question, int topK) {
    return (hybrid ? index.hybrid() : index.knn())
        .retrieve(question, topK).hits().stream().map(hit -> hit.passage().documentId()).toList();
  }
}
