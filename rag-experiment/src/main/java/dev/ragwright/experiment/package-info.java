/**
 * Which stage to change next, and the evidence for it. An {@link
 * dev.ragwright.experiment.Experiment} runs the stage objects of production as the levels of
 * {@linkplain dev.ragwright.experiment.Factor factors} over the same questions; its {@link
 * dev.ragwright.experiment.ExperimentResult} holds, for each arm, the scores of each question with
 * their intervals, what was found and lost on the way, and what it cost.
 *
 * <p>Read {@link dev.ragwright.experiment.Experiment} first, then {@code Asking}, which has a
 * question walk through arms as through their pipelines.
 */
@NullMarked
package dev.ragwright.experiment;

import org.jspecify.annotations.NullMarked;
