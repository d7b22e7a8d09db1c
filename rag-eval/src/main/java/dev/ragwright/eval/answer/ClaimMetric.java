package dev.ragwright.eval.answer;

import dev.ragwright.call.CallContext;
import dev.ragwright.eval.Evaluator;
import dev.ragwright.eval.Score;
import dev.ragwright.eval.Subject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The metrics of RAGChecker (Ru et al., NeurIPS 2024) over the verdicts on one question, each from
 * 0 to 1; the expected value is not read. A claim of the answer is right if the reference answer
 * entails it, and grounded if a passage on its own does: what only several passages together entail
 * is not grounded. A passage is relevant if it entails a claim of the reference.
 *
 * <p>Where RAGChecker gives 0 because there is nothing to count (an answer without claims is
 * neither faithful nor hallucinated there), the metric is not applicable here. Without passages
 * RAGChecker finds neither hallucination nor knowledge of the model's own; here nothing is grounded
 * then, and both follow from that.
 */
public final class ClaimMetric implements Evaluator<Object, ClaimVerdicts> {
  private static final String NO_ANSWER_CLAIMS = "the answer makes no claim";
  private static final String NO_REFERENCE_CLAIMS = "the reference answer makes no claim";

  private final String name;
  private final Function<ClaimVerdicts, Optional<String>> inapplicable;
  private final Function<ClaimVerdicts, Double> value;

  private ClaimMetric(
      String name,
      Function<ClaimVerdicts, Optional<String>> inapplicable,
      Function<ClaimVerdicts, Double> value) {
    this.name = name;
    this.inapplicable = inapplicable;
    this.value = value;
  }

  /** The share of the answer's claims that are right. */
  public static ClaimMetric precision() {
    return ofAnswer("claim-precision", (v, claim) -> right(v, claim));
  }

  /** The share of the reference's claims that the answer makes. */
  public static ClaimMetric recall() {
    return ofReference("claim-recall", v -> share(v.referenceByAnswer()));
  }

  /** The harmonic mean of {@link #precision()} and {@link #recall()}; 0 if either is. */
  public static ClaimMetric f1() {
    return new ClaimMetric(
        "claim-f1",
        v -> noAnswerClaims(v).or(() -> noReferenceClaims(v)),
        v -> {
          double precision = share(v.answerByReference());
          double recall = share(v.referenceByAnswer());
          return precision > 0 && recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
        });
  }

  /** Of retrieval: the share of the reference's claims that some passage entails. */
  public static ClaimMetric retrievedClaims() {
    return ofReference(
        "retrieved-claim-recall",
        v -> (double) countRetrieved(v, false) / v.referenceByAnswer().size());
  }

  /** Of retrieval: the share of the passages that are relevant. */
  public static ClaimMetric contextPrecision() {
    return new ClaimMetric(
        "context-precision",
        v ->
            v.referenceByPassage().isEmpty()
                ? Optional.of("there are no passages")
                : noReferenceClaims(v),
        v ->
            (double) v.referenceByPassage().stream().filter(row -> row.contains(true)).count()
                / v.referenceByPassage().size());
  }

  /**
   * Of the reference's claims that some passage entails, the share that the answer makes; 0 if no
   * passage entails any.
   */
  public static ClaimMetric contextUtilization() {
    return ofReference(
        "context-utilization",
        v -> {
          int retrieved = countRetrieved(v, false);
          return retrieved == 0 ? 0 : (double) countRetrieved(v, true) / retrieved;
        });
  }

  /** The share of the answer's claims that are wrong and that a relevant passage entails. */
  public static ClaimMetric noiseSensitivityRelevant() {
    return ofAnswer(
        "noise-sensitivity-relevant", (v, claim) -> !right(v, claim) && byRelevant(v, claim));
  }

  /** The share of the answer's claims that are wrong and that only irrelevant passages entail. */
  public static ClaimMetric noiseSensitivityIrrelevant() {
    return ofAnswer(
        "noise-sensitivity-irrelevant",
        (v, claim) -> !right(v, claim) && grounded(v, claim) && !byRelevant(v, claim));
  }

