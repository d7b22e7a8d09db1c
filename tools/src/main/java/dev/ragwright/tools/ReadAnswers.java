package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.ExactMatch;
import dev.ragwright.eval.answer.SubstringAccuracy;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.stats.Auroc;
import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Estimate;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.generators.extractive.OnnxExtractiveReader;
import dev.ragwright.generators.extractive.ReadAnswer;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Answers a collection's questions with an extractive reader and scores the answers.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ReadAnswers -Dargs="--data DIR --model DIR --retriever
 * bm25"}
 */
@Command(
    name = "ReadAnswers",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Answers the judged questions of a BEIR collection with an extractive reader and prints exact"
          + " match and F1 by SQuAD's rules, best over the reference answers, in percent, with 95 %%"
          + " bootstrap intervals.",
      "",
      "The reader is given what the retriever finds, and may abstain: an abstention counts as wrong in"
          + " \"all\" and not at all in \"answered\".",
      "",
      "With --gold-context it is given the relevant passage, without its title, and always answers."
          + " Questions whose relevant passages do not contain an answer are left out. How well the"
          + " score tells evidence from none is measured against the best passage that the retriever"
          + " finds for the question that is neither relevant nor contains an answer: AUROC, and how"
          + " many of both are answered at the minimum score.",
      ""
    })
public final class ReadAnswers implements Callable<Integer> {
  private static final ExactMatch EXACT_MATCH = ExactMatch.squad();
  private static final TokenF1 F1 = TokenF1.squad();
  private static final SubstringAccuracy CONTAINS = SubstringAccuracy.create();
  private static final int WRONG_DEPTH = 50;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus, queries with answers, and qrels.")
  private Path data = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The reader: a folder in the Hugging Face layout.")
  private Path model = Path.of("");

  @Option(
      names = "--retriever",
      description =
          "bm25 (words; the default), dense (vectors), hybrid (both, fused by rank) or tokens (the best"
              + " 200 of hybrid, by the vectors of their tokens).",
      paramLabel = "bm25|dense|hybrid|tokens")
  private RetrievalOptions.Kind retriever = RetrievalOptions.Kind.bm25;

