/**
 * What is searched: {@link dev.ragwright.document.Document}, cut by a {@link
 * dev.ragwright.document.Chunker} into {@link dev.ragwright.document.Passage}s that know their
 * place to the character. Places are UTF-16 units, as in {@link String#substring(int, int)}, start
 * inclusive and end exclusive. Everything here is immutable or stateless, so safe to share.
 */
@NullMarked
package dev.ragwright.document;

import org.jspecify.annotations.NullMarked;
