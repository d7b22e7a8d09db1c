/**
 * What surrounds one call of a stage: {@link dev.ragwright.call.CallContext} (deadline and
 * cancellation), {@link dev.ragwright.call.Usage} (what it counted), {@link
 * dev.ragwright.call.StageDescription} (what ran), and the root of the exceptions. Depends on no
 * other package of the library.
 */
@NullMarked
package dev.ragwright.call;

import org.jspecify.annotations.NullMarked;
