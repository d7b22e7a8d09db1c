package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.PassageWords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Passages by the words that they share with the query. */
record EngineBm25Retriever(Engine engine, PassageWords words, double k1, double b, double k3)
    implements Retriever {
  private static final int MOST = 10_000;
  private static final int TERMS = 1_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    engine.checkOpen();
    context.throwIfStopped();
    Map<String, Double> terms = words.ofQuestion(request.query().text(), k3);
    Usage usage =
        terms.size() > TERMS ? Usage.of(Usage.DROPPED_TERMS, terms.size() - TERMS) : Usage.none();
    if (terms.isEmpty()) {
      return Retrieval.of(List.of(), usage);
    }
    ObjectNode body = JSON.objectNode().put("size", Math.min(MOST, request.topK()));
    body.put("track_total_hits", false);
    ObjectNode bool = body.putObject("query").putObject("bool");
    ArrayNode should = bool.putArray("should");
    terms.entrySet().stream()
        .limit(TERMS)
        .forEach(
            term ->
                should
                    .addObject()
                    .putObject("term")
                    .putObject("words")
                    .put("value", PassageDocument.term(term.getKey()))
                    .put("boost", term.getValue().floatValue()));
    bool.put("minimum_should_match", 1);
    ObjectNode filter = Engine.filter(request.filter());
    if (filter != null) {
      bool.set("filter", filter);
    }
    body.putArray("sort").addObject().put("_score", "desc");
    ((ArrayNode) body.get("sort")).addObject().put("id", "asc");
    body.putArray("_source").add(PassageDocument.EXACT);
    List<Hit> hits = new ArrayList<>();
    for (JsonNode hit : engine.search(body, context)) {
      Passage passage =
          PassageDocument.read(hit.path("_source").path(PassageDocument.EXACT).asText());
      if (request.filter().test(passage)) { // texts of over 1,000 units are compared in part there
        double score = engine.dialect().bm25(hit.path("sort").path(0).asDouble(), k1);
        hits.add(new Hit(passage, score, "bm25"));
      }
    }
    return Retrieval.of(hits, usage);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "bm25")
        .with("k1", k1)
        .with("b", b)
        .with("k3", k3)
        .with("words", words.name())
        .with("engine", engine.name());
  }
}
