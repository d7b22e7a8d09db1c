/**
 * Which generator for which question: learnt on one part of the judged questions, judged on
 * another. A {@link dev.ragwright.eval.route.RouteTrial} asks several generators the same questions
 * once; {@link dev.ragwright.eval.route.RouteLearning} learns a router's model from it, and {@link
 * dev.ragwright.eval.answer.ThresholdCalibration} a cascade's threshold; {@link
 * dev.ragwright.eval.route.RouteComparison} says what routes are worth beside the random mix of the
 * generators and beside the best of them for each question.
 */
@NullMarked
package dev.ragwright.eval.route;

import org.jspecify.annotations.NullMarked;
