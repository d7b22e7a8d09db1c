package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.ranking.RankOverlap;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.text.Sampling;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which questions to judge next, and which passages of each: those that some retrievers find.
 *
 * <pre>{@code
 * NextQuestions next = NextQuestions.over(10, index.bm25(), index.knn());
 * JudgmentSheet.propose(file, next.choose(set, 50, NextQuestions.By.CHANCE, 1, context));
 * }</pre>
 *
 * <p>It asks each retriever each question once and keeps what it found, so it is for indexes that
 * do not change meanwhile.
 */
public final class NextQuestions {
  private static final double PERSISTENCE = 0.9; // of rank-biased overlap: the first ten mostly

  private final int depth;
  private final List<Remembered> retrievers;
  private final Retriever fused;

  /** What a question is chosen by; whatever it is, only among those without a judgment. */
  public enum By {
    /** The draw of a seed, which favours no kind of question. */
    CHANCE,
    /** The least rank-biased overlap of the retrievers' documents, as the mean of all pairs. */
    DISAGREEMENT,
    /**
     * The least lead of the first of the rankings fused by reciprocal ranks over the second, as a
     * share of its score.
     */
    SMALLEST_LEAD
  }

  private NextQuestions(int depth, List<Remembered> retrievers) {
    this.depth = depth;
    this.retrievers = retrievers;
    this.fused =
        Retrievers.fuse(RankFusion.reciprocalRank(60), depth, retrievers.toArray(Retriever[]::new));
  }

  /**
   * Chooses by these retrievers.
   *
   * @param depth how many hits of each are looked at, and judged
   * @throws IllegalArgumentException if there are fewer than two, which agree with themselves, or
   *     {@code depth < 1}
   */
  public static NextQuestions over(int depth, Retriever... retrievers) {
    if (depth < 1 || retrievers.length < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "questions to judge are chosen by two retrievers or more and a depth >= 1, had %d and"
                  + " %d",
              retrievers.length,
              depth));
    }
    return new NextQuestions(depth, Arrays.stream(retrievers).map(Remembered::new).toList());
  }

  /**
   * Chooses questions of the set that have no judgment, the first the most worth it; equal ones in
   * the order that the seed draws, which is another than that of {@link EvalSet#split} by the same
   * seed. A question that no retriever finds anything for is left out.
   *
   * @param count how many
   * @param seed of what is drawn
   * @return each with a passage of every document that the retrievers find, which is the first of
   *     it, in the order of the ranks; nowhere is said which retriever found it
   * @throws IllegalArgumentException if {@code count < 1}, or there are fewer than so many for
   *     which something is found
   */
  public Map<Question, List<Passage>> choose(
      EvalSet set, int count, By by, long seed, CallContext context) {
    List<Question> unjudged =
        set.questions().values().stream()
            .filter(question -> set.qrels().judgments(question.id()).judged() == 0)
            .toList();
    String few =
        String.format(
            Locale.ROOT,
            "%d questions to judge are asked for, and of %d in %s %d have no judgment",
            count,
            set.questions().size(),
            set.name(),
            unjudged.size());
    if (count < 1 || count > unjudged.size()) {
      throw new IllegalArgumentException(few);
    }
    Map<Question, Double> worth = new LinkedHashMap<>();
    for (Question question : unjudged) {
      worth.put(
          question,
          switch (by) {
            case CHANCE -> 0.0;
            case DISAGREEMENT -> disagreement(question, context);
            case SMALLEST_LEAD -> -lead(question, context);
          });
    }
    // Salted: by the number of the id alone, a part of a split would be drawn from one end.
    Map<Question, List<Passage>> pools =
        worth.entrySet().stream()
            .sorted(
                Map.Entry.<Question, Double>comparingByValue()
                    .reversed()
                    .thenComparingDouble(
                        one -> Sampling.fraction("judge " + one.getKey().id(), seed))
                    .thenComparing(one -> one.getKey().id()))
            .map(one -> Map.entry(one.getKey(), pool(one.getKey(), context)))
            .filter(one -> !one.getValue().isEmpty())
            .limit(count)
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    Map.Entry::getValue,
                    (one, other) -> one,
                    LinkedHashMap::new));
    if (pools.size() < count) {
      throw new IllegalArgumentException(
          few + "; for " + pools.size() + " of these something is found");
    }
    return pools;
  }

  private double disagreement(Question question, CallContext context) {
    List<List<String>> rankings =
        retrievers.stream()
            .map(one -> hits(one, question, context))
            .map(hits -> hits.stream().map(hit -> hit.passage().documentId()).distinct().toList())
            .toList();
    double sum = 0;
    for (int i = 1; i < rankings.size(); i++) {
      for (int j = 0; j < i; j++) {
        sum += 1 - RankOverlap.rankBiased(PERSISTENCE, rankings.get(i), rankings.get(j));
      }
    }
    return sum * 2 / (rankings.size() * (rankings.size() - 1.0));
  }

  /** 1 if there is no second. */
  private double lead(Question question, CallContext context) {
    List<Hit> hits = hits(fused, question, context);
    return hits.size() < 2 ? 1 : 1 - hits.get(1).score() / hits.get(0).score();
  }

  private List<Passage> pool(Question question, CallContext context) {
    List<List<Hit>> rankings =
        retrievers.stream().map(one -> hits(one, question, context)).toList();
    Map<String, Passage> pool = new LinkedHashMap<>();
    for (int rank = 0; rank < depth; rank++) {
      for (List<Hit> hits : rankings) {
        if (rank < hits.size()) {
          Passage passage = hits.get(rank).passage();
          pool.putIfAbsent(passage.documentId(), passage);
        }
      }
    }
    return List.copyOf(pool.values());
  }

  private List<Hit> hits(Retriever retriever, Question question, CallContext context) {
    return retriever.retrieve(RetrievalRequest.of(question.text(), depth), context).hits();
  }
}