  @Option(
      names = "--index",
      description = "Keep the index there, as Search does; in memory without.",
      paramLabel = IndexPlace.ALLOWED,
      converter = IndexPlace.Converter.class)
  private @Nullable IndexPlace index;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "How many passages to read for a question; 5 unless given.")
  private int topK = 5;

  @Option(names = "--gold-context", description = "Give the reader the relevant passage.")
  private boolean goldContext;

  @Option(
      names = "--minimum-score",
      paramLabel = "X",
      description =
          "Abstain below this score of the best answer less that of none; 0 unless given.")
  private double minimumScore;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens of a run, with the question: best as in training; 384 unless given.")
  private @Nullable Integer window;

  @Option(names = "--sample", paramLabel = "N", description = "Only N of the questions.")
  private @Nullable Integer sample;

  @Option(names = "--seed", paramLabel = "S", description = "Which N; 42 unless given.")
  private long seed = 42;

  @Option(names = "--json", description = "Print one line of JSON instead.")
  private boolean json;

  private ReadAnswers() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ReadAnswers(), args);
  }

  @Override
  public Integer call() {
    EvalSet set = EvalSet.beir(data);
    List<Question> questions = sampled(answerable(set));
    RetrievalOptions retrieval = new RetrievalOptions();
    retrieval.retriever = retriever;
    retrieval.index = index;
    OnnxExtractiveReader.Builder builder =
        OnnxExtractiveReader.builder(ModelFolder.of(model)).minimumScore(minimumScore);
    if (window != null) {
      builder.windowTokens(window);
    }
    try (OnnxExtractiveReader reader = builder.build();
        RetrievalOptions.Opened opened =
            retrieval.open(BeirFolder.of(data), RetrievalOptions::windows)) {
      Stopwatch reading = new Stopwatch();
      ObjectNode report =
          goldContext
              ? overGold(set, questions, opened.retriever(), reader)
              : overRetrieved(questions, opened.retriever(), reader);
      reading.stop();
      report.put("cpuSeconds", Stopwatch.rounded(reading.cpuSeconds()));
      report.put("runtime", OnnxModel.runtime());
      report.put("reader", reader.description().toString());
      System.out.println(json ? report.toString() : forPeople(report));
    }
    return 0;
  }

  private List<Question> answerable(EvalSet set) {
    List<Question> questions =
        set.questions().values().stream()
            .filter(question -> !question.answers().isEmpty() && !question.text().isBlank())
            .toList();
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(data + " has no question with answers in queries.jsonl");
    }
    return questions;
  }

  private List<Question> sampled(List<Question> questions) {
    if (sample == null) {
      return questions;
    }
    if (sample < 1) {
      throw new IllegalArgumentException("--sample must be >= 1, was " + sample);
    }
    return Cli.sample(questions, sample, seed);
  }

  /** Questions at the same time: a reader's run has one thread. In their order. */
  private static <T> List<T> forEach(List<Question> questions, Function<Question, T> work) {
    ProgressLine progress = new ProgressLine();
    AtomicInteger done = new AtomicInteger();
    String form = "read for %,d of %,d questions";
    List<T> results =
        questions.parallelStream()
            .map(
                question -> {
                  T result = work.apply(question);
                  int count = done.incrementAndGet();
                  synchronized (progress) {
                    progress.show(form, count, questions.size());
                  }
                  return result;
                })
            .toList();
    progress.end(form, questions.size(), questions.size());
    return results;
  }

  private ObjectNode overRetrieved(
      List<Question> questions, Retriever found, OnnxExtractiveReader reader) {
    RagPipeline rag = RagPipeline.builder().retriever(found).topK(topK).generator(reader).build();
    List<Answer> answers = forEach(questions, question -> rag.ask(question.text()));
    double[] exact = new double[answers.size()];
    double[] f1 = new double[answers.size()];
    boolean[] answered = new boolean[answers.size()];
    for (int i = 0; i < exact.length; i++) {
      answered[i] = answers.get(i).outcome() instanceof Outcome.Answered;
      if (answered[i]) {
        exact[i] = score(EXACT_MATCH, questions.get(i), answers.get(i).text());
        f1[i] = score(F1, questions.get(i), answers.get(i).text());
      }
    }
    ObjectNode report = report(questions.size());
    report.put("retriever", retriever.name()).put("topK", topK).put("minimumScore", minimumScore);
    put(report, "em", exact);
    put(report, "f1", f1);
    int count = only(answered, exact).length;
    report.put("answered", count).put("abstained", exact.length - count);
    if (count > 0) {
      put(report, "emAnswered", only(answered, exact));
      put(report, "f1Answered", only(answered, f1));
    }
    return report;
  }

  /** What was read for one question: in the relevant passage, and in one without the answer. */
  private record Read(Question question, ReadAnswer gold, Optional<ReadAnswer> wrong) {}

  private ObjectNode overGold(
      EvalSet set, List<Question> questions, Retriever found, OnnxExtractiveReader reader) {
    Map<String, String> texts = texts();
    List<Read> read =
        forEach(questions, question -> read(set, question, texts, found, reader)).stream()
            .flatMap(Optional::stream)
            .toList();
    if (read.isEmpty()) {
      throw new IllegalArgumentException(
          "no relevant passage of " + data + " contains an answer to its question");
    }
    ObjectNode report = report(read.size());
    report.put("leftOut", questions.size() - read.size());
    put(report, "em", scores(EXACT_MATCH, read));
    put(report, "f1", scores(F1, read));
    List<ReadAnswer> wrong = read.stream().flatMap(one -> one.wrong().stream()).toList();
    double[] scores =
        Stream.concat(read.stream().map(Read::gold), wrong.stream())
            .mapToDouble(ReadAnswer::score)
            .toArray();
    boolean[] isGold = new boolean[scores.length];
    Arrays.fill(isGold, 0, read.size(), true);
    report.put("retriever", retriever.name()).put("wrongPassages", wrong.size());
    if (read.size() > 1 && wrong.size() > 1) {
      put(report, "abstentionAuroc", Auroc.of(scores, isGold, 0.95), 1);
    }
    report.put("minimumScore", minimumScore);
    report.put("answeredGold", answered(read.stream().map(Read::gold).toList()));
    report.put("answeredWrong", answered(wrong));
    return report;
  }

  private Optional<Read> read(
      EvalSet set,
      Question question,
      Map<String, String> texts,
      Retriever found,
      OnnxExtractiveReader reader) {
    Set<String> relevant = set.qrels().judgments(question.id()).relevant();
    Optional<ReadAnswer> gold =
        relevant.stream()
            .flatMap(id -> Optional.ofNullable(texts.get(id)).stream())
            .filter(text -> score(CONTAINS, question, text) == 1)
            .findFirst()
            .flatMap(text -> best(reader, question, text));
    RetrievalRequest others =
        RetrievalRequest.of(question.text(), WRONG_DEPTH)
            .withFilter(Filter.documents(relevant).not());
    return gold.map(
        answer ->
            new Read(
                question,
                answer,
                found.retrieve(others, CallContext.unbounded()).hits().stream()
                    .map(Hit::passage)
                    .map(passage -> texts.getOrDefault(passage.documentId(), passage.text()))
                    .filter(text -> score(CONTAINS, question, text) == 0)
                    .findFirst()
                    .flatMap(text -> best(reader, question, text))));
  }

  private static Optional<ReadAnswer> best(
      OnnxExtractiveReader reader, Question question, String text) {
    return reader.read(question.text(), text, 1, CallContext.unbounded()).best();
  }

  /** Without titles: readers are trained on paragraphs. */
  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    try (Stream<Document> documents = BeirFolder.of(data).documents()) {
      documents.forEach(document -> texts.put(document.id(), withoutTitle(document)));
    }
    return texts;
  }

  private static String withoutTitle(Document document) {
    String heading = document.metadata().get("title") + "\n\n";
    return document.text().startsWith(heading)
        ? document.text().substring(heading.length())
        : document.text();
  }

  private double answered(List<ReadAnswer> answers) {
    return rounded(
        answers.stream()
            .mapToInt(answer -> answer.score() >= minimumScore ? 1 : 0)
            .average()
            .orElse(0));
  }

  private static double[] scores(Evaluator<List<String>, String> metric, List<Read> read) {
    return read.stream()
        .mapToDouble(one -> score(metric, one.question(), one.gold().text()))
        .toArray();
  }

  private static double score(
      Evaluator<List<String>, String> metric, Question question, String answer) {
    return metric
        .evaluate(question.id(), question.answers(), answer, CallContext.unbounded())
        .value()
        .orElseThrow();
  }

  private static double[] only(boolean[] kept, double[] values) {
    double[] some = new double[values.length];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (kept[i]) {
        some[count++] = values[i];
      }
    }
    return Arrays.copyOf(some, count);
  }

  private ObjectNode report(int questions) {
    ObjectNode report = Cli.JSON.createObjectNode();
    report.put("data", data.toString()).put("questions", questions);
    if (sample != null) {
      report.put("sample", sample).put("seed", seed);
    }
    report.put("context", goldContext ? "gold" : "retrieved");
    return report;
  }

  /** A mean in percent. */
  private static void put(ObjectNode report, String name, double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    Interval interval = Bootstrap.ofMean(values, Resampling.standard());
    put(report, name, new Estimate(mean, interval), 100);
  }

  private static void put(ObjectNode report, String name, Estimate estimate, double scale) {
    ObjectNode node = report.putObject(name);
    node.put("value", rounded(scale * estimate.value()));
    node.put("low", rounded(scale * estimate.interval().low()));
    node.put("high", rounded(scale * estimate.interval().high()));
  }

  private static double rounded(double value) {
    return Math.rint(value * 10_000) / 10_000;
  }

  private static String forPeople(ObjectNode report) {
    StringBuilder lines = new StringBuilder();
    report
        .properties()
        .forEach(
            field -> {
              String value =
                  field.getValue().isObject()
                      ? String.format(
                          Locale.ROOT,
                          "%.3f [%.3f, %.3f]",
                          field.getValue().path("value").asDouble(),
                          field.getValue().path("low").asDouble(),
                          field.getValue().path("high").asDouble())
                      : field.getValue().asText();
              lines.append(lines.isEmpty() ? "" : "\n");
              lines.append(String.format(Locale.ROOT, "%-16s %s", field.getKey(), value));
            });
    return lines.toString();
  }
}
