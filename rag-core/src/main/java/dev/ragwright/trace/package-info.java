/**
 * What happened in a call: {@link dev.ragwright.trace.Trace} with one {@link
 * dev.ragwright.trace.StageRecord} a stage, a listener, and the JSON form. Values are immutable.
 */
@NullMarked
package dev.ragwright.trace;

import org.jspecify.annotations.NullMarked;
