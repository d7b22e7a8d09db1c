package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.model.scoring.request.ScoringRequest;
import dev.langchain4j.model.scoring.response.ScoringResponse;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** {@link LangChain4j#scoringModel}. */
record RerankerScoringModel(Reranker reranker) implements ScoringModel {

  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
    return scoreAll(segments, query, CallContext.unbounded());
  }

  @Override
  public CompletableFuture<ScoringResponse> doScoreAsync(ScoringRequest request) {
    return Unheard.future(
        "ragwright-score",
        context -> {
          Response<List<Double>> scored =
              scoreAll(
                  request.documents().stream().map(TextSegment::from).toList(),
                  request.query(),
                  context);
          return ScoringResponse.builder()
              .scores(scored.content())
              .tokenUsage(scored.tokenUsage())
              .build();
        });
  }

  private Response<List<Double>> scoreAll(
      List<TextSegment> segments, String query, CallContext context) {
    List<Hit> hits = new ArrayList<>();
    for (TextSegment segment : segments) {
      Passage passage = Passage.of(String.format(Locale.ROOT, "%06d", hits.size()), segment.text());
      hits.add(new Hit(passage, 1.0 / (1 + hits.size()), "langchain4j"));
    }
    if (hits.isEmpty()) {
      return Response.from(List.of());
    }
    Retrieval ranked = reranker.rerank(Query.of(query), hits, hits.size(), context);
    Map<String, Double> scores = new HashMap<>();
    ranked.hits().forEach(hit -> scores.put(hit.passage().id(), hit.score()));
    if (scores.size() != hits.size()) {
      throw new ScoringModelException(
          String.format(
              Locale.ROOT,
              "the reranker %s left out %d of %d passages, which have no score then",
              reranker.description(),
              hits.size() - scores.size(),
              hits.size()));
    }
    List<Double> inOrder = hits.stream().map(hit -> scores.get(hit.passage().id())).toList();
    Usage usage = ranked.usage();
    return usage.count(Usage.INPUT_TOKENS).isEmpty()
        ? Response.from(inOrder)
        : Response.from(
            inOrder,
            new TokenUsage(Math.toIntExact(usage.count(Usage.INPUT_TOKENS).getAsLong()), 0));
  }
}
