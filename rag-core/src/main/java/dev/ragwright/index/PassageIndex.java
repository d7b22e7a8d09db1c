package dev.ragwright.index;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrieve.Retriever;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * An index of passages, on this machine or in an engine: what fills it, and the retrievers over it.
 * An application that is written against this one outgrows a machine by opening another.
 *
 * <p>Safe for use by several threads. An embedder is the caller's and stays open. Every method that
 * reads or writes throws {@link IllegalStateException} after {@link #close}, and {@link
 * IndexException} when the files or the engine fail.
 */
public interface PassageIndex extends AutoCloseable {
  /** {@link #addAll(Iterable, CallContext)} without a deadline. */
  default Usage addAll(Iterable<Passage> passages) {
    return addAll(passages, CallContext.unbounded());
  }

  /**
   * Adds passages and embeds them if the index has an embedder; one whose id is there already
   * replaces it. The next search finds them.
   *
   * @return what embedding took
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile; what was
   *     added before stays
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Usage addAll(Iterable<Passage> passages, CallContext context);

  /** {@link #sync(DocumentSource, Chunker, CallContext, Consumer)} without deadline or listener. */
  default SyncReport sync(DocumentSource source, Chunker chunker) {
    return sync(source, chunker, CallContext.unbounded());
  }

  /** {@link #sync(DocumentSource, Chunker, CallContext, Consumer)} without a listener. */
  default SyncReport sync(DocumentSource source, Chunker chunker, CallContext context) {
    return sync(source, chunker, context, progress -> {});
  }

  /**
   * Makes the index hold the documents of the source: new ones are cut, embedded and added, changed
   * ones replaced, and those that an earlier sync added and the source no longer has are deleted.
   * One whose text, metadata and chunker are as they were is neither cut nor embedded. Of one that
   * was changed, passages whose {@link Passage#searchText} one of its passages had before keep that
   * one's vector, unless the embedder reads what surrounds them. One that the source cannot read is
   * kept as it is, and so are those below a folder that it cannot list. Passages of {@link #addAll}
   * are kept, unless the source has a document of their id.
   *
   * <p>When it fails or is stopped, what it has written stays and nothing is deleted; the next sync
   * does the rest. It fails where the source no longer has more of the documents than it
   * {@linkplain DocumentSource#removableShare() may remove}, which is any but all of them unless it
   * says otherwise.
   *
   * @param listener told on the calling thread as the sync goes on
   * @throws IllegalArgumentException if the chunker's description is opaque, the source gives a
   *     document twice, or the chunker names two passages alike
   * @throws RemovalRefusedException if more would be deleted than the source may remove; nothing
   *     was
   * @throws dev.ragwright.document.DocumentReadException if the source cannot go on
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  SyncReport sync(
      DocumentSource source, Chunker chunker, CallContext context, Consumer<SyncProgress> listener);

  /**
   * What the source of the latest sync that ended could not read, in its order; at most the first
   * 10,000; unmodifiable.
   */
  List<ReadProblem> problems();

  /** The passages of a document, by place, ties by id; empty if it is not there. Unmodifiable. */
  List<Passage> passages(String documentId);

  /**
   * The terms of a text in its order, as a search by words compares them. For stages that compare
   * words of their own, so that one setting decides for all.
   */
  List<String> terms(String text);

  /** Deletes all passages of a document; nothing happens if there are none. */
  void delete(String documentId);

  /** Deletes passages; nothing happens for ids that are not there. */
  void deletePassages(Collection<String> ids);

  /** How much a search would look at now. */
  IndexSize size();

  /** Whether its passages have vectors, which its first opening decided. */
  boolean hasVectors();

  /** By the words that passages share with the question. */
  Retriever bm25();

  /**
   * By the cosine of the vectors of passages and question.
   *
   * @throws IndexException if the index was made or opened without an embedder
   */
  Retriever knn();

  /**
   * By both, fused.
   *
   * @throws IndexException if the index was made or opened without an embedder
   */
  Retriever hybrid();

  /** Releases files or connections. Idempotent. */
  @Override
  void close();
}
