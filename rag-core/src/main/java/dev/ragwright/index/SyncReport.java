package dev.ragwright.index;

import dev.ragwright.call.Usage;
import dev.ragwright.document.ReadProblem;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a sync did. {@code documents == unchanged + added + updated}.
 *
 * @param documents documents read from the source
 * @param unchanged those that the index already held, cut by the same chunker
 * @param added those that it did not hold
 * @param updated those that it held otherwise
 * @param removed documents deleted because the source no longer has them
 * @param passages passages of the added and updated documents
 * @param embedded passages embedded in this run: those of {@code passages} that did not keep their
 *     vectors; 0 without an embedder
 * @param readerChanges readers of which the index had documents by another version: these documents
 *     are among the updated; in the order of their names
 * @param problems what the source could not read, in its order; the index kept what it had of
 *     documents that are left out
 * @param usage what embedding took
 */
public record SyncReport(
    int documents,
    int unchanged,
    int added,
    int updated,
    int removed,
    int passages,
    int embedded,
    List<ReaderChange> readerChanges,
    List<ReadProblem> problems,
    Usage usage) {

  /**
   * A reader that is not as it was.
   *
   * @param before its name and version at the latest sync that ended, such as {@code pdf 1}
   * @param now its name and version
   */
  public record ReaderChange(String before, String now) {}

  /** Copies the lists. */
  public SyncReport {
    readerChanges = List.copyOf(readerChanges);
    problems = List.copyOf(problems);
  }

  /** Passages of which the embedder did not see the end, or empty if it does not say. */
  public OptionalLong truncatedTexts() {
    return usage.count(Usage.TRUNCATED_TEXTS);
  }
}
