/**
 * How sure one can be of a number: pure functions of arrays, seeded where they draw. Two systems
 * over the same questions are compared by {@link dev.ragwright.eval.stats.PairedComparison};
 * several such comparisons are corrected by {@link dev.ragwright.eval.stats.Holm}; a judge's mean
 * is corrected by {@link dev.ragwright.eval.stats.PredictionPowered}; how well a score tells right
 * from wrong is {@link dev.ragwright.eval.stats.Auroc}; the interval of a share is {@link
 * dev.ragwright.eval.stats.Proportion}.
 */
@NullMarked
package dev.ragwright.eval.stats;

import org.jspecify.annotations.NullMarked;
