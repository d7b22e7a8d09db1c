package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Evaluation;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.RetrievalEvaluation;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures what is made of a question before it is searched for: gain, interval and cost of each
 * expander.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ExpandReport -Dargs="--data ../shared/data/cranfield"}
 */
@Command(
    name = "ExpandReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Searches a collection in BEIR's layout with the judged questions, as they are and by each expander,"
          + " and prints nDCG@10 and recall@100, how far nDCG@10 and recall@100 are from those of the plain"
          + " search with 95 %% intervals (paired bootstrap over questions), and what a question cost more:"
          + " processor time of this process, tokens that a language model read and wrote, and passages that"
          + " were learnt from. Vectors of questions are made before, so their time is in no row; that of"
          + " texts which an expander wrote is.",
      ""
    })
public final class ExpandReport implements Callable<Integer> {
  private static final String NDCG = Ndcg.at(10).name();
  private static final String RECALL = Recall.at(100).name();
  private static final Pattern WORD = Pattern.compile("\\p{L}{5,}");

  @Mixin private JudgedOptions judged = new JudgedOptions();

  @Option(
      names = "--expand",
      split = ",",
      paramLabel = "LIST",
      description =
          "Of "
              + ExpandName.ALLOWED
              + ", where DIR is a language model's folder; all that need no model unless given.")
  private List<String> names = List.of();

