/**
 * Stages over services that fail at times: {@link dev.ragwright.resilience.Resilience} asks again,
 * waits, spares what is down, and has another generator answer.
 */
package dev.ragwright.resilience;
