package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.stored.QuestionVector;
import java.util.ArrayList;
import java.util.List;

/** Passages by the cosine of their vector and the query's. */
record EngineKnnRetriever(Engine engine, Embedder embedder) implements Retriever {
  /** That an engine's graph gives. */
  static final int MOST = 10_000;

  /** What the engine's rounding may have put behind the last one. */
  private static final int MORE = 10;

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    engine.checkOpen();
    context.throwIfStopped();
    QuestionVector asked = QuestionVector.of(request, embedder, context);
    if (asked.isZero()) {
      return Retrieval.of(List.of(), asked.usage());
    }
    int most = (int) Math.min(MOST, (long) request.topK() + MORE);
    List<Hit> hits = new ArrayList<>();
    while (true) {
      JsonNode found = nearest(asked.numbers(), most, request.filter(), context);
      for (JsonNode hit : found) {
        JsonNode source = hit.path("_source");
        Passage passage = PassageDocument.read(source.path(PassageDocument.EXACT).asText());
        if (request.filter().test(passage)) { // long texts are compared in part there
          float[] vector = PassageDocument.vector(source.path(PassageDocument.BYTES).asText());
          hits.add(asked.hit(passage, vector));
        }
      }
      if (hits.size() >= request.topK() || found.size() < most || most == MOST) {
        return Retrieval.ranked(hits, request.topK(), asked.usage());
      }
      hits.clear();
      most = (int) Math.min(MOST, 10L * most);
    }
  }

  private JsonNode nearest(float[] query, int most, Filter filter, CallContext context) {
    ObjectNode body = engine.dialect().nearest(query, most, Engine.filter(filter));
    body.put("size", most).put("track_total_hits", false);
    body.putArray("_source").add(PassageDocument.EXACT).add(PassageDocument.BYTES);
    return engine.search(body, context);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "knn")
        .with("engine", engine.name())
        .withParts(List.of(embedder.description()));
  }
}
