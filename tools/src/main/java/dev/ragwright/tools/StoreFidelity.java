package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.document.Chunker;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.lucene.VectorSearch;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says how faithful what a database finds is to an exact search of the same vectors.
 *
 * <p>{@code mvn -q -Pexample -Dexample=StoreFidelity -Dargs="--data BEIR_DIR --index DIR --store
 * chroma:http://127.0.0.1:8000"}
 */
@Command(
    name = "StoreFidelity",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Brings a --store up to date with the documents of a folder in BEIR's layout, and for each judged"
          + " question compares the ten passages that it finds nearest with those of an exact search in"
          + " memory, of the same vectors. Passages whose cosines with the question differ by no more than"
          + " 0.000001 are ties, for either may stand first.",
      "",
      "The exit code is 1 if recall@10 is less than --min-recall.",
      ""
    })
public final class StoreFidelity implements Callable<Integer> {
  private static final int TOP = 10;

  /** Cosines of one pair of vectors, computed in other ways in float, are as far apart. */
  private static final double TIE = 1e-6;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "Documents, questions and judgments.")
  private Path data = Path.of("");

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description =
          "Keep the vectors in this file, so that the next run, over another store, embeds nothing.")
  private @Nullable Path keep;

  @Option(
      names = "--min-recall",
      paramLabel = "SHARE",
      description = "The least recall@10 with which the exit code is 0.")
  private double minRecall;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  private StoreFidelity() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new StoreFidelity(), args);
  }

  @Override
  public Integer call() {
    checkArguments();
    EvalSet set = EvalSet.beir(data);
    BeirFolder documents = BeirFolder.of(data);
    try (OnnxEmbedder model = retrieval.embedder();
        EmbeddingCache cache = Cli.vectors("--keep", keep)) {
      Embedder embedder = cache.over(model);
      Chunker chunker = RetrievalOptions.windows(model);
      try (LuceneIndex exact =
          LuceneIndex.builder().embedder(embedder).vectors(VectorSearch.exact()).open()) {
        RetrievalOptions.sync(exact, documents, chunker);
        long passages = exact.size().passages();
        try (LuceneIndex beside = retrieval.withVectors(embedder)) {
          RetrievalOptions.sync(beside, documents, chunker);
          Tally tally = compare(set, exact, beside);
          System.out.println(json ? toJson(tally, passages) : toText(tally));
          return tally.recall() < minRecall ? 1 : 0;
        }
      }
    }
  }

  private void checkArguments() {
    if (!retrieval.store.chosen()) {
      throw new IllegalArgumentException("--store is needed: the database to compare");
    }
    if (retrieval.kind() != RetrievalOptions.Kind.dense) {
      throw new IllegalArgumentException(
          "--retriever %s: a store is compared by vectors alone, which is dense"
              .formatted(retrieval.kind()));
    }
    if (!(minRecall >= 0 && minRecall <= 1)) {
      throw new IllegalArgumentException("--min-recall must be in [0, 1], was " + minRecall);
    }
    if (retrieval.filter != null) {
      throw new IllegalArgumentException("--filter does nothing here; leave it out");
    }
    Cli.checkWritable("--keep", keep);
    retrieval.checkStore();
  }

  private static Tally compare(EvalSet set, LuceneIndex exact, LuceneIndex beside) {
    Tally tally = new Tally();
    ProgressLine progress = new ProgressLine();
    for (Question question : set.questions().values()) {
      tally.add(
          question.id(),
          nearest(exact.knn(), question.text()),
          beside.knn().retrieve(question.text(), TOP).hits());
      progress.show("asked %,d of %,d questions", tally.questions, set.questions().size());
    }
    progress.end("asked %,d questions", tally.questions);
    return tally;
  }

  /** Deep enough that what is not among them is no tie of the tenth. */
  private static List<Hit> nearest(Retriever exact, String question) {
    for (int depth = 10 * TOP; ; depth *= 2) {
      List<Hit> hits = exact.retrieve(question, depth).hits();
      if (hits.size() < depth || hits.getLast().score() < hits.get(TOP - 1).score() - TIE) {
        return hits;
      }
    }
  }

  /** What was seen of the questions so far. */
  static final class Tally {
    private int questions;
    private int same;
    private int sameButTies;
    private double sum;
    private double least = 1;
    private String leastQuestion = "";

    /**
     * Counts a question.
     *
     * @param exact nearest first, with all that tie with the tenth
     * @param found the store's nearest
     */
    void add(String question, List<Hit> exact, List<Hit> found) {
      questions++;
      int k = Math.min(TOP, exact.size());
      Map<String, Double> cosines = new HashMap<>();
      exact.forEach(hit -> cosines.put(hit.passage().id(), hit.score()));
      Set<String> right = new HashSet<>();
      int alike = 0;
      int equal = 0;
      for (int place = 0; place < Math.min(k, found.size()); place++) {
        String id = found.get(place).passage().id();
        double cosine = cosines.getOrDefault(id, Double.NEGATIVE_INFINITY);
        if (cosine >= exact.get(k - 1).score() - TIE) {
          right.add(id); // which the store may return twice
        }
        alike += Math.abs(cosine - exact.get(place).score()) <= TIE ? 1 : 0;
        equal += id.equals(exact.get(place).passage().id()) ? 1 : 0;
      }
      same += equal == k ? 1 : 0;
      sameButTies += alike == k ? 1 : 0;
      double recall = k == 0 ? 1 : (double) right.size() / k;
      sum += recall;
      if (recall < least) {
        least = recall;
        leastQuestion = question;
      }
    }

    /** The mean share of the exact ten that were found; one as near as the tenth counts as it. */
    double recall() {
      return questions == 0 ? 1 : sum / questions;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d questions: the same top %d for %d, ties apart (%d with them); recall@%d %.4f, %.2f at worst%s",
          questions,
          TOP,
          sameButTies,
          same,
          TOP,
          recall(),
          least,
          leastQuestion.isEmpty() ? "" : " (question " + leastQuestion + ")");
    }
  }

  private String toText(Tally tally) {
    return StoreName.of(String.valueOf(retrieval.store.store)) + ", " + tally;
  }

  private String toJson(Tally tally, long passages) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("store", StoreName.of(String.valueOf(retrieval.store.store)).toString());
    root.put("passages", passages).put("questions", tally.questions).put("topK", TOP);
    root.put("sameButTies", tally.sameButTies).put("same", tally.same);
    root.put("recall", tally.recall()).put("least", tally.least);
    root.put("leastQuestion", tally.leastQuestion.isEmpty() ? null : tally.leastQuestion);
    return root.toString();
  }
}
