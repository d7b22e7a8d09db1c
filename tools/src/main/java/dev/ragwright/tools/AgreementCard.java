package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.JudgedAnswer;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import dev.ragwright.eval.answer.AnswerMetrics;
import dev.ragwright.eval.answer.AnswerSimilarity;
import dev.ragwright.eval.answer.CitedAnswer;
import dev.ragwright.eval.answer.Groundedness;
import dev.ragwright.eval.answer.WordRecall;
import dev.ragwright.eval.stats.Auroc;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.source.JsonLines;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how well the evaluators that guess agree with the labels of judged answers, beside a
 * baseline that needs no model.
 *
 * <p>{@code mvn -q -Pexample -Dexample=AgreementCard -Dargs="--data DIR_OF_SETS --out
 * docs/metrics.md"}
 */
@Command(
    name = "AgreementCard",
    sortOptions = false,
    description = {
      "Measures how well evaluators agree with the labels of judged answers, and prints a card for"
          + " each: the area under the ROC curve on each set beside that of a baseline without a"
          + " model on the same cases, and their paired difference with DeLong's interval.",
      "",
      "A set is a folder with responses.jsonl, and corpus.jsonl (supported or not) or queries.jsonl"
          + " with answers (correct or not); each file may be .gz. A set that is not there is named on"
          + " standard error and left out.",
      ""
    })
public final class AgreementCard implements Callable<Integer> {
  private static final double LEVEL = 0.95;
  private static final String LEXICAL = "groundedness-lexical";
  private static final String RECALL = "word-recall";
  private static final CallContext UNBOUNDED = CallContext.unbounded();

  private static final Map<String, String> SUPPORTED = new LinkedHashMap<>();

  static {
    SUPPORTED.put("scifact", "people");
    SUPPORTED.put("ragbench/hagrid", "a model (GPT-4 class)");
    SUPPORTED.put("ragbench/hotpotqa", "a model (GPT-4 class)");
    SUPPORTED.put("faithbench", "people");
  }

  private static final String CORRECT = "evouna-nq";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "One set, or the folder with the sets scifact, ragbench/hagrid, ragbench/hotpotqa,"
              + " faithbench and evouna-nq.")
  private Path data = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "A page with the lines \""
              + AgreementCards.BEGIN
              + "\" and \""
              + AgreementCards.END
              + "\": what is between is replaced.")
  private @Nullable Path out;

  @Option(
      names = "--evaluator",
      paramLabel = "NAME|all",
      description =
          "Only the evaluators whose name begins so, such as groundedness or"
              + " groundedness-embedding/all-MiniLM-L6-v2-q; all unless given.")
  private String only = "all";

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "How many answers answer-similarity is measured on; 2000 unless given.")
  private int sample = 2000;

  @Option(names = "--seed", paramLabel = "N", description = "Of that sample; 1 unless given.")
  private long seed = 1;

  @Option(names = "--json", description = "Print a JSON line for each evaluator and set instead.")
  private boolean json;

  @Option(names = "--help", usageHelp = true, description = "Print this.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private final ProgressLine progress = new ProgressLine();

  private AgreementCard() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new AgreementCard(), args);
  }

  /** An answer with what an evaluator is given, and what was judged. */
  private record Case<E, A>(String id, boolean verdict, E expected, A actual) {}

  /** What an evaluator said of a set's cases, in their order; empty where it said nothing. */
  private record Said(List<OptionalDouble> scores, Duration cpu) {}

  @Override
  public Integer call() {
    if (out != null) {
      AgreementCards.page(out); // an error now rather than after the work
    }
    AgreementCards cards = new AgreementCards(only);
    try (OnnxEmbedder bge = OnnxEmbedder.bgeSmallEn();
        OnnxEmbedder miniLm = OnnxEmbedder.allMiniLm()) {
      List<OnnxEmbedder> embedders = List.of(bge, miniLm);
      if (isSet(data)) {
        oneSet(embedders, cards);
      } else {
        SUPPORTED.forEach(
            (set, judges) -> groundedness(set, data.resolve(set), judges, embedders, cards));
        correctness(CORRECT, data.resolve(CORRECT), embedders, cards);
      }
    }
    if (cards.isEmpty()) {
      throw new IllegalArgumentException(
          "%s is no set (a folder with responses.jsonl), has none of the sets %s and %s, or no evaluator is called \"%s\""
              .formatted(data, String.join(", ", SUPPORTED.keySet()), CORRECT, only));
    }
    String text = json ? cards.jsonLines() : cards.markdown();
    if (out == null) {
      System.out.print(text);
    } else {
      AgreementCards.write(out, AgreementCards.page(out), text);
    }
    return 0;
  }

  /** A set of which nothing is known but its files: who judged is not, and it chose nothing. */
  private void oneSet(List<OnnxEmbedder> embedders, AgreementCards cards) {
    Path folder = data.toAbsolutePath().normalize();
    String known = SUPPORTED.keySet().stream().filter(folder::endsWith).findFirst().orElse(null);
    String set = known == null ? folder.getFileName().toString() : known;
    if (Files.exists(file(folder, "corpus.jsonl"))) {
      groundedness(set, folder, SUPPORTED.getOrDefault(set, "not known"), embedders, cards);
    } else {
      correctness(set, folder, embedders, cards);
    }
  }

  private static boolean isSet(Path folder) {
    return Files.exists(file(folder, "responses.jsonl"));
  }

  private void groundedness(
      String set, Path folder, String judges, List<OnnxEmbedder> embedders, AgreementCards cards) {
    if (missing(folder, "corpus.jsonl")) {
      return;
    }
    Map<String, String> texts = new HashMap<>();
    try (var documents = JsonLines.of(file(folder, "corpus.jsonl")).documents(problem -> {})) {
      documents.forEach(document -> texts.put(document.id(), document.text()));
    }
    List<Case<Object, CitedAnswer>> all = new ArrayList<>();
    List<Case<Object, CitedAnswer>> reported = new ArrayList<>();
    for (JudgedAnswer judged : JudgedAnswer.read(file(folder, "responses.jsonl"))) {
      List<String> passages =
          judged.contexts().stream()
              .map(id -> Objects.requireNonNull(texts.get(id), () -> set + " has no " + id))
              .toList();
      Case<Object, CitedAnswer> one =
          new Case<>(
              judged.id(), judged.verdict(), "", CitedAnswer.uncited(judged.response(), passages));
      all.add(one);
      String question = judged.query();
      if (!SUPPORTED.containsKey(set)
          || !forChoosing(question == null ? judged.contexts().getFirst() : question)) {
        reported.add(one);
      }
    }
    Said everywhere = ask(set, Groundedness.lexical(), all);
    Said baseline = ask(set, Groundedness.lexical(), reported);
    String about = "Share of words found in the passages; no model. The whole sets.";
    cards.add(LEXICAL, about, row(set, judges, all, everywhere, null));
    about = "Share of words, of the least supported sentence; no model. The reporting halves.";
    add(cards, Groundedness.lexical().weakest(), about, set, judges, reported, baseline);
    for (OnnxEmbedder embedder : embedders) {
      Embedder cached = new Cached(embedder);
      about = "Likeness and words, sentence by sentence; %s. The reporting halves.";
      String full = about.formatted(model(embedder));
      String suffix = "/" + embedder.description().name();
      for (Groundedness evaluator :
          List.of(Groundedness.embedding(cached), Groundedness.embedding(cached).weakest())) {
        add(
            cards,
            new Named<>(evaluator.name() + suffix, evaluator),
            full,
            set,
            judges,
            reported,
            baseline);
      }
    }
  }

  private void correctness(
      String set, Path folder, List<OnnxEmbedder> embedders, AgreementCards cards) {
    if (missing(folder, "queries.jsonl")) {
      return;
    }
    Map<String, Question> questions = EvalSet.questions(file(folder, "queries.jsonl")).questions();
    List<Case<List<String>, String>> all = new ArrayList<>();
    for (JudgedAnswer judged : JudgedAnswer.read(file(folder, "responses.jsonl"))) {
      Question question = questions.get(String.valueOf(judged.query()));
      List<String> answers = question == null ? List.of() : question.answers();
      all.add(new Case<>(judged.id(), judged.verdict(), answers, judged.response()));
    }
    String judges = set.equals(CORRECT) ? "people" : "not known";
    Said baseline = ask(set, WordRecall.create(), all);
    cards.add(
        RECALL,
        "Share of a reference answer's words found in the answer; no model. All answers.",
        row(set, judges, all, baseline, null));
    for (String name : List.of("f1", "rougeL", "substring", "em")) {
      add(
          cards,
          AnswerMetrics.named(name),
          "Against reference answers; no model. All answers.",
          set,
          judges,
          all,
          baseline);
    }
    List<Case<List<String>, String>> drawn = new ArrayList<>(all);
    Collections.shuffle(drawn, new Random(seed));
    List<Case<List<String>, String>> some = drawn.subList(0, Math.min(sample, drawn.size()));
    Said sampled = ask(set, WordRecall.create(), some);
    for (OnnxEmbedder embedder : embedders) {
      AnswerSimilarity similarity = AnswerSimilarity.by(new Cached(embedder));
      add(
          cards,
          new Named<>(similarity.name() + "/" + embedder.description().name(), similarity),
          String.format(
              Locale.ROOT,
              "Likeness of answer and reference answer; %s. A sample of %,d answers, seed %d.",
              model(embedder),
              some.size(),
              seed),
          set,
          judges,
          some,
          sampled);
    }
  }

  private static String model(OnnxEmbedder embedder) {
    String sha256 = embedder.description().parameters().getOrDefault("modelSha256", "");
    return "model `%s`, SHA-256 `%s`"
        .formatted(
            embedder.description().name(), sha256.substring(0, Math.min(12, sha256.length())));
  }

  private <E, A> void add(
      AgreementCards cards,
      Evaluator<E, A> evaluator,
      String about,
      String set,
      String judges,
      List<Case<E, A>> cases,
      Said baseline) {
    if (cards.wants(evaluator.name())) {
      Said said = ask(set, evaluator, cases);
      cards.add(evaluator.name(), about, row(set, judges, cases, said, baseline));
    }
  }

  private <E, A> Said ask(String set, Evaluator<E, A> evaluator, List<Case<E, A>> cases) {
    Duration before = cpu();
    List<OptionalDouble> scores = new ArrayList<>();
    for (Case<E, A> one : cases) {
      Score score = evaluator.evaluate(one.id(), one.expected(), one.actual(), UNBOUNDED);
      if (score instanceof Score.Failed failed) {
        System.err.println(evaluator.name() + " failed on " + one.id() + ": " + failed.cause());
      }
      scores.add(score.value());
      progress.show("%s: %s, %,d of %,d", set, evaluator.name(), scores.size(), cases.size());
    }
    progress.end("%s: %s, %,d of %,d", set, evaluator.name(), scores.size(), cases.size());
    return new Said(scores, cpu().minus(before));
  }

  private static <E, A> AgreementCards.Row row(
      String set, String judges, List<Case<E, A>> cases, Said said, @Nullable Said baseline) {
    Said other = baseline == null ? said : baseline;
    int[] both =
        IntStream.range(0, cases.size())
            .filter(i -> said.scores().get(i).isPresent() && other.scores().get(i).isPresent())
            .toArray();
    double[] scores = scores(said, both);
    double[] beside = scores(other, both);
    boolean[] right = new boolean[both.length];
    int positives = 0;
    for (int i = 0; i < both.length; i++) {
      right[i] = cases.get(both[i]).verdict();
      positives += right[i] ? 1 : 0;
    }
    return new AgreementCards.Row(
        set,
        judges,
        both.length,
        cases.size(),
        positives,
        Auroc.of(scores, right, LEVEL),
        Auroc.of(beside, right, LEVEL).value(),
        baseline == null ? null : Auroc.difference(scores, beside, right, LEVEL),
        said.cpu().toNanos() / 1e6 / cases.size());
  }

  private static double[] scores(Said said, int[] which) {
    return IntStream.of(which).mapToDouble(i -> said.scores().get(i).orElseThrow()).toArray();
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Where groundedness by embeddings was chosen: the first bit of SHA-256 of the id is 0. */
  private static boolean forChoosing(String question) {
    return Sha.sha256().digest(question.getBytes(StandardCharsets.UTF_8))[0] >= 0;
  }

  private static boolean missing(Path folder, String... more) {
    for (String name : Stream.concat(Stream.of("responses.jsonl"), Stream.of(more)).toList()) {
      if (!Files.exists(file(folder, name))) {
        System.err.println("left out: there is no " + file(folder, name));
        return true;
      }
    }
    return false;
  }

  private static Path file(Path folder, String name) {
    Path packed = folder.resolve(name + ".gz");
    return Files.exists(packed) ? packed : folder.resolve(name);
  }

  /** An evaluator under another name: two of the same kind, with different models. */
  private record Named<E, A>(String name, Evaluator<E, A> evaluator) implements Evaluator<E, A> {
    @Override
    public Subject<? extends E, A> looksAt() {
      return evaluator.looksAt();
    }

    @Override
    public Score evaluate(String caseId, E expected, A actual, CallContext context) {
      return evaluator.evaluate(caseId, expected, actual, context);
    }
  }

  /** Embeds a text once: passages are shared by the answers of a set. For one thread. */
  private record Cached(Embedder embedder, Map<String, float[]> known) implements Embedder {
    Cached(Embedder embedder) {
      this(embedder, new HashMap<>());
    }

    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Set<String> missing = new LinkedHashSet<>(texts);
      missing.removeAll(known.keySet());
      Embeddings made = embedder.embed(List.copyOf(missing), side, context);
      int i = 0;
      for (String text : missing) {
        known.put(text, made.vectors().get(i++));
      }
      List<float[]> vectors = new ArrayList<>();
      texts.forEach(text -> vectors.add(Objects.requireNonNull(known.get(text)).clone()));
      return new Embeddings(vectors, made.usage());
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }
  }
}
