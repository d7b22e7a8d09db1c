package dev.ragwright.guard;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.List;

/** Reranks within a {@link SpendingLimit}. */
record LimitedReranker(SpendingLimit limit, Reranker reranker) implements Reranker {

  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    long input = ByteBound.framed(query.text()) * hits.size(); // read again with each passage
    for (Hit hit : hits) {
      input += ByteBound.framed(hit.passage().searchText());
    }
    Sent sent = reranker.mostSent();
    Usage most =
        Usage.of(Usage.INPUT_TOKENS, ByteBound.all(sent, input))
            .with(Usage.REQUESTS, Math.multiplyExact(sent.times(), hits.size()));
    return limit
        .reserve(most, description())
        .during(
            description(),
            () -> reranker.rerank(query, hits, topK, context),
            made ->
                StageRecord.of("rerank", description(), Duration.ZERO, made.usage())
                    .withParts(made.parts())
                    .cost(limit.prices()));
  }

  @Override
  public Sent mostSent() {
    return reranker.mostSent();
  }

  @Override
  public StageDescription description() {
    return reranker.description();
  }
}
