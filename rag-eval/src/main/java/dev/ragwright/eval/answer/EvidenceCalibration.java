package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.EvidenceBounds;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Learns from judged questions the two bounds of a corrective fallback ({@code
 * Retrievers.corrected}), each by {@link ThresholdCalibration}: from which best score on at most a
 * stated share of what was found is wrong, and below which at most that share is right, where it is
 * right if it holds relevant passages:
 *
 * {@snippet :
 * EvidenceBounds bounds =
 *     EvidenceCalibration.of(set.split(0.5, 42).choosing(), index.bm25(), Reranker.none(), 10)
 *         .errorAtMost(0.1).confidence(0.9).bounds();
 * }
 *
 * <p>A bound that cannot be promised is infinite, and its side is then never chosen. Immutable.
 */
public final class EvidenceCalibration {
  private final String source;
  private final double[] scores;
  private final boolean[] relevant;
  private final double errorAtMost;
  private final double confidence;

  private EvidenceCalibration(
      String source, double[] scores, boolean[] relevant, double errorAtMost, double confidence) {
    this.source = source;
    this.scores = scores;
    this.relevant = relevant;
    this.errorAtMost = errorAtMost;
    this.confidence = confidence;
  }

  /** {@link #of(EvalSet, Retriever, Reranker, int, double)}, right with any relevant passage. */
  public static EvidenceCalibration of(
      EvalSet set, Retriever retriever, Reranker evaluator, int depth) {
    return of(set, retriever, evaluator, depth, Double.MIN_VALUE);
  }

  /**
   * Searches for each question that has a relevant document and has the first {@code depth} hits
   * evaluated. A question without hits is no case.
   *
   * @param recall the share of the relevant documents that have to be among them for what was found
   *     to be right: 1 for questions that need all their evidence
   * @throws IllegalArgumentException if {@code depth < 1}, {@code recall} is not above 0 and at
   *     most 1, no question has a hit, or the evaluator's scores are of several sources
   */
  public static EvidenceCalibration of(
      EvalSet set, Retriever retriever, Reranker evaluator, int depth, double recall) {
    if (!(recall > 0 && recall <= 1)) {
      throw new IllegalArgumentException("recall must be above 0 and at most 1, was " + recall);
    }
    CallContext context = CallContext.unbounded();
    TreeSet<String> sources = new TreeSet<>();
    List<Double> scores = new ArrayList<>();
    List<Boolean> relevant = new ArrayList<>();
    for (Question question : set.questions().values()) {
      Judgments judgments = set.qrels().judgments(question.id());
      if (judgments.atLeast(1) == 0) {
        continue;
      }
      RetrievalRequest request = RetrievalRequest.of(question.text(), depth);
      List<Hit> hits = retriever.retrieve(request, context).hits();
      if (!hits.isEmpty()) {
        for (Hit best : evaluator.rerank(Query.of(question.text()), hits, 1, context).hits()) {
          sources.add(best.source());
          scores.add(best.score());
          relevant.add(recall(hits, judgments) >= recall);
        }
      }
    }
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "one source of scores is needed, and %s has scores of %s".formatted(set.name(), sources));
    }
    boolean[] outcomes = new boolean[relevant.size()];
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = relevant.get(i);
    }
    return new EvidenceCalibration(
        sources.first(),
        scores.stream().mapToDouble(Double::doubleValue).toArray(),
        outcomes,
        Double.NaN,
        Double.NaN);
  }

  private static double recall(List<Hit> hits, Judgments judgments) {
    return StopCalibration.recall(List.of(new Hop(Query.of(""), hits, 0)), judgments)[0];
  }

  /** The largest share of errors on either side; as {@link ThresholdCalibration#errorAtMost}. */
  public EvidenceCalibration errorAtMost(double share) {
    return new EvidenceCalibration(source, scores, relevant, share, confidence);
  }

  /** How often a promise is kept; as {@link ThresholdCalibration#confidence}. */
  public EvidenceCalibration confidence(double share) {
    return new EvidenceCalibration(source, scores, relevant, errorAtMost, share);
  }

  /**
   * Returns the bounds that sort most. What is correct is not incorrect: where the lower bound
   * would be above the upper one, it is the highest below that keeps its promise.
   *
   * @throws IllegalStateException if {@link #errorAtMost} or {@link #confidence} is not set
   * @throws IllegalArgumentException unless both are above 0 and below 1
   */
  public EvidenceBounds bounds() {
    if (Double.isNaN(errorAtMost) || Double.isNaN(confidence)) {
      throw new IllegalStateException("errorAtMost and confidence must be set");
    }
    double correct = threshold(scores, relevant, Double.NEGATIVE_INFINITY, 0);
    boolean[] missing = new boolean[relevant.length];
    for (int i = 0; i < missing.length; i++) {
      missing[i] = !relevant[i];
    }
    double[] values = Arrays.stream(scores).map(score -> -score).toArray();
    double least =
        correct == Double.POSITIVE_INFINITY ? Double.NEGATIVE_INFINITY : Math.nextUp(-correct);
    double negated = threshold(values, missing, least, 1);
    double incorrect = Double.isInfinite(negated) ? -negated : Math.nextUp(-negated);
    return new EvidenceBounds(correct, incorrect, source, errorAtMost, confidence, scores.length);
  }

  private double threshold(double[] values, boolean[] right, double least, int fewer) {
    try {
      return ThresholdCalibration.of(source, values, right)
          .errorAtMost(errorAtMost)
          .confidence(confidence)
          .threshold(least, fewer)
          .value();
    } catch (NoThresholdException e) {
      return Double.POSITIVE_INFINITY;
    }
  }
}
