package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.jspecify.annotations.Nullable;

/**
 * Passages by the cosine of their vector and the query's.
 *
 * <p>Up to {@value #SCANNED} passages, of the index or of what the filter leaves of it, all are
 * compared: that takes half a millisecond, as a graph would, finds every neighbour, and breaks ties
 * exactly. Beyond, each segment's HNSW graph is searched for at least {@value #LEAST_EFFORT}
 * candidates (recall .98 at 10 of 100,000 real sentence vectors, 0.5 ms), a segment too small to
 * have a graph is scanned, and the order among the candidates is exact. The same index gives the
 * same answer either way.
 */
final class KnnRetriever implements Retriever {
  private static final int SCANNED = 10_000;
  private static final int LEAST_EFFORT = 100;
  private static final int POLL_EVERY = 256;

  private record Candidate(float score, int doc, BytesRef id) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparing(Candidate::id);

  /** A segment and the passages in it that may be returned: null for all that are live. */
  private record Part(LeafReaderContext leaf, @Nullable FixedBitSet accepted, int count) {}

  private final IndexStore store;
  private final Embedder embedder;
  private final StageDescription description;

  KnnRetriever(IndexStore store, Embedder embedder, StageDescription description) {
    this.store = store;
    this.embedder = embedder;
    this.description = description;
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    String text = request.query().text();
    if (text.isBlank()) {
      return Retrieval.of(List.of(), Usage.none());
    }
    Embeddings embedded = embedder.embed(List.of(text), Embedder.Side.QUERY, context);
    float[] vector = Vectors.checked(embedded, 1, embedder).getFirst();
    return store.search(
        context, searcher -> search(searcher, request, vector, embedded.usage(), context));
  }

  private static Retrieval search(
      IndexSearcher searcher,
      RetrievalRequest request,
      float[] query,
      Usage usage,
      CallContext context)
      throws IOException {
    List<Part> parts = parts(searcher, request.filter(), context);
    long count = parts.stream().mapToLong(Part::count).sum();
    int k = (int) Math.min(request.topK(), count);
    if (k == 0) {
      return Retrieval.of(List.of(), usage);
    }
    TopCandidates top = new TopCandidates(query, k, context);
    boolean scan = count <= Math.max(SCANNED, 10L * k);
    for (Part part : parts) {
      if (scan) {
        top.addAll(part);
      } else {
        top.addNearest(part);
      }
    }
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>(k);
    for (Candidate candidate : top.bestFirst()) {
      hits.add(
          new Hit(PassageFields.read(stored.document(candidate.doc())), candidate.score(), "knn"));
    }
    return Retrieval.of(hits, usage.plus(Usage.of(Usage.VECTORS_COMPARED, top.compared)));
  }

