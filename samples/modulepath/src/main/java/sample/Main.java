package sample;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.nio.file.Path;

/** Prints the body of an answer; fails if it is not the one in the documents. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    try (OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
        LuceneIndex index = LuceneIndex.inMemory(embedder)) {
      index.sync(Folder.of(Path.of(args[0])), Chunkers.markdown(300));
      RagPipeline pipeline =
          RagPipeline.builder()
              .retriever(index.hybrid())
              .generator(ExtractiveGenerator.create())
              .build();
      Answer answer = pipeline.ask("How tall is a beaver dam?");
      System.out.println(Main.class.getModule());
      System.out.println(new ObjectMapper().writeValueAsString(answer.body()));
      if (!answer.text().contains("two metres")) {
        throw new IllegalStateException("not the answer: " + answer);
      }
    }
  }
}
