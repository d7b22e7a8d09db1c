package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.search.IndexSearcher;
import org.jspecify.annotations.Nullable;

/**
 * Ranks all passages by each search of an index, which takes long where they are many, and looks up
 * where one of them is. A database of vectors is asked only as deep as a hybrid search asks it.
 *
 * @param scope what it does not accept is as if it were not there
 */
record Explainer(
    IndexStore store,
    Bm25Retriever words,
    @Nullable Retriever vectors,
    RankFusion fusion,
    int depth,
    Filter scope) {

  Explanation explain(RetrievalRequest request, String passageId, CallContext context) {
    RetrievalRequest scoped = request.withFilter(scope.and(request.filter()));
    return store.search(context, searcher -> explain(searcher, scoped, passageId, context));
  }

  private Explanation explain(
      IndexSearcher searcher, RetrievalRequest request, String passageId, CallContext context)
      throws IOException {
    int document = Records.document(searcher.getIndexReader(), passageId);
    Passage passage =
        document < 0 ? null : new PassageReader(searcher.getIndexReader()).read(document);
    if (passage == null || !request.filter().test(passage)) {
      return new Explanation(
          passageId,
          passage == null || !scope.test(passage)
              ? Explanation.Standing.NOT_INDEXED
              : Explanation.Standing.FILTERED,
          request.topK(),
          List.of());
    }
    RetrievalRequest all = request.withTopK(Math.max(1, searcher.getIndexReader().maxDoc()));
    List<Hit> byWords = ranked(words, searcher, all, context);
    Retriever present = vectors;
    List<Hit> byVectors = null;
    if (present != null) {
      byVectors =
          present instanceof IndexRetriever here
              ? ranked(here, searcher, all, context)
              : present.retrieve(request.withTopK(Math.max(depth, request.topK())), context).hits();
    }
    return Explanation.of(
        passageId,
        request.topK(),
        byWords,
        words.terms(searcher, request, document),
        byVectors,
        fusion,
        depth);
  }

  private static List<Hit> ranked(
      IndexRetriever retriever, IndexSearcher searcher, RetrievalRequest all, CallContext context)
      throws IOException {
    Embeddings question = retriever.prepare(all, context);
    return retriever.rank(searcher, all, question, context).hits();
  }
}
