package dev.ragwright.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.learn.AdapterLearning;
import dev.ragwright.eval.learn.Bench;
import dev.ragwright.eval.learn.Card;
import dev.ragwright.eval.learn.FusionLearning;
import dev.ragwright.eval.learn.FusionModelFile;
import dev.ragwright.eval.learn.Learner;
import dev.ragwright.eval.learn.Learnt;
import dev.ragwright.eval.learn.Proof;
import dev.ragwright.eval.learn.SyntheticQuestions;
import dev.ragwright.index.CorpusSketch;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.EmbeddingAdapter.Sides;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrievers.embedding.EmbeddingAdapterFile;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.text.Decimals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Learns from a collection's judged questions, and says what that gains on questions not seen.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Learn -Dargs="--data ../shared/data/cranfield --what all"}
 */
@Command(
    name = "Learn",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Learns from the judged questions of a collection in BEIR's layout how to put together what words"
          + " and vectors find (bm25 and dense, the best 100 of each), or a map of the vectors, and prints for each thing learnt"
          + " its card: nDCG@10 on questions that it has not seen, before (reciprocal ranks, k 60) and"
          + " after, the gain with its 95 %% interval (paired bootstrap), the same from fewer questions,"
          + " what it does to other collections, and the CPU-seconds of learning.",
      "",
      "Not seen: with --train and --test other questions, else by cross-validation in --folds parts."
          + " With --from-corpus it learns from questions that are made of the passages' own words"
          + " (headings, first sentences, keywords; those that bm25 or dense finds the document with among"
          + " the first 10), and proves with all that are judged."
          + " Only what helps, with an interval above 0, is written to --out.",
      ""
    })
public final class Learn implements Callable<Integer> {
  private static final int FOUND = 10; // among so many a made question's document has to be

