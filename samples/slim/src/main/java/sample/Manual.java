package sample;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.nio.file.Path;

/** Answers from a folder of documents, which it searches by vectors. */
public final class Manual implements AutoCloseable {
  private final OnnxEmbedder embedder = OnnxEmbedder.bgeSmallEn();
  private final LuceneIndex index = LuceneIndex.inMemory(embedder);
  private final RagPipeline pipeline =
      RagPipeline.builder().retriever(index.knn()).generator(ExtractiveGenerator.create()).build();

  public Manual(Path documents) {
    index.sync(Folder.of(documents), Chunkers.markdown(300));
  }

  public Answer ask(String question) {
    return pipeline.ask(question);
  }

  @Override
  public void close() {
    index.close();
    embedder.close();
  }

  public static void main(String[] args) {
    try (Manual manual = new Manual(Path.of(args[0]))) {
      Answer answer = manual.ask(args[1]);
      System.out.println(answer);
      answer.citations().forEach(System.out::println);
    }
  }
}
