package dev.ragwright.retrievers.sync;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The index of an engine in a sync: a look at it takes a journey, so it is looked at in batches.
 */
public abstract class EngineSync implements SyncTarget {
  private final PassageEmbedding embedding;
  private int written;

  /** A target that embeds by this. */
  protected EngineSync(PassageEmbedding embedding) {
    this.embedding = embedding;
  }

  /** Whether vectors of what reads as before are kept, which {@link #stored} tells. */
  protected final boolean keepsVectors() {
    return embedding.keeps();
  }

  /**
   * The passages of documents, with their vectors, in any order: those whose vectors may be kept,
   * and those that {@link #replace} is to be told as obsolete.
   */
  protected abstract List<StoredPassage> stored(List<String> documentIds);

  /**
   * Puts passages, deletes obsolete ones, and keeps the documents' digests once both are done.
   *
   * @param obsolete ids of passages
   * @return whether all of it would survive a crash now
   */
  protected abstract boolean replace(
      List<Change> changes, List<StoredPassage> passages, Set<String> obsolete);

  @Override
  public final int lookAhead() {
    return IndexSync.BATCH;
  }

  /** All: which of them read as before is only known when they are written. */
  @Override
  public final int toEmbed(Change change) {
    return change.passages().size();
  }

  @Override
  public final int batch() {
    return embedding.batch();
  }

  @Override
  public final boolean isLate() {
    return false;
  }

  @Override
  public final boolean write(List<Change> changes, Predicate<String> isCut, Runnable progress) {
    List<Passage> now = new ArrayList<>();
    changes.forEach(change -> now.addAll(change.passages()));
    Map<String, float[]> kept = new HashMap<>();
    Set<String> obsolete = new HashSet<>();
    for (StoredPassage before : stored(changes.stream().map(Change::documentId).toList())) {
      if (embedding.keeps() && before.vector() != null) {
        kept.put(before.passage().searchText(), before.vector());
      }
      if (!isCut.test(before.passage().id())) {
        obsolete.add(before.passage().id());
      }
    }
    boolean survives = replace(changes, embedding.of(now, kept, progress), obsolete);
    written += now.size();
    return survives;
  }

  @Override
  public final int written() {
    return written;
  }

  @Override
  public final int embedded() {
    return embedding.embedded();
  }

  @Override
  public final Usage usage() {
    return embedding.usage();
  }
}
