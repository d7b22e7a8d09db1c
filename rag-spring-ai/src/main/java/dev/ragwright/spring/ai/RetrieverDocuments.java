package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.function.Function;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.retrieval.search.DocumentRetriever;

/** {@link SpringAi#documentRetriever}. */
record RetrieverDocuments(Retriever retriever, Function<Query, RetrievalRequest> request)
    implements DocumentRetriever {

  @Override
  public List<Document> retrieve(Query query) {
    return retriever.retrieve(request.apply(query), CallContext.unbounded()).hits().stream()
        .map(hit -> Documents.of(hit.passage()).score(hit.score()).build())
        .toList();
  }
}
