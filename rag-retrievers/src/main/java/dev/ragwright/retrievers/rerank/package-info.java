/**
 * Rerankers with a model in this process: {@link dev.ragwright.retrievers.rerank.OnnxCrossEncoder}
 * reads question and passage together, {@link dev.ragwright.retrievers.rerank.LateInteraction}
 * compares the vectors of their tokens, {@link dev.ragwright.retrievers.rerank.GeneratorReranker}
 * asks a generator. What needs no model of its own is in {@link dev.ragwright.retrieve.Rerankers}.
 */
@NullMarked
package dev.ragwright.retrievers.rerank;

import org.jspecify.annotations.NullMarked;
