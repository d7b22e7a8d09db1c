package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Searches a BEIR collection with all its judged queries and writes a TREC run.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Search -Dargs="--data DIR --retriever bm25 --run bm25.trec"}
 */
@Command(
    name = "Search",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Searches a collection in BEIR's layout with every query that has judgments (in any of"
          + " qrels/*.tsv), writes a TREC run, and prints one line of JSON with counts and times.",
      "",
      "A document's text is its title, two line feeds and its text, or its text alone where the title"
          + " is blank. Without vectors each document is one passage; with vectors, one that is longer"
          + " than the embedding model reads is cut into overlapping windows that are not."
          + " --passage-tokens cuts shorter. A document's score is its best passage's.",
      "",
      "With --rerank the run is the reranked one, and the JSON has each stage's nDCG@10: the difference"
          + " to the retriever's with its 95 %% interval (paired bootstrap), and whether it rises, falls,"
          + " or cannot be told apart; the pairs scored and the processor time that it took.",
      ""
    })
public final class Search implements Callable<Integer> {
  private static final Set<String> STORE_ALONE =
      Set.of(
          "--query",
          "--store",
          "--collection",
          "--model",
          "--retriever",
          "--top-k",
          "--run",
          "--rerank");

  @Option(
      names = "--data",
      paramLabel = "BEIR_DIR",
      description =
          "The folder with corpus.jsonl[.gz], queries.jsonl[.gz] and qrels/*.tsv. Needed, unless a"
              + " --query is for what a --store has, without an --index.")
  private Path data = Path.of("");

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Mixin private RerankOptions reranking = new RerankOptions();

  @Option(
      names = "--expand",
      paramLabel = "NAME",
      description =
          "What is made of a question before it is searched for: "
              + ExpandName.ALLOWED
              + "; DIR is a language model's folder, and the last two are other fusions of hybrid."
              + " With --query, what was searched for is told on standard error.")
  private @Nullable String expand;

  @Option(
      names = "--fusion",
      paramLabel = "FILE",
      description =
          "Put together what --retriever hybrid finds as Learn --out learnt it, in place of by rank. It"
              + " is refused for other settings than those that it was learnt for.")
  private @Nullable Path fusion;

