package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.foreign.Unheard;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@link LangChain4j#reranker}. */
record ScoringModelReranker(ScoringModel model, String name) implements Reranker {

  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    if (hits.isEmpty()) {
      return Retrieval.of(List.of(), Usage.none());
    }
    List<Hit> ranked = new ArrayList<>();
    List<Hit> worded = new ArrayList<>();
    for (Hit hit : hits) {
      if (hit.passage().searchText().isBlank()) { // LangChain4j has no segment without words
        ranked.add(new Hit(hit.passage(), Double.NEGATIVE_INFINITY, name));
      } else {
        worded.add(hit);
      }
    }
    if (worded.isEmpty()) {
      return Retrieval.ranked(ranked, topK, Usage.none());
    }
    Response<List<Double>> response = scored(worded, query.text(), context);
    List<Double> scores = response.content();
    if (scores == null || scores.size() != worded.size()) {
      throw new ScoringModelException(
          String.format(
              Locale.ROOT,
              "the scoring model '%s' returned %s scores for %d passages",
              name,
              scores == null ? "no" : scores.size(),
              worded.size()));
    }
    for (int i = 0; i < scores.size(); i++) {
      Passage passage = worded.get(i).passage();
      Double score = scores.get(i);
      if (score == null || score.isNaN()) {
        throw new ScoringModelException(
            "the scoring model '%s' returned the score %s for passage %s"
                .formatted(name, score, passage.id()));
      }
      ranked.add(new Hit(passage, score, name));
    }
    return Retrieval.ranked(ranked, topK, usage(response.tokenUsage()));
  }

  private Response<List<Double>> scored(List<Hit> hits, String query, CallContext context) {
    List<TextSegment> segments =
        hits.stream().map(hit -> TextSegment.from(hit.passage().searchText())).toList();
    return Unheard.await(
        context,
        "ragwright-score",
        () -> model.scoreAll(segments, query),
        e -> new ScoringModelException(name, e));
  }

  private static Usage usage(@Nullable TokenUsage counted) {
    Usage usage = Usage.of(Usage.REQUESTS, 1);
    Integer tokens = counted == null ? null : counted.inputTokenCount();
    return tokens == null
        ? usage.withUnknown(Usage.INPUT_TOKENS)
        : usage.with(Usage.INPUT_TOKENS, tokens);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("reranker", "scoring-model").with(StageDescription.MODEL, name);
  }
}
