package dev.ragwright.retrieve;

import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fuses several rankings into one. Implementations are immutable and safe to share. */
@FunctionalInterface
public interface RankFusion extends Stage {

  /**
   * Returns the best {@code topK} of all passages in {@code rankings}, best first, ties by passage
   * id; a passage is the same where its id is.
   *
   * @param rankings each best first and without repetition; may be empty
   */
  List<Hit> fuse(List<List<Hit>> rankings, int topK);

  /**
   * {@link #fuse(List, int)} for a fusion that reads the question as well, as a learnt one may;
   * this is what {@link Retrievers#fuse} calls.
   *
   * @param query what the rankings were found for
   */
  default List<Hit> fuse(Query query, List<List<Hit>> rankings, int topK) {
    return fuse(rankings, topK);
  }

  /**
   * Refuses retrievers that this fusion was not made for, before they are asked; {@link
   * Retrievers#fuse} calls it. Only a learnt one refuses any.
   *
   * @param depth how deep their rankings are
   * @param retrievers what they are, in the order of the rankings
   * @throws IllegalArgumentException if it was learnt for others, naming both
   */
  default void check(int depth, List<StageDescription> retrievers) {}

  @Override
  default StageDescription description() {
    return StageDescription.opaque("fusion", this);
  }

  /** This fusion under a name that its user vouches for: a changed fusion gets a new name. */
  default RankFusion named(String name) {
    RankFusion fusion = this;
    return new RankFusion() {
      @Override
      public List<Hit> fuse(List<List<Hit>> rankings, int topK) {
        return fusion.fuse(rankings, topK);
      }

      @Override
      public List<Hit> fuse(Query query, List<List<Hit>> rankings, int topK) {
        return fusion.fuse(query, rankings, topK);
      }

      @Override
      public void check(int depth, List<StageDescription> retrievers) {
        fusion.check(depth, retrievers);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("fusion", name);
      }
    };
  }

  /**
   * Reciprocal rank fusion: a passage scores the sum over the rankings of {@code weight / (k +
   * rank)}, ranks from 1. It needs no scores, so rankings whose scores cannot be compared can be
   * fused. The larger {@code k}, the more it counts to be in several rankings and the less to be
   * first in one; 60 is the value of Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion
   * outperforms Condorcet and individual Rank Learning Methods" (SIGIR 2009).
   *
   * @param weights one for each ranking, finite and {@code >= 0}; none for all 1
   * @throws IllegalArgumentException if {@code k < 0} or a weight is out of range; {@link #fuse}
   *     throws it when the number of rankings is not that of the weights
   */
  static RankFusion reciprocalRank(int k, double... weights) {
    if (k < 0) {
      throw new IllegalArgumentException("k must be >= 0, was " + k);
    }
    return new SummedFusion(
        StageDescription.of("fusion", "rrf").with("k", k),
        weights,
        hits -> (weight, rank, score) -> weight / (k + rank));
  }

  /**
   * Min-max fusion: a passage scores the sum over the rankings of {@code weight * (s - min) / (max
   * - min)} for its score {@code s} there, which is 1 for a ranking's best and 0 for its last and
   * for what is not in it. With weights that sum to 1 it is a convex combination, whose scores are
   * in [0, 1]. In a ranking whose scores are all equal, such as one of a single hit, each is its
   * best and has 1. An infinite score counts as the nearest finite one of its ranking.
   *
   * <p>It keeps how far apart passages are, which ranks do not, and so depends on what the rankings
   * hold: one outlier presses the others together, and a ranking read deeper has another minimum.
   * Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 42,
   * 2023), found convex combinations better than reciprocal ranks on MS MARCO and BEIR, once the
   * weight was tuned on a few judged questions, and the kind of normalisation of little account.
   * Their minimum is the least that a score can be; they know each passage's score in both
   * rankings, which a fusion of two beginnings does not.
   *
   * <p>Of words and vectors, with equal weights, it and {@link #zScore} were better than reciprocal
   * ranks on two of five sets measured here, and not told apart on three (the guide has the table).
   *
   * @param weights as of {@link #reciprocalRank}
   * @throws IllegalArgumentException as {@link #reciprocalRank} does
   */
  static RankFusion minMax(double... weights) {
    return new SummedFusion(
        StageDescription.of("fusion", "min-max"), weights, ScoreScale::observed);
  }

  /**
   * Z-score fusion: as {@link #minMax}, but divided by the standard deviation of the ranking's
   * scores (of the population) in place of their range, which one outlier moves less. Scores are
   * {@code >= 0} and unbounded. It is the sum of standard scores, but for one thing: what is not in
   * a ranking counts as its last, where a standard score of 0 would put it above all that is below
   * the mean.
   *
   * @param weights as of {@link #reciprocalRank}
   * @throws IllegalArgumentException as {@link #reciprocalRank} does
   */
  static RankFusion zScore(double... weights) {
    return new SummedFusion(
        StageDescription.of("fusion", "z-score"), weights, ScoreScale::standard);
  }

  /**
   * A fusion with weights that were learnt from judged questions, by {@code FusionLearning} of
   * rag-eval: a passage scores the sum of its {@linkplain FusionFeatures features}, each times its
   * weight. {@link Retrievers#fuse} refuses retrievers and depths other than those that it was
   * learnt for.
   *
   * <p>Where the model reads the question, {@link #fuse(List, int)} throws {@link
   * IllegalStateException}, so it fuses the rankings of several retrievers, and not those of
   * several queries.
   *
   * @throws IllegalArgumentException if the model has a feature that is unknown here, as one of a
   *     newer version may
   */
  static RankFusion learnt(FusionModel model) {
    return new LearntFusion(model);
  }
}

/**
 * What each ranking gives its passages, weighed and summed. Double sums in the order of the
 * rankings, so equal inputs give equal bits.
 */
final class SummedFusion implements RankFusion {

  /** What a ranking gives. */
  interface Share {
    /** Returns what the passages of a ranking get. */
    ScoreScale of(List<Hit> hits);
  }

  private final StageDescription description;
  private final double[] weights;
  private final Share share;

  SummedFusion(StageDescription description, double[] weights, Share share) {
    for (double weight : weights) {
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "weights must be finite and >= 0, were " + Arrays.toString(weights));
      }
    }
    this.description =
        weights.length == 0 ? description : description.with("weights", Arrays.toString(weights));
    this.weights = weights.clone();
    this.share = share;
  }

  @Override
  public List<Hit> fuse(List<List<Hit>> rankings, int topK) {
    if (weights.length > 0 && weights.length != rankings.size()) {
      throw new IllegalArgumentException(
          weights.length + " weights do not fit " + rankings.size() + " rankings");
    }
    Map<String, Hit> fused = new HashMap<>();
    for (int i = 0; i < rankings.size(); i++) {
      double weight = weights.length == 0 ? 1 : weights[i];
      ScoreScale scale = share.of(rankings.get(i));
      Set<String> seen = new HashSet<>();
      int rank = 0;
      for (Hit hit : rankings.get(i)) {
        String id = hit.passage().id();
        rank++;
        if (seen.add(id)) {
          double score = scale.weighed(weight, rank, hit.score());
          fused.merge(id, new Hit(hit.passage(), score, description.name()), this::sum);
        }
      }
    }
    return fused.values().stream().sorted(Hit.BEST_FIRST).limit(topK).toList();
  }

  private Hit sum(Hit a, Hit b) {
    return new Hit(a.passage(), a.score() + b.score(), a.source());
  }

  @Override
  public StageDescription description() {
    return description;
  }
}
