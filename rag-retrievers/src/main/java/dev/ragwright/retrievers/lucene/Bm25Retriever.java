package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.RetrievalRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/**
 * Passages by the words that they share with the query. The query's text is analysed and never
 * parsed, so no character of it is an operator. A term that the query repeats is one clause,
 * however often it stands there, whose boost is the third factor of BM25: {@code (k3 + 1) * f / (k3
 * + f)} for the term's frequency {@code f} in the query (Robertson et al., "Okapi at TREC-3",
 * 1994).
 */
final class Bm25Retriever extends IndexRetriever {
  private final Analyzer analyzer;
  private final double k3;
  private final StageDescription description;

  Bm25Retriever(IndexStore store, Analyzer analyzer, double k3, StageDescription description) {
    super(store);
    this.analyzer = analyzer;
    this.k3 = k3;
    this.description = description;
  }

  @Override
  Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException {
    return rank(searcher, request, weights(searcher, request.query().text()), "bm25", context);
  }

  /** Ranks by terms that weigh as much as is said, the last of which are left out if need be. */
  Ranked rank(
      IndexSearcher searcher,
      RetrievalRequest request,
      Map<BytesRef, Double> terms,
      String source,
      CallContext context)
      throws IOException {
    Ranked ranked = new Ranked(source, Usage.none());
    List<Query> clauses = new ArrayList<>(terms.size());
    terms.forEach((term, weight) -> clauses.add(clause(term, weight)));
    addMatching(clauses, ranked, searcher, request, context);
    return ranked;
  }

  /** What each term of the query gives to the score of a passage, most first. */
  List<Explanation.Term> terms(IndexSearcher searcher, RetrievalRequest request, int document)
      throws IOException {
    List<Explanation.Term> parts = new ArrayList<>();
    for (Map.Entry<BytesRef, Double> term : weights(searcher, request.query().text()).entrySet()) {
      Number part = searcher.explain(clause(term.getKey(), term.getValue()), document).getValue();
      if (part.doubleValue() > 0) {
        parts.add(new Explanation.Term(term.getKey().utf8ToString(), part.doubleValue()));
      }
    }
    parts.sort(
        Comparator.comparingDouble(Explanation.Term::score)
            .reversed()
            .thenComparing(Explanation.Term::term));
    return parts;
  }

  private static Query clause(BytesRef term, double weight) {
    TermQuery query = new TermQuery(new Term(PassageFields.TEXT, term));
    return weight == 1 ? query : new BoostQuery(query, (float) weight);
  }

  /** What the distinct terms of a query weigh, in the order of their first place. */
  Map<BytesRef, Double> weights(IndexSearcher searcher, String text) throws IOException {
    Map<BytesRef, Double> weights = new LinkedHashMap<>();
    terms(searcher, text).forEach((term, frequency) -> weights.put(term, weight(frequency, k3)));
    return weights;
  }

  /** What a term counts that stands so often in the query. */
  static double weight(int frequency, double k3) {
    return Double.isInfinite(k3) ? frequency : frequency * ((k3 + 1) / (k3 + frequency));
  }

  /** The terms of a text in its order. */
  List<String> words(String text) {
    return store.search(
        CallContext.unbounded(),
        searcher ->
            QuestionWords.of(text, analyzer, searcher.getIndexReader()).stream()
                .flatMap(word -> word.terms().stream())
                .map(BytesRef::utf8ToString)
                .toList());
  }

  /**
   * The distinct terms in the order of their first place, with how many places each has. Terms that
   * the analyzer puts at one place, such as synonyms, count there once each.
   */
  Map<BytesRef, Integer> terms(IndexSearcher searcher, String text) throws IOException {
    Map<BytesRef, Integer> terms = new LinkedHashMap<>();
    for (QuestionWords.Word word : QuestionWords.of(text, analyzer, searcher.getIndexReader())) {
      for (BytesRef term : new LinkedHashSet<>(word.terms())) {
        terms.merge(term, 1, Integer::sum);
      }
    }
    return terms;
  }

  @Override
  public StageDescription description() {
    return description.with(StageDescription.INDEX, store.identity());
  }
}
