package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Score;
import dev.ragwright.generate.Entailment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Takes the answer and the reference answer apart into claims and asks of each which texts entail
 * it: RAGChecker's procedure, over any extractor and any {@link Entailment}. With {@code a} claims
 * of the answer, {@code r} of the reference and {@code p} passages it asks {@code (a + r)(p + 1)}
 * times.
 */
public final class ClaimChecker {
  private final Extractor extractor;
  private final Entailment entailment;

  private ClaimChecker(Extractor extractor, Entailment entailment) {
    this.extractor = extractor;
    this.entailment = entailment;
  }

  /** Takes a text apart into claims that can be judged on their own. */
  @FunctionalInterface
  public interface Extractor {
    /**
     * The claims that the text makes, in its order; none if it makes none.
     *
     * @throws RuntimeException if that cannot be told; the case has failed
     */
    List<String> claims(String text, CallContext context);

    /** Each sentence is a claim: free, and coarse where a sentence makes several. */
    static Extractor sentences() {
      return (text, context) ->
          Sentences.of(text).stream()
              .map(span -> text.substring(span.start(), span.end()))
              .toList();
    }
  }

  /** A checker; immutable if its parts are. */
  public static ClaimChecker of(Extractor extractor, Entailment entailment) {
    return new ClaimChecker(
        Objects.requireNonNull(extractor, "extractor"),
        Objects.requireNonNull(entailment, "entailment"));
  }

  /** Asks for all verdicts; exceptions of the extractor and of the entailment pass through. */
  public ClaimVerdicts check(
      String reference, String answer, List<String> passages, CallContext context) {
    List<String> answerClaims = extractor.claims(answer, context);
    List<String> referenceClaims = extractor.claims(reference, context);
    List<List<Boolean>> referenceByPassage = new ArrayList<>();
    List<List<Boolean>> answerByPassage = new ArrayList<>();
    for (String passage : passages) {
      referenceByPassage.add(verdicts(passage, referenceClaims, context));
      answerByPassage.add(verdicts(passage, answerClaims, context));
    }
    return new ClaimVerdicts(
        verdicts(reference, answerClaims, context),
        verdicts(answer, referenceClaims, context),
        referenceByPassage,
        answerByPassage);
  }

  /**
   * The scores of all metrics from one check, by {@linkplain ClaimMetric#name() name}, in the order
   * of {@link ClaimMetric#all()}. If the check fails, each has failed.
   *
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public Map<String, Score> scores(
      String caseId, String reference, String answer, List<String> passages, CallContext context) {
    context.throwIfStopped();
    Function<ClaimMetric, Score> scoring;
    try {
      ClaimVerdicts verdicts = check(reference, answer, passages, context);
      scoring = metric -> metric.evaluate(caseId, List.of(), verdicts, context);
    } catch (RuntimeException e) {
      context.throwIfStopped();
      scoring = metric -> new Score.Failed(caseId, e);
    }
    Map<String, Score> scores = new LinkedHashMap<>();
    for (ClaimMetric metric : ClaimMetric.all()) {
      scores.put(metric.name(), scoring.apply(metric));
    }
    return scores;
  }

  private List<Boolean> verdicts(String premise, List<String> claims, CallContext context) {
    List<Boolean> verdicts = new ArrayList<>();
    for (String claim : claims) {
      context.throwIfStopped();
      verdicts.add(entailment.entails(premise, claim, context));
    }
    return verdicts;
  }
}
