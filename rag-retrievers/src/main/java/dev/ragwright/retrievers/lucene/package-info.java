/**
 * A Lucene index of passages on one machine: words, vectors, or both. {@link
 * dev.ragwright.retrievers.lucene.LuceneIndex} is the way in; it owns the files, and the retrievers
 * that it hands out are safe to share until it is closed. This is the only package of the module
 * whose API holds Lucene's types.
 */
@NullMarked
package dev.ragwright.retrievers.lucene;

import org.jspecify.annotations.NullMarked;
