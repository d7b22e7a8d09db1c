/**
 * Passages and what filters compare as any engine can hold them. For Ragwright's own modules: it is
 * exported to them alone, and changes with them.
 */
@NullMarked
package dev.ragwright.retrievers.stored;

import org.jspecify.annotations.NullMarked;
