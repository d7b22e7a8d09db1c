package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A database of vectors in memory that compares all it has and gives vectors back. Scores are
 * cosines, ties are by id. Safe to share.
 */
public final class FakeVectorStore implements VectorStore {
  private static final Comparator<Match> NEAREST_FIRST =
      Comparator.comparingDouble(Match::score)
          .reversed()
          .thenComparing(match -> match.passage().id());

  private final int dimension;
  private final Map<String, Entry> entries = new ConcurrentHashMap<>();

  private FakeVectorStore(int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be >= 1, was " + dimension);
    }
    this.dimension = dimension;
  }

  /**
   * An empty store of vectors of {@code dimension} numbers.
   *
   * @throws IllegalArgumentException if {@code dimension < 1}
   */
  public static FakeVectorStore of(int dimension) {
    return new FakeVectorStore(dimension);
  }

  @Override
  public void put(List<Entry> added, CallContext context) {
    context.throwIfStopped();
    added.forEach(entry -> check(entry.vector()));
    added.forEach(entry -> entries.put(entry.passage().id(), entry));
  }

  @Override
  public void delete(Collection<String> passageIds, CallContext context) {
    context.throwIfStopped();
    passageIds.forEach(entries::remove);
  }

  @Override
  public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
    context.throwIfStopped();
    check(vector);
    return entries.values().stream()
        .filter(entry -> filter.test(entry.passage()))
        .map(
            entry ->
                new Match(
                    entry.passage(), entry.vector(), Embeddings.cosine(vector, entry.vector())))
        .sorted(NEAREST_FIRST)
        .limit(most)
        .toList();
  }

  private void check(float[] vector) {
    if (vector.length != dimension) {
      throw new StoreException(
          String.format(
              Locale.ROOT,
              "the store has vectors of dimension %d and was given one of dimension %d",
              dimension,
              vector.length));
    }
  }

  /** The ids of the passages that it has, sorted; unmodifiable. */
  public List<String> ids() {
    return entries.keySet().stream().sorted().toList();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("store", "fake").with("dimension", dimension);
  }
}
