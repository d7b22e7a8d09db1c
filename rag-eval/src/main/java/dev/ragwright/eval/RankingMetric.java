package dev.ragwright.eval;

import dev.ragwright.call.CallContext;
import java.util.OptionalInt;

/**
 * A metric of one query's ranking against its judgments. Two methods make one; {@code
 * dev.ragwright.eval.ranking} has the usual ones, with trec_eval's definitions.
 *
 * <p>Implementations are immutable and safe to share.
 */
public interface RankingMetric extends Evaluator<Judgments, Ranking> {

  /** The ranking's value; finite. Called only for a query with judgments. */
  double value(JudgedRanking ranking);

  /** How many ranks from the top it looks at; empty if it looks at all. */
  default OptionalInt depth() {
    return OptionalInt.empty();
  }

  @Override
  default Subject<Judgments, Ranking> looksAt() {
    return Subject.RANKING;
  }

  /**
   * Scores one query. Without judgments there is nothing to compare with; with judgments but no
   * relevant document among them there is a score, as trec_eval has it: 0 for most metrics.
   */
  @Override
  default Score evaluate(String caseId, Judgments expected, Ranking actual, CallContext context) {
    context.throwIfStopped();
    return expected.isEmpty()
        ? new Score.NotApplicable(caseId, "no judgments")
        : new Score.Scored(caseId, value(JudgedRanking.of(expected, actual)));
  }
}
