/**
 * What an answer is worth. Against reference answers: {@link dev.ragwright.eval.answer.ExactMatch},
 * {@link dev.ragwright.eval.answer.TokenF1}, {@link dev.ragwright.eval.answer.Rouge}, {@link
 * dev.ragwright.eval.answer.SubstringAccuracy}, {@link dev.ragwright.eval.answer.WordRecall}; by
 * name through {@link dev.ragwright.eval.answer.AnswerMetrics}. Against the passages it was made
 * from: {@link dev.ragwright.eval.answer.Groundedness} and {@link
 * dev.ragwright.eval.answer.CitationQuality} over a {@link dev.ragwright.eval.answer.CitedAnswer}.
 * Who is asked there: an {@link dev.ragwright.generate.Entailment} (a model's is in rag-onnx) or a
 * {@link dev.ragwright.eval.answer.GeneratorJudge}. Claim by claim: {@link
 * dev.ragwright.eval.answer.ClaimChecker}. Over many answers: {@link
 * dev.ragwright.eval.answer.AbstentionReport}, {@link dev.ragwright.eval.answer.RiskCoverage},
 * {@link dev.ragwright.eval.answer.Calibration}; {@link
 * dev.ragwright.eval.answer.ThresholdCalibration} learns from which score on to answer at all.
 *
 * <p>Where a metric has a reference implementation in Python, the number is that one's, down to
 * CPython's notions of a letter, a space and a lower-case text.
 */
@NullMarked
package dev.ragwright.eval.answer;

import org.jspecify.annotations.NullMarked;
