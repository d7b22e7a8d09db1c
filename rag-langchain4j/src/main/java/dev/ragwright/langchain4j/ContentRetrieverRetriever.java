package dev.ragwright.langchain4j;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.foreign.FoundPassages;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;

/**
 * {@link LangChain4j#retriever}.
 *
 * @param filters whether a filter is checked on what is found; else it is refused
 */
record ContentRetrieverRetriever(ContentRetriever retriever, String name, boolean filters)
    implements Retriever {

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    if (!filters && !(request.filter() instanceof Filter.All)) {
      throw new IllegalArgumentException(
          "the content retriever '%s' takes no filter, was given '%s'; LangChain4j.filteringRetriever checks it on what is found"
              .formatted(name, request.filter()));
    }
    Usage usage = Usage.unknown().with(Usage.REQUESTS, 1);
    if (request.query().text().isBlank()) { // LangChain4j has no query without words
      return Retrieval.of(List.of(), Usage.none());
    }
    List<Content> contents =
        Unheard.await(
            context,
            "ragwright-retrieve",
            () -> retriever.retrieve(dev.langchain4j.rag.query.Query.from(request.query().text())),
            e -> new ContentRetrieverException(name, e));
    List<Hit> hits =
        FoundPassages.hits(contents, LangChain4j::passage, ContentRetrieverRetriever::score, name);
    hits.removeIf(hit -> !request.filter().test(hit.passage()));
    return Retrieval.ranked(hits, request.topK(), usage);
  }

  /** The best that is known of it, or NaN. */
  private static double score(Content content) {
    Object reranked = content.metadata().get(ContentMetadata.RERANKED_SCORE);
    Object score = reranked == null ? content.metadata().get(ContentMetadata.SCORE) : reranked;
    return score instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "content-retriever")
        .with("name", name)
        .with("filters", filters);
  }
}
