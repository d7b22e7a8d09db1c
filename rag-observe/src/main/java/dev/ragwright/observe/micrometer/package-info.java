/** Meters of a pipeline, for whatever Micrometer publishes to. */
@org.jspecify.annotations.NullMarked
package dev.ragwright.observe.micrometer;
