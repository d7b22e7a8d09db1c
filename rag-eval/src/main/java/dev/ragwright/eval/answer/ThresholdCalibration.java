package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.stats.Proportion;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Threshold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Learns from judged cases from which score on to accept, so that the share of errors among what is
 * accepted has a bound that holds with a stated confidence:
 *
 * {@snippet :
 * Threshold threshold =
 *     ThresholdCalibration.ofFirstHits(set.split(0.5, 42).choosing(), retriever)
 *         .errorAtMost(0.05).confidence(0.9).threshold();
 * }
 *
 * <p>It takes the largest of ten coverages (a tenth of the cases, two tenths, and so on up to all)
 * at which the upper Clopper-Pearson bound of the error is within what is allowed. Each bound is
 * taken at a tenth of the allowed doubt (Bonferroni), so that all ten hold at once and the largest
 * may be chosen freely. That is the scheme of Geifman and El-Yaniv, "Selective Classification for
 * Deep Neural Networks" (NeurIPS 2017), with coverages that are fixed beforehand in place of a
 * search; and a case of Angelopoulos et al., "Learn then Test" (2021). Nothing is assumed of the
 * score, not even that errors get fewer as it rises. What is assumed is that cases are drawn
 * independently, now and later, from the same questions over the same passages: after a change of
 * the index, the model or the users, learn anew. Nothing else may have been chosen with the cases.
 *
 * <p>Immutable.
 */
public final class ThresholdCalibration {
  private static final int COVERAGES = 10;

  private final String source;
  private final double[] scores; // highest first
  private final boolean[] right; // in the same order
  private final double errorAtMost;
  private final double confidence;

  private ThresholdCalibration(
      String source, double[] scores, boolean[] right, double errorAtMost, double confidence) {
    this.source = source;
    this.scores = scores;
    this.right = right;
    this.errorAtMost = errorAtMost;
    this.confidence = confidence;
  }

