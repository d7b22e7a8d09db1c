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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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
        document < 0 ? null : PassageFields.read(searcher.storedFields().document(document));
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
    List<Explanation.Ranking> rankings = new ArrayList<>();
    rankings.add(ranking("bm25", byWords, passageId, words.terms(searcher, request, document)));
    Retriever present = vectors;
    if (present != null) {
      int deep = Math.max(depth, request.topK());
      List<Hit> byVectors =
          present instanceof IndexRetriever here
              ? ranked(here, searcher, all, context)
              : present.retrieve(request.withTopK(deep), context).hits();
      List<Hit> fused =
          fusion.fuse(List.of(first(byWords, deep), first(byVectors, deep)), 2 * deep);
      rankings.add(ranking("knn", byVectors, passageId, List.of()));
      rankings.add(ranking("hybrid", fused, passageId, List.of()));
    }
    return new Explanation(
        passageId, standing(rankings.getLast(), present, request.topK()), request.topK(), rankings);
  }

  private static List<Hit> ranked(
      IndexRetriever retriever, IndexSearcher searcher, RetrievalRequest all, CallContext context)
      throws IOException {
    Embeddings question = retriever.prepare(all, context);
    return retriever.rank(searcher, all, question, context).hits();
  }

  private static List<Hit> first(List<Hit> hits, int most) {
    return hits.subList(0, Math.min(most, hits.size()));
  }

  private static Explanation.Standing standing(
      Explanation.Ranking last, @Nullable Retriever vectors, int topK) {
    if (last.rank().isEmpty()) {
      return vectors == null ? Explanation.Standing.NO_WORD : Explanation.Standing.NOT_FUSED;
    }
    return last.rank().getAsInt() <= topK
        ? Explanation.Standing.FOUND
        : Explanation.Standing.BEHIND;
  }

  private static Explanation.Ranking ranking(
      String name, List<Hit> hits, String passageId, List<Explanation.Term> terms) {
    for (int i = 0; i < hits.size(); i++) {
      if (hits.get(i).passage().id().equals(passageId)) {
        return new Explanation.Ranking(
            name,
            OptionalInt.of(i + 1),
            hits.size(),
            OptionalDouble.of(hits.get(i).score()),
            terms);
      }
    }
    return new Explanation.Ranking(
        name, OptionalInt.empty(), hits.size(), OptionalDouble.empty(), List.of());
  }
}