  /** What to learn. */
  enum What {
    fusion,
    ranker,
    adapter,
    all
  }

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "The folder with corpus.jsonl[.gz], queries.jsonl[.gz] and qrels/*.tsv.")
  private Path data = Path.of("");

  @Option(
      names = "--what",
      required = true,
      paramLabel = "fusion|ranker|adapter|all",
      description =
          "fusion: the weights of both rankings' normalised scores. ranker: a weight for each of some"
              + " features of rankings, question and passage. adapter: a linear map of the vectors, which"
              + " is measured for dense alone and fused with bm25 by reciprocal ranks.")
  private What what = What.all;

  @Option(
      names = "--sides",
      paramLabel = "both|query",
      description =
          "An adapter's: both maps questions and passages, for an index of its own; query maps questions"
              + " alone, and an index stays as it is. ${DEFAULT-VALUE} unless given.")
  private SidesName sides = SidesName.both;

  /** As a command line names them. */
  enum SidesName {
    both(Sides.BOTH),
    query(Sides.QUERY);

    private final Sides sides;

    SidesName(Sides sides) {
      this.sides = sides;
    }
  }

  @Option(
      names = "--train",
      paramLabel = "SPLIT",
      description = "Learn from the questions judged in qrels/SPLIT.tsv; needs --test.")
  private @Nullable String train;

  @Option(
      names = "--test",
      paramLabel = "SPLIT",
      description =
          "Prove it with the questions judged in qrels/SPLIT.tsv; with folds, test or the only one unless given.")
  private @Nullable String test;

  @Option(
      names = "--leave-out-shared",
      description =
          "Leave questions out of --train that --test has too, by id or by text. Without, such are an error"
              + " that names them.")
  private boolean leaveOutShared;

  @Option(
      names = "--from-corpus",
      description = "Learn from questions made of the passages' own words, not from judgments.")
  private boolean fromCorpus;

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "How many to make with --from-corpus at most; ${DEFAULT-VALUE} unless given.")
  private int made = 500;

  @Option(
      names = "--folds",
      paramLabel = "N",
      description = "Without --train: in how many parts; ${DEFAULT-VALUE} unless given.")
  private int folds = 5;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the folds, or of the questions made; ${DEFAULT-VALUE} unless given.")
  private long seed = 1;

  @Option(
      names = "--curve",
      split = ",",
      paramLabel = "N",
      description =
          "The learning curve's numbers of questions, above what there is left out; ${DEFAULT-VALUE} unless given.")
  private int[] curve = {10, 25, 50, 100, 200, 400, 800};

  @Option(
      names = "--also",
      arity = "1..*",
      paramLabel = "BEIR_DIR",
      description = "Other collections on which what was learnt is measured too.")
  private List<Path> also = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Write what was learnt, for Search --fusion or --adapter; with one --what. Only what helps; of an"
              + " adapter the fused ranking decides.")
  private @Nullable Path out;

  @Option(names = "--unproven", description = "Write it to --out even if it is not proven to help.")
  private boolean unproven;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private HybridOptions hybrid = new HybridOptions();

  private @Nullable EvalSet corpus; // questions made from it

  private Learn() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Learn(), args);
  }

  /** A collection, with what is learnt for its retrievers. */
  private record Opened(
      Path folder, RetrievalOptions.Opened index, EvalSet questions, FusionLearning learning)
      implements AutoCloseable {

    CorpusSketch corpus() {
      return CorpusSketch.of(passages(folder, index.index()).stream());
    }

    Bench<FusionModel> fusions() {
      return learning.bench(questions, HybridOptions.PLAIN);
    }

    /** For a map of the vectors that its index has, which are not embedded again. */
    Adapters adapters(EmbeddingCache kept) {
      return new Adapters(
          questions,
          AdapterLearning.over(
              kept.over(Objects.requireNonNull(index.embedder())),
              passages(folder, index.index()),
              index.index().bm25()));
    }

    @Override
    public void close() {
      index.close();
    }
  }

  /** What an adapter is learnt from, and where it is measured. */
  private record Adapters(EvalSet questions, AdapterLearning learning) {
    Bench<EmbeddingAdapter> alone() {
      return learning.bench(questions);
    }

    Bench<EmbeddingAdapter> fused() {
      return learning.fusedBench(questions, HybridOptions.PLAIN, HybridOptions.DEPTH);
    }
  }

  @Override
  public Integer call() throws JsonProcessingException {
    check();
    List<Opened> others = new ArrayList<>();
    try (EmbeddingCache kept =
            Cli.vectors(
                "--indexes", hybrid.indexes == null ? null : hybrid.indexes.resolve("vectors"));
        Opened here = open(data, test, kept)) {
      for (Path folder : also) {
        others.add(open(folder, null, kept));
      }
      List<Learnt<?>> all = new ArrayList<>();
      if (fromCorpus) {
        corpus = made(here);
      }
      if (what == What.fusion || what == What.all) {
        all.add(fusion("fusion", here.learning().weights(), here, others));
      }
      if (what == What.ranker || what == What.all) {
        all.add(fusion("ranker", here.learning().ranker(), here, others));
      }
      if (what == What.adapter || what == What.all) {
        all.addAll(adapter(here, others, kept));
      }
      print(all.stream().map(Learnt::card).toList());
    } finally {
      others.forEach(Opened::close);
    }
    return 0;
  }

  private Learnt<FusionModel> fusion(
      String name, Learner<FusionModel> learner, Opened here, List<Opened> others) {
    Learnt<FusionModel> learnt =
        proven(name, learner, here.fusions(), others.stream().map(Opened::fusions).toList());
    if (out != null && (unproven || learnt.card().verdict() == Card.Verdict.HELPS)) {
      FusionModelFile.write(learnt.adoptUnproven(), here.corpus(), out);
    }
    return learnt;
  }

  private List<Learnt<EmbeddingAdapter>> adapter(
      Opened here, List<Opened> others, EmbeddingCache kept) {
    Adapters own = here.adapters(kept);
    List<Adapters> elsewhere = others.stream().map(other -> other.adapters(kept)).toList();
    Learner<EmbeddingAdapter> learner =
        new PartsLearntOnce<>(own.learning().learner(sides.sides, seed));
    String name = "adapter of " + (sides == SidesName.both ? "both sides" : "questions");
    Learnt<EmbeddingAdapter> alone =
        proven(name, learner, own.alone(), elsewhere.stream().map(Adapters::alone).toList());
    Learnt<EmbeddingAdapter> fused =
        proven(name, learner, own.fused(), elsewhere.stream().map(Adapters::fused).toList());
    if (out != null && (unproven || fused.card().verdict() == Card.Verdict.HELPS)) {
      EmbeddingAdapterFile.write(fused.adoptUnproven(), here.corpus(), out);
    }
    return List.of(alone, fused);
  }

  private <T> Learnt<T> proven(
      String name, Learner<T> learner, Bench<T> bench, List<Bench<T>> others) {
    try (OrderlyEnd end = new OrderlyEnd()) {
      CallContext context = end.context();
      Proof<T> proof = Proof.of(name, learner, bench).curve(curve).also(others);
      if (corpus != null) {
        return proof.onRest(corpus, context);
      }
      if (train == null) {
        return proof.folds(folds, seed, context);
      }
      EvalSet training = EvalSet.beir(data, train);
      return leaveOutShared ? proof.onRest(training, context) : proof.on(training, context);
    }
  }

  private EvalSet made(Opened here) {
    PassageIndex index = here.index().index();
    SyntheticQuestions.Made questions =
        SyntheticQuestions.ofPassages(FOUND, index.bm25(), index.knn())
            .make(passages(data, index), made, seed, CallContext.unbounded());
    System.err.println(
        Decimals.counted(questions.set().questions().size(), "question")
            + " made from the corpus; refused: "
            + questions.refused());
    return questions.set();
  }

  private void print(List<Card> cards) throws JsonProcessingException {
    if (json) {
      ArrayNode array = Cli.JSON.createArrayNode();
      for (Card card : cards) {
        ObjectNode node = (ObjectNode) Cli.JSON.readTree(card.toJson());
        array.add(node.put("adopted", card.verdict() == Card.Verdict.HELPS));
      }
      System.out.println(array);
      return;
    }
    for (Card card : cards) {
      System.out.println(card);
      System.out.println(
          card.verdict() == Card.Verdict.HELPS
              ? "  adopted"
              : "  not adopted: no gain that is told apart from 0");
    }
  }

  private void check() {
    if (train != null && test == null) {
      throw new IllegalArgumentException(
          "--train %s needs --test SPLIT, or leave it out for folds".formatted(train));
    }
    if (fromCorpus && train != null) {
      throw new IllegalArgumentException("--from-corpus learns without --train; leave one out");
    }
    if (made < 1) {
      throw new IllegalArgumentException("--questions must be >= 1, was " + made);
    }
    if (out != null && what == What.all) {
      throw new IllegalArgumentException("--out holds one thing: name it by --what");
    }
    if (unproven && out == null) {
      throw new IllegalArgumentException("--unproven is about --out, which is not there");
    }
    if (sides == SidesName.query && (what == What.fusion || what == What.ranker)) {
      throw new IllegalArgumentException("--sides is about --what adapter, which is not asked for");
    }
    Cli.checkWritable("--out", out);
    Cli.distinct(
        "--also", Stream.concat(Stream.of(data), also.stream()).map(HybridOptions::name).toList());
  }

  /** All that an index of these documents has, those of a document one behind the other. */
  static List<Passage> passages(Path folder, PassageIndex index) {
    try (Stream<Document> documents = BeirFolder.of(folder).documents()) {
      return documents.flatMap(one -> index.passages(one.id()).stream()).toList();
    }
  }

  private Opened open(Path folder, @Nullable String split, EmbeddingCache kept) {
    EvalSet questions = EvalSet.beir(folder, split == null ? EvalSet.defaultSplit(folder) : split);
    RetrievalOptions options = hybrid.of(folder);
    if (what == What.adapter || what == What.all) {
      options.vectorsBy = kept::over;
    }
    RetrievalOptions.Opened index = options.open(BeirFolder.of(folder), RetrievalOptions::windows);
    try {
      return new Opened(
          folder,
          index,
          questions,
          FusionLearning.over(HybridOptions.DEPTH, index.index().bm25(), index.index().knn()));
    } catch (RuntimeException e) {
      index.close();
      throw e;
    }
  }
}
