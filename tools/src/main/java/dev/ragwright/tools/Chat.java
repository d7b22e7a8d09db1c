package dev.ragwright.tools;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks a folder of documents one question after the other, each of which may follow those before.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Chat -Dargs="--data docs"}
 */
@Command(
    name = "Chat",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Answers the questions on standard input, a line of UTF-8 each, from a folder of documents. A question"
          + " that follows others is made to stand alone, and searched for and answered so; where that changed"
          + " it, a line that begins with \"asked: \" says to what. Blank lines are passed over. A question"
          + " that fails is told of on standard error, is no turn of the conversation, and makes the exit"
          + " status 1.",
      ""
    })
public final class Chat implements Callable<Integer> {
  private static final String ONNX = "onnx";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "A folder of documents (text, Markdown, HTML, PDF, Office), or one with a corpus.jsonl[.gz].")
  private Path data = Path.of("");

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Mixin private DocumentOptions reading = new DocumentOptions();

  @Option(
      names = "--generator",
      paramLabel = "extractive|onnx:DIR",
      description =
          "What answers: quotes, without a language model, which is the default; or the local model in a"
              + " folder, whose text is printed while it is written.")
  private String generator = "extractive";

  @Option(
      names = "--condense",
      paramLabel = CondenseName.ALLOWED,
      description =
          "What makes a question stand alone: a rule for English (the default), joining short questions"
              + " with those before (any language), the local model in a folder, or nothing.")
  private String condense = "english";

  @Option(
      names = "--history",
      paramLabel = "N",
      description = "How many of the last turns the generator reads too; 0 unless given.")
  private int history;

  @Option(names = "--json", description = "Print each answer as one line of JSON.")
  private boolean json;

  private Chat() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Chat(), args);
  }

  @Override
  public Integer call() throws IOException {
    StageName stage = StageName.of("--generator", generator, List.of("extractive", ONNX + ":DIR"));
    CondenseName condenser = CondenseName.of(condense);
    if (history < 0) {
      throw new IllegalArgumentException("--history must be >= 0, was " + history);
    }
    try (StageNames models = new StageNames();
        RetrievalOptions.Opened opened =
            retrieval.open(reading.source(data), embedder -> Chunkers.markdown(300))) {
      boolean writes = stage.name().equals(ONNX);
      Generator answering =
          writes
              ? models.closing(
                  OnnxGenerator.builder(ModelFolder.of(stage.folder()))
                      .whenTooLong(TooLong.DROP_EVIDENCE)
                      .build())
              : Ask.extractive(opened, retrieval.language);
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(opened.retriever())
              .generator(answering)
              .context(context -> context.history(history))
              .build();
      return chat(rag, Conversation.of(condenser.open(models::closing)), writes && !json);
    }
  }

  private int chat(RagPipeline rag, Conversation begun, boolean streams) throws IOException {
    Conversation talk = begun;
    int failed = 0;
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      try {
        Answer answer = streams ? streamed(rag.in(talk), line) : rag.in(talk).ask(line);
        print(answer, streams);
        talk = talk.with(answer.turn());
      } catch (RagException e) {
        System.err.println("error: " + e.getMessage());
        failed = 1;
      }
    }
    return failed;
  }

  private static Answer streamed(RagPipeline rag, String question) {
    try (AnswerStream stream = rag.stream(question)) {
      stream.text().forEach(Ask::printPiece);
      System.out.println();
      return stream.result();
    }
  }

  private void print(Answer answer, boolean written) {
    if (json) {
      System.out.println(Ask.toJson(answer).put("question", answer.question()));
      return;
    }
    if (!answer.turn().standsAlone()) {
      System.out.println("asked: " + Cli.oneLine(answer.question()));
    }
    System.out.println((written ? "" : answer + "\n") + Ask.sources(answer));
  }
}
