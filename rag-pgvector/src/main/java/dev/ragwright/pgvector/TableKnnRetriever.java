package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.stored.QuestionVector;
import java.util.ArrayList;
import java.util.List;

/** Passages by the cosine of their vector and the query's. */
record TableKnnRetriever(PassageTable table, Embedder embedder) implements Retriever {
  /** What the server's rounding may have put behind the last one. */
  private static final int MORE = 5;

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    table.check();
    context.throwIfStopped();
    QuestionVector asked = QuestionVector.of(request, embedder, context);
    if (asked.isZero()) {
      return Retrieval.of(List.of(), asked.usage());
    }
    int topK = request.topK();
    int most = (int) Math.min(Integer.MAX_VALUE, (long) topK + MORE);
    List<Hit> hits = new ArrayList<>();
    for (PassageTable.Found found :
        table.nearest(asked.numbers(), request.filter(), most, topK, context)) {
      hits.add(asked.hit(found.passage(), found.vector()));
    }
    return Retrieval.ranked(hits, topK, asked.usage());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "knn")
        .with("engine", "postgresql:" + table.name())
        .withParts(List.of(embedder.description()));
  }
}
