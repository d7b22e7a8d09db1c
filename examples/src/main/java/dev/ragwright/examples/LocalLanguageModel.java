package dev.ragwright.examples;

import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.nio.file.Path;
import java.util.List;

/**
 * Answers with a small language model in this process, from a folder as model hubs have them. The
 * tool LocalModel fetches one, and has more options.
 *
 * <p>{@code mvn -q -Pexample -Dexample=LocalLanguageModel -Dargs="DIR"}
 */
public final class LocalLanguageModel {
  private LocalLanguageModel() {}

  /** Takes a model's folder. */
  public static void main(String... args) {
    if (args.length != 1) {
      System.out.println(
          "This recipe runs a language model here: -Dargs=DIR is a folder with config.json,"
              + " tokenizer.json and a .onnx file, such as a download of"
              + " onnx-community/SmolLM2-135M-Instruct-ONNX.");
      return;
    }
    DecodingOptions brief = DecodingOptions.builder().maxTokens(60).build();
    try (OnnxGenerator generator =
            OnnxGenerator.builder(ModelFolder.of(Path.of(args[0]))).decoding(brief).build();
        LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("rhine", "The Rhine rises in the Alps. It is 1,233 km long."),
              Passage.of("rhone", "The Rhone rises in a glacier. It is 812 km long.")));
      RagPipeline rag = RagPipeline.builder().retriever(index.bm25()).generator(generator).build();
      try (AnswerStream answer = rag.stream("Where does the Rhine rise?")) {
        answer.text().forEach(System.out::print);
        System.out.println();
        answer.result().citations().forEach(c -> System.out.println(c + " \"" + c.quote() + "\""));
      }
      System.out.println(generator.description());
    }
  }
}