  @Option(
      names = "--adapter",
      paramLabel = "FILE",
      description =
          "Map the vectors as Learn --out or ShorterVectors --out learnt it. One of questions alone opens"
              + " an --index as it is; one of both sides needs an --index of its own. It is refused for"
              + " another model.")
  private @Nullable Path adapter;

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description =
          "Keep the model's vectors of texts in this file, and take from it those that are there: an"
              + " index that is made anew, such as for an --adapter, embeds no text again. Learn"
              + " --indexes DIR keeps one as DIR/vectors.")
  private @Nullable Path keep;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Only the queries judged in qrels/NAME.tsv. All unless given; with --rerank, test or the only one.")
  private @Nullable String split;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Only N of the queries, drawn by --seed.")
  private int sample = Integer.MAX_VALUE;

  @Option(names = "--seed", paramLabel = "S", description = "Of the sample; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description =
          "The most documents for a query; 100 unless given, and 10 passages with --query.")
  private int topK = 100;

  @Option(
      names = "--ignore-identical-ids",
      description =
          "Leave out the document that has the query's id, for sets whose queries are documents too;"
              + " Evaluate has the same.")
  private boolean ignoreIdenticalIds;

  @Option(
      names = "--passage-tokens",
      paramLabel = "N",
      description =
          "Cut documents into passages of at most N tokens, the embedding model's where there is one.")
  private int passageTokens;

  @Option(
      names = "--chunker",
      paramLabel = "NAME",
      description =
          "Cut documents by "
              + ChunkerName.ALLOWED
              + "; tokens are the embedding model's where there is one.")
  private @Nullable String chunker;

  @Option(
      names = "--parent",
      paramLabel = "NAME",
      description =
          "Search the passages of --chunker within those of this one, and return these: the same as"
              + " --chunker SMALL@LARGE.")
  private @Nullable String parent;

  @Option(
      names = "--run",
      paramLabel = "FILE",
      description = "The run to write; needed without --query.")
  private Path run = Path.of("");

  @Option(
      names = "--query",
      paramLabel = "TEXT",
      description =
          "Search a folder of documents of any kind for this, and print the passages with their places.")
  private @Nullable String query;

  @Mixin private DocumentOptions reading = new DocumentOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  private Search() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Search(), args);
  }

  @Override
  public Integer call() {
    checkArguments();
    EmbeddingAdapter map = adapter == null ? null : EmbeddingAdapterFile.read(adapter);
    try (@Nullable EmbeddingCache kept = keep == null ? null : Cli.vectors("--keep", keep)) {
      retrieval.vectorsBy =
          model -> {
            Embedder embedder = kept == null ? model : kept.over(model);
            return map == null ? embedder : embedder.adapted(map);
          };
      return search();
    }
  }

  /** What was learnt stays in use while documents come and go; how many did is told. */
  private void tellChanges(
      String option, Optional<CorpusSketch> learntOver, RetrievalOptions.Opened opened) {
    if (learntOver.isEmpty()) {
      return;
    }
    CorpusSketch then = learntOver.get();
    CorpusSketch now = CorpusSketch.of(Learn.passages(data, opened.index()).stream());
    double changed = then.changed(now);
    if (changed > 0) {
      System.err.printf(
          Locale.ROOT,
          "of these %,d passages and the %,d that %s was learnt over, %s%.0f %% are in one only%n",
          now.passages(),
          then.passages(),
          option,
          Math.max(then.passages(), now.passages()) > CorpusSketch.SIZE ? "about " : "",
          changed * 100);
    }
  }

  private int search() {
    String asked = query;
    if (asked != null) {
      return data.toString().isEmpty() ? searchStore(asked) : searchFolder(asked);
    }
    BeirFolder folder = BeirFolder.of(data);
    Map<String, Map<String, Integer>> judged = judgments(folder);
    Map<String, String> all = judgedQueries(folder, judged.keySet());
    Map<String, String> queries = sampled(all);
    Stopwatch indexing = new Stopwatch();
    try (StageNames names = new StageNames();
        RetrievalOptions.Opened opened = retrieval.open(folder, this::chunker);
        RerankOptions.@Nullable Opened reranker =
            reranking.chosen() ? reranking.open(opened.embedder(), retrieval) : null) {
      indexing.stop();
      if (fusion != null) {
        tellChanges("--fusion", FusionModelFile.learntOver(fusion), opened);
      }
      if (adapter != null) {
        tellChanges("--adapter", EmbeddingAdapterFile.learntOver(adapter), opened);
      }
      RerankStages stages =
          reranker == null
              ? null
              : new RerankStages(reranker.reranker(), reranking.depth, reranking.fusion());
      Stopwatch searching = new Stopwatch();
      double[] millis = new double[queries.size()];
      String lines = search(returning(opened, names), stages, queries, millis);
      searching.stop();
      write(lines);
      ObjectNode json = summary(opened, millis, indexing, searching);
      if (expand != null) {
        json.put("expand", ExpandName.of(expand).toString());
      }
      if (ignoreIdenticalIds) {
        json.put("ignoreIdenticalIds", true);
      }
      if (queries.size() < all.size()) {
        json.putObject("sample")
            .put("queries", queries.size())
            .put("of", all.size())
            .put("seed", seed);
      }
      if (stages != null) {
        stages.report(json, Qrels.ofGrades(judged), opened.retriever().description().name());
      }
      System.out.println(json);
    }
    return 0;
  }

  private @Nullable ChunkerName chunkerName() {
    if (chunker == null) {
      return null;
    }
    return ChunkerName.of(parent == null ? chunker : chunker + "@" + parent);
  }

  private Retriever returning(RetrievalOptions.Opened opened, StageNames names) {
    Retriever search =
        expand == null
            ? fused(opened)
            : retrieval.filtered(
                ExpandName.of(expand).over(opened.index(), retrieval.kind(), names));
    ChunkerName name = chunkerName();
    return name == null ? search : name.returning(search, opened.index()::passages);
  }

  private Retriever fused(RetrievalOptions.Opened opened) {
    if (fusion == null) {
      return opened.retriever();
    }
    FusionModel model = FusionModelFile.read(fusion);
    return retrieval.filtered(
        Retrievers.fuse(
            RankFusion.learnt(model), model.depth(), opened.index().bm25(), opened.index().knn()));
  }

  private Chunker chunker(@Nullable OnnxEmbedder embedder) {
    ChunkerName name = chunkerName();
    if (name != null) {
      return name.chunker(
          embedder == null ? TokenCounter.approximate() : embedder.tokenCounter(), embedder);
    }
    return passageTokens > 0
        ? RetrievalOptions.passages(passageTokens, embedder)
        : RetrievalOptions.windows(embedder);
  }

  /** Before the long work rather than after it. */
  private void checkArguments() {
    if (topK < 1) {
      throw new IllegalArgumentException("--top-k must be >= 1, was " + topK);
    }
    if (passageTokens < 0) {
      throw new IllegalArgumentException("--passage-tokens must be >= 1, was " + passageTokens);
    }
    if (sample < 1) {
      throw new IllegalArgumentException("--sample must be >= 1, was " + sample);
    }
    if (parent != null && chunker == null) {
      throw new IllegalArgumentException("--parent needs --chunker, whose passages are searched");
    }
    if (chunker != null && passageTokens > 0) {
      throw new IllegalArgumentException(
          "--chunker does not go with --passage-tokens; --chunker recursive:N is the same");
    }
    chunkerName();
    if (expand != null) {
      ExpandName.of(expand).checked(retrieval.kind());
    }
    if (fusion != null) {
      if (retrieval.kind() != RetrievalOptions.Kind.hybrid || expand != null) {
        throw new IllegalArgumentException(
            "--fusion puts together what --retriever hybrid finds; it goes with neither another nor --expand");
      }
      FusionModelFile.read(fusion);
    }
    if (adapter != null || keep != null) {
      if (retrieval.kind() == RetrievalOptions.Kind.bm25) {
        throw new IllegalArgumentException(
            "%s is about vectors: it needs --retriever dense, hybrid or tokens"
                .formatted(adapter == null ? "--keep" : "--adapter"));
      }
    }
    reranking.check();
    if (data.toString().isEmpty()) {
      checkStoreAlone();
    }
    if (query != null) {
      if (query.isBlank()) {
        throw new IllegalArgumentException("--query must have a word to search for, was blank");
      }
      if (reranking.chosen() || !run.toString().isEmpty()) {
        throw new IllegalArgumentException(
            "--query prints passages: it goes with neither --run nor --rerank");
      }
      for (String option : List.of("--split", "--sample", "--seed", "--ignore-identical-ids")) {
        if (given(option)) {
          throw new IllegalArgumentException(
              option + " is about the judged queries of a folder; it does not go with --query");
        }
      }
    } else if (run.toString().isEmpty()) {
      throw new IllegalArgumentException("--run FILE is needed, or --query TEXT");
    } else {
      Cli.checkWritable("--run", run);
    }
  }

  private void checkStoreAlone() {
    if (!retrieval.store.chosen() || retrieval.index != null || query == null) {
      throw new IllegalArgumentException(
          "--data DIR is needed; only --query with --store and without --index does without");
    }
    if (retrieval.kind() != RetrievalOptions.Kind.dense) {
      throw new IllegalArgumentException(
          "--retriever %s needs the words, which are in an index: give --data and --index too"
              .formatted(retrieval.kind()));
    }
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!STORE_ALONE.contains(option.longestName())) {
        throw new IllegalArgumentException(
            "%s does nothing where a --store is searched as it is; leave it out, or give --data and --index too"
                .formatted(option.longestName()));
      }
    }
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** What is in the store, whoever put it there. That the model is theirs, nobody can tell. */
  private int searchStore(String asked) {
    try (OnnxEmbedder embedder = retrieval.embedder()) {
      VectorStore store = retrieval.store.open(embedder.dimension());
      print(StoreRetriever.over(store, embedder), asked);
    }
    return 0;
  }

  private int searchFolder(String asked) {
    try (StageNames names = new StageNames();
        RetrievalOptions.Opened opened =
            retrieval.open(
                reading.source(data),
                embedder ->
                    passageTokens > 0 || chunker != null
                        ? chunker(embedder)
                        : Chunkers.markdown(300))) {
      print(returning(opened, names), asked);
    }
    return 0;
  }

  /** What retrievers had to say of ranges that accept nothing. */
  private static Stream<Object> notes(List<StageRecord> records) {
    return records.stream()
        .flatMap(
            record ->
                Stream.concat(
                    Stream.ofNullable(
                        record.stage().equals("filter") ? record.details().get("note") : null),
                    notes(record.parts())));
  }

  /** What was searched for in place of the question, or beside it, and what was learnt. */
  private static void tellWhatWasAsked(List<StageRecord> records) {
    for (StageRecord record : records) {
      for (String detail : List.of("changed", "query", "terms")) {
        Object told = record.details().get(detail);
        if (told != null) {
          System.err.println(detail + ": " + Cli.oneLine(told.toString()));
        }
      }
      tellWhatWasAsked(record.parts());
    }
  }

  private void print(Retriever retriever, String asked) {
    int rank = 0;
    Retrieval found = retriever.retrieve(asked, given("--top-k") ? topK : 10);
    if (found.hits().isEmpty() && retrieval.filter != null) {
      System.err.println("nothing was found that --filter \"" + retrieval.filter + "\" accepts");
    }
    if (expand != null) {
      tellWhatWasAsked(found.parts());
    }
    notes(found.parts())
        .distinct()
        .forEach(
            note ->
                System.err.println(
                    note.toString().contains("accepts nothing")
                        ? note + "; in --filter a text stands in quotes"
                        : note));
    for (Hit hit : found.hits()) {
      System.out.printf(
          Locale.ROOT,
          "%d. %.3f %s%n   %s%n",
          ++rank,
          hit.score(),
          hit.passage().place(),
          Cli.oneLine(hit.passage().text()));
    }
  }

  private Map<String, Map<String, Integer>> judgments(BeirFolder folder) {
    String only = split == null && reranking.chosen() ? EvalSet.defaultSplit(data) : split;
    Map<String, Map<String, Integer>> judged = new LinkedHashMap<>();
    for (String name : only == null ? folder.splits() : List.of(only)) {
      judged.putAll(folder.qrels(name));
    }
    return judged;
  }

  private Map<String, String> sampled(Map<String, String> queries) {
    Map<String, String> sampled = new LinkedHashMap<>(queries);
    sampled.keySet().retainAll(Cli.sample(queries.keySet(), sample, seed));
    return sampled;
  }

  private Map<String, String> judgedQueries(BeirFolder folder, Set<String> judged) {
    Map<String, String> queries = new LinkedHashMap<>(folder.queries());
    judged.stream()
        .filter(id -> !queries.containsKey(id))
        .forEach(id -> System.err.println("left out: query " + id + " is judged, but has no text"));
    queries.keySet().retainAll(judged);
    if (queries.isEmpty()) {
      throw new IllegalArgumentException(
          "no query has judgments: " + data.resolve("qrels") + " has files for " + folder.splits());
    }
    return queries;
  }

  private String search(
      Retriever retriever,
      @Nullable RerankStages stages,
      Map<String, String> queries,
      double[] millis) {
    ProgressLine progress = new ProgressLine();
    StringBuilder lines = new StringBuilder();
    int done = 0;
    for (Map.Entry<String, String> query : queries.entrySet()) {
      long start = System.nanoTime();
      List<Hit> hits = retrieve(retriever, query.getKey(), query.getValue());
      if (stages != null) {
        hits = stages.apply(query.getKey(), query.getValue(), hits);
      }
      millis[done++] = (System.nanoTime() - start) / 1e6;
      append(query.getKey(), hits, lines);
      progress.show("searched %,d of %,d queries", done, queries.size());
    }
    System.err.printf(Locale.ROOT, "searched %,d queries; the run is %s%n", done, run);
    return lines.toString();
  }

  /** Deep enough for as many documents as are wanted, of which one may take several places. */
  private List<Hit> retrieve(Retriever retriever, String id, String query) {
    int wanted = reranking.chosen() ? Math.max(topK, reranking.depth) : topK;
    int least = ignoreIdenticalIds ? Math.addExact(wanted, 1) : wanted;
    for (int depth = least; ; depth = Math.multiplyExact(depth, 2)) {
      List<Hit> found = retriever.retrieve(query, depth).hits();
      List<Hit> hits =
          found.stream()
              .filter(hit -> !(ignoreIdenticalIds && hit.passage().documentId().equals(id)))
              .toList();
      long documents = hits.stream().map(hit -> hit.passage().documentId()).distinct().count();
      if (documents >= wanted || found.size() < depth) {
        return hits;
      }
    }
  }

  /** Best passages first, so the first of a document is its best. */
  private void append(String query, List<Hit> hits, StringBuilder lines) {
    Set<String> documents = new LinkedHashSet<>();
    for (Hit hit : hits) {
      String document = hit.passage().documentId();
      if (documents.size() < topK && documents.add(document)) {
        if (document.chars().anyMatch(Character::isWhitespace)) {
          throw new IllegalArgumentException(
              "document id \"" + document + "\" has white space, which a TREC run cannot hold");
        }
        lines.append(query).append(" Q0 ").append(document).append(' ').append(documents.size());
        lines.append(' ').append(hit.score()).append(" ragwright-").append(retrieval.kind());
        lines.append(expand == null ? "" : "-" + ExpandName.of(expand).stage().name());
        lines.append(reranking.chosen() ? "-reranked" : "");
        lines.append('\n');
      }
    }
  }

  private void write(String lines) {
    try {
      Files.writeString(run, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the run " + run, e);
    }
  }

  private static ObjectNode summary(
      RetrievalOptions.Opened opened, double[] millis, Stopwatch indexing, Stopwatch searching) {
    SyncReport report = opened.report();
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    ObjectNode json = Cli.JSON.createObjectNode();
    json.put("documents", report.documents());
    json.put("passages", opened.index().size().passages());
    json.put("embedded", report.embedded());
    report
        .truncatedTexts()
        .ifPresentOrElse(n -> json.put("truncated", n), () -> json.putNull("truncated"));
    json.put("queries", millis.length);
    json.put("indexSeconds", Stopwatch.rounded(indexing.seconds()));
    json.put("indexCpuSeconds", Stopwatch.rounded(indexing.cpuSeconds()));
    json.put("searchSeconds", Stopwatch.rounded(searching.seconds()));
    json.put("searchCpuSeconds", Stopwatch.rounded(searching.cpuSeconds()));
    json.put("p50Millis", Stopwatch.rounded(quantile(sorted, 0.5)));
    json.put("p95Millis", Stopwatch.rounded(quantile(sorted, 0.95)));
    return json;
  }

  /** The smallest time that at least this share of the queries took at most. */
  private static double quantile(double[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
