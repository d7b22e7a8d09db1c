package dev.ragwright.store;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embeddings;
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
  record Entry(Passage passage, float[] vector) {
    /**
     * Refuses a vector that is not of length 1: what databases do with others differs, and one of
     * zeros makes some of them fail at every search.
     */
    public Entry {
      Objects.requireNonNull(passage, "passage");
      Embeddings.checkLength(vector, "passage " + passage.id());
    }
  }

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

    /** A match of a store that does not give its vectors back. */
    public Match(Passage passage, double score) {
      this(passage, null, score);
    }
  }

  /**
   * Adds entries; one whose passage's id is there already is replaced. When this returns, a search
   * finds them. No id is there twice among the entries of one call.
   *
   * @throws StoreException if the store refuses or fails, as it must where a vector is not of the
   *     dimension of those that it has; an unknown part of the entries was added
   * @throws dev.ragwright.call.CancelledException if the context was cancelled before
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
   * when there are no more, or when its search is approximate and finds no more.
   *
   * <p>{@link StoreRetriever} asks with such filters only as mean the same in every store: {@link
   * Filter.All} alone, or {@link Filter.Documents}, {@link Filter.In} of texts and {@link
   * Filter.Range} with a bound that is finite, and {@link Filter.And} and {@link Filter.Or} of
   * these, none of them empty. Keys are of ASCII letters, digits and {@code _}; the texts and ids
   * of letters, digits, blanks and {@code -_./:@}; all together there are at most 1,000.
   *
   * <p>Entries that the filter does not accept may be among the found where the store compares more
   * coarsely, for the caller checks each again; one that it accepts must not be left out because of
   * it. A form that the adapter cannot translate is refused by {@link
   * UnsupportedOperationException} with the word <em>filter</em> in its text.
   *
   * @throws StoreException if the store refuses or fails
   * @throws dev.ragwright.call.CancelledException if the context was cancelled before
   */
  List<Match> search(float[] vector, int most, Filter filter, CallContext context);

  /** Describes the store, and which of its collections, without secrets. */
  StageDescription description();
}
