/**
 * What a word is, and digests. For Ragwright's own modules: it is exported to them alone, and
 * changes with them.
 */
@NullMarked
package dev.ragwright.text;

import org.jspecify.annotations.NullMarked;