  private static List<Part> parts(IndexSearcher searcher, Filter filter, CallContext context)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      context.throwIfStopped();
      FloatVectorValues vectors = leaf.reader().getFloatVectorValues(PassageFields.VECTOR);
      if (vectors == null) {
        continue;
      }
      if (filter instanceof Filter.All) {
        parts.add(new Part(leaf, null, Math.min(vectors.size(), leaf.reader().numDocs())));
      } else {
        FixedBitSet accepted = FilterQuery.accepted(filter, searcher, leaf);
        Bits live = leaf.reader().getLiveDocs();
        if (live != null) {
          live.applyMask(accepted, 0);
        }
        parts.add(new Part(leaf, accepted, accepted.cardinality()));
      }
    }
    return parts;
  }

  /** The best k so far, the worst of them on top. */
  private static final class TopCandidates {
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(BEST_FIRST.reversed());
    private final float[] query;
    private final int k;
    private final CallContext context;
    private long compared;

    TopCandidates(float[] query, int k, CallContext context) {
      this.query = query;
      this.k = k;
      this.context = context;
    }

    void addAll(Part part) throws IOException {
      FloatVectorValues vectors = part.leaf().reader().getFloatVectorValues(PassageFields.VECTOR);
      SortedDocValues ids = part.leaf().reader().getSortedDocValues(PassageFields.ID);
      Bits accepted = part.accepted() == null ? part.leaf().reader().getLiveDocs() : null;
      DocIndexIterator docs = vectors.iterator();
      for (int doc = next(docs, part); doc != DocIdSetIterator.NO_MORE_DOCS; ) {
        if (accepted == null || accepted.get(doc)) {
          if (compared++ % POLL_EVERY == 0) {
            context.throwIfStopped();
          }
          add(part.leaf(), ids, doc, vectors.vectorValue(docs.index()));
        }
        doc = next(docs, part);
      }
    }

    private static int next(DocIndexIterator docs, Part part) throws IOException {
      FixedBitSet accepted = part.accepted();
      int doc = docs.nextDoc();
      while (accepted != null && doc != DocIdSetIterator.NO_MORE_DOCS && !accepted.get(doc)) {
        int target = accepted.nextSetBit(doc);
        doc = target == DocIdSetIterator.NO_MORE_DOCS ? target : docs.advance(target);
      }
      return doc;
    }

    void addNearest(Part part) throws IOException {
      KnnCollector collector = new Stoppable(Math.max(k, LEAST_EFFORT), context);
      part.leaf()
          .reader()
          .searchNearestVectors(PassageFields.VECTOR, query, collector, accepted(part));
      context.throwIfStopped();
      compared += collector.visitedCount();
      int[] found =
          Arrays.stream(collector.topDocs().scoreDocs).mapToInt(hit -> hit.doc).sorted().toArray();
      FloatVectorValues vectors = part.leaf().reader().getFloatVectorValues(PassageFields.VECTOR);
      SortedDocValues ids = part.leaf().reader().getSortedDocValues(PassageFields.ID);
      DocIndexIterator docs = vectors.iterator();
      for (int doc : found) {
        docs.advance(doc);
        add(part.leaf(), ids, doc, vectors.vectorValue(docs.index()));
      }
    }

    private static AcceptDocs accepted(Part part) {
      int maxDoc = part.leaf().reader().maxDoc();
      FixedBitSet bits = part.accepted();
      return bits == null
          ? AcceptDocs.fromLiveDocs(part.leaf().reader().getLiveDocs(), maxDoc)
          : AcceptDocs.fromIteratorSupplier(
              () -> new BitSetIterator(bits, part.count()),
              part.leaf().reader().getLiveDocs(),
              maxDoc);
    }

    /** Documents of one segment come in ascending order, as its ids are read. */
    private void add(LeafReaderContext leaf, SortedDocValues ids, int doc, float[] vector)
        throws IOException {
      float score = Math.clamp(VectorUtil.dotProduct(query, vector), -1f, 1f);
      if (queue.size() == k && score < queue.element().score()) {
        return;
      }
      ids.advanceExact(doc);
      BytesRef id = BytesRef.deepCopyOf(ids.lookupOrd(ids.ordValue()));
      Candidate candidate = new Candidate(score, leaf.docBase + doc, id);
      if (queue.size() < k) {
        queue.add(candidate);
      } else if (BEST_FIRST.compare(candidate, queue.element()) < 0) {
        queue.remove();
        queue.add(candidate);
      }
    }

    List<Candidate> bestFirst() {
      return queue.stream().sorted(BEST_FIRST).toList();
    }
  }

  /** Gives up when the call should; the search then ends with what it has, which is thrown away. */
  private static final class Stoppable extends KnnCollector.Decorator {
    private final CallContext context;
    private int polls;

    Stoppable(int k, CallContext context) {
      super(new TopKnnCollector(k, Integer.MAX_VALUE));
      this.context = context;
    }

    @Override
    public boolean earlyTerminated() {
      return super.earlyTerminated() || (polls++ % POLL_EVERY == 0 && context.shouldStop());
    }
  }

  @Override
  public StageDescription description() {
    return description.with("index", store.identity()).withParts(List.of(embedder.description()));
  }
}
