package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.EvidenceCalibration;
import dev.ragwright.eval.answer.NoThresholdException;
import dev.ragwright.eval.answer.StopCalibration;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.QueryExpanders;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EvidenceBounds;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.FollowUp;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.IterativeRetriever;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrieve.Saturation;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures searching in rounds: the evidence that it finds against single searches of as many
 * passages and against as many searches of another kind, what a learnt stop saves and costs, and
 * what a corrective fallback does.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Frugal -Dargs="--data ../shared/data/hotpot-100"}
 */
@Command(
    name = "Frugal",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Searches a collection in BEIR's layout in rounds, following the names in what was found, and prints"
          + " the evidence recall (the share of a question's relevant documents) among the first passages,"
          + " and how far the rounds are from each other way with 95 %% intervals (paired bootstrap over"
          + " questions). All ways are read to the same number of passages. 'one search' searches once;"
          + " 'parts' as often as the rounds, for the question and for parts of its words, ranked by the same"
          + " formula.",
      "",
      "Then what a stop saves that is learnt on one half of the questions and measured on the other, both"
          + " ways round, beside the stop that judgments would choose. It is FrugalRAG's idea without its"
          + " training.",
      ""
    })
public final class Frugal implements Callable<Integer> {

  @Mixin private JudgedOptions judged = new JudgedOptions();

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