  /** The share of the answer's claims that are wrong and not grounded. */
  public static ClaimMetric hallucination() {
    return ofAnswer("hallucination", (v, claim) -> !right(v, claim) && !grounded(v, claim));
  }

  /** The share of the answer's claims that are right and not grounded. */
  public static ClaimMetric selfKnowledge() {
    return ofAnswer("self-knowledge", (v, claim) -> right(v, claim) && !grounded(v, claim));
  }

  /** The share of the answer's claims that are grounded. */
  public static ClaimMetric faithfulness() {
    return ofAnswer("claim-faithfulness", (v, claim) -> grounded(v, claim));
  }

  /** All eleven, in RAGChecker's order: over all, of retrieval, of generation. */
  public static List<ClaimMetric> all() {
    return List.of(
        precision(),
        recall(),
        f1(),
        retrievedClaims(),
        contextPrecision(),
        contextUtilization(),
        noiseSensitivityRelevant(),
        noiseSensitivityIrrelevant(),
        hallucination(),
        selfKnowledge(),
        faithfulness());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Subject<?, ClaimVerdicts> looksAt() {
    return ClaimVerdicts.SUBJECT;
  }

  @Override
  public Score evaluate(String caseId, Object expected, ClaimVerdicts actual, CallContext context) {
    context.throwIfStopped();
    Optional<String> reason = inapplicable.apply(actual);
    return reason.isPresent()
        ? new Score.NotApplicable(caseId, reason.get())
        : new Score.Scored(caseId, value.apply(actual));
  }

  @Override
  public String toString() {
    return name;
  }

  private interface ClaimTest {
    boolean holds(ClaimVerdicts verdicts, int claim);
  }

  /** The share of the answer's claims that pass a test. */
  private static ClaimMetric ofAnswer(String name, ClaimTest test) {
    return new ClaimMetric(
        name,
        ClaimMetric::noAnswerClaims,
        v -> {
          int claims = v.answerByReference().size();
          int held = 0;
          for (int claim = 0; claim < claims; claim++) {
            held += test.holds(v, claim) ? 1 : 0;
          }
          return (double) held / claims;
        });
  }

  private static ClaimMetric ofReference(String name, Function<ClaimVerdicts, Double> value) {
    return new ClaimMetric(name, ClaimMetric::noReferenceClaims, value);
  }

  private static Optional<String> noAnswerClaims(ClaimVerdicts verdicts) {
    return verdicts.answerByReference().isEmpty()
        ? Optional.of(NO_ANSWER_CLAIMS)
        : Optional.empty();
  }

  private static Optional<String> noReferenceClaims(ClaimVerdicts verdicts) {
    return verdicts.referenceByAnswer().isEmpty()
        ? Optional.of(NO_REFERENCE_CLAIMS)
        : Optional.empty();
  }

  private static double share(List<Boolean> verdicts) {
    return (double) verdicts.stream().filter(verdict -> verdict).count() / verdicts.size();
  }

  private static boolean right(ClaimVerdicts verdicts, int claim) {
    return verdicts.answerByReference().get(claim);
  }

  private static boolean grounded(ClaimVerdicts verdicts, int claim) {
    return verdicts.answerByPassage().stream().anyMatch(row -> row.get(claim));
  }

  private static boolean byRelevant(ClaimVerdicts verdicts, int claim) {
    for (int passage = 0; passage < verdicts.answerByPassage().size(); passage++) {
      if (verdicts.referenceByPassage().get(passage).contains(true)
          && verdicts.answerByPassage().get(passage).get(claim)) {
        return true;
      }
    }
    return false;
  }

  private static int countRetrieved(ClaimVerdicts verdicts, boolean usedOnly) {
    int count = 0;
    for (int claim = 0; claim < verdicts.referenceByAnswer().size(); claim++) {
      int place = claim;
      boolean retrieved = verdicts.referenceByPassage().stream().anyMatch(row -> row.get(place));
      count += retrieved && (!usedOnly || verdicts.referenceByAnswer().get(claim)) ? 1 : 0;
    }
    return count;
  }
}
