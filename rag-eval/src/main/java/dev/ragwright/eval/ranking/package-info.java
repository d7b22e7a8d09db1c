/**
 * Metrics of rankings, each a small class with its definition and source, equal to trec_eval's to
 * the last printed digit. {@link dev.ragwright.eval.ranking.RankingMetrics} finds them by name, as
 * trec_eval calls them ({@code ndcg_cut_10}) or in the short form ({@code ndcg@10}).
 *
 * <p>The level is the grade from which a document counts as relevant, 1 unless set otherwise:
 * {@code Recall.at(100).withLevel(2)}. All are values: immutable and equal if they measure the
 * same.
 */
@NullMarked
package dev.ragwright.eval.ranking;

import org.jspecify.annotations.NullMarked;
