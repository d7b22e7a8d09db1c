package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/**
 * Passages by the words that they share with the query. The query's text is analysed and never
 * parsed, so no character of it is an operator. A term counts once, however often the query repeats
 * it: for questions that ranked no worse on any set measured, and better on two of three.
 */
final class Bm25Retriever implements Retriever {
  private static final Sort BEST_FIRST =
      new Sort(SortField.FIELD_SCORE, new SortField(PassageFields.ID, SortField.Type.STRING));

  private final IndexStore store;
  private final Analyzer analyzer;
  private final StageDescription description;

  Bm25Retriever(IndexStore store, Analyzer analyzer, StageDescription description) {
    this.store = store;
    this.analyzer = analyzer;
    this.description = description;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    return store.search(context, searcher -> search(searcher, request, context));
  }

  private Retrieval search(IndexSearcher searcher, RetrievalRequest request, CallContext context)
      throws IOException {
    Set<BytesRef> terms = terms(request.query().text());
    boolean filtered = !(request.filter() instanceof Filter.All);
    int allowed = IndexSearcher.getMaxClauseCount() - (filtered ? 1 : 0);
    Usage usage =
        terms.size() > allowed
            ? Usage.of(Usage.DROPPED_TERMS, terms.size() - allowed)
            : Usage.none();
    if (terms.isEmpty()) {
      return Retrieval.of(List.of(), usage);
    }
    BooleanQuery.Builder query = new BooleanQuery.Builder().setMinimumNumberShouldMatch(1);
    for (BytesRef term : terms.stream().limit(allowed).toList()) {
      query.add(new TermQuery(new Term(PassageFields.TEXT, term)), Occur.SHOULD);
    }
    if (filtered) {
      query.add(new FilterQuery(request.filter()), Occur.FILTER);
    }
    int most = Math.min(request.topK(), Math.max(1, searcher.getIndexReader().maxDoc()));
    ScoreDoc[] found = searcher.search(query.build(), most, BEST_FIRST).scoreDocs;
    context.throwIfStopped();
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>(found.length);
    for (ScoreDoc doc : found) {
      double score = ((Number) ((FieldDoc) doc).fields[0]).doubleValue();
      hits.add(new Hit(PassageFields.read(stored.document(doc.doc)), score, "bm25"));
    }
    return Retrieval.of(hits, usage);
  }

  /** The distinct terms in the order of their first place. */
  private Set<BytesRef> terms(String text) throws IOException {
    Set<BytesRef> terms = new LinkedHashSet<>();
    try (TokenStream tokens = analyzer.tokenStream(PassageFields.TEXT, text)) {
      TermToBytesRefAttribute term = tokens.getAttribute(TermToBytesRefAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        terms.add(BytesRef.deepCopyOf(term.getBytesRef()));
      }
      tokens.end();
    }
    return terms;
  }

  @Override
  public StageDescription description() {
    return description.with("index", store.identity());
  }
}
