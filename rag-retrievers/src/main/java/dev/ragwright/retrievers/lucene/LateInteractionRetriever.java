package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.vectors.QuantizedVectors;
import dev.ragwright.retrievers.vectors.TokenEmbeddings;
import dev.ragwright.retrievers.vectors.TokenReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;

/**
 * What another search finds first, in the order of MaxSim, by the vectors of tokens that the index
 * keeps. Both steps are of one view of the index; of a search of its own only the passages which
 * are returned are read.
 */
final class LateInteractionRetriever implements ViewRetriever {
  private final IndexStore store;
  private final TokenReader tokens;
  private final Retriever first;
  private final int candidates;

  LateInteractionRetriever(IndexStore store, TokenReader tokens, Retriever first, int candidates) {
    if (candidates < 1) {
      throw new IllegalArgumentException("candidates must be >= 1, were " + candidates);
    }
    this.store = store;
    this.tokens = tokens;
    this.first = first;
    this.candidates = candidates;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    return store.search(
        context,
        view -> {
          Map<String, Integer> documents = new ConcurrentHashMap<>();
          Retrieval found = unread(view, documents).retrieve(request, context);
          List<Hit> hits =
              first instanceof ViewRetriever
                  ? IndexRetriever.read(view, found.hits(), documents)
                  : found.hits();
          return Retrieval.of(hits, found.usage()).withParts(found.parts());
        });
  }

  @Override
  public Retriever unread(IndexSearcher view, Map<String, Integer> documents) {
    Retriever found =
        first instanceof ViewRetriever here
            ? here.unread(view, documents)
            : located(view, documents);
    Reranker byTokens = new ByTokens(store, tokens, view, documents);
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        int depth = Math.max(candidates, request.topK());
        return found.rerankedBy(byTokens, depth).retrieve(request, context);
      }

      @Override
      public StageDescription description() {
        return LateInteractionRetriever.this.description();
      }
    };
  }

  /** Any retriever's passages, as far as they are in the view. */
  private Retriever located(IndexSearcher view, Map<String, Integer> documents) {
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        Retrieval found = first.retrieve(request, context);
        List<Hit> here =
            store.searchWithin(
                view, context, searcher -> located(found.hits(), searcher, documents));
        return Retrieval.of(here, found.usage()).withParts(found.parts());
      }

      @Override
      public StageDescription description() {
        return first.description();
      }
    };
  }

  private static List<Hit> located(
      List<Hit> hits, IndexSearcher view, Map<String, Integer> documents) throws IOException {
    List<Hit> here = new ArrayList<>();
    for (Hit hit : hits) {
      int document = Records.document(view.getIndexReader(), hit.passage().id());
      if (document >= 0) {
        documents.put(hit.passage().id(), document);
        here.add(hit);
      }
    }
    return here;
  }

  /** By vectors of a view, in which all hits must be. */
  private record ByTokens(
      IndexStore store, TokenReader tokens, IndexSearcher view, Map<String, Integer> documents)
      implements Reranker {

    @Override
    public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
      context.throwIfStopped();
      if (hits.isEmpty()) {
        return Retrieval.of(List.of(), Usage.none());
      }
      TokenEmbeddings asked = tokens.read(List.of(query.text()), query.side(), context);
      QuantizedVectors question = asked.vectors().getFirst();
      List<Hit> scored =
          store.searchWithin(view, context, searcher -> scored(hits, question, context));
      return Retrieval.ranked(
          scored, topK, Usage.of(Usage.SCORED_PAIRS, hits.size()).plus(asked.usage()));
    }

    private List<Hit> scored(List<Hit> hits, QuantizedVectors question, CallContext context)
        throws IOException {
      List<Hit> inOrder = new ArrayList<>(hits);
      inOrder.sort(Comparator.comparingInt(this::document)); // in which vectors can be read
      List<LeafReaderContext> leaves = view.getIndexReader().leaves();
      List<Hit> scored = new ArrayList<>(hits.size());
      LeafReaderContext leaf = null;
      BinaryDocValues vectors = null;
      for (Hit hit : inOrder) {
        context.throwIfStopped();
        int document = document(hit);
        LeafReaderContext in = leaves.get(ReaderUtil.subIndex(document, leaves));
        if (in != leaf) {
          leaf = in;
          vectors = DocValues.getBinary(leaf.reader(), PassageFields.TOKENS);
        }
        if (!Objects.requireNonNull(vectors).advanceExact(document - in.docBase)) {
          throw new CorruptIndexException(
              "a passage without vectors of tokens", hit.passage().id());
        }
        BytesRef stored = vectors.binaryValue();
        double score =
            QuantizedVectors.read(stored.bytes, stored.offset, stored.length).maxSim(question);
        scored.add(new Hit(hit.passage(), score, tokens.scoreSource()));
      }
      return scored;
    }

    private int document(Hit hit) {
      return Objects.requireNonNull(documents.get(hit.passage().id()));
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("reranker", "late-interaction")
          .with("vectors", "kept")
          .withParts(List.of(tokens.description()));
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("retriever", "late-interaction")
        .with("candidates", candidates)
        .with(StageDescription.INDEX, store.identity())
        .withParts(List.of(first.description(), tokens.description()));
  }
}
