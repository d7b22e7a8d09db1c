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
    return new ReciprocalRankFusion(k, weights.clone());
  }
}

/** Double sums in the order of the rankings, so equal inputs give equal bits. */
final class ReciprocalRankFusion implements RankFusion {
  private final int k;
  private final double[] weights;

  ReciprocalRankFusion(int k, double[] weights) {
    if (k < 0) {
      throw new IllegalArgumentException("k must be >= 0, was " + k);
    }
    for (double weight : weights) {
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "weights must be finite and >= 0, were " + Arrays.toString(weights));
      }
    }
    this.k = k;
    this.weights = weights;
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
      Set<String> seen = new HashSet<>();
      int rank = 0;
      for (Hit hit : rankings.get(i)) {
        String id = hit.passage().id();
        rank++;
        if (seen.add(id)) {
          fused.merge(id, new Hit(hit.passage(), weight / (k + rank), "rrf"), this::sum);
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
    StageDescription described = StageDescription.of("fusion", "rrf").with("k", k);
    return weights.length == 0 ? described : described.with("weights", Arrays.toString(weights));
  }
}
