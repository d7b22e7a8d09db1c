package dev.ragwright.spring.ai;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;

/** {@link SpringAi#postProcessor}. */
record RerankerPostProcessor(Reranker reranker, int topK) implements DocumentPostProcessor {

  @Override
  public List<Document> process(Query query, List<Document> documents) {
    Map<String, Document> byId = new LinkedHashMap<>();
    List<Hit> hits = new ArrayList<>();
    for (Document document : documents) {
      Passage passage = Documents.passage(document);
      if (byId.putIfAbsent(passage.id(), document) == null) {
        hits.add(new Hit(passage, 1.0 / (1 + hits.size()), "spring-ai"));
      }
    }
    if (hits.isEmpty()) {
      return List.of();
    }
    dev.ragwright.retrieve.Query asked = dev.ragwright.retrieve.Query.of(query.text());
    return reranker.rerank(asked, hits, topK, CallContext.unbounded()).hits().stream()
        .map(
            hit ->
                Objects.requireNonNull(byId.get(hit.passage().id()))
                    .mutate()
                    .score(hit.score())
                    .build())
        .toList();
  }
}
