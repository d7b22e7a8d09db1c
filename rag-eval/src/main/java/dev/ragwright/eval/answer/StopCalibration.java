package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Hop;
import dev.ragwright.retrieve.IterativeRetriever;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Saturation;
import dev.ragwright.retrieve.Threshold;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Learns from judged questions from which saturation on a loop of searches may stop, so that the
 * share of questions that lose evidence by it has a bound that holds with a stated confidence:
 *
 * {@snippet :
 * IterativeRetriever loop = IterativeRetriever.of(index.bm25(), FollowUp.names());
 * Threshold stop =
 *     StopCalibration.of(set.split(0.5, 42).choosing(), loop, Saturation.coverage())
 *         .lossAtMost(0.1).confidence(0.9).threshold();
 * Retriever frugal = loop.stoppingAt(Saturation.coverage(), stop);
 * }
 *
 * <p>Each question is searched to the loop's budget. A stop after some search loses evidence if a
 * later one brings a relevant document that none up to there brought, so {@link #oracle} has the
 * earliest stop that loses none. A threshold loses it for a question if the saturation reaches it
 * before; that least number of each question is independent of the others', and the threshold is
 * {@link ThresholdCalibration#reachedByAtMost} of them. Nothing is assumed of the saturation, not
 * even that it says anything: one that does not learns a threshold that never stops.
 *
 * <p>The promise is of all questions. It holds for questions like these over the same passages, for
 * the same budget and depth. Immutable.
 */
public final class StopCalibration {
  private final String source;
  private final List<Case> cases;
  private final double lossAtMost;
  private final double confidence;

  /**
   * A question.
   *
   * @param oracle the searches up to the earliest stop that loses none, from 1
   * @param searches how many there were
   * @param losing the largest saturation before the oracle's stop; negative infinity if it is at
   *     the first search
   * @param most the largest saturation before the last round
   */
  private record Case(int oracle, int searches, double losing, double most) {}

  private StopCalibration(String source, List<Case> cases, double lossAtMost, double confidence) {
    this.source = source;
    this.cases = cases;
    this.lossAtMost = lossAtMost;
    this.confidence = confidence;
  }

  /**
   * Searches for each question that has a relevant document, to the loop's budget, whatever rule it
   * stops by.
   *
   * @throws IllegalArgumentException if there is no such question, or the hits are of several
   *     sources
   */
  public static StopCalibration of(EvalSet set, IterativeRetriever loop, Saturation saturation) {
    IterativeRetriever whole = loop.unstopped();
    CallContext context = CallContext.unbounded();
    TreeSet<String> sources = new TreeSet<>();
    List<Case> cases = new ArrayList<>();
    for (Question question : set.questions().values()) {
      Judgments judgments = set.qrels().judgments(question.id());
      if (judgments.atLeast(1) > 0) {
        List<Hop> hops = whole.hops(RetrievalRequest.of(question.text(), 1), context);
        if (!hops.getFirst().unseen().isEmpty()) {
          sources.add(whole.source(saturation, hops));
        }
        cases.add(judged(Query.of(question.text()), hops, judgments, saturation));
      }
    }
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "one source of scores is needed, and %s has hits of %s".formatted(set.name(), sources));
    }
    return new StopCalibration(sources.first(), List.copyOf(cases), Double.NaN, Double.NaN);
  }

  private static Case judged(
      Query question, List<Hop> hops, Judgments judgments, Saturation saturation) {
    int oracle = oracle(hops, judgments);
    double losing = Double.NEGATIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int searches = 1; searches < hops.size(); searches++) {
      if (!endsRound(hops, searches)) {
        continue; // nothing is asked here, so nothing stops here
      }
      double value =
          saturation.of(question, hops.subList(0, searches), CallContext.unbounded()).value();
      most = Math.max(most, value);
      losing = searches < oracle ? Math.max(losing, value) : losing;
    }
    return new Case(oracle, hops.size(), losing, most);
  }

  /**
   * The share of the relevant documents that the hops up to each one brought, in their order.
   *
   * @throws IllegalArgumentException if no document is relevant
   */
  public static double[] recall(List<Hop> hops, Judgments judgments) {
    int relevant = judgments.atLeast(1);
    if (relevant == 0) {
      throw new IllegalArgumentException("no document is judged relevant, so none can be found");
    }
    Set<String> found = new HashSet<>();
    double[] recall = new double[hops.size()];
    for (int i = 0; i < recall.length; i++) {
      for (Hit hit : hops.get(i).unseen()) {
        String document = hit.passage().documentId();
        if (judgments.grade(document).orElse(0) > 0) {
          found.add(document);
        }
      }
      recall[i] = (double) found.size() / relevant;
    }
    return recall;
  }

  private static boolean endsRound(List<Hop> hops, int searches) {
    return searches == hops.size() || hops.get(searches).round() != hops.get(searches - 1).round();
  }

  /**
   * The stop that judgments would choose: the number of searches up to the end of the first round
   * after which recall does not rise, at least 1.
   */
  public static int oracle(List<Hop> hops, Judgments judgments) {
    double[] recall = recall(hops, judgments);
    int stop = recall.length;
    while (stop > 1 && recall[stop - 2] == recall[recall.length - 1]) {
      stop--;
    }
    while (!endsRound(hops, stop)) {
      stop++;
    }
    return stop;
  }

  /**
   * The largest share of questions that lose evidence.
   *
   * @throws IllegalArgumentException unless it is above 0 and below 1
   */
  public StopCalibration lossAtMost(double share) {
    return new StopCalibration(source, cases, between("lossAtMost", share), confidence);
  }

  /**
   * How often a promise made in this way is kept.
   *
   * @throws IllegalArgumentException unless it is above 0 and below 1
   */
  public StopCalibration confidence(double share) {
    return new StopCalibration(source, cases, lossAtMost, between("confidence", share));
  }

  private static double between(String what, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(what + " must be above 0 and below 1, was " + share);
    }
    return share;
  }

  /**
   * Returns the lowest threshold that keeps the promise: of its {@code cases}, {@code accepted}
   * stop early.
   *
   * @throws NoThresholdException if none can, because there are too few questions; the text says
   *     how many it takes
   * @throws IllegalStateException if {@link #lossAtMost} or {@link #confidence} is not set
   */
  public Threshold threshold() {
    if (Double.isNaN(lossAtMost) || Double.isNaN(confidence)) {
      throw new IllegalStateException("lossAtMost and confidence must be set");
    }
    double[] losing = cases.stream().mapToDouble(Case::losing).toArray();
    Threshold limit = ThresholdCalibration.reachedByAtMost(source, losing, lossAtMost, confidence);
    int stopped = (int) cases.stream().filter(one -> one.most() >= limit.value()).count();
    return new Threshold(limit.value(), source, lossAtMost, confidence, cases.size(), stopped);
  }

  /** The mean number of searches up to the oracle's stop. */
  public double oracleSearches() {
    return cases.stream().mapToInt(Case::oracle).average().orElse(0);
  }

  /** The mean number of searches without a rule. */
  public double allSearches() {
    return cases.stream().mapToInt(Case::searches).average().orElse(0);
  }
}
