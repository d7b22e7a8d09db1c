package dev.ragwright.langchain4j;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.ragwright.call.CallContext;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@link LangChain4j#contentRetriever}. */
record RetrieverContentRetriever(Retriever retriever, Function<Query, RetrievalRequest> request)
    implements ContentRetriever {

  @Override
  public List<Content> retrieve(Query query) {
    return retrieve(query, CallContext.unbounded());
  }

  @Override
  public CompletableFuture<List<Content>> retrieveAsync(Query query) {
    return Unheard.future("ragwright-retrieve", context -> retrieve(query, context));
  }

  private List<Content> retrieve(Query query, CallContext context) {
    List<Content> contents = new ArrayList<>();
    for (Hit hit : retriever.retrieve(request.apply(query), context).hits()) {
      if (!hit.passage().text().isBlank()) { // LangChain4j has no segment without words
        contents.add(new PassageContent(hit.passage(), hit.score(), null));
      }
    }
    return contents;
  }
}
