/**
 * Which of several generators answers. A {@link dev.ragwright.route.Router} chooses before any is
 * asked, a {@link dev.ragwright.route.Cascade} asks the cheapest first and goes on where its answer
 * is not accepted, and a {@link dev.ragwright.route.SelfRoute} goes on with whole documents. Each
 * is a generator, whose parts in the trace say what was asked, with what it counted. Rules and
 * thresholds are learnt by {@code dev.ragwright.eval.route} of rag-eval.
 */
@NullMarked
package dev.ragwright.route;

import org.jspecify.annotations.NullMarked;