  @Option(
      names = "--searches",
      paramLabel = "N",
      description = "The most searches for a question; 3 unless given.")
  private int searches = 3;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "How many passages each search brings; 10 unless given.")
  private int depth = 10;

  @Option(
      names = "--weight",
      paramLabel = "W",
      description = "How much the later searches have to say; .4 unless given.")
  private double weight = .4;

  @Option(
      names = "--at",
      split = ",",
      paramLabel = "N,...",
      description = "After how many passages to look; 5,10,20 unless given.")
  private List<Integer> cuts = List.of(5, 10, 20);

  @Option(
      names = "--loss",
      paramLabel = "SHARE",
      description =
          "The most questions that a learnt stop may lose evidence of, and the most errors of either bound"
              + " of the corrective fallback; .1 unless given.")
  private double loss = .1;

  @Option(
      names = "--confidence",
      paramLabel = "SHARE",
      description = "How often that promise is kept; .9 unless given.")
  private double confidence = .9;

  @Option(
      names = "--scorer",
      paramLabel = "DIR",
      description =
          "The folder of a cross-encoder: another stop, by what it says of the last search, and a corrective"
              + " fallback from one search to the rounds.")
  private @Nullable Path scorer;

  @Option(
      names = "--generator",
      paramLabel = "DIR",
      description =
          "The folder of a language model that asks in place of the names, as one more way.")
  private @Nullable Path generator;

  @Option(names = "--sample", paramLabel = "N", description = "Only N of the questions.")
  private int sample = Integer.MAX_VALUE;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the sample and the halves; 1 unless given.")
  private long seed = 1;

  @Option(names = "--json", description = "Print one line of JSON for each row instead.")
  private boolean json;

  private Frugal() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Frugal(), args);
  }

  /**
   * A way to search, measured.
   *
   * @param recall by cut, a question each
   */
  private record Way(String name, double searches, Map<Integer, double[]> recall) {}

  @Override
  public Integer call() {
    judged.retriever.requireNoTokens();
    if (sample < 1 || cuts.isEmpty() || cuts.stream().anyMatch(cut -> cut < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "--sample and --at must be >= 1, were %d and %s", sample, cuts));
    }
    Cli.checkWritable("--vectors", vectors);
    EvalSet set = questions();
    if (judged.retriever == RetrievalOptions.Kind.bm25) {
      measure(set, null, null);
      return 0;
    }
    try (OnnxEmbedder embedder = RetrievalOptions.embedder(judged.model);
        EmbeddingCache cache = Cli.vectors("--vectors", vectors)) {
      measure(set, embedder, cache.over(embedder));
    }
    return 0;
  }

  private EvalSet questions() {
    EvalSet all = judged.questions();
    List<Question> judged =
        all.questions().values().stream()
            .filter(question -> all.qrels().judgments(question.id()).atLeast(1) > 0)
            .toList();
    List<Question> drawn = Cli.sample(judged, sample, seed);
    if (drawn.size() < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "two questions with a relevant document are needed, had %d; judge more, or ask for a larger --sample",
              drawn.size()));
    }
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    drawn.forEach(one -> judgments.put(one.id(), all.qrels().judgments(one.id())));
    return EvalSet.of(all.name(), drawn, Qrels.of(judgments));
  }

  private void measure(EvalSet set, @Nullable OnnxEmbedder model, @Nullable Embedder embedder) {
    LuceneIndex.Builder opening = RetrievalOptions.analysed(LuceneIndex.builder(), language);
    try (LuceneIndex index = (embedder == null ? opening : opening.embedder(embedder)).open();
        StageNames stages = new StageNames()) {
      List<Passage> passages = new ArrayList<>();
      try (Stream<Passage> all = judged.folder().passages(RetrievalOptions.windows(model))) {
        all.forEach(passages::add);
      }
      index.addAll(passages);
      System.err.printf(Locale.ROOT, "%,d passages%n", passages.size());
      Retriever plain = RetrievalOptions.retriever(judged.retriever, index);
      IterativeRetriever loop = rounds(plain, FollowUp.names());
      Way rounds = way("rounds", loop, set, loop);
      List<Way> others = new ArrayList<>();
      others.add(way("one search", plain, set, null));
      if (judged.retriever == RetrievalOptions.Kind.bm25) {
        others.add(way("rm3", index.rm3(), set, null));
      }
      IterativeRetriever parts = rounds(plain, FollowUp.of(parts(searches - 1)));
      others.add(way("parts", parts, set, parts));
      if (generator != null) {
        Generator asking =
            stages.closing(
                OnnxGenerator.builder(ModelFolder.of(generator))
                    .decoding(DecodingOptions.builder().maxTokens(60).build())
                    .build());
        IterativeRetriever asked = rounds(plain, QueryExpanders.followUp(asking, 1));
        others.add(way("rounds asked by " + generator.getFileName(), asked, set, asked));
      }
      print(set, rounds, others);
      Reranker scoring = scorer == null ? null : stages.closing(OnnxCrossEncoder.load(scorer));
      stops(set, loop, scoring);
      if (scoring != null) {
        boolean words = judged.retriever == RetrievalOptions.Kind.bm25;
        corrected(
            set, index.bm25(), words ? loop : index.knn(), scoring, words ? rounds : others.get(0));
      }
    }
  }

  private IterativeRetriever rounds(Retriever plain, FollowUp followUp) {
    return IterativeRetriever.of(plain, followUp).searches(searches).depth(depth).weight(weight);
  }

  /** The question's words in so many parts, as they stand. */
  private static QueryExpander parts(int many) {
    QueryExpander parts =
        (question, context) -> {
          String[] words = question.text().strip().split("\\s+", -1);
          List<Query> queries = new ArrayList<>(List.of(question));
          for (int i = 0; i < many; i++) {
            queries.add(
                Query.of(
                    String.join(
                        " ",
                        Arrays.asList(words)
                            .subList(words.length * i / many, words.length * (i + 1) / many))));
          }
          return Expansion.of(queries, Usage.none());
        };
    return parts.named("parts");
  }

  private Way way(
      String name, Retriever search, EvalSet set, @Nullable IterativeRetriever counted) {
    int deepest = cuts.stream().mapToInt(Integer::intValue).max().orElse(1);
    Map<Integer, double[]> recall = new LinkedHashMap<>();
    cuts.forEach(cut -> recall.put(cut, new double[set.questions().size()]));
    ProgressLine progress = new ProgressLine();
    long made = 0;
    int at = 0;
    for (Question question : set.questions().values()) {
      Retrieval found = search.retrieve(question.text(), deepest);
      made += found.usage().count(Usage.SEARCHES).orElse(1);
      for (int cut : cuts) {
        Objects.requireNonNull(recall.get(cut))[at] =
            recall(found.hits(), cut, set.qrels().judgments(question.id()));
      }
      progress.show("%s: %,d questions", name, ++at);
    }
    double searched = counted == null ? name.equals("rm3") ? 2 : 1 : (double) made / at;
    return new Way(name, searched, recall);
  }

  private static double recall(List<Hit> hits, int cut, Judgments judgments) {
    Set<String> found = new HashSet<>();
    hits.stream()
        .limit(cut)
        .map(hit -> hit.passage().documentId())
        .filter(document -> judgments.grade(document).orElse(0) > 0)
        .forEach(found::add);
    return (double) found.size() / judgments.atLeast(1);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private void print(EvalSet set, Way rounds, List<Way> others) {
    int questions = set.questions().size();
    if (!json) {
      System.out.printf(
          Locale.ROOT, "| %s, %,d questions | searches |", judged.retriever, questions);
      cuts.forEach(cut -> System.out.printf(Locale.ROOT, " recall@%d | rounds' gain |", cut));
      System.out.printf(Locale.ROOT, "%n| --- | ---: |%s%n", " ---: | --- |".repeat(cuts.size()));
    }
    row(rounds, null);
    others.forEach(way -> row(way, rounds));
    EvalSet.Split halves = set.split(.5, seed);
    for (boolean first : List.of(true, false)) {
      EvalSet half = first ? halves.choosing() : halves.reporting();
      String name = first ? "first" : "second";
      for (Way way : others) {
        if (way.name().equals("one search") || way.name().equals("parts")) {
          row(
              of(half, set, way, way.name() + ", the " + name + " half"),
              of(half, set, rounds, "rounds"));
        }
      }
    }
  }

  private static <T> T of(Map<String, T> byQuestion, String id) {
    return Objects.requireNonNull(byQuestion.get(id), id);
  }

  private static Way of(EvalSet half, EvalSet set, Way way, String name) {
    List<String> all = List.copyOf(set.questions().keySet());
    Map<Integer, double[]> recall = new LinkedHashMap<>();
    way.recall()
        .forEach(
            (cut, values) ->
                recall.put(
                    cut,
                    half.questions().keySet().stream()
                        .mapToDouble(id -> values[all.indexOf(id)])
                        .toArray()));
    return new Way(name, way.searches(), recall);
  }

  private void row(Way way, @Nullable Way rounds) {
    if (json) {
      ObjectNode line = line("recall", way.name()).put("searches", rounded(way.searches()));
      way.recall()
          .forEach(
              (cut, values) -> {
                ObjectNode at = line.putObject("recall@" + cut).put("mean", mean(values));
                if (rounds != null) {
                  PairedComparison gain = gain(rounds, way, cut);
                  at.put("roundsGain", gain.difference())
                      .put("low", gain.interval().low())
                      .put("high", gain.interval().high())
                      .put("verdict", RerankStages.verdict(gain.interval()));
                }
              });
      System.out.println(line);
      return;
    }
    System.out.printf(Locale.ROOT, "| %s | %.2f |", way.name(), way.searches());
    way.recall()
        .forEach(
            (cut, values) ->
                System.out.printf(
                    Locale.ROOT,
                    " %.4f | %s |",
                    mean(values),
                    rounds == null ? "" : told(gain(rounds, way, cut))));
    System.out.println();
  }

  private ObjectNode line(String table, String name) {
    return Cli.JSON
        .createObjectNode()
        .put("table", table)
        .put("set", String.valueOf(judged.data.getFileName()))
        .put("retriever", judged.retriever.name())
        .put("way", name);
  }

  private static PairedComparison gain(Way rounds, Way other, int cut) {
    return PairedComparison.of(
        Objects.requireNonNull(rounds.recall().get(cut)),
        Objects.requireNonNull(other.recall().get(cut)));
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

  private static double rounded(double value) {
    return Math.rint(value * 1e4) / 1e4;
  }

  /** A question's searches to the budget, and where the judgments would stop. */
  private record Searched(List<Hop> hops, Judgments judgments, int oracle) {
    double recall(int searches) {
      return StopCalibration.recall(hops, judgments)[searches - 1];
    }
  }

  /** Both halves, each with what was learnt on the other. */
  private void stops(EvalSet set, IterativeRetriever loop, @Nullable Reranker scoring) {
    Map<String, Searched> searched = new HashMap<>();
    for (Question question : set.questions().values()) {
      List<Hop> hops = loop.hops(RetrievalRequest.of(question.text(), 1), CallContext.unbounded());
      Judgments judgments = set.qrels().judgments(question.id());
      searched.put(
          question.id(), new Searched(hops, judgments, StopCalibration.oracle(hops, judgments)));
    }
    if (!json) {
      System.out.printf(
          Locale.ROOT,
          "%n| stop, of at most %d searches | searches | more than the oracle | recall of all found | questions"
              + " that lose evidence |%n| --- | ---: | ---: | ---: | ---: |%n",
          searches);
    }
    stop("the first search", set, searched, id -> 1);
    stop("the budget", set, searched, id -> of(searched, id).hops().size());
    stop("the judgments (oracle)", set, searched, id -> of(searched, id).oracle());
    learnt(set, loop, Saturation.coverage(), searched);
    if (scoring != null) {
      learnt(set, loop, Saturation.gain(scoring), searched);
    }
  }

  private void learnt(
      EvalSet set, IterativeRetriever loop, Saturation rule, Map<String, Searched> searched) {
    EvalSet.Split halves = set.split(.5, seed);
    Map<String, Integer> stops = new HashMap<>();
    List<String> thresholds = new ArrayList<>();
    for (boolean first : List.of(true, false)) {
      EvalSet learning = first ? halves.choosing() : halves.reporting();
      EvalSet measured = first ? halves.reporting() : halves.choosing();
      Threshold threshold;
      try {
        threshold =
            StopCalibration.of(learning, loop, rule)
                .lossAtMost(loss)
                .confidence(confidence)
                .threshold();
      } catch (NoThresholdException e) {
        System.err.println(rule.description() + ": " + e.getMessage());
        return;
      }
      thresholds.add(
          threshold.value() == -Double.MAX_VALUE
              ? "any value"
              : String.format(Locale.ROOT, "%.3f", threshold.value()));
      IterativeRetriever stopping = loop.stoppingAt(rule, threshold);
      for (Question question : measured.questions().values()) {
        stops.put(
            question.id(),
            stopping.hops(RetrievalRequest.of(question.text(), 1), CallContext.unbounded()).size());
      }
    }
    String name =
        String.format(
            Locale.ROOT,
            "%s from %s (loss <= %s, confidence %s)",
            rule.description().name(),
            String.join(" and ", thresholds),
            loss,
            confidence);
    stop(name, set, searched, id -> of(stops, id));
  }

  private void stop(
      String name, EvalSet set, Map<String, Searched> searched, ToDoubleFunction<String> stops) {
    int many = set.questions().size();
    double made = 0;
    double more = 0;
    double recall = 0;
    int lost = 0;
    for (String id : set.questions().keySet()) {
      Searched one = of(searched, id);
      int at = Math.min((int) stops.applyAsDouble(id), one.hops().size());
      made += at;
      more += Math.max(0, at - one.oracle());
      recall += one.recall(at);
      lost += at < one.oracle() ? 1 : 0;
    }
    if (json) {
      System.out.println(
          line("stop", name)
              .put("searches", rounded(made / many))
              .put("regret", rounded(more / many))
              .put("recall", rounded(recall / many))
              .put("lost", lost)
              .put("questions", many));
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.4f | %d of %d |%n",
        name,
        made / many,
        more / many,
        recall / many,
        lost,
        many);
  }

  /**
   * From words to the rounds, or to vectors where there are any; what is wanted is all evidence of
   * a question among the passages that are read. Cross-fitted.
   *
   * @param always the way that asks the second retriever for every question
   */
  private void corrected(
      EvalSet set, Retriever plain, Retriever second, Reranker scoring, Way always) {
    EvalSet.Split halves = set.split(.5, seed);
    Map<String, Retrieval> found = new HashMap<>();
    Map<EvidenceBounds.Sort, Integer> sorts = new HashMap<>();
    List<EvidenceBounds> learnt = new ArrayList<>();
    int deepest = cuts.stream().mapToInt(Integer::intValue).max().orElse(1);
    for (boolean first : List.of(true, false)) {
      EvidenceBounds bounds =
          EvidenceCalibration.of(
                  first ? halves.choosing() : halves.reporting(), plain, scoring, depth, 1)
              .errorAtMost(loss)
              .confidence(confidence)
              .bounds();
      learnt.add(bounds);
      Retriever corrected =
          Retrievers.corrected(
              plain, scoring, depth, bounds, second, RankFusion.reciprocalRank(60));
      EvalSet measured = first ? halves.reporting() : halves.choosing();
      for (Question question : measured.questions().values()) {
        Retrieval one = corrected.retrieve(question.text(), deepest);
        found.put(question.id(), one);
        one.parts().stream()
            .map(part -> part.details().get("verdict"))
            .filter(String.class::isInstance)
            .forEach(
                verdict ->
                    sorts.merge(EvidenceBounds.Sort.valueOf((String) verdict), 1, Integer::sum));
      }
    }
    Map<Integer, double[]> recall = new LinkedHashMap<>();
    for (int cut : cuts) {
      recall.put(
          cut,
          set.questions().keySet().stream()
              .mapToDouble(id -> recall(of(found, id).hits(), cut, set.qrels().judgments(id)))
              .toArray());
    }
    int asked = found.size() - sorts.getOrDefault(EvidenceBounds.Sort.CORRECT, 0);
    if (!json) {
      System.out.printf(
          Locale.ROOT,
          "%n%s%nand %s%nsorted %s%n%n| corrective fallback | second searches |",
          learnt.get(0),
          learnt.get(1),
          sorts);
      cuts.forEach(
          cut -> System.out.printf(Locale.ROOT, " recall@%d | gain of '%s' |", cut, always.name()));
      System.out.printf(Locale.ROOT, "%n| --- | ---: |%s%n", " ---: | --- |".repeat(cuts.size()));
    }
    row(new Way("corrected", (double) asked / found.size(), recall), always);
  }
}
