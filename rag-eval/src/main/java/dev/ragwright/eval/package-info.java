/**
 * What a stage or an answer is worth. An {@link dev.ragwright.eval.Evaluator} gives each case a
 * {@link dev.ragwright.eval.Score}, which says whether there is a number at all; {@link
 * dev.ragwright.eval.MetricScores} keeps the cases beside their mean, so that a denominator is
 * never lost.
 *
 * <p>An {@link dev.ragwright.eval.EvalSet} holds the questions and what is known of them. {@link
 * dev.ragwright.eval.RetrievalEvaluation} measures a retriever on it, {@link
 * dev.ragwright.eval.RunEvaluation} a TREC run, by metrics of {@code dev.ragwright.eval.ranking};
 * both give an {@link dev.ragwright.eval.Evaluation}, which is {@linkplain
 * dev.ragwright.eval.Evaluation#comparedWith compared} with another one, question by question; a
 * test holds it against a baseline through {@code dev.ragwright.eval.gate}. All types are immutable
 * and safe to share.
 */
@NullMarked
package dev.ragwright.eval;

import org.jspecify.annotations.NullMarked;
