/** Vectors of the tokens of a text: it is not exported. */
@NullMarked
package dev.ragwright.retrievers.vectors;

import org.jspecify.annotations.NullMarked;
