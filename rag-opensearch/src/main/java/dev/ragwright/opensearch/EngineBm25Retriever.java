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
import dev.ragwright.retrievers.lucene.Explanation;
import dev.ragwright.retrievers.lucene.PassageWords;
import dev.ragwright.retrievers.stored.Bm25Weights;
import dev.ragwright.retrievers.stored.Keys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Passages by the words that they share with the query. */
record EngineBm25Retriever(Engine engine, PassageWords words, Bm25Weights bm25)
    implements Retriever {
  private static final int TERMS = 1_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    engine.checkOpen();
    context.throwIfStopped();
    Map<String, Double> terms = words.ofQuestion(request.query().text(), bm25.k3());
    ObjectNode filter = Engine.filter(request.filter());
    int most = filter == null ? TERMS : TERMS - Math.max(0, FilterQueries.conditions(filter) - 20);
    most = Math.max(1, most);
    Usage usage =
        terms.size() > most ? Usage.of(Usage.DROPPED_TERMS, terms.size() - most) : Usage.none();
    if (terms.isEmpty()) {
      return Retrieval.of(List.of(), usage);
    }
    List<Hit> hits = new ArrayList<>();
    ObjectNode body = query(terms, most, filter);
    body.putArray("_source").add(PassageDocument.EXACT);
    engine.ranked(
        body,
        request.topK(),
        FilterQueries.isExact(request.filter()),
        context,
        hit -> {
          String exact = hit.path("_source").path(PassageDocument.EXACT).asText();
          Passage passage = PassageDocument.read(exact);
          boolean counts = request.filter().test(passage); // long texts are compared in part there
          if (counts) {
            hits.add(new Hit(passage, score(hit), "bm25"));
          }
          return counts;
        });
    return Retrieval.of(hits, usage);
  }

  private ObjectNode query(Map<String, Double> terms, int most, @Nullable ObjectNode filter) {
    ObjectNode body = JSON.objectNode();
    ObjectNode bool = body.putObject("query").putObject("bool");
    ArrayNode should = bool.putArray("should");
    terms.entrySet().stream()
        .limit(most)
        .forEach(
            term ->
                should
                    .addObject()
                    .putObject("term")
                    .putObject("words")
                    .put("value", PassageDocument.term(term.getKey()))
                    .put("boost", term.getValue().floatValue()));
    bool.put("minimum_should_match", 1);
    if (filter != null) {
      bool.set("filter", filter);
    }
    return body;
  }

  private double score(JsonNode hit) {
    return engine.dialect().bm25(hit.path("sort").path(0).asDouble(), bm25.k1());
  }

  /** What each word of a question gives a passage, most first, ties by term. */
  List<Explanation.Term> terms(String question, Passage passage, CallContext context) {
    Set<String> there =
        words.of(passage).stream().flatMap(List::stream).collect(Collectors.toSet());
    ObjectNode only = FilterQueries.terms("id", List.of(Keys.text(passage.id())));
    List<Explanation.Term> terms = new ArrayList<>();
    words.ofQuestion(question, bm25.k3()).entrySet().stream()
        .limit(TERMS)
        .filter(term -> there.contains(term.getKey()))
        .forEach(
            term ->
                engine.ranked(
                    query(Map.ofEntries(term), 1, only),
                    1,
                    true,
                    context,
                    hit -> terms.add(new Explanation.Term(term.getKey(), score(hit)))));
    terms.sort(
        Comparator.comparingDouble(Explanation.Term::score)
            .reversed()
            .thenComparing(Explanation.Term::term));
    return terms;
  }

  @Override
  public StageDescription description() {
    return bm25.description(words, engine.name());
  }
}
