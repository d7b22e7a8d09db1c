/** Spans of a pipeline, for whatever OpenTelemetry exports to. */
@org.jspecify.annotations.NullMarked
package dev.ragwright.observe.opentelemetry;
