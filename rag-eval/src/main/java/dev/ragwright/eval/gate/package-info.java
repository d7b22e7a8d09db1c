/**
 * Gates: what an evaluation must reach for a build to pass, as AssertJ assertions. {@link
 * dev.ragwright.eval.gate.EvaluationAssertions} begins them, a {@link
 * dev.ragwright.eval.gate.Baseline} is the file that a later evaluation is held against.
 *
 * <p>This package alone needs AssertJ ({@code org.assertj:assertj-core}), which is an optional
 * dependency: a project with such tests has it, and for others this package might as well not be
 * there. A named module that uses it requires {@code org.assertj.core} itself.
 *
 * <p>Several gates that are to be seen at once go through {@code SoftAssertions}:
 *
 * {@snippet :
 * SoftAssertions.assertSoftly(softly -> {
 *   softly.check(() -> assertThat(evaluation).metric("ndcg@10").isAtLeast(0.67));
 *   softly.check(() -> assertThat(evaluation).metric("recall@100").isAtLeast(0.9));
 * });
 * }
 */
@NullMarked
package dev.ragwright.eval.gate;

import org.jspecify.annotations.NullMarked;
