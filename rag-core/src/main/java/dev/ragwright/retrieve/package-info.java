/**
 * Finding and ranking passages. Read {@link dev.ragwright.retrieve.Retriever} first, then {@link
 * dev.ragwright.retrieve.Reranker} and {@link dev.ragwright.retrieve.RankFusion}; {@link
 * dev.ragwright.retrieve.Retrievers} and {@link dev.ragwright.retrieve.Rerankers} compose them.
 * Every stage is one method, immutable and safe to share; rankings are best first, ties by passage
 * id.
 */
@NullMarked
package dev.ragwright.retrieve;

import org.jspecify.annotations.NullMarked;
