package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.stats.Bootstrap;
import dev.ragwright.eval.stats.Interval;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.eval.stats.Resampling;
import dev.ragwright.generate.ContextualChunker;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Compares chunkers by how much of the excerpts that answer a question the passages found hold.
 *
 * <p>{@code mvn -q -Pexample -Dexample=ChunkingReport -Dargs="--data ../shared/data/chunking-eval"}
 */
@Command(
    name = "ChunkingReport",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Cuts the documents of a folder with each chunker, searches for every question, and prints how the"
          + " passages found overlap the excerpts that answer it: recall, precision, IoU and precision"
          + " omega as Chroma's chunking evaluation defines them, with 95 %% intervals (bootstrap over"
          + " questions).",
      "",
      "Where larger passages are returned than are searched for, passages and tokens are those that are"
          + " searched for, and precision omega is that of the larger ones (of sentences, for window).",
      "",
      "Longer passages hold more and are less precise. So the last columns compare at equal cost: recall of"
          + " the best passages that together have at most --budget tokens, and how far it is from the first"
          + " chunker's (paired bootstrap).",
      ""
    })
public final class ChunkingReport implements Callable<Integer> {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "Documents and questions in BEIR's layout; each question has the id of its document (doc) and"
              + " the [start, end) of its excerpts in code points (answer_spans).")
  private Path data = Path.of("");

  @Option(
      names = "--chunker",
      split = ",",
      paramLabel = "LIST",
      description = "all (the default), or of " + ChunkerName.ALLOWED + ".")
  private List<String> chunkers = List.of("all");

  @Option(
      names = "--retriever",
      paramLabel = "bm25|dense|hybrid",
      description = "How to search; dense unless given.")
  private RetrievalOptions.Kind retriever = RetrievalOptions.Kind.dense;

  @Option(
      names = "--model",
      paramLabel = RetrievalOptions.MODELS,
      description =
          "The embedding model of dense and hybrid, whose tokens are counted; minilm unless given.")
  private String model = "minilm";

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      description =
          "How that model's vectors of tokens become one of a text, against what it says; late: wants"
              + " MEAN.")
  private @Nullable Pooling pooling;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description = "Keep vectors in this file: the next run embeds only what is new.")
  private @Nullable Path vectors;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "How many passages are found; 5 unless given, as the benchmark has it.")
  private int topK = 5;

  @Option(
      names = "--budget",
      paramLabel = "N",
      description = "Tokens that passages are read up to in the last columns; 1000 unless given.")
  private int budget = 1000;

  @Option(
      names = "--notes",
      paramLabel = "NAME",
      description =
          "What writes the notes of noted: chunkers: extractive, reader:DIR or onnx:DIR, the folder of a"
              + " model. What it counted is told.")
  private @Nullable String notes;

  @Option(
      names = "--notes-in",
      paramLabel = "DIR",
      description = "Keep notes in this folder: the next run writes only those that are new.")
  private @Nullable Path notesFolder;

  @Option(
      names = "--note-reads",
      paramLabel = "N",
      description = "Tokens of a document that are read for a note; 600 unless given.")
  private int noteReads = 600;

  @Option(names = "--sample", paramLabel = "N", description = "Only N of the questions.")
  private int sample = Integer.MAX_VALUE;

  @Option(names = "--json", description = "Print one line of JSON for each chunker instead.")
  private boolean json;

  private static final int NOTE_TOKENS = 80;

  private @Nullable Generator noteWriter;
  private Usage noteUsage = Usage.none();
  private int noteCount;

  private ChunkingReport() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new ChunkingReport(), args);
  }

  /** What was measured of a chunker, a number for each question where it is an array. */
  private record Row(
      ChunkerName chunker,
      int passages,
      double tokens,
      Map<String, double[]> scores,
      double seconds) {
    double[] of(String measure) {
      return scores.getOrDefault(measure, new double[0]);
    }
  }

  private static final List<String> MEASURES =
      List.of("recall", "precision", "iou", "precisionOmega");

  private static final String IN_BUDGET = "recallInBudget";

  @Override
  public Integer call() {
    retriever.requireNoTokens();
    if (topK < 1 || budget < 1 || sample < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--top-k, --budget and --sample must be >= 1, were %d, %d and %d",
              topK,
              budget,
              sample));
    }
    Cli.checkWritable("--vectors", vectors);
    List<ChunkerName> names =
        Cli.distinct(
            "--chunker",
            chunkers.equals(List.of("all"))
                ? ChunkerName.all()
                : chunkers.stream().map(ChunkerName::of).toList());
    List<Document> documents;
    try (Stream<Document> all = BeirFolder.of(data).documents(problem -> {})) {
      documents = all.toList();
    }
    List<Excerpts> questions = Cli.sample(ExcerptFile.read(data, documents), sample, 1);
    try (StageNames stages = new StageNames()) {
      if (notes != null) {
        noteWriter = noteWriter(StageNames.generatorName(notes), stages);
      }
      if (retriever == RetrievalOptions.Kind.bm25) {
        print(measure(names, documents, questions, null, null, TokenCounter.approximate()));
        return 0;
      }
      try (OnnxEmbedder embedder = embedding().build();
          EmbeddingCache cache = Cli.vectors("--vectors", vectors)) {
        Embedder late =
            names.stream().anyMatch(name -> name.front().contains(ChunkerName.Front.late))
                ? cache.over(stages.closing(embedding().lateChunking().build()))
                : null;
        print(
            measure(
                names, documents, questions, cache.over(embedder), late, embedder.tokenCounter()));
      }
    }
    return 0;
  }

  private OnnxEmbedder.Builder embedding() {
    OnnxEmbedder.Builder embedding = RetrievalOptions.embedding(model);
    return pooling == null ? embedding : embedding.pooling(pooling);
  }

  private static Generator noteWriter(StageName stage, StageNames stages) {
    return stage.name().equals("onnx")
        ? stages.closing(
            OnnxGenerator.builder(ModelFolder.of(stage.folder()))
                .decoding(DecodingOptions.builder().maxTokens(NOTE_TOKENS).build())
                .build())
        : stages.generator(stage);
  }

  private Chunker noted(Chunker chunker) {
    if (noteWriter == null) {
      throw new IllegalArgumentException("noted: needs --notes, which says what writes the notes");
    }
    ContextualChunker noting =
        ContextualChunker.of(chunker, noteWriter)
            .withDocumentTokens(noteReads)
            .telling(
                note -> {
                  noteUsage = noteUsage.plus(note.usage());
                  noteCount += note.text().isEmpty() ? 0 : 1;
                });
    return notesFolder == null ? noting : noting.keptIn(notesFolder);
  }

  private List<Row> measure(
      List<ChunkerName> names,
      List<Document> documents,
      List<Excerpts> questions,
      @Nullable Embedder embedder,
      @Nullable Embedder late,
      TokenCounter counter) {
    List<Row> rows = new ArrayList<>();
    for (ChunkerName name : names) {
      Stopwatch cutting = new Stopwatch();
      List<Passage> passages = passages(name.chunker(counter, embedder, this::noted), documents);
      cutting.stop();
      System.err.printf(Locale.ROOT, "%s: %,d passages%n", name, passages.size());
      if (name.front().contains(ChunkerName.Front.noted)) {
        System.err.printf(Locale.ROOT, "%,d notes, %s now%n", noteCount, noteUsage);
      }
      boolean within = name.front().contains(ChunkerName.Front.late);
      if (within && late == null) {
        throw new IllegalArgumentException(
            "--chunker %s reads with an embedding model, and --retriever bm25 has none; use dense or hybrid"
                .formatted(name));
      }
      Embedder reading = within ? late : embedder;
      try (LuceneIndex index =
          reading == null ? LuceneIndex.inMemory() : LuceneIndex.inMemory(reading)) {
        index.addAll(passages);
        Retriever search =
            name.returning(RetrievalOptions.retriever(retriever, index), index::passages);
        List<Passage> returned =
            name.parent() == null
                ? passages
                : passages(name.parent().chunker(counter, embedder, this::noted), documents);
        Map<String, double[]> scores = scores(search, returned, questions, counter);
        double tokens =
            passages.stream()
                .mapToInt(passage -> counter.count(passage.text()))
                .average()
                .orElse(0);
        rows.add(new Row(name, passages.size(), tokens, scores, cutting.cpuSeconds()));
      }
    }
    return rows;
  }

  private static List<Passage> passages(Chunker chunker, List<Document> documents) {
    return documents.stream().flatMap(document -> chunker.chunk(document).stream()).toList();
  }

  private Map<String, double[]> scores(
      Retriever search, List<Passage> returned, List<Excerpts> questions, TokenCounter counter) {
    Map<String, double[]> scores = new LinkedHashMap<>();
    double[] recall = scores.computeIfAbsent("recall", key -> new double[questions.size()]);
    double[] precision = scores.computeIfAbsent("precision", key -> new double[questions.size()]);
    double[] iou = scores.computeIfAbsent("iou", key -> new double[questions.size()]);
    double[] omega = scores.computeIfAbsent("precisionOmega", key -> new double[questions.size()]);
    double[] inBudget = scores.computeIfAbsent(IN_BUDGET, key -> new double[questions.size()]);
    for (int q = 0; q < questions.size(); q++) {
      Excerpts question = questions.get(q);
      List<Passage> found =
          search.retrieve(question.question(), topK).hits().stream().map(Hit::passage).toList();
      Excerpts.Overlap overlap = question.overlap(found);
      recall[q] = overlap.recall();
      precision[q] = overlap.precision();
      iou[q] = overlap.iou();
      omega[q] = question.precisionOmega(returned);
      inBudget[q] = question.overlap(withinBudget(search, question.question(), counter)).recall();
    }
    return scores;
  }

  /** The best passages, up to the first that no longer fits. */
  private List<Passage> withinBudget(Retriever search, String question, TokenCounter counter) {
    for (int depth = 16; ; depth *= 2) {
      List<Passage> read = new ArrayList<>();
      int tokens = 0;
      List<Hit> hits = search.retrieve(question, depth).hits();
      for (Hit hit : hits) {
        tokens += counter.count(hit.passage().text());
        if (tokens > budget) {
          return read;
        }
        read.add(hit.passage());
      }
      if (hits.size() < depth) {
        return read;
      }
    }
  }

  private void print(List<Row> rows) {
    if (json) {
      rows.forEach(row -> System.out.println(toJson(row, rows.getFirst())));
      return;
    }
    System.out.printf(
        Locale.ROOT,
        "| chunker | passages | tokens in each | recall | precision | IoU | precision Ω | recall in %,d tokens"
            + " | gain over %s | seconds to cut |%n",
        budget,
        rows.getFirst().chunker());
    System.out.println("| --- |" + " ---: |".repeat(9));
    for (Row row : rows) {
      StringBuilder line = new StringBuilder("| `" + row.chunker() + "` |");
      line.append(String.format(Locale.ROOT, " %,d | %.0f |", row.passages(), row.tokens()));
      Stream.concat(MEASURES.stream(), Stream.of(IN_BUDGET))
          .forEach(measure -> line.append(' ').append(told(row.of(measure))).append(" |"));
      PairedComparison gain = gain(row, rows.getFirst());
      line.append(row.chunker().equals(rows.getFirst().chunker()) ? " |" : " " + told(gain) + " |");
      line.append(String.format(Locale.ROOT, " %.1f |", row.seconds()));
      System.out.println(line);
    }
  }

  private static PairedComparison gain(Row row, Row first) {
    return PairedComparison.of(row.of(IN_BUDGET), first.of(IN_BUDGET));
  }

  private static String told(PairedComparison gain) {
    String verdict = verdict(gain);
    return String.format(
        Locale.ROOT,
        "%+.3f [%+.3f, %+.3f] %s",
        gain.difference(),
        gain.interval().low(),
        gain.interval().high(),
        verdict);
  }

  private static String verdict(PairedComparison gain) {
    if (gain.interval().low() > 0) {
      return "better";
    }
    return gain.interval().high() < 0 ? "worse" : "not told apart";
  }

  private static String told(double[] scores) {
    Interval interval = Bootstrap.ofMean(scores, Resampling.standard());
    return String.format(
        Locale.ROOT, "%.3f [%.3f, %.3f]", mean(scores), interval.low(), interval.high());
  }

  private static double mean(double[] scores) {
    return Arrays.stream(scores).average().orElse(0);
  }

  private ObjectNode toJson(Row row, Row first) {
    ObjectNode line = Cli.JSON.createObjectNode();
    line.put("chunker", row.chunker().name()).put("retriever", retriever.name());
    line.put("passages", row.passages()).put("tokens", row.tokens());
    line.put("questions", row.of("recall").length).put("topK", topK).put("budget", budget);
    row.scores()
        .forEach(
            (measure, scores) -> {
              Interval interval = Bootstrap.ofMean(scores, Resampling.standard());
              line.putObject(measure)
                  .put("mean", mean(scores))
                  .put("low", interval.low())
                  .put("high", interval.high());
            });
    PairedComparison gain = gain(row, first);
    line.putObject("gain")
        .put("over", first.chunker().name())
        .put("difference", gain.difference())
        .put("low", gain.interval().low())
        .put("high", gain.interval().high())
        .put("verdict", verdict(gain));
    line.put("cutCpuSeconds", Stopwatch.rounded(row.seconds()));
    return line;
  }
}
