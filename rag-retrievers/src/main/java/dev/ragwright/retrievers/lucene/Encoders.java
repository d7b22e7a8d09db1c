package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import dev.ragwright.retrievers.vectors.TokenReader;
import dev.ragwright.store.VectorStore;
import org.jspecify.annotations.Nullable;

/**
 * What an index is opened with to make its vectors and weights, each null where it is opened
 * without: the {@link Manifest} says what it was made with.
 *
 * @param store the database that has the embedder's vectors, or null where the index has them
 * @param tokens what makes the vectors of tokens
 */
record Encoders(
    @Nullable Embedder embedder,
    @Nullable VectorStore store,
    @Nullable TokenReader tokens,
    @Nullable SparseEncoder sparse) {

  /** Whether the index itself has vectors of passages. */
  boolean vectorsHere() {
    return embedder != null && store == null;
  }

  /** What an index made with these has in its commits. */
  Manifest manifest(String analyzer, SearchedText searched, @Nullable String scope) {
    return new Manifest(
        analyzer,
        searched,
        embedder == null ? null : embedder.passageDescription().toString(),
        embedder == null ? 0 : embedder.dimension(),
        store == null ? null : store.description().toString(),
        tokens == null ? null : tokens.description().toString(),
        sparse == null ? null : sparse.description().toString(),
        scope);
  }
}
