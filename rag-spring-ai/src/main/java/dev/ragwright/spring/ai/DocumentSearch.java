package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.retrieval.search.DocumentRetriever;

/**
 * {@link SpringAi#retriever}.
 *
 * @param filters whether a filter is tested on what is found; else it is refused
 */
record DocumentSearch(DocumentRetriever retriever, String name, boolean filters)
    implements Retriever {

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    if (!filters && !(request.filter() instanceof Filter.All)) {
      throw new IllegalArgumentException(
          "the document retriever '%s' takes no filter, was given '%s'; SpringAi.filteringRetriever tests it on what is found"
              .formatted(name, request.filter()));
    }
    String text = request.query().text();
    if (text.isBlank()) { // Spring AI has no query without words
      return Retrieval.of(List.of(), Usage.none());
    }
    List<Document> documents =
        SpringAiException.await(
            context,
            "the document retriever '%s'".formatted(name),
            () -> retriever.retrieve(new Query(text)));
    List<Hit> hits =
        Documents.hits(documents, name).stream()
            .filter(hit -> request.filter().test(hit.passage()))
            .toList();
    return Retrieval.ranked(hits, request.topK(), Usage.unknown().with(Usage.REQUESTS, 1));
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "document-retriever")
        .with("name", name)
        .with("filters", filters);
  }
}
