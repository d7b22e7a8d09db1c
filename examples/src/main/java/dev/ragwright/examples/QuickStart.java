package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.nio.file.Path;

/**
 * The shortest way from a folder to cited answers: indexes this project's README and docs in
 * memory, asks two questions that they answer and one that they do not.
 *
 * <p>{@code mvn -q -Pexample -Dexample=QuickStart}
 */
public final class QuickStart {
  private QuickStart() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    Cli.run(QuickStart::run);
  }

  private static void run() {
    Folder documents = Folder.of(Path.of(".")).matching("README.md", "docs/**");
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(documents.passages(Chunkers.markdown(300)));
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ExtractiveGenerator.create())
              .build();
      ask(rag, "How do I swap the generator?");
      ask(rag, "What happens when I open an index with another embedder?");
      ask(rag, "Who painted the ceiling of the Sistine Chapel?");
    }
  }

  private static void ask(RagPipeline rag, String question) {
    Answer answer = rag.ask(question);
    System.out.println("Q: " + question);
    switch (answer.outcome()) {
      case Outcome.Answered answered -> {
        System.out.println("A: " + answered.text());
        answered
            .citations()
            .forEach(c -> System.out.println("   " + c + " \"" + Cli.oneLine(c.quote()) + "\""));
      }
      case Outcome.Abstained abstained ->
          System.out.println("A: none. " + abstained.reason() + ": " + abstained.detail());
    }
    System.out.println();
    answer.trace().summary().lines().forEach(line -> System.out.println("   " + line));
    System.out.println();
  }
}
