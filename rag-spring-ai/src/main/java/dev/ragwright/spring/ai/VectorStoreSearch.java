package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreRetriever;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStoreRetriever;
import org.springframework.ai.vectorstore.filter.Filter.Expression;

/** {@link SpringAi#storeRetriever}. */
final class VectorStoreSearch implements Retriever {
  private static final int LEAST_READ = 20;
  private static final int MOST_READ = 10_000;

  private final VectorStoreRetriever store;
  private final String name;
  private final boolean asks;
  private volatile boolean takesFilters;

  VectorStoreSearch(VectorStoreRetriever store, String name, boolean asks) {
    this.store = Objects.requireNonNull(store, "store");
    this.name = name;
    this.asks = asks;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    String text = request.query().text();
    Filter asked = asks ? StoreRetriever.asked(request.filter()) : Filter.all();
    if (text.isBlank() || Expressions.acceptsNothing(asked)) {
      return Retrieval.of(List.of(), Usage.none());
    }
    Expression expression = Expressions.of(asked);
    int requests = expression == null ? 0 : probe(text, context);
    int bound = Math.max(MOST_READ, request.topK());
    long most = Math.max(2L * request.topK(), LEAST_READ);
    while (true) {
      int now = (int) Math.min(most, bound);
      List<Document> read = search(text, now, expression, context);
      requests++;
      List<Hit> all = Documents.hits(read, name);
      List<Hit> hits = all.stream().filter(hit -> request.filter().test(hit.passage())).toList();
      boolean enough = read.size() < now || surelyBest(hits, all, request.topK());
      if (enough || now == bound) {
        Usage usage =
            Usage.unknown() // what the store's model read
                .with(Usage.REQUESTS, requests)
                .with(Usage.MATCHES_READ, read.size())
                .with(Usage.MATCHES_REFUSED, all.size() - hits.size());
        return Retrieval.ranked(
            hits, request.topK(), enough ? usage : usage.with(Usage.CUT_SEARCHES, 1));
      }
      most *= 2;
    }
  }

  /** Whether what was not read is surely behind the last of topK: ties are by id. */
  private static boolean surelyBest(List<Hit> hits, List<Hit> all, int topK) {
    return hits.size() >= topK && all.getLast().score() < hits.get(topK - 1).score();
  }

  /** Asks for what no document has, until that has been refused once; returns how many requests. */
  private int probe(String text, CallContext context) {
    if (takesFilters) {
      return 0;
    }
    if (!search(text, 1, Expressions.PROBE, context).isEmpty()) {
      throw new SpringAiException(
          "the vector store '%s' takes no notice of filters: it was asked for a document that nobody has, and found something; have all that it finds tested here, which costs reading more (SpringAi.filteringStoreRetriever), or keep what must be apart in stores of its own"
              .formatted(name));
    }
    takesFilters = !search(text, 1, null, context).isEmpty(); // an empty one has said nothing
    return 2;
  }

  private List<Document> search(
      String text, int most, @Nullable Expression filter, CallContext context) {
    SearchRequest.Builder request = SearchRequest.builder().query(text).topK(most);
    if (filter != null) {
      request.filterExpression(filter);
    }
    SearchRequest asked = new FromMinusOne(request.build());
    try {
      return Unheard.await(
          context, "the vector store '%s'".formatted(name), () -> store.similaritySearch(asked));
    } catch (SpringAiException e) {
      if (filter != null
          && (e.getCause() instanceof IllegalArgumentException
              || e.getCause() instanceof UnsupportedOperationException)) {
        throw new IllegalArgumentException(
            "the vector store '%s' refuses the filter %s: %s; SpringAi.filteringStoreRetriever tests filters on what is found"
                .formatted(name, filter, e.getCause().getMessage()),
            e);
      }
      throw e;
    }
  }

  /** Spring AI's least threshold is 0, which drops what is less than unlike. */
  private static final class FromMinusOne extends SearchRequest {
    FromMinusOne(SearchRequest request) {
      super(request);
    }

    @Override
    public double getSimilarityThreshold() {
      return -1;
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "spring-ai-store")
        .with("name", name)
        .with("filters", asks ? "store" : "here");
  }
}
