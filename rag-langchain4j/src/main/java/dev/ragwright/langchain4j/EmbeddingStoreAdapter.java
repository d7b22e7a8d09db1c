package dev.ragwright.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.Secrets;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * {@link LangChain4j#vectorStore}. An entry's id is the name-based UUID of its passage's id:
 * pgvector and Qdrant take nothing but UUIDs, and Weaviate loses other entries without a word.
 */
final class EmbeddingStoreAdapter implements VectorStore {
  private static final int BATCH = 256; // entries a request: below every server's limit

  private final EmbeddingStore<TextSegment> store;
  private final String name;
  private final List<String> documentKeys;
  private final StoreFilters filters;
  private final AtomicInteger dimension = new AtomicInteger(); // 0 until a vector was seen
  private final ReentrantLock writing = new ReentrantLock(); // removing and adding are two calls

  EmbeddingStoreAdapter(EmbeddingStore<TextSegment> store, String name, List<String> documentKeys) {
    this.store = store;
    this.name = name;
    this.documentKeys = documentKeys;
    this.filters = new StoreFilters(documentKeys);
  }

  static String id(String passageId) {
    return UUID.nameUUIDFromBytes(passageId.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * Removes first and then adds, since an id that is there is doubled in memory, and what is added
   * is dropped by Chroma. The call is waited for whatever the context says: an abandoned one might
   * come after the next.
   */
  @Override
  public void put(List<Entry> entries, CallContext context) {
    entries.forEach(entry -> requireFitting(entry.vector(), "passage " + entry.passage().id()));
    write(
        entries,
        context,
        batch -> {
          List<String> ids = batch.stream().map(entry -> id(entry.passage().id())).toList();
          remove(ids);
          store.addAll(
              ids,
              batch.stream().map(entry -> Embedding.from(entry.vector())).toList(),
              batch.stream().map(entry -> Segments.of(entry.passage())).toList());
        },
        "adding");
  }

  @Override
  public void delete(Collection<String> passageIds, CallContext context) {
    write(
        passageIds.stream().distinct().map(EmbeddingStoreAdapter::id).toList(),
        context,
        this::remove,
        "deleting");
  }

  private void remove(List<String> ids) {
    try {
      store.removeAll(ids);
    } catch (UnsupportedFeatureException e) {
      throw new StoreException(
          "the store '%s' cannot be written to: %s has no removeAll(ids), by which entries are replaced and deleted; give a subclass that has"
              .formatted(name, store.getClass().getName()),
          e);
    }
  }

  private <T> void write(List<T> all, CallContext context, Consumer<List<T>> write, String what) {
    context.throwIfStopped();
    writing.lock();
    try {
      for (int from = 0; from < all.size(); from += BATCH) {
        context.throwIfStopped();
        List<T> batch = all.subList(from, Math.min(all.size(), from + BATCH));
        try {
          write.accept(batch);
        } catch (RuntimeException e) {
          throw failed(
              "%s entries %s to %s of %s"
                  .formatted(what, from + 1, from + batch.size(), all.size()),
              e);
        }
      }
    } finally {
      writing.unlock();
    }
  }

  @Override
  public List<Match> search(float[] vector, int most, Filter filter, CallContext context) {
    context.throwIfStopped();
    Embeddings.checkLength(vector, "the query");
    requireFitting(vector, "the query");
    StoreFilters.Translated translated = filters.translate(filter);
    if (translated.none()) {
      return List.of();
    }
    EmbeddingSearchRequest request =
        EmbeddingSearchRequest.builder()
            .queryEmbedding(Embedding.from(vector))
            .maxResults(most)
            .minScore(0.0)
            .filter(translated.condition().orElse(null))
            .build();
    EmbeddingSearchResult<TextSegment> found =
        Unheard.await(
            context,
            "ragwright-store",
            () -> store.search(request),
            e -> failed("searching with the filter '" + filter + "'", e));
    List<Match> matches = new ArrayList<>();
    for (EmbeddingMatch<TextSegment> match : found.matches()) {
      matches.add(match(match));
    }
    matches.sort(Comparator.comparingDouble(Match::score).reversed());
    return matches;
  }

  private Match match(EmbeddingMatch<TextSegment> match) {
    TextSegment segment = match.embedded();
    Double score = match.score();
    if (segment == null || score == null || score.isNaN()) {
      throw new StoreException(
          "the store '%s' returned the entry %s with the text %s and the score %s"
              .formatted(name, match.embeddingId(), segment == null ? "null" : "it has", score));
    }
    Passage passage = Segments.passage(segment, match.embeddingId(), documentKeys);
    Embedding embedding = match.embedding();
    return embedding == null || embedding.vector().length == 0
        ? new Match(passage, score)
        : new Match(passage, embedding.vector(), score);
  }

  /** A store may take a vector of another length, and fail at each search from then on. */
  private void requireFitting(float[] vector, String whose) {
    dimension.compareAndSet(0, vector.length);
    if (vector.length != dimension.get()) {
      throw new StoreException(
          String.format(
              Locale.ROOT,
              "the vector of %s has %d numbers, those before it for the store '%s' had %d",
              whose,
              vector.length,
              name,
              dimension.get()));
    }
  }

  private StoreException failed(String doing, Throwable thrown) {
    return thrown instanceof StoreException told
        ? told
        : new CalledStoreException(
            "the store '%s' failed at %s: %s".formatted(name, doing, Failures.said(thrown)),
            thrown);
  }

  /** A failure of the store's client, which may be gone next time. */
  private static final class CalledStoreException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    CalledStoreException(String message, Throwable cause) {
      super(Secrets.hidden(message, List.of()), Secrets.hidden(cause, List.of()));
      retryable = Failures.passes(cause);
    }

    @Override
    public boolean retryable() {
      return retryable;
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("store", "langchain4j").with("name", name);
  }
}
