package dev.ragwright.store;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.Deepening;
import dev.ragwright.foreign.FilterProbe;
import dev.ragwright.foreign.PushDown;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passages by their vectors in a database.
 *
 * <p>What a filter means is {@link Filter#test}, whatever the database makes of it: the store is
 * asked for the part of the filter that means the same in every store, and each passage that comes
 * back is tested. Where too few pass, twice as many are asked for, until there are enough, the
 * store has no more, or a bound is reached ({@link Builder#mostRead}), which is counted as {@link
 * Usage#CUT_SEARCHES}. How many were read and how many of them refused is in the usage too, and
 * what the store was asked in the record of the part {@code search}.
 *
 * <p>Where the store gives vectors back, a score is the cosine in [-1, 1] that {@link
 * Embeddings#cosine} computes, with the source {@code knn}: on the same scale from every store,
 * whatever that makes of a distance, and ties are by id. Where it does not, scores are {@code 1 /
 * rank} with the source {@code store rank}: they say the order and nothing else.
 *
 * <p>A store that takes no notice of filters cannot keep two tenants apart by itself. So before the
 * first search with a filter the store is asked for what no filter accepts, and refused where it
 * answers, unless filters are {@linkplain Builder#filtersHere checked here} alone.
 *
 * <p>A query that is blank, or whose vector is all zeros, finds nothing. Safe to share.
 */
public final class StoreRetriever implements Retriever {
  /** The source of scores that say no more than an order. */
  public static final String RANKS = "store rank";

  private static final String COSINES = "knn";
  private static final int SAMPLED = 10;

  /** No store tells two vectors apart that are nearer to each other, as seen from the query. */
  private static final double ROUNDING = 1e-5;

  /** Accepts nothing, and every store can be asked it. */
  private static final Filter NOBODYS =
      Filter.documents(List.of("ragwright-probe-no-such-document"));

  /** Where the passages themselves are kept, of which the store has the vectors. */
  @FunctionalInterface
  public interface Passages {
    /**
     * The passages of these ids, by id; without those that are not there, which are then not found.
     */
    Map<String, Passage> byId(Collection<String> ids, CallContext context);
  }

  private final VectorStore store;
  private final Embedder embedder;
  private final @Nullable Passages passages;
  private final boolean filtersHere;
  private final int mostRead;
  private final FilterProbe probe = new FilterProbe();

  private StoreRetriever(Builder builder) {
    this.store = builder.store;
    this.embedder = builder.embedder;
    this.passages = builder.passages;
    this.filtersHere = builder.filtersHere;
    this.mostRead = builder.mostRead;
  }

  /**
   * A retriever over the passages of a store, whose vectors this embedder has made. Nobody can tell
   * whether it has; an index beside the store can (in rag-retrievers).
   */
  public static StoreRetriever over(VectorStore store, Embedder embedder) {
    return builder(store, embedder).build();
  }

  /** All settings, at their defaults. */
  public static Builder builder(VectorStore store, Embedder embedder) {
    return new Builder(store, embedder);
  }

  /**
   * Searches the store.
   *
   * @throws StoreException if the store refuses or fails, or takes no notice of the filter
   * @throws IllegalStateException if the embedder breaks a promise
   */
  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    String text = request.query().text();
    if (text.isBlank()) {
      return Retrieval.of(List.of(), Usage.none());
    }
    long start = context.ticker().nanos();
    Embeddings embedded = embedder.embed(List.of(text), request.query().side(), context);
    float[] vector = embedded.checked(1, embedder).getFirst();
    long between = context.ticker().nanos();
    if (Embeddings.dot(vector, vector) == 0) {
      return Retrieval.of(List.of(), embedded.usage());
    }
    Search search = new Search(request, vector, context);
    List<Hit> hits = search.run();
    Retrieval found =
        Retrieval.of(hits, embedded.usage().plus(search.usage()))
            .withParts(
                List.of(
                    StageRecord.of(
                        "embed",
                        embedder.description(),
                        Duration.ofNanos(between - start),
                        embedded.usage()),
                    search.record(context.ticker().nanos() - between)));
    return hits.isEmpty() ? search.mistyped(found) : found;
  }

  /**
   * Holds the store to its filters, once it has an entry to give.
   *
   * @throws StoreException if it takes no notice of them
   */
  private void probe(float[] vector, CallContext context) {
    probe.require(
        () -> !store.search(vector, 1, NOBODYS, context).isEmpty(),
        () -> !store.search(vector, 1, Filter.all(), context).isEmpty(),
        () ->
            new StoreException(
                "the store %s takes no notice of filters: it was asked for a document that nobody has, and found something; have all that it finds checked here, which costs reading more (filtersHere(true)), or keep what must be apart in collections of its own"
                    .formatted(store.description())));
  }

  /** One search, in as many rounds as it takes. */
  private final class Search {
    private record Candidate(Passage passage, double score) {}

    private final Comparator<Candidate> bestFirst =
        Comparator.comparingDouble(Candidate::score)
            .reversed()
            .thenComparing(candidate -> candidate.passage().id());

    private final RetrievalRequest request;
    private final float[] vector;
    private final CallContext context;
    private final Filter asked;
    private List<VectorStore.Match> read = List.of();
    private List<Candidate> accepted = List.of();
    private boolean cosines;
    private long refused;
    private int rounds;
    private boolean cut;

    Search(RetrievalRequest request, float[] vector, CallContext context) {
      this.request = request;
      this.vector = vector;
      this.context = context;
      this.asked = filtersHere ? Filter.all() : PushDown.of(request.filter());
    }

    List<Hit> run() {
      if (PushDown.acceptsNothing(asked)) {
        return List.of();
      }
      if (!(asked instanceof Filter.All)) {
        probe(vector, context);
      }
      cut = !Deepening.search(request.topK(), mostRead, context, this::isEnough);
      return hits();
    }

    private boolean isEnough(int most) {
      read = store.search(vector, most, asked, context);
      rounds++;
      accept();
      return read.size() < most || surelyBest();
    }

    private void accept() {
      cosines = read.stream().allMatch(match -> match.vector() != null);
      Map<String, Passage> known = known();
      Set<String> seen = new HashSet<>();
      List<Candidate> candidates = new ArrayList<>();
      refused = 0;
      for (VectorStore.Match match : read) {
        String id = match.passage().id();
        Passage passage = known == null ? match.passage() : known.get(id);
        if (!seen.add(id)) {
          continue;
        }
        if (passage == null || !request.filter().test(passage)) {
          refused++;
        } else {
          candidates.add(new Candidate(passage, score(match)));
        }
      }
      candidates.sort(bestFirst);
      accepted = candidates;
    }

    private @Nullable Map<String, Passage> known() {
      return passages == null
          ? null
          : passages.byId(read.stream().map(match -> match.passage().id()).toList(), context);
    }

    private double score(VectorStore.Match match) {
      float[] its = match.vector();
      if (!cosines || its == null) {
        return match.score();
      }
      if (its.length != vector.length) {
        throw new StoreException(
            String.format(
                Locale.ROOT,
                "the store %s has a vector of dimension %d for the passage %s, and the embedder %s"
                    + " has dimension %d; search it with the embedder that its vectors are of",
                store.description(),
                its.length,
                match.passage().id(),
                embedder.description(),
                vector.length));
      }
      return Embeddings.cosine(vector, its);
    }

    /** Whether what was not read is surely behind the last of topK, and not as near as it is. */
    private boolean surelyBest() {
      if (accepted.size() < request.topK()) {
        return false;
      }
      double last = score(read.getLast());
      double kth = accepted.get(request.topK() - 1).score();
      return kth - last > (cosines ? ROUNDING : 0);
    }

    private List<Hit> hits() {
      List<Hit> hits = new ArrayList<>();
      for (Candidate next : accepted.subList(0, Math.min(request.topK(), accepted.size()))) {
        hits.add(
            cosines
                ? new Hit(next.passage(), next.score(), COSINES)
                : new Hit(next.passage(), 1.0 / (hits.size() + 1), RANKS));
      }
      return hits;
    }

    Usage usage() {
      Usage usage = Usage.of(Usage.MATCHES_READ, read.size()).with(Usage.MATCHES_REFUSED, refused);
      return cut ? usage.with(Usage.CUT_SEARCHES, 1) : usage;
    }

    StageRecord record(long nanos) {
      return StageRecord.of("search", store.description(), Duration.ofNanos(nanos), usage())
          .with("asked", asked.toString())
          .with("rounds", rounds);
    }

    /**
     * Tells of conditions whose keys have values of another type alone, among what is nearest:
     * looked for only where nothing was found, and a range or a beginning was asked for, since it
     * costs a search.
     */
    Retrieval mistyped(Retrieval nothing) {
      if (request.filter().conditions().stream()
          .allMatch(each -> each instanceof Filter.In || each instanceof Filter.Exists)) {
        return nothing;
      }
      List<VectorStore.Match> nearest = store.search(vector, SAMPLED, Filter.all(), context);
      Map<String, Passage> known = new HashMap<>();
      nearest.forEach(match -> known.put(match.passage().id(), match.passage()));
      Collection<Passage> sample =
          passages == null ? known.values() : passages.byId(known.keySet(), context).values();
      List<Metadata> metadata = sample.stream().map(Passage::metadata).toList();
      return nothing.withMistyped(
          request.filter(),
          (key, type) ->
              metadata.stream()
                  .map(each -> each.get(key))
                  .anyMatch(
                      value ->
                          type.isInstance(value)
                              || (value instanceof List<?> && type == String.class)));
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "store")
        .with("filters", filtersHere ? "here" : "store")
        .with("mostRead", mostRead)
        .withParts(List.of(store.description(), embedder.description()));
  }

  /** Settings of a retriever. Not safe for use by several threads. */
  public static final class Builder {
    private final VectorStore store;
    private final Embedder embedder;
    private @Nullable Passages passages;
    private boolean filtersHere;
    private int mostRead = 10_000;

    private Builder(VectorStore store, Embedder embedder) {
      this.store = Objects.requireNonNull(store, "store");
      this.embedder = Objects.requireNonNull(embedder, "embedder");
    }

    /**
     * Where the passages are kept, if the store has no more than their ids and vectors, or not all
     * of them; what the store gives back unless set.
     */
    public Builder passages(Passages value) {
      this.passages = Objects.requireNonNull(value, "passages");
      return this;
    }

    /**
     * Whether the store is never asked with a filter, and what it finds is filtered here alone;
     * false unless set. For a store that takes no notice of filters, or that fails on some. It
     * reads as much as it takes to find topK that pass.
     */
    public Builder filtersHere(boolean value) {
      this.filtersHere = value;
      return this;
    }

    /**
     * The most matches that are read for one search, or topK if that is more; 10,000 unless set.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder mostRead(int matches) {
      if (matches < 1) {
        throw new IllegalArgumentException("mostRead must be >= 1, was " + matches);
      }
      this.mostRead = matches;
      return this;
    }

    /** The retriever. It asks the store nothing yet. */
    public StoreRetriever build() {
      return new StoreRetriever(this);
    }
  }
}
