/**
 * Ragwright: retrieval-augmented generation in which retrieve, rank and generate are three jobs,
 * each with a model of its own, each measured on its own.
 *
 * <p>Read {@link dev.ragwright.RagPipeline} first, then the stages that it is wired from: {@link
 * dev.ragwright.retrieve.Retriever}, {@link dev.ragwright.retrieve.Reranker}, {@link
 * dev.ragwright.generate.Generator}. All types are immutable and safe to share unless they say
 * otherwise.
 */
@NullMarked
package dev.ragwright;

import org.jspecify.annotations.NullMarked;
