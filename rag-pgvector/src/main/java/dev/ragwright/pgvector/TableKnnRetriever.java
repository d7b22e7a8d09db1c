package dev.ragwright.pgvector;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
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
    String text = request.query().text();
    if (text.isBlank()) {
      return Retrieval.of(List.of());
    }
    Embeddings made = embedder.embed(List.of(text), request.query().side(), context);
    float[] query = made.checked(1, embedder).getFirst();
    if (Embeddings.dot(query, query) == 0) {
      return Retrieval.of(List.of(), made.usage());
    }
    int topK = request.topK();
    int most = (int) Math.min(Integer.MAX_VALUE, (long) topK + MORE);
    List<Hit> hits = new ArrayList<>();
    for (PassageTable.Found found : table.nearest(query, request.filter(), most, topK, context)) {
      double cosine = Math.clamp(Embeddings.dot(query, found.vector()), -1, 1);
      hits.add(new Hit(found.passage(), cosine, "knn"));
    }
    return Retrieval.ranked(hits, topK, made.usage());
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "knn")
        .with("engine", "postgresql:" + table.name())
        .withParts(List.of(embedder.description()));
  }
}
