/**
 * Which stage to change next, and the evidence for it. An {@link
 * dev.ragwright.eval.experiment.Experiment} runs the stage objects of production as the levels of
 * {@linkplain dev.ragwright.eval.experiment.Factor factors} over the same questions; its {@link
 * dev.ragwright.eval.experiment.ExperimentResult} holds, for each arm, the scores of each question
 * with their intervals, what was found and lost on the way, and what it cost.
 *
 * <p>Read {@link dev.ragwright.eval.experiment.Experiment} first, then {@code Asking}, which has a
 * question walk through arms as through their pipelines.
 */
@NullMarked
package dev.ragwright.eval.experiment;

import org.jspecify.annotations.NullMarked;
