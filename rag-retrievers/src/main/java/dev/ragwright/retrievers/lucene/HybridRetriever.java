package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.search.IndexSearcher;

/**
 * Two searches of one view of the index, fused: what {@link Retrievers#fuse} makes of the same
 * retrievers, but that only the passages which are returned are read.
 */
final class HybridRetriever implements ViewRetriever {
  private final IndexStore store;
  private final RankFusion fusion;
  private final int depth;
  private final List<IndexRetriever> legs;

  HybridRetriever(IndexStore store, RankFusion fusion, int depth, IndexRetriever... legs) {
    this.store = store;
    this.fusion = fusion;
    this.depth = depth;
    this.legs = List.of(legs);
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    return store.search(
        context,
        view -> {
          Map<String, Integer> documents = new ConcurrentHashMap<>(); // the legs run at once
          Retrieval found = unread(view, documents).retrieve(request, context);
          return Retrieval.of(IndexRetriever.read(view, found.hits(), documents), found.usage())
              .withParts(found.parts());
        });
  }

  @Override
  public Retriever unread(IndexSearcher view, Map<String, Integer> documents) {
    return fused(legs.stream().map(leg -> leg.unread(view, documents)).toList());
  }

  private Retriever fused(List<? extends Retriever> retrievers) {
    return Retrievers.fuse(fusion, depth, retrievers.toArray(new Retriever[0]));
  }

  @Override
  public StageDescription description() {
    return fused(legs).description();
  }
}
