package dev.ragwright.index;

import java.util.OptionalInt;

/**
 * How far a sync has come. The numbers only grow.
 *
 * @param documents documents read from the source
 * @param total how many documents the source has, those that cannot be read included, if its stream
 *     knows that before it is read ({@link java.util.Spliterator#estimateSize}): that of a folder
 *     or a list does, that of a file of JSON Lines does not; empty where more were read
 * @param unchanged those of {@code documents} that the index already held as they are
 * @param written those of {@code documents} that are new or have changed; they are written as soon
 *     as the batch that they are in is embedded
 * @param passages passages written
 * @param embedded passages embedded
 * @param committed documents written that would survive a crash now
 */
public record SyncProgress(
    int documents,
    OptionalInt total,
    int unchanged,
    int written,
    int passages,
    int embedded,
    int committed) {}
