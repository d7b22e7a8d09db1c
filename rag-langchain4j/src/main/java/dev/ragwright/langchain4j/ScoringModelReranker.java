package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

  /** Asks on a thread of its own, so that the wait can end before the model does. */
  private Response<List<Double>> scored(List<Hit> hits, String query, CallContext context) {
    List<TextSegment> segments =
        hits.stream().map(hit -> TextSegment.from(hit.passage().searchText())).toList();
    CompletableFuture<Response<List<Double>>> scored = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("ragwright-score")
        .start(
            () -> {
              try {
                scored.complete(model.scoreAll(segments, query));
              } catch (Throwable e) { // whatever it is, somebody waits for it
                scored.completeExceptionally(e);
              }
            });
    Runnable stop = () -> scored.completeExceptionally(new CancelledException("stopped"));
    CallContext.Registration registration = context.onStop(stop);
    try {
      return scored.join();
    } catch (CompletionException e) {
      context.throwIfStopped();
      throw new ScoringModelException(name, e.getCause() == null ? e : e.getCause());
    } finally {
      registration.close();
    }
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
