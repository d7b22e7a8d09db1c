/**
 * Retrieval in production: whether it still does what it did when it was measured, and what its
 * traffic says about the questions to measure next. {@link dev.ragwright.observe.ShadowPipeline}
 * holds a second pipeline against the served one.
 */
@org.jspecify.annotations.NullMarked
package dev.ragwright.observe;
