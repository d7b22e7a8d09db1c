package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.EmbeddingAdapter;
import dev.ragwright.retrieve.EmbeddingAdapter.Sides;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Learns a linear map of an embedder's vectors:
 *
 * <pre>{@code
 * AdapterLearning learning = AdapterLearning.over(embedder, passages, index.bm25());
 * Learnt<EmbeddingAdapter> learnt =
 *     Proof.of("adapter", learning.learner(Sides.BOTH, 1), learning.bench(set))
 *         .folds(5, 1, CallContext.unbounded());
 * Embedder better = cache.over(embedder).adapted(learnt.adopt());
 * }</pre>
 *
 * <p>It embeds all passages once, with an {@code EmbeddingCache} only those that no index has
 * embedded yet, and keeps their vectors: 4 bytes a number. It asks each question once. The same
 * vectors, rankings, questions and seed give the same numbers, to the last bit.
 */
public final class AdapterLearning {
  private static final int LEAST = 2; // one to learn from, and one to stop by
  private static final int HARD = 20; // of each ranking, where hard negatives are taken from
  private static final int AT_ONCE = 64;

  private final Embedder embedder;
  private final List<Passage> passages;
  private final float[][] vectors;
  private final Remembered words;
  private final Remembered plain;
  private final Map<String, List<Integer>> byDocument = new HashMap<>();
  private final Map<String, Integer> byId = new HashMap<>();
  private final Map<String, float[]> questions = new ConcurrentHashMap<>();

  private AdapterLearning(
      Embedder embedder, List<Passage> passages, float[][] vectors, Retriever words) {
    this.embedder = embedder;
    this.passages = passages;
    this.vectors = vectors;
    this.words = new Remembered(words);
    this.plain =
        new Remembered(new VectorList(embedder.description(), this::vector, passages, vectors));
    for (int i = 0; i < passages.size(); i++) {
      Passage passage = passages.get(i);
      byDocument.computeIfAbsent(passage.documentId(), id -> new ArrayList<>()).add(i);
      byId.put(passage.id(), i);
    }
  }

  /**
   * Learns for this embedder.
   *
   * @param passages all that are searched, those of a document one behind the other
   * @param words another retriever of the same passages, such as BM25, whose wrong answers are
   *     learnt from too
   * @throws IllegalArgumentException if there is no passage, or the embedder does not say what it
   *     is
   * @throws IllegalStateException if the embedder gives what no embedder may, such as what is no
   *     number
   */
  public static AdapterLearning over(
      Embedder embedder, Collection<Passage> passages, Retriever words) {
    EmbeddingAdapter.settings(embedder);
    if (passages.isEmpty()) {
      throw new IllegalArgumentException("there are no passages to learn an adapter from");
    }
    List<Passage> all = List.copyOf(passages);
    List<float[]> vectors = new ArrayList<>();
    if (embedder.readsSurroundings()) {
      vectors.addAll(checked(embedder, all));
    } else {
      for (int from = 0; from < all.size(); from += AT_ONCE) {
        vectors.addAll(checked(embedder, all.subList(from, Math.min(from + AT_ONCE, all.size()))));
      }
    }
    return new AdapterLearning(embedder, all, vectors.toArray(float[][]::new), words);
  }

  private static List<float[]> checked(Embedder embedder, List<Passage> part) {
    return embedder.embedPassages(part, CallContext.unbounded()).checked(part.size(), embedder);
  }

  /** The passages by the embedder's vectors, and by the mapped ones. */
  public Bench<EmbeddingAdapter> bench(EvalSet set) {
    return new Bench<>(set, plain, this::adapted);
  }

  /**
   * The same, each fused with what the other retriever finds.
   *
   * @param depth as in {@link Retrievers#fuse(RankFusion, int, Retriever...)}
   */
  public Bench<EmbeddingAdapter> fusedBench(EvalSet set, RankFusion fusion, int depth) {
    return new Bench<>(
        set,
        Retrievers.fuse(fusion, depth, words, plain),
        adapter -> Retrievers.fuse(fusion, depth, words, adapted(adapter)));
  }

