/**
 * What a stage or an answer is worth. An {@link dev.ragwright.eval.Evaluator} gives each case a {@link
 * dev.ragwright.eval.Score}, which says whether there is a number at all; {@link
 * dev.ragwright.eval.MetricScores} keeps the cases beside their mean, so that a denominator is never
 * lost.
 */
@NullMarked
package dev.ragwright.eval;

import org.jspecify.annotations.NullMarked;