  @Option(
      names = "--language",
      paramLabel = "TAG",
      description = "The language of documents and questions; en unless given.")
  private String language = "en";

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description = "Keep vectors in this file: the next run embeds only what is new.")
  private @Nullable Path vectors;

  @Option(names = "--sample", paramLabel = "N", description = "Only N of the questions.")
  private int sample = Integer.MAX_VALUE;

  @Option(names = "--seed", paramLabel = "S", description = "Of the sample; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--misspell",
      description = "Ask each question with two letters of its longest word in the other order.")
  private boolean misspell;

  @Option(names = "--json", description = "Print one line of JSON for each expander instead.")
  private boolean json;

  private ExpandReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ExpandReport(), args);
  }

  /** What was measured of an expander. */
  private record Row(ExpandName name, Evaluation evaluation, Usage usage, double cpuSeconds) {
    int questions() {
      return evaluation.scores(NDCG).scored();
    }

    double mean(String metric) {
      return evaluation.mean(metric).orElse(0);
    }

    PairedComparison gain(String metric, Row plain) {
      return evaluation.comparedWith(plain.evaluation).metric(metric).paired().orElseThrow();
    }

    double millis(Row plain) {
      return 1000 * (cpuSeconds - plain.cpuSeconds) / questions();
    }

    /** A count of a question, or that it is not known. */
    String each(String... counters) {
      double sum = 0;
      for (String counter : counters) {
        OptionalLong count = usage.count(counter);
        if (count.isEmpty()) {
          return "unknown";
        }
        sum += count.getAsLong();
      }
      return sum == 0 ? "" : String.format(Locale.ROOT, "%.1f", sum / questions());
    }
  }

  @Override
  public Integer call() {
    judged.retriever.requireNoTokens();
    if (sample < 1) {
      throw new IllegalArgumentException("--sample must be >= 1, was " + sample);
    }
    Cli.checkWritable("--vectors", vectors);
    List<ExpandName> ways =
        Cli.distinct(
            "--expand",
            names.isEmpty()
                ? ExpandName.all(judged.retriever)
                : names.stream()
                    .map(name -> ExpandName.of(name).checked(judged.retriever))
                    .toList());
    EvalSet set = questions();
    if (judged.retriever == RetrievalOptions.Kind.bm25) {
      measure(set, ways, null, null);
      return 0;
    }
    try (OnnxEmbedder embedder = RetrievalOptions.embedder(judged.model);
        EmbeddingCache cache = Cli.vectors("--vectors", vectors)) {
      measure(set, ways, embedder, cache.over(embedder));
    }
    return 0;
  }

  private EvalSet questions() {
    EvalSet all = judged.questions();
    List<Question> judged =
        all.questions().values().stream()
            .filter(question -> all.qrels().judgments().containsKey(question.id()))
            .toList();
    List<Question> drawn = new ArrayList<>();
    for (Question question : Cli.sample(judged, sample, seed)) {
      drawn.add(
          misspell
              ? new Question(question.id(), misspelt(question.text()), question.answers())
              : question);
    }
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    drawn.forEach(one -> judgments.put(one.id(), all.qrels().judgments(one.id())));
    return EvalSet.of(all.name(), drawn, Qrels.of(judgments));
  }

  /** Two letters in the middle of the first of the longest words change places. */
  static String misspelt(String question) {
    MatchResult longest =
        WORD.matcher(question)
            .results()
            .max(
                Comparator.comparingInt((MatchResult word) -> word.group().length())
                    .thenComparing(MatchResult::start, Comparator.reverseOrder()))
            .orElse(null);
    if (longest == null) {
      return question;
    }
    StringBuilder text = new StringBuilder(question);
    int middle = (longest.start() + longest.end()) / 2;
    char letter = text.charAt(middle);
    text.setCharAt(middle, text.charAt(middle - 1));
    text.setCharAt(middle - 1, letter);
    return text.toString();
  }

  private void measure(
      EvalSet set,
      List<ExpandName> ways,
      @Nullable OnnxEmbedder model,
      @Nullable Embedder embedder) {
    LuceneIndex.Builder opening = RetrievalOptions.analysed(LuceneIndex.builder(), language);
    try (LuceneIndex index = (embedder == null ? opening : opening.embedder(embedder)).open();
        StageNames stages = new StageNames()) {
      List<Passage> passages = new ArrayList<>();
      BeirFolder folder = judged.folder();
      try (Stream<Passage> all = folder.passages(RetrievalOptions.windows(model))) {
        all.forEach(passages::add);
      }
      index.addAll(passages);
      System.err.printf(Locale.ROOT, "%,d passages%n", passages.size());
      Retriever search = RetrievalOptions.retriever(judged.retriever, index);
      measured(set, ExpandName.of("none"), search); // embeds the questions, and warms up
      Row plain = measured(set, ExpandName.of("none"), search);
      if (!json) {
        System.out.printf(
            Locale.ROOT,
            "| %s, %,d questions | nDCG@10 | gain | recall@100 | gain | ms more | model tokens | passages"
                + " learnt from |%n| --- |%s%n",
            judged.retriever,
            plain.questions(),
            " ---: |".repeat(7));
      }
      print(plain, plain);
      for (ExpandName way : ways) {
        if (!way.text().equals("none")) {
          print(measured(set, way, way.over(index, judged.retriever, stages)), plain);
        }
      }
    }
  }

  private static Row measured(EvalSet set, ExpandName name, Retriever search) {
    List<Usage> usages = new ArrayList<>();
    ProgressLine progress = new ProgressLine();
    Retriever counting =
        (request, context) -> {
          Retrieval found = search.retrieve(request, context);
          usages.add(found.usage());
          progress.show("%s: %,d questions", name, usages.size());
          return found;
        };
    Stopwatch watch = new Stopwatch();
    Evaluation evaluation =
        RetrievalEvaluation.of(set, counting.named(name.toString()), Ndcg.at(10), Recall.at(100));
    watch.stop();
    if (!evaluation.failures().isEmpty()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%s failed for %d questions, the first of them: %s",
              name,
              evaluation.failures().size(),
              evaluation.failures().values().iterator().next()));
    }
    Usage usage = usages.stream().reduce(Usage.none(), Usage::plus);
    return new Row(name, evaluation, usage, watch.cpuSeconds());
  }

  private void print(Row row, Row plain) {
    if (json) {
      System.out.println(toJson(row, plain));
      return;
    }
    boolean self = row.name().equals(plain.name());
    System.out.printf(
        Locale.ROOT,
        "| `%s` | %.4f | %s | %.4f | %s | %s | %s | %s |%n",
        row.name(),
        row.mean(NDCG),
        self ? "" : told(row.gain(NDCG, plain)),
        row.mean(RECALL),
        self ? "" : told(row.gain(RECALL, plain)),
        self ? "" : String.format(Locale.ROOT, "%.1f", row.millis(plain)),
        row.each(Usage.INPUT_TOKENS, Usage.OUTPUT_TOKENS),
        row.each(Usage.FEEDBACK_PASSAGES));
  }

  private static String told(PairedComparison gain) {
    return String.format(
        Locale.ROOT,
        "%+.4f [%+.4f, %+.4f] %s",
        gain.difference(),
        gain.interval().low(),
        gain.interval().high(),
        RerankStages.verdict(gain.interval()));
  }

  private ObjectNode toJson(Row row, Row plain) {
    ObjectNode line = Cli.JSON.createObjectNode();
    line.put("set", row.evaluation().set()).put("retriever", judged.retriever.name());
    line.put("expand", row.name().toString()).put("questions", row.questions());
    line.put("misspelt", misspell);
    for (String metric : Arrays.asList(NDCG, RECALL)) {
      PairedComparison gain = row.gain(metric, plain);
      Interval interval = gain.interval();
      line.putObject(metric)
          .put("mean", row.mean(metric))
          .put("gain", gain.difference())
          .put("low", interval.low())
          .put("high", interval.high())
          .put("verdict", RerankStages.verdict(interval));
    }
    line.put("cpuMillisMore", Stopwatch.rounded(row.millis(plain)));
    Map<String, Long> counts = new LinkedHashMap<>(row.usage().known());
    ObjectNode counted = line.putObject("usage");
    counts.forEach(counted::put);
    return line;
  }
}
