package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.search.IndexSearcher;

/**
 * Two searches of one view of the index, fused: what {@link Retrievers#fuse} makes of the same
 * retrievers, with the same ranking, scores and records, but that only the passages which are
 * returned are read.
 */
final class HybridRetriever implements Retriever {
  private final IndexStore store;
  private final RankFusion fusion;
  private final int depth;
  private final List<IndexRetriever> legs;
  private final Retriever fused;

  HybridRetriever(IndexStore store, RankFusion fusion, int depth, IndexRetriever... legs) {
    this.store = store;
    this.fusion = fusion;
    this.depth = depth;
    this.legs = List.of(legs);
    this.fused = Retrievers.fuse(fusion, depth, legs);
  }

  private record Leg(IndexRetriever.Ranked ranked, StageRecord record) {}

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    RetrievalRequest deeper = request.withTopK(Math.max(depth, request.topK()));
    return store.search(context, view -> retrieve(view, request.topK(), deeper, context));
  }

  private Retrieval retrieve(
      IndexSearcher view, int topK, RetrievalRequest deeper, CallContext context)
      throws IOException {
    List<Leg> done =
        context.inParallel(legs.stream().map(leg -> asking(leg, view, deeper)).toList());
    List<List<Hit>> rankings = done.stream().map(leg -> leg.ranked().hits()).toList();
    List<Hit> hits = new ArrayList<>();
    for (Hit hit : fusion.fuse(rankings, topK)) {
      for (Leg leg : done) {
        if (leg.ranked().has(hit.passage().id())) {
          hits.addAll(leg.ranked().read(view, List.of(hit)));
          break;
        }
      }
    }
    Usage usage = done.stream().map(leg -> leg.record().usage()).reduce(Usage.none(), Usage::plus);
    return Retrieval.of(hits, usage).withParts(done.stream().map(Leg::record).toList());
  }

  private Function<CallContext, Leg> asking(
      IndexRetriever leg, IndexSearcher view, RetrievalRequest request) {
    return context -> {
      long start = context.ticker().nanos();
      Embeddings question = leg.prepare(request, context);
      return store.searchWithin(
          view,
          context,
          searcher -> {
            IndexRetriever.Ranked ranked = leg.rank(searcher, request, question, context);
            Retrieval said =
                Retrieval.of(List.of(), ranked.usage())
                    .withMistyped(FilterQuery.mistyped(request.filter(), searcher));
            StageRecord record =
                StageRecord.of(
                        "retrieve",
                        leg.description(),
                        Duration.ofNanos(context.ticker().nanos() - start),
                        said.usage())
                    .with("hits", ranked.hits().size())
                    .withParts(said.parts());
            return new Leg(ranked, record);
          });
    };
  }

  @Override
  public StageDescription description() {
    return fused.description();
  }
}