  private Retriever adapted(EmbeddingAdapter adapter) {
    Embedder mapped = embedder.adapted(adapter);
    float[][] compared =
        adapter.sides() == Sides.QUERY
            ? vectors
            : Arrays.stream(vectors).map(adapter::map).toArray(float[][]::new);
    return new VectorList(
        mapped.description(), text -> adapter.map(vector(text)), passages, compared);
  }

  /**
   * Learns a map from the questions that have a relevant passage among these. A passage is relevant
   * if its document has a grade of 1 or more; of a document's, that which is nearest to the
   * question. Wrong answers are the other questions' passages, and what the first 20 of each
   * retriever have that is not relevant, where what nobody judged counts as not relevant.
   *
   * @param seed of what is drawn
   */
  public Learner<EmbeddingAdapter> learner(Sides sides, long seed) {
    return training -> {
      List<AdapterFit.Example> examples = examples(training);
      if (examples.size() < LEAST) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "an adapter needs %d questions or more with a relevant passage that is here, one to learn from and one to stop by; %s has %d",
                LEAST,
                training.name(),
                examples.size()));
      }
      return EmbeddingAdapter.of(
          EmbeddingAdapter.settings(embedder),
          sides,
          training.name(),
          examples.size(),
          AdapterFit.learn(examples, vectors, sides, seed));
    };
  }

  /**
   * A map of both sides to fewer numbers, learnt from the passages' vectors without any judgment:
   * those directions in which the vectors are longest, by a singular value decomposition. Their
   * mean is not taken off, as principal components have it, which with embeddings costs more than
   * the numbers do. The work grows with the passages, and with the third power of the embedder's
   * dimension: seconds at 384, minutes at 2,000.
   *
   * @param numbers of a mapped vector
   * @throws IllegalArgumentException if these are less than 1, or not fewer than the embedder's
   */
  public EmbeddingAdapter shorter(int numbers) {
    if (numbers < 1 || numbers >= embedder.dimension()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a shorter vector has from 1 to %d numbers, asked for were %d",
              embedder.dimension() - 1,
              numbers));
    }
    return EmbeddingAdapter.of(
        EmbeddingAdapter.settings(embedder),
        Sides.BOTH,
        String.format(Locale.ROOT, "%d passages", passages.size()),
        0,
        Directions.longest(vectors, numbers));
  }

  private List<AdapterFit.Example> examples(EvalSet training) {
    List<AdapterFit.Example> examples = new ArrayList<>();
    for (Question question : Questions.teaching(training).questions().values()) {
      float[] vector = vector(question.text());
      Judgments judgments = training.qrels().judgments(question.id());
      TreeSet<Integer> relevant = new TreeSet<>();
      for (String document : judgments.relevant()) {
        if (byDocument.containsKey(document)) {
          relevant.add(nearest(vector, byDocument.getOrDefault(document, List.of())));
        }
      }
      if (relevant.isEmpty()) {
        continue;
      }
      TreeSet<Integer> wrong = new TreeSet<>();
      for (Retriever retriever : List.of(words, plain)) {
        RetrievalRequest request = RetrievalRequest.of(question.text(), HARD);
        for (Hit hit : retriever.retrieve(request, CallContext.unbounded()).hits()) {
          Integer place = byId.get(hit.passage().id());
          if (place != null && judgments.grade(hit.passage().documentId()).orElse(0) < 1) {
            wrong.add(place);
          }
        }
      }
      examples.add(new AdapterFit.Example(vector, places(relevant), places(wrong)));
    }
    return examples;
  }

  private float[] vector(String text) {
    return questions.computeIfAbsent(
        text,
        asked ->
            embedder
                .embed(List.of(asked), Embedder.Side.QUERY, CallContext.unbounded())
                .checked(1, embedder)
                .getFirst());
  }

  private int nearest(float[] question, List<Integer> places) {
    int best = places.getFirst();
    for (int place : places) {
      if (Embeddings.dot(question, vectors[place]) > Embeddings.dot(question, vectors[best])) {
        best = place;
      }
    }
    return best;
  }

  private static int[] places(SortedSet<Integer> places) {
    return places.stream().mapToInt(Integer::intValue).toArray();
  }
}
