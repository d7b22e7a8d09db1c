/**
 * The way of a question through a pipeline's stages: the one way there is, which a pipeline walks
 * to answer and an experiment to measure. For Ragwright's own modules: it is exported to them
 * alone, and changes with them.
 */
@NullMarked
package dev.ragwright.pipeline;

import org.jspecify.annotations.NullMarked;
