/**
 * What all indexes of passages have in common, wherever they are: {@link
 * dev.ragwright.index.PassageIndex} is implemented by the one on this machine and by those in
 * engines.
 */
@NullMarked
package dev.ragwright.index;

import org.jspecify.annotations.NullMarked;