  /**
   * Learns from cases of any kind.
   *
   * @param source whose scores they are: {@link Hit#source()}, where a gate is to use them
   * @param scores of each case, higher is better, not NaN
   * @param right whether to accept the case would be right
   * @throws IllegalArgumentException if there are no cases, not as many of one as of the other, or
   *     a score is NaN
   */
  public static ThresholdCalibration of(String source, double[] scores, boolean[] right) {
    if (scores.length != right.length || scores.length == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "as many scores as outcomes are needed, and at least one; were %d and %d",
              scores.length,
              right.length));
    }
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a score is NaN");
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> scores[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    double[] sorted = new double[order.length];
    boolean[] outcomes = new boolean[order.length];
    for (int i = 0; i < order.length; i++) {
      sorted[i] = scores[order[i]];
      outcomes[i] = right[order[i]];
    }
    return new ThresholdCalibration(source, sorted, outcomes, Double.NaN, Double.NaN);
  }

  /**
   * Learns from the first hit that a retriever, reranked or not, has for each judged question;
   * accepting it is right if its document is relevant. A question without hits is no case, since
   * there is nothing to accept.
   *
   * @throws IllegalArgumentException if no question has a hit, or if the hits are of several
   *     sources
   */
  public static ThresholdCalibration ofFirstHits(EvalSet set, Retriever retriever) {
    List<Hit> firsts = new ArrayList<>();
    List<Boolean> right = new ArrayList<>();
    for (Question question : set.questions().values()) {
      if (set.qrels().judgments(question.id()).isEmpty()) {
        continue;
      }
      RetrievalRequest request = RetrievalRequest.of(question.text(), 1);
      for (Hit hit : retriever.retrieve(request, CallContext.unbounded()).hits()) {
        OptionalInt grade = set.qrels().judgments(question.id()).grade(hit.passage().documentId());
        firsts.add(hit);
        right.add(grade.orElse(0) > 0);
      }
    }
    TreeSet<String> sources = new TreeSet<>(firsts.stream().map(Hit::source).toList());
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "one source of scores is needed, and %s has hits of %s".formatted(set.name(), sources));
    }
    boolean[] outcomes = new boolean[right.size()];
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = right.get(i);
    }
    return of(sources.first(), firsts.stream().mapToDouble(Hit::score).toArray(), outcomes);
  }

  /**
   * The largest share of errors among what is accepted.
   *
   * @throws IllegalArgumentException unless it is above 0 and below 1
   */
  public ThresholdCalibration errorAtMost(double share) {
    return new ThresholdCalibration(
        source, scores, right, between("errorAtMost", share), confidence);
  }

  /**
   * How often a promise made in this way is kept.
   *
   * @throws IllegalArgumentException unless it is above 0 and below 1
   */
  public ThresholdCalibration confidence(double share) {
    return new ThresholdCalibration(
        source, scores, right, errorAtMost, between("confidence", share));
  }

  private static double between(String what, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(what + " must be above 0 and below 1, was " + share);
    }
    return share;
  }

  /**
   * Returns the threshold that accepts most.
   *
   * @throws NoThresholdException if none can promise it; the text has the nearest and what would
   *     help
   * @throws IllegalStateException if {@link #errorAtMost} or {@link #confidence} is not set
   */
  public Threshold threshold() {
    return threshold(Double.NEGATIVE_INFINITY, 0);
  }

  /**
   * Returns the threshold that accepts most, of those from {@code least} on: all ten coverages have
   * their bounds at once, so the largest may be chosen among any of them.
   *
   * @param fewer how many cases each coverage but the whole is smaller by. With 1, of scores with
   *     the other sign, both sides of a cut leave out the same case, and do not overlap between two
   */
  Threshold threshold(double least, int fewer) {
    if (Double.isNaN(errorAtMost) || Double.isNaN(confidence)) {
      throw new IllegalStateException("errorAtMost and confidence must be set");
    }
    Candidate nearest = candidate(COVERAGES, fewer);
    for (int coverage = COVERAGES; coverage >= 1; coverage--) {
      Candidate candidate = candidate(coverage, fewer);
      if (candidate.bound() <= errorAtMost && candidate.value() >= least) {
        return new Threshold(
            candidate.value(),
            source,
            errorAtMost,
            confidence,
            scores.length,
            candidate.accepted());
      }
      nearest = candidate.bound() < nearest.bound() ? candidate : nearest;
    }
    double fewest = Math.ceil(StrictMath.log(doubt()) / StrictMath.log1p(-errorAtMost));
    throw new NoThresholdException(
        String.format(
            Locale.ROOT,
            ("no threshold promises a share of at most %s errors with confidence %s: of %d cases the"
                + " best %d have %d errors, which promises %.3f; without any error it takes %.0f."
                + " Judge more questions, allow more errors, or ask for less confidence."),
            errorAtMost,
            confidence,
            scores.length,
            nearest.accepted(),
            nearest.errors(),
            nearest.bound(),
            fewest));
  }

  /**
   * Returns the lowest threshold that a share of at most {@code errorAtMost} of scores like these
   * reaches, where each of them is of a case that ought not to reach it: the similarity of a
   * question to the nearest that asks for something else, say. It is a distribution-free upper
   * tolerance limit: the order statistic behind as many errors as the Clopper-Pearson bound allows
   * (Wilks, "Determination of Sample Sizes for Setting Tolerance Limits", 1941). The promise is of
   * all such cases, where {@link #threshold} promises of those that are accepted; so it does not
   * depend on how many of what is asked ought to be accepted.
   *
   * @param source whose scores they are
   * @param scores of each case, drawn independently; negative infinity for one that nothing is
   *     wrong with
   * @throws NoThresholdException if there are too few cases; the text says how many it takes
   * @throws IllegalArgumentException if a share is not above 0 and below 1, or a score is NaN
   */
  public static Threshold reachedByAtMost(
      String source, double[] scores, double errorAtMost, double confidence) {
    between("errorAtMost", errorAtMost);
    between("confidence", confidence);
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a score is NaN");
    }
    int allowed = -1;
    while (allowed + 1 < scores.length
        && Proportion.atMost(allowed + 1, scores.length, confidence) <= errorAtMost) {
      allowed++;
    }
    if (allowed < 0) {
      throw new NoThresholdException(
          String.format(
              Locale.ROOT,
              "no threshold promises a share of at most %s errors with confidence %s from %d cases; without any error it takes %.0f. Judge more questions, allow more errors, or ask for less confidence.",
              errorAtMost,
              confidence,
              scores.length,
              Math.ceil(StrictMath.log(1 - confidence) / StrictMath.log1p(-errorAtMost))));
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double value = Math.nextUp(sorted[sorted.length - 1 - allowed]);
    int reached = (int) Arrays.stream(scores).filter(score -> score >= value).count();
    return new Threshold(value, source, errorAtMost, confidence, scores.length, reached);
  }

  /** What each threshold costs on these cases, without a promise. Scores must be finite. */
  public RiskCoverage riskCoverage() {
    double[] loss = new double[right.length];
    for (int i = 0; i < loss.length; i++) {
      loss[i] = right[i] ? 0 : 1;
    }
    return RiskCoverage.of(scores, loss);
  }

  /**
   * A threshold to accept from.
   *
   * @param bound what the share of errors does not exceed
   */
  private record Candidate(double value, int accepted, int errors, double bound) {}

  /**
   * Given the score at a rank that was fixed beforehand, the cases above it are independent draws
   * from all that score more than it, so their errors are binomial. So that score itself and its
   * ties are not accepted.
   */
  private Candidate candidate(int coverage, int fewer) {
    int accepted = (int) ((long) scores.length * coverage / COVERAGES);
    double value = Double.NEGATIVE_INFINITY;
    if (coverage < COVERAGES) {
      accepted = Math.max(0, accepted - fewer);
      double excluded = scores[accepted];
      value = Math.nextUp(excluded);
      while (accepted > 0 && scores[accepted - 1] == excluded) {
        accepted--;
      }
    }
    int errors = 0;
    for (int i = 0; i < accepted; i++) {
      errors += right[i] ? 0 : 1;
    }
    double bound = accepted == 0 ? 1 : Proportion.atMost(errors, accepted, 1 - doubt());
    return new Candidate(value, accepted, errors, bound);
  }

  private double doubt() {
    return (1 - confidence) / COVERAGES;
  }
}
