/**
 * Learning from judged questions, with proof: a {@link dev.ragwright.eval.learn.Learner} learns, a
 * {@link dev.ragwright.eval.learn.Proof} measures what was learnt on questions that it has not
 * seen, and the {@link dev.ragwright.eval.learn.Card} says what came of it. What is not proven to
 * help is adopted only by who says so.
 */
@NullMarked
package dev.ragwright.eval.learn;

import org.jspecify.annotations.NullMarked;
