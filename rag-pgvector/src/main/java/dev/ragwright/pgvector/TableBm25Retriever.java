package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Bm25Weights;
import java.util.List;
import java.util.Map;

/** Passages by the words that they share with the query. */
record TableBm25Retriever(PassageTable table, PassageWords words, Bm25Weights bm25)
    implements Retriever {

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    table.check();
    context.throwIfStopped();
    Map<String, Double> terms = words.ofQuestion(request.query().text(), bm25.k3());
    if (terms.isEmpty()) {
      return Retrieval.of(List.of());
    }
    double most = terms.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    terms.replaceAll((term, weight) -> weight / most);
    List<Hit> hits =
        table.byWords(terms, bm25, request.filter(), request.topK(), context).stream()
            .map(found -> new Hit(found.passage(), found.score() * most, "bm25"))
            .toList();
    return Retrieval.of(hits);
  }

  @Override
  public StageDescription description() {
    return bm25.description(words, "postgresql:" + table.name());
  }
}
