package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.sync.Utf16;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.util.BytesRef;

/**
 * A search of the index that ranks passages before it reads them, so that who wants a few of many
 * candidates reads those few: unpacking a stored passage costs as much as finding it.
 */
abstract class IndexRetriever implements ViewRetriever {
  private static final Sort BEST_FIRST =
      new Sort(SortField.FIELD_SCORE, new SortField(PassageFields.ID, SortField.Type.STRING));

  final IndexStore store;

  IndexRetriever(IndexStore store) {
    this.store = store;
  }

  /** The query's vector where one is needed: what does not look at the index may take its time. */
  Embeddings prepare(RetrievalRequest request, CallContext context) {
    return new Embeddings(List.of(), Usage.none());
  }

  /**
   * Ranks the passages of a view.
   *
   * @param question what {@link #prepare} made of the request
   */
  abstract Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException;

  @Override
  public final Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    Embeddings question = prepare(request, context);
    return store.search(
        context,
        searcher -> {
          Ranked ranked = rank(searcher, request, question, context);
          return ranked.as(read(searcher, ranked), request, searcher);
        });
  }

  @Override
  public final Retriever unread(IndexSearcher view, Map<String, Integer> documents) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        Embeddings question = prepare(request, context);
        return store.searchWithin(
            view,
            context,
            searcher -> {
              Ranked ranked = rank(searcher, request, question, context);
              documents.putAll(ranked.documents);
              return ranked.as(ranked.hits, request, searcher);
            });
      }

      @Override
      public StageDescription description() {
        return IndexRetriever.this.description();
      }
    };
  }

  /** The same hits with their passages, all of which must be among the documents of the view. */
  static List<Hit> read(IndexSearcher view, List<Hit> unread, Map<String, Integer> documents)
      throws IOException {
    PassageReader passages = new PassageReader(view.getIndexReader());
    List<Hit> read = new ArrayList<>(unread.size());
    for (Hit hit : unread) {
      int document = Objects.requireNonNull(documents.get(hit.passage().id()));
      read.add(new Hit(passages.read(document), hit.score(), hit.source()));
    }
    return read;
  }

  /**
   * Adds the passages that match one of some clauses at least, by the sum of what the clauses give.
   * Clauses beyond Lucene's bound are left out, the last first, and counted.
   */
  final void addMatching(
      List<Query> clauses,
      Ranked ranked,
      IndexSearcher searcher,
      RetrievalRequest request,
      CallContext context)
      throws IOException {
    boolean filtered = !(request.filter() instanceof Filter.All);
    int allowed = IndexSearcher.getMaxClauseCount() - (filtered ? 1 : 0);
    if (clauses.size() > allowed) {
      ranked.count(Usage.of(Usage.DROPPED_TERMS, clauses.size() - allowed));
    }
    if (clauses.isEmpty()) {
      return;
    }
    BooleanQuery.Builder query = new BooleanQuery.Builder().setMinimumNumberShouldMatch(1);
    clauses.stream().limit(allowed).forEach(clause -> query.add(clause, Occur.SHOULD));
    if (filtered) {
      query.add(new FilterQuery(request.filter(), store.filters()), Occur.FILTER);
    }
    int most = Math.min(request.topK(), Math.max(1, searcher.getIndexReader().maxDoc()));
    ScoreDoc[] found = searcher.search(query.build(), most, BEST_FIRST).scoreDocs;
    context.throwIfStopped();
    for (ScoreDoc doc : found) {
      Object[] order = ((FieldDoc) doc).fields;
      ranked.add(doc.doc, (BytesRef) order[1], ((Number) order[0]).doubleValue());
    }
  }

  /** The hits of a ranking with their passages. */
  static List<Hit> read(IndexSearcher view, Ranked ranked) throws IOException {
    return read(view, ranked.hits, ranked.documents);
  }

  /** A ranking whose passages have their ids and nothing else as yet. Of one view of the index. */
  static final class Ranked {
    private final String source;
    private final List<Hit> hits = new ArrayList<>();
    private final Map<String, Integer> documents = new HashMap<>();
    private final List<StageRecord> parts = new ArrayList<>();
    private Usage usage;

    Ranked(String source, Usage usage) {
      this.source = source;
      this.usage = usage;
    }

    void add(int document, BytesRef id, double score) {
      String name = Utf16.decode(id);
      documents.put(name, document);
      hits.add(new Hit(unread(name), score, source));
    }

    private static Passage unread(String id) {
      return new Passage(id, "", 0, 0, "", List.of(), Metadata.empty());
    }

    void count(Usage more) {
      usage = usage.plus(more);
    }

    /** Adds a record of how it was come by. */
    void tell(StageRecord part) {
      parts.add(part);
    }

    List<Hit> hits() {
      return hits;
    }

    Usage usage() {
      return usage;
    }

    /** Where a hit's passage is in the view. */
    int document(Hit hit) {
      return Objects.requireNonNull(documents.get(hit.passage().id()));
    }

    private Retrieval as(List<Hit> found, RetrievalRequest request, IndexSearcher searcher)
        throws IOException {
      Filter filter = request.filter();
      try {
        return Retrieval.of(found, usage)
            .withParts(parts)
            .withMistyped(filter, (key, type) -> FilterQuery.hasType(key, type, searcher))
            .withUnknownKeys(filter, key -> FilterQuery.hasKey(key, searcher));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }
}
