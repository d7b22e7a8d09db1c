package dev.ragwright.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks a folder of documents one question.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Ask -Dargs="--data docs --question 'How do I cite?'"}
 */
@Command(
    name = "Ask",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Answers a question from a folder of documents with citations, or abstains.",
      "",
      "A document's text, in which start and end of a citation count UTF-16 units (end exclusive),"
          + " is: of a .txt or .md file the file itself, without a byte order mark; of other files"
          + " what Read --text shows; of a line of a corpus.jsonl[.gz] its title, two line feeds and"
          + " its text, or its text alone where the title is blank.",
      ""
    })
public final class Ask implements Callable<Integer> {
  private static final String ONNX = "onnx";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "A folder of documents (text, Markdown, HTML, PDF, Office), or one with a corpus.jsonl[.gz].")
  private Path data = Path.of("");

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question = "";

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Mixin private DocumentOptions reading = new DocumentOptions();

  @Option(
      names = "--generator",
      paramLabel = "extractive|onnx:DIR",
      description =
          "What answers: quotes, without a language model, which is the default, chosen by vectors too"
              + " where the retriever has some; or the local model in a folder, whose text is printed"
              + " while it is written.")
  private String generator = "extractive";

  @Option(names = "--json", description = "Print the answer as one line of JSON.")
  private boolean json;

  private Ask() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Ask(), args);
  }

  @Override
  public Integer call() {
    StageName stage = StageName.of("--generator", generator, List.of("extractive", ONNX + ":DIR"));
    if (!stage.name().equals(ONNX)) {
      ask(opened -> extractive(opened, retrieval.language), false);
      return 0;
    }
    try (OnnxGenerator model =
        OnnxGenerator.builder(ModelFolder.of(stage.folder()))
            .whenTooLong(TooLong.DROP_EVIDENCE)
            .build()) {
      ask(opened -> model, !json);
    }
    return 0;
  }

  /** By the words of the index's language, and by vectors too where there are some. */
  static Generator extractive(RetrievalOptions.Opened opened, String language) {
    ExtractiveGenerator.Builder quotes = ExtractiveGenerator.builder();
    if (!language.equals("en")) {
      quotes.words(language, opened.index()::terms);
    }
    OnnxEmbedder embedder = opened.embedder();
    return (embedder == null ? quotes : quotes.embedder(embedder)).build();
  }

  /** An answer that is written slowly is printed while it is. */
  private void ask(Function<RetrievalOptions.Opened, Generator> answering, boolean streams) {
    try (RetrievalOptions.Opened opened =
        retrieval.open(reading.source(data), embedder -> Chunkers.markdown(300))) {
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(opened.retriever())
              .generator(answering.apply(opened))
              .build();
      if (!streams) {
        Answer answer = rag.ask(question);
        System.out.println(json ? toJson(answer).toString() : toText(answer));
        return;
      }
      try (AnswerStream stream = rag.stream(question)) {
        stream.text().forEach(Ask::printPiece);
        System.out.println("\n\n" + toText(stream.result()));
      }
    }
  }

  static void printPiece(String piece) {
    System.out.print(piece);
    System.out.flush();
  }

  static String toText(Answer answer) {
    return answer + "\n" + sources(answer) + '\n' + answer.trace().summary();
  }

  /** A line for each citation, or one that says that there is none. */
  static String sources(Answer answer) {
    StringBuilder text = new StringBuilder();
    for (Citation citation : answer.citations()) {
      text.append("  ").append(citation);
      text.append(citation.quoted() ? " \"" + Cli.oneLine(citation.quote()) + "\"\n" : "\n");
    }
    if (answer.outcome() instanceof Outcome.Answered && answer.citations().isEmpty()) {
      text.append("  no citation: nothing shows that the documents say so\n");
    }
    return text.toString();
  }

  static ObjectNode toJson(Answer answer) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("answer", answer.text());
    root.put("abstained", answer.outcome() instanceof Outcome.Abstained);
    answer.finishReason().ifPresent(reason -> root.put("finish", reason.name()));
    answer.confidence().ifPresent(confidence -> root.put("confidence", confidence));
    root.put(
        "reason",
        answer.outcome() instanceof Outcome.Abstained abstained
            ? abstained.reason() + ": " + abstained.detail()
            : null);
    ArrayNode citations = root.putArray("citations");
    for (Citation citation : answer.citations()) {
      citations
          .addObject()
          .put("documentId", citation.documentId())
          .put("passageId", citation.passageId())
          .put("start", citation.start())
          .put("end", citation.end())
          .put("quote", citation.quote())
          .put("location", citation.location())
          .put("quoted", citation.quoted());
    }
    try {
      ObjectNode trace = (ObjectNode) Cli.JSON.readTree(answer.trace().toJson());
      root.set("stages", trace.get("stages"));
      root.set("usage", trace.get("usage"));
      return root;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the trace's JSON form is broken", e);
    }
  }
}
