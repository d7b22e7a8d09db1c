package dev.ragwright.retrievers.sync;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * An index, as {@link IndexSync} changes it. It keeps a digest of each document that a sync wrote,
 * so that the next one can tell what changed without reading any passage. For one run and one
 * thread.
 */
public interface SyncTarget {
  /**
   * A document that is new, or not as it was.
   *
   * @param digest of all that its passages depend on, in hexadecimal digits
   * @param passages what it is now, in its order; empty if nothing of it can be found
   */
  record Change(String documentId, String digest, List<Passage> passages) {}

  /** Takes a document's id. */
  @FunctionalInterface
  interface Each {
    /** Takes the next. */
    void accept(String documentId) throws IOException;
  }

  /** How many documents are looked up together: 1 where a look costs nothing. */
  int lookAhead();

  /**
   * The digests of those documents that an earlier sync wrote, by id; one whose passages were
   * changed since by other means has an empty one.
   */
  Map<String, String> digests(List<String> documentIds) throws IOException;

  /** The versions of what read the documents of the latest sync that ended, by name. */
  Map<String, String> readers();

  /**
   * How many passages of a changed document are to be embedded. The others keep the vectors of what
   * reads the same in the index, which this looks up for the next {@link #write}.
   */
  int toEmbed(Change change) throws IOException;

  /** How many passages to embed are worth a call of {@link #write}. */
  int batch();

  /** Whether what waits has to be written now. */
  boolean isLate();

  /**
   * Embeds and writes documents, each as a whole in place of what it was.
   *
   * @param isCut whether a passage of an id is one of those that this run has cut so far
   * @param progress run when some are embedded
   * @return whether all that this run has written would survive a crash now
   */
  boolean write(List<Change> changes, Predicate<String> isCut, Runnable progress)
      throws IOException;

  /** Tells the id of each document that an earlier sync wrote; some may be told twice. */
  void documents(Each each) throws IOException;

  /**
   * Deletes documents with their digests.
   *
   * @param isCut as of {@link #write}
   */
  void remove(List<String> documentIds, Predicate<String> isCut) throws IOException;

  /**
   * Ends a run that did all it had to.
   *
   * @param readers for the next sync's {@link #readers}
   * @param problems what the source could not read, in its order, as far as {@link
   *     IndexSync#MOST_PROBLEMS}
   */
  void end(SortedMap<String, String> readers, List<ReadProblem> problems) throws IOException;

  /** Keeps what was written, which was paid for, after a failure, to which it adds its own. */
  void keep(Exception failure);

  /** Passages written. */
  int written();

  /** Passages embedded. */
  int embedded();

  /** What embedding took. */
  Usage usage();
}
