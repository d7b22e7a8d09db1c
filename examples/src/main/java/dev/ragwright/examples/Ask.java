package dev.ragwright.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.generate.Citation;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrievers.source.BeirFolder;
import dev.ragwright.retrievers.source.Folder;
import dev.ragwright.retrievers.source.JsonLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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
      "Answers a question with quotes from a folder of documents, or abstains.",
      "",
      "A document's text, in which start and end of a citation count UTF-16 units (end exclusive), is:"
          + " of a .txt or .md file the file itself, without a byte order mark; of an .html file its"
          + " visible text; of a line of a corpus.jsonl[.gz] its title, two line feeds and its text, or"
          + " its text alone where the title is blank.",
      ""
    })
public final class Ask implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of .txt, .md and .html files, or one with a corpus.jsonl[.gz].")
  private Path data = Path.of("");

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question = "";

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Option(names = "--json", description = "Print the answer as one line of JSON.")
  private boolean json;

  private Ask() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Ask(), args);
  }

  @Override
  public Integer call() {
    try (RetrievalOptions.Opened opened =
        retrieval.open(documents(), embedder -> Chunkers.markdown(300))) {
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(opened.retriever())
              .generator(ExtractiveGenerator.create())
              .build();
      Answer answer = rag.ask(question);
      System.out.println(json ? toJson(answer) : toText(answer));
    }
    return 0;
  }

  private DocumentSource documents() {
    if (!BeirFolder.isBeir(data)) {
      return Folder.of(data);
    }
    Path plain = data.resolve("corpus.jsonl");
    return JsonLines.of(Files.exists(plain) ? plain : data.resolve("corpus.jsonl.gz"));
  }

  private static String toText(Answer answer) {
    StringBuilder text = new StringBuilder(answer.toString()).append('\n');
    for (Citation citation : answer.citations()) {
      text.append("  ").append(citation).append(" \"").append(Cli.oneLine(citation.quote()));
      text.append("\"\n");
    }
    return text.append('\n').append(answer.trace().summary()).toString();
  }

  private static String toJson(Answer answer) {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("answer", answer.text());
    root.put("abstained", answer.outcome() instanceof Outcome.Abstained);
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
          .put("quote", citation.quote());
    }
    try {
      ObjectNode trace = (ObjectNode) mapper.readTree(answer.trace().toJson());
      root.set("stages", trace.get("stages"));
      root.set("usage", trace.get("usage"));
      return mapper.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the trace's JSON form is broken", e);
    }
  }
}
