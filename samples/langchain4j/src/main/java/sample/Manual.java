package sample;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generate.Generation;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.nio.file.Path;

/** Answers from a folder of documents by an AI Service, which a pipeline finds the passages for. */
public final class Manual implements AutoCloseable {
  interface Assistant {
    Result<String> ask(String question);
  }

  private final OnnxEmbedder embedder = OnnxEmbedder.allMiniLm();
  private final LuceneIndex index = LuceneIndex.inMemory(embedder);
  private final Assistant assistant;

  public Manual(Path documents, ChatModel model) {
    index.sync(Folder.of(documents), Chunkers.markdown(300));
    RagPipeline pipeline =
        RagPipeline.builder()
            .retriever(index.hybrid())
            .generator(ChatModelGenerator.of(model)) // whose tokens the context is counted in
            .build();
    assistant =
        AiServices.builder(Assistant.class)
            .chatModel(model)
            .retrievalAugmentor(LangChain4j.retrievalAugmentor(pipeline))
            .build();
  }

  public Generation ask(String question) {
    Result<String> result = assistant.ask(question);
    return LangChain4j.cited(result.content(), result.sources());
  }

  Retriever retriever() {
    return index.hybrid();
  }

  @Override
  public void close() {
    index.close();
    embedder.close();
  }

  /** Takes a folder of documents, a question, and maybe a folder with a language model. */
  public static void main(String[] args) {
    if (args.length < 3) {
      ask(args[0], args[1], new Quoting());
      return;
    }
    try (OnnxChatModel local = OnnxChatModel.load(Path.of(args[2]))) {
      ask(args[0], args[1], LangChain4j.chatModel(local, DecodingOptions.greedy()));
    }
  }

  private static void ask(String documents, String question, ChatModel model) {
    try (Manual manual = new Manual(Path.of(documents), model)) {
      Generation answer = manual.ask(question);
      System.out.println(answer.text());
      answer.citations().forEach(c -> System.out.println(c + " \"" + c.quote() + "\""));
    }
  }
}
