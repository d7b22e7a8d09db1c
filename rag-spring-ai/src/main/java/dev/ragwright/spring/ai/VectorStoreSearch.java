package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.foreign.Deepening;
import dev.ragwright.foreign.FilterProbe;
import dev.ragwright.foreign.PushDown;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStoreRetriever;
import org.springframework.ai.vectorstore.filter.Filter.Expression;

/** {@link SpringAi#storeRetriever}. */
final class VectorStoreSearch implements Retriever {
  private static final int MOST_READ = 10_000;

  private final VectorStoreRetriever store;
  private final String name;
  private final boolean asks;
  private final FilterProbe probe = new FilterProbe();

  VectorStoreSearch(VectorStoreRetriever store, String name, boolean asks) {
    this.store = Objects.requireNonNull(store, "store");
    this.name = name;
    this.asks = asks;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    String text = request.query().text();
    Filter asked = asks ? PushDown.of(request.filter()) : Filter.all();
    if (text.isBlank() || PushDown.acceptsNothing(asked)) {
      return Retrieval.of(List.of(), Usage.none());
    }
    Expression expression = Expressions.of(asked);
    int probes = expression == null ? 0 : probe(text, context);
    return new Search(request, expression, context).run(probes);
  }

  /** One search, in as many rounds as it takes. */
  private final class Search {
    private final RetrievalRequest request;
    private final @Nullable Expression expression;
    private final CallContext context;
    private int rounds;
    private List<Document> read = List.of();
    private List<Hit> all = List.of();
    private List<Hit> hits = List.of();

    Search(RetrievalRequest request, @Nullable Expression expression, CallContext context) {
      this.request = request;
      this.expression = expression;
      this.context = context;
    }

    Retrieval run(int probes) {
      boolean enough = Deepening.search(request.topK(), MOST_READ, context, this::isEnough);
      Usage usage =
          Usage.unknown() // what the store's model read
              .with(Usage.REQUESTS, probes + rounds)
              .with(Usage.MATCHES_READ, read.size())
              .with(Usage.MATCHES_REFUSED, all.size() - hits.size());
      return Retrieval.ranked(
          hits, request.topK(), enough ? usage : usage.with(Usage.CUT_SEARCHES, 1));
    }

    private boolean isEnough(int most) {
      read = search(request.query().text(), most, expression, context);
      rounds++;
      all = Documents.hits(read, name);
      hits = all.stream().filter(hit -> request.filter().test(hit.passage())).toList();
      return read.size() < most || surelyBest();
    }

    /** Whether what was not read is surely behind the last of topK: ties are by id. */
    private boolean surelyBest() {
      int topK = request.topK();
      return hits.size() >= topK && all.getLast().score() < hits.get(topK - 1).score();
    }
  }

  /** Holds the store to its filters, once it has a document to give; returns how many requests. */
  private int probe(String text, CallContext context) {
    return probe.require(
        () -> !search(text, 1, Expressions.PROBE, context).isEmpty(),
        () -> !search(text, 1, null, context).isEmpty(),
        () ->
            new SpringAiException(
                "the vector store '%s' takes no notice of filters: it was asked for a document that nobody has, and found something; have all that it finds tested here, which costs reading more (SpringAi.filteringStoreRetriever), or keep what must be apart in stores of its own"
                    .formatted(name)));
  }

  private List<Document> search(
      String text, int most, @Nullable Expression filter, CallContext context) {
    SearchRequest.Builder request = SearchRequest.builder().query(text).topK(most);
    if (filter != null) {
      request.filterExpression(filter);
    }
    SearchRequest asked = new FromMinusOne(request.build());
    try {
      return SpringAiException.await(
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
