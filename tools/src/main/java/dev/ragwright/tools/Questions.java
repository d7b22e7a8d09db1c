package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.MetricScores;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.QuestionSheet;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.learn.SyntheticQuestions;
import dev.ragwright.eval.ranking.ReciprocalRank;
import dev.ragwright.eval.ranking.Success;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Retrievers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Proposes questions about a folder, and measures a retriever with those that a person accepted.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Questions -Dargs="--data docs --evaluate questions.tsv"}
 */
@Command(
    name = "Questions",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "With --evaluate, reads questions about a folder of documents from a table, and prints one line"
          + " of JSON with how often a passage that holds the answer is found. The table is"
          + " tab-separated or JSON Lines, with the columns question, document, page, sheet, slide,"
          + " text, answer, id and accept.",
      "",
      "With --propose, lets a local language model write such a table: only questions whose document"
          + " is found again by them are kept. Write yes into the column accept of those that are"
          + " good; no other counts.",
      "",
      "With --evaluate and --beir, writes the passages, the questions and where they are answered as"
          + " a folder in BEIR's layout, which CompareStages, Learn and Search take.",
      ""
    })
public final class Questions implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A folder of documents.")
  private Path data = Path.of("");

  @Option(names = "--evaluate", paramLabel = "FILE", description = "The table to measure with.")
  private @Nullable Path evaluate;

  @Option(
      names = "--beir",
      paramLabel = "DIR",
      description = "The folder to write, for --evaluate; one that is there is an error.")
  private @Nullable Path beir;

  @Option(
      names = "--propose",
      paramLabel = "FILE.tsv",
      description = "The table to write; one that is there is kept, and this an error.")
  private @Nullable Path propose;

  @Option(
      names = "--generator",
      paramLabel = "DIR",
      description = "The language model's folder, for --propose.")
  private @Nullable Path generator;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many questions to propose; ${DEFAULT-VALUE} unless given.")
  private int count = 50;

  @Option(names = "--seed", paramLabel = "S", description = "Which passages; 1 unless given.")
  private long seed = 1;

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Mixin private DocumentOptions reading = new DocumentOptions();

  private Questions() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Questions(), args);
  }

  @Override
  public Integer call() {
    Path table = propose;
    Path questions = evaluate;
    Path folder = beir;
    if (folder != null && (questions == null || Files.exists(folder))) {
      throw new IllegalArgumentException(
          questions == null
              ? "--beir needs --evaluate: the table of questions"
              : "--beir " + folder + ": it is there already; give another name");
    }
    DocumentSource documents = reading.source(data);
    if (table == null && questions != null) {
      evaluate(QuestionSheet.read(questions, documents), documents);
      return 0;
    }
    if (table == null || questions != null) {
      throw new IllegalArgumentException("one of --evaluate and --propose is needed");
    }
    if (generator == null || Files.exists(table)) {
      throw new IllegalArgumentException(
          generator == null
              ? "--propose needs --generator: the folder of a language model"
              : "--propose " + table + ": it is there already; give another name");
    }
    try (RetrievalOptions.Opened opened =
            retrieval.open(documents, embedder -> Chunkers.markdown(300));
        OnnxGenerator writer = OnnxGenerator.load(ModelFolder.of(generator))) {
      propose(table, opened, writer, documents.passages(Chunkers.markdown(300)).toList());
    }
    return 0;
  }

  private void propose(
      Path table, RetrievalOptions.Opened opened, OnnxGenerator writer, List<Passage> passages) {
    SyntheticQuestions.Made made =
        SyntheticQuestions.of(writer, opened.retriever(), 5)
            .make(passages, count, seed, CallContext.unbounded());
    Map<String, Passage> byId =
        passages.stream().collect(Collectors.toMap(Passage::id, Function.identity()));
    Map<Question, Passage> rows = new LinkedHashMap<>();
    made.set()
        .questions()
        .forEach((id, question) -> rows.put(question, Objects.requireNonNull(byId.get(id))));
    QuestionSheet.propose(table, rows);
    ObjectNode json = Cli.JSON.createObjectNode();
    json.put("proposed", rows.size());
    ObjectNode refused = json.putObject("refused");
    made.refused().forEach((reason, n) -> refused.put(reason.name(), n));
    System.out.println(json);
  }

  private void evaluate(QuestionSheet sheet, DocumentSource documents) {
    try (RetrievalOptions.Opened opened =
        retrieval.open(documents, embedder -> Chunkers.markdown(300))) {
      EvalSet set = sheet.byPassage(opened.index()::passages);
      if (beir != null) {
        JudgedFolder.write(beir, documents.passages(Chunkers.markdown(300)), set);
      }
      Evaluation evaluation =
          RetrievalEvaluation.of(
              set,
              Retrievers.passagesAsDocuments(opened.retriever()),
              Success.at(1),
              Success.at(5),
              ReciprocalRank.at(10));
      ObjectNode json = Cli.JSON.createObjectNode();
      json.put("questions", set.questions().size());
      json.put("declined", sheet.declined()).put("undecided", sheet.undecided());
      for (MetricScores scores : evaluation.metrics()) {
        json.put(scores.metric(), scores.mean().orElseThrow());
      }
      json.put("failed", evaluation.failures().size());
      System.out.println(json);
    }
  }
}
