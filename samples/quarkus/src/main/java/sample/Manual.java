package sample;

import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The stages as beans; they are final, so they are singletons, of which CDI makes no proxy. */
class Manual {
  @Produces
  @Singleton
  OnnxEmbedder embedder() {
    return OnnxEmbedder.allMiniLm();
  }

  @Produces
  @Singleton
  LuceneIndex index(
      OnnxEmbedder embedder, @ConfigProperty(name = "manual.documents") String folder) {
    LuceneIndex index = LuceneIndex.inMemory(embedder);
    index.sync(Folder.of(Path.of(folder)), Chunkers.markdown(300));
    return index;
  }

  @Produces
  @Singleton
  RagPipeline pipeline(LuceneIndex index) {
    return RagPipeline.builder()
        .retriever(index.hybrid())
        .generator(ExtractiveGenerator.create())
        .build();
  }

  void close(@Disposes LuceneIndex index) {
    index.close();
  }

  void close(@Disposes OnnxEmbedder embedder) {
    embedder.close();
  }
}
