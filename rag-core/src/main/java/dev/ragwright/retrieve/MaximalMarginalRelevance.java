package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import java.util.ArrayList;
import java.util.List;

/**
 * Greedy, with the nearest chosen passage of each remaining one kept up to date. What is subtracted
 * only grows, so the best value only falls, and the order of choice is that of the scores.
 */
record MaximalMarginalRelevance(Embedder embedder, double lambda) implements Reranker {

  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    EmbeddedHits embedded = EmbeddedHits.of(query, hits, embedder, context);
    double[] nearest = new double[hits.size()]; // chosen passage's similarity, 0 when none
    boolean[] taken = new boolean[hits.size()];
    List<Hit> chosen = new ArrayList<>();
    while (chosen.size() < Math.min(topK, hits.size())) {
      context.throwIfStopped();
      int best = -1;
      Hit next = null;
      for (int i = 0; i < hits.size(); i++) {
        if (!taken[i]) {
          double value = lambda * embedded.relevance()[i] - (1 - lambda) * nearest[i];
          Hit candidate = new Hit(hits.get(i).passage(), value, "mmr");
          if (next == null || Hit.BEST_FIRST.compare(candidate, next) < 0) {
            best = i;
            next = candidate;
          }
        }
      }
      if (next == null) {
        break;
      }
      taken[best] = true;
      chosen.add(next);
      for (int i = 0; i < nearest.length; i++) {
        if (!taken[i]) {
          double similarity =
              Embeddings.dot(embedded.vectors().get(i), embedded.vectors().get(best));
          nearest[i] = Math.max(nearest[i], similarity);
        }
      }
    }
    return Retrieval.of(chosen, embedded.usage());
  }

  @Override
  public Sent mostSent() {
    return embedder.mostSent();
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("reranker", "mmr")
        .with("lambda", lambda)
        .withParts(List.of(embedder.description()));
  }
}
