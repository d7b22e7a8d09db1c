package dev.ragwright.store;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A database of vectors, as an adapter shows it: Chroma, pgvector, Qdrant, one of an application's
 * own. It is asked for little, because databases differ in much: what a filter means, what a score
 * means, and what order ties have is settled by those who call it.
 *
 * <p>Implementations are safe to share. {@code VectorStoreContract} of rag-testkit checks what is
 * promised here.
 */
public interface VectorStore {

  /**
   * A passage and its vector.
   *
   * @param vector of length 1; not copied, and not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares entries
  record Entry(Passage passage, float[] vector) {}

  /**
   * An entry that a search found.
   *
   * @param passage as it was put in, with its place and the types of its metadata; of an entry that
   *     another program put in, what the adapter makes of it
   * @param vector as the store has it, not copied, or null where it does not give it back
   * @param score the store's own; higher is nearer, and nothing else is said of it
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares matches
  record Match(Passage passage, float @Nullable [] vector, double score) {
    /** Refuses a score that cannot be ordered. */
    public Match {
      Objects.requireNonNull(passage, "passage");
      if (Double.isNaN(score)) {
        throw new IllegalArgumentException("the score of passage " + passage.id() + " is NaN");
      }
    }
  }

  /**
   * Adds entries; one whose passage's id is there already is replaced. When this returns, a search
   * finds them.
   *
   * @throws StoreException if the store refuses or fails; an unknown part of the entries was added
   */
  void put(List<Entry> entries, CallContext context);

  /**
   * Deletes the entries of these passages' ids; nothing happens for ids that are not there. When
   * this returns, no search finds them.
   *
   * @throws StoreException if the store refuses or fails; an unknown part of them was deleted
   */
  void delete(Collection<String> passageIds, CallContext context);

  /**
   * Returns the nearest {@code most} entries that the filter accepts, nearest first; fewer only
   * when there are no more, or when its search is approximate and finds no more. The filter is of
   * those forms that mean the same in every store: {@link Filter.All}, {@link Filter.Documents},
   * {@link Filter.In} of texts, {@link Filter.Range}, {@link Filter.And} and {@link Filter.Or}.
   * Entries that it does not accept may be among them, for the caller checks each again; one that
   * it accepts must not be left out because of it.
   *
   * @throws StoreException if the store refuses or fails
   */
  List<Match> search(float[] vector, int most, Filter filter, CallContext context);

  /** Describes the store, and which of its collections, without secrets. */
  StageDescription description();
}
