/** Rerankers with a model of their own. */
@NullMarked
package dev.ragwright.retrievers.rerank;

import org.jspecify.annotations.NullMarked;
