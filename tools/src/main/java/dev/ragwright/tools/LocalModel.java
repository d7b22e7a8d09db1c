package dev.ragwright.tools;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.generate.Citation;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.hub.HubModel;
import dev.ragwright.onnx.hub.HubProgress;
import dev.ragwright.onnx.hub.ModelHub;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Answers from documents with a language model in this process, fetched from a hub if it is not
 * there, and checks what it cites.
 *
 * <p>{@code mvn -q -Pexample -Dexample=LocalModel -Dargs="--model onnx-community/Qwen3-0.6B-ONNX
 * --question 'How do I swap the generator?'"}
 */
@Command(
    name = "LocalModel",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Answers questions from documents with a local language model, which is asked for citations,"
          + " and checks each of them against its document.",
      ""
    })
public final class LocalModel implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|REPO[@REVISION]",
      description = "A model's folder, or a repository of a hub: OWNER/NAME.")
  private String model = "";

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Which of the model's .onnx files, such as q4 or fp32.")
  private @Nullable String variant;

  @Option(names = "--offline", description = "Take from the hub's cache only.")
  private boolean offline;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder of .txt, .md and .html files; docs unless given.")
  private Path data = Path.of("docs");

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "One or more.")
  private List<String> questions = List.of();

  @Option(
      names = "--quotes",
      description = "Let the model write quotes from the documents and nothing else.")
  private boolean quotes;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens of an answer; ${DEFAULT-VALUE} unless given.")
  private int maxTokens = 200;

  private LocalModel() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new LocalModel(), args);
  }

  @Override
  public Integer call() {
    Folder documents = Folder.of(data);
    OnnxGenerator.Builder settings =
        OnnxGenerator.builder(folder())
            .decoding(DecodingOptions.builder().maxTokens(maxTokens).build())
            .whenTooLong(TooLong.DROP_EVIDENCE);
    if (quotes) {
      settings.quotesOnly();
    }
    try (OnnxGenerator generator = settings.build();
        LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(documents.passages(Chunkers.markdown(200)));
      RagPipeline rag = RagPipeline.builder().retriever(index.bm25()).generator(generator).build();
      Map<String, String> texts = texts(documents);
      for (String question : questions) {
        ask(rag, question, texts);
      }
    }
    return 0;
  }

  private ModelFolder folder() {
    if (model.isBlank()) {
      throw new IllegalArgumentException("--model names no folder and no repository");
    }
    if (Files.isDirectory(Path.of(model))) {
      ModelFolder folder = ModelFolder.of(Path.of(model));
      return variant == null ? folder : folder.withVariant(variant);
    }
    String[] repository = model.split("@", 2);
    HubModel wanted = HubModel.of(repository[0]);
    wanted = repository.length == 1 ? wanted : wanted.at(repository[1]);
    wanted = variant == null ? wanted : wanted.variant(variant);
    ProgressLine line = new ProgressLine();
    return ModelHub.builder()
        .offline(offline)
        .progress(progress -> show(line, progress))
        .build()
        .folder(wanted, CallContext.unbounded());
  }

  private static void show(ProgressLine line, HubProgress progress) {
    line.show(
        "%s: %,d of %,d kB", progress.file(), progress.bytes() >> 10, progress.totalBytes() >> 10);
  }

  private static Map<String, String> texts(Folder documents) {
    try (Stream<Document> all = documents.documents()) {
      return all.collect(Collectors.toMap(Document::id, Document::text));
    }
  }

  private static void ask(RagPipeline rag, String question, Map<String, String> texts) {
    System.out.println("Q: " + question);
    System.out.print("A: ");
    try (AnswerStream stream = rag.stream(question)) {
      stream.text().forEach(LocalModel::print);
      print(after(stream.result(), texts));
    }
  }

  private static String after(Answer answer, Map<String, String> texts) {
    StringBuilder text = new StringBuilder();
    if (answer.outcome() instanceof Outcome.Abstained abstained) {
      text.append("none. ").append(abstained.reason()).append(": ").append(abstained.detail());
    }
    int holding = 0;
    for (Citation citation : answer.citations()) {
      boolean holds =
          texts
              .getOrDefault(citation.documentId(), "")
              .startsWith(citation.quote(), citation.start());
      holding += holds ? 1 : 0;
      text.append("\n   ").append(holds ? "" : "NOT THERE: ").append(citation);
      if (citation.quoted()) {
        text.append(" \"").append(Cli.oneLine(citation.quote())).append('"');
      }
    }
    text.append("\n   citations word for word in their documents: ");
    text.append(holding).append(" of ").append(answer.citations().size()).append("\n\n");
    answer.trace().summary().lines().forEach(line -> text.append("   ").append(line).append('\n'));
    return text.append('\n').toString();
  }

  private static void print(String piece) {
    System.out.print(piece);
    System.out.flush();
  }
}
