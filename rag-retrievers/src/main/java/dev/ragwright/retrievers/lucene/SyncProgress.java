package dev.ragwright.retrievers.lucene;

/**
 * How far a sync has come. The numbers only grow.
 *
 * @param documents documents read from the source
 * @param unchanged those of them that the index already held as they are
 * @param written those of them that were written, because they are new or have changed
 * @param passages passages written
 * @param committed documents written that would survive a crash now
 */
public record SyncProgress(
    int documents, int unchanged, int written, int passages, int committed) {}
