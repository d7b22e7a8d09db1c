package dev.ragwright.eval.learn;

import dev.ragwright.call.StageDescription;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.FusionFeatures;
import dev.ragwright.retrieve.FusionModel;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Learns how to fuse the rankings of some retrievers:
 *
 * {@snippet :
 * FusionLearning learning = FusionLearning.over(100, index.bm25(), index.knn());
 * Learnt<FusionModel> learnt =
 *     Proof.of("ranker", learning.ranker(), learning.bench(set, RankFusion.reciprocalRank(60)))
 *         .folds(5, 1, CallContext.unbounded());
 * Retriever better = Retrievers.fuse(RankFusion.learnt(learnt.adopt()), 100, index.bm25(), index.knn());
 * }
 *
 * <p>It asks each retriever each question once and keeps what it found, so it is for indexes that
 * do not change meanwhile. Nothing in it is random: the same rankings give the same model, bit for
 * bit.
 */
public final class FusionLearning {
  private final int depth;
  private final List<Remembered> retrievers;
  private final Map<Asked, JudgedLists.Judged> lists = new ConcurrentHashMap<>();

  /** A question with its judgments, which are what a list is made of. */
  private record Asked(Question question, Judgments judgments) {}

  private FusionLearning(int depth, List<Remembered> retrievers) {
    this.depth = depth;
    this.retrievers = retrievers;
  }

  /**
   * Learns for these retrievers.
   *
   * @param depth how deep their rankings are; as in {@link Retrievers#fuse(RankFusion, int,
   *     Retriever...)}
   * @throws IllegalArgumentException if there are fewer than two, {@code depth < 1}, or one does
   *     not say what it is
   */
  public static FusionLearning over(int depth, Retriever... retrievers) {
    if (depth < 1 || retrievers.length < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a fusion is learnt for two retrievers or more and a depth >= 1, had %d and %d",
              retrievers.length,
              depth));
    }
    FusionModel.settings(Arrays.stream(retrievers).map(Retriever::description).toList());
    return new FusionLearning(depth, Arrays.stream(retrievers).map(Remembered::new).toList());
  }

  /** These retrievers fused by what is there now, and by what was learnt. */
  public Bench<FusionModel> bench(EvalSet questions, RankFusion baseline) {
    return new Bench<>(questions, fused(baseline), model -> fused(RankFusion.learnt(model)));
  }

  private Retriever fused(RankFusion fusion) {
    return Retrievers.fuse(fusion, depth, retrievers.toArray(Retriever[]::new));
  }

  /**
   * Learns the weights of a sum of normalised scores. Of all weights that sum to 1, in steps of
   * 0.05 for two retrievers, those with the best nDCG@10; of 200 draws of the questions with
   * replacement, the mean of the best. So a few questions, whose draws have their best anywhere,
   * give weights near the middle. The scores are {@link RankFusion#minMax}'s, unless another kind
   * is better by more than a standard error.
   */
  public Learner<FusionModel> weights() {
    return training -> {
      List<JudgedLists.Judged> lists = lists(training);
      ConvexWeights best = ConvexWeights.learn(lists, retrievers.size());
      return model(training, lists.size(), best.features(), best.weights());
    };
  }

  /**
   * Learns a weight for every one of {@link FusionFeatures}: a linear ranker whose softmax over a
   * question's passages gives the relevant ones as much as can be (ListNet's top-one loss, Cao et
   * al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007), held to
   * {@link #weights} by a penalty of the squared distance. How strong the penalty is, is chosen by
   * nDCG@10 in five folds of the training questions; it may be so strong that nothing but the
   * weights is left.
   */
  public Learner<FusionModel> ranker() {
    return training -> {
      List<JudgedLists.Judged> lists = lists(training);
      LinearRanker best = LinearRanker.learn(lists, retrievers.size());
      return model(training, lists.size(), best.features(), best.weights());
    };
  }

  /** Each question's numbers are made once: folds and curves ask for the same again. */
  private List<JudgedLists.Judged> lists(EvalSet training) {
    EvalSet teaching = Questions.teaching(training);
    return teaching.questions().values().stream()
        .map(question -> new Asked(question, teaching.qrels().judgments(question.id())))
        .map(
            asked ->
                lists.computeIfAbsent(
                    asked, a -> JudgedLists.of(a.question(), a.judgments(), depth, retrievers)))
        .toList();
  }

  private FusionModel model(EvalSet training, int questions, int[] features, double[] weights) {
    List<String> names = FusionFeatures.names(retrievers.size());
    List<StageDescription> described = retrievers.stream().map(Remembered::description).toList();
    return new FusionModel(
        FusionModel.settings(described),
        depth,
        training.name(),
        questions,
        Arrays.stream(features).mapToObj(names::get).toList(),
        Arrays.stream(weights).boxed().toList());
  }
}
