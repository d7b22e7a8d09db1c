package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;

/**
 * BM25 by the question's words and those of the first passages: RM3 of Abdul-Jaleel et al., "UMass
 * at TREC 2004", over the relevance model of Lavrenko and Croft, "Relevance-Based Language Models"
 * (SIGIR 2001), as Anserini's {@code Rm3Reranker} estimates it.
 *
 * <p>A passage gives each of its most frequent terms the share {@code f / F}, for the term's
 * frequency and the sum of those of the terms that it gives, times its score in the first search (a
 * likelihood in the papers). Of the sums over the passages the greatest are kept and made to sum to
 * 1; the question's own terms are as well, and the two are mixed. A term of more than a tenth of
 * all passages says nothing and is not taken, which spares a list of stop words. Anserini's bounds
 * on a term's length and characters are left out: they are those of English.
 */
final class Rm3Retriever extends IndexRetriever {
  private static final double COMMON = 0.1;
  private static final Comparator<Map.Entry<BytesRef, Double>> HEAVIEST_FIRST =
      Map.Entry.<BytesRef, Double>comparingByValue()
          .reversed()
          .thenComparing(Map.Entry.comparingByKey());

  private final Bm25Retriever words;
  private final Feedback feedback;
  private final int terms;

  Rm3Retriever(Bm25Retriever words, Feedback feedback, int terms) {
    super(words.store);
    if (terms < 1) {
      throw new IllegalArgumentException("terms must be >= 1, was " + terms);
    }
    this.words = words;
    this.feedback = feedback;
    this.terms = terms;
  }

  @Override
  Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException {
    long start = context.ticker().nanos();
    Map<BytesRef, Double> asked = words.weights(searcher, request.query().text());
    Ranked first =
        words.rank(searcher, request.withTopK(feedback.passages()), asked, "rm3", context);
    Map<BytesRef, Double> learnt = learnt(searcher, first, context);
    Map<BytesRef, Double> mixed = new LinkedHashMap<>();
    double share = learnt.isEmpty() ? 1 : feedback.weight();
    sharing(asked, share).forEach(mixed::put);
    sharing(learnt, 1 - share).forEach((term, weight) -> mixed.merge(term, weight, Double::sum));
    mixed.values().removeIf(weight -> weight == 0);
    int read = first.hits().size();
    String shown =
        learnt.entrySet().stream()
            .map(term -> Feedback.shown(term.getKey().utf8ToString(), term.getValue()))
            .collect(Collectors.joining(", "));
    Ranked ranked = words.rank(searcher, request, mixed, "rm3", context);
    ranked.count(Usage.of(Usage.FEEDBACK_PASSAGES, read));
    ranked.tell(Feedback.record(own(), read, start, context).with("terms", shown));
    return ranked;
  }

  /** The relevance model: the heaviest terms, which sum to 1. */
  private Map<BytesRef, Double> learnt(IndexSearcher searcher, Ranked first, CallContext context)
      throws IOException {
    CollectionStatistics all = searcher.collectionStatistics(PassageFields.TEXT);
    double common = all == null ? 0 : COMMON * all.docCount();
    Map<BytesRef, Double> sums = new TreeMap<>();
    for (Hit hit : read(searcher, first)) {
      context.throwIfStopped();
      Map<BytesRef, Double> telling = new TreeMap<>();
      for (String text : store.manifest().searched().texts(hit.passage())) {
        for (Map.Entry<BytesRef, Integer> term : words.terms(searcher, text).entrySet()) {
          int frequency = frequency(searcher.getIndexReader(), term.getKey());
          if (frequency > 0 && frequency <= common) {
            telling.merge(term.getKey(), term.getValue().doubleValue(), Double::sum);
          }
        }
      }
      sharing(heaviest(telling), hit.score())
          .forEach((term, weight) -> sums.merge(term, weight, Double::sum));
    }
    return sharing(heaviest(sums), 1);
  }

  private static int frequency(IndexReader reader, BytesRef term) throws IOException {
    return reader.docFreq(new Term(PassageFields.TEXT, term));
  }

  private Map<BytesRef, Double> heaviest(Map<BytesRef, Double> weights) {
    List<Map.Entry<BytesRef, Double>> ordered = new ArrayList<>(weights.entrySet());
    ordered.sort(HEAVIEST_FIRST);
    Map<BytesRef, Double> heaviest = new LinkedHashMap<>();
    ordered.stream().limit(terms).forEach(term -> heaviest.put(term.getKey(), term.getValue()));
    return heaviest;
  }

  /** The same weights, made to sum to a share. */
  private static Map<BytesRef, Double> sharing(Map<BytesRef, Double> weights, double share) {
    double sum = 0;
    for (double weight : weights.values()) {
      sum += weight;
    }
    Map<BytesRef, Double> shares = new LinkedHashMap<>();
    for (Map.Entry<BytesRef, Double> term : weights.entrySet()) {
      shares.put(term.getKey(), term.getValue() / sum * share);
    }
    return shares;
  }

  private StageDescription own() {
    return feedback.describe("rm3").with("terms", terms);
  }

  @Override
  public StageDescription description() {
    return own().withParts(List.of(words.description()));
  }
}
