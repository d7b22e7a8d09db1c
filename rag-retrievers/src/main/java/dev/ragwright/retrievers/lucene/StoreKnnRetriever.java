package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreRetriever;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Passages of the index by their vectors in a database; ids that it does not know are not found.
 */
final class StoreKnnRetriever implements Retriever {
  private final IndexStore store;
  private final StoreRetriever search;
  private final StageDescription description;

  StoreKnnRetriever(IndexStore store, StoreRetriever.Builder search, StageDescription description) {
    this.store = store;
    this.search = search.passages(this::passages).build();
    this.description = description;
  }

  private Map<String, Passage> passages(Collection<String> ids, CallContext context) {
    return store.search(
        context,
        searcher -> {
          Map<String, Passage> found = new LinkedHashMap<>();
          for (String id : ids) {
            Passage passage = Records.passage(searcher.getIndexReader(), id);
            if (passage != null) {
              found.put(id, passage);
            }
          }
          return found;
        });
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    return search.retrieve(request, context);
  }

  @Override
  public StageDescription description() {
    StageDescription settings = search.description();
    return description
        .with(StageDescription.INDEX, store.identity())
        .with(settings.parameters())
        .withParts(settings.parts());
  }
}
