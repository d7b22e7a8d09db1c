/**
 * What a word and a sentence are, digests, what failures say, and how numbers are printed and
 * samples drawn. For Ragwright's own modules: it is exported to them alone, and changes with them.
 */
@NullMarked
package dev.ragwright.text;

import org.jspecify.annotations.NullMarked;
