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
import org.apache.lucene.util.hnsw.FloatHeap;
import org.jspecify.annotations.Nullable;

/**
 * Passages by the cosine of their vector and the query's.
 *
 * <p>Candidates are found by Lucene's dot product, whose last bits depend on the processor and on
 * whether the JVM has compiled it. What is returned is scored and put in order by {@link
 * Embeddings#dot}, and so are those that Lucene's product cannot tell from the last one.
 *
 * <p>Up to {@value #SCANNED} passages, of the index or of what the filter leaves of it, all are
 * compared: that takes half a millisecond, as a graph would, and finds every neighbour. Beyond,
 * each segment's HNSW graph is searched for at least {@value #LEAST_EFFORT} candidates (recall .98
 * at 10 of 100,000 real sentence vectors, 0.5 ms), and a segment too small to have a graph is
 * scanned. Where the candidates end amid passages that are as near as the last one, as copies are,
 * all are compared after all.
 */
final class KnnRetriever implements Retriever {
  private static final int SCANNED = 10_000;
  private static final int LEAST_EFFORT = 100;
  private static final int POLL_EVERY = 256;
  private static final double ROUNDING = 0x1p-24; // of a float, relative

  private record Candidate(double score, int doc, BytesRef id) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparing(Candidate::id);

  /** A segment and the passages in it that may be returned: null for all that are live. */
  private record Part(LeafReaderContext leaf, @Nullable FixedBitSet accepted, int count) {
    /** So many there are surely: deleted passages have their vectors until a merge. */
    int atLeast() {
      return accepted == null ? count - leaf.reader().numDeletedDocs() : count;
    }
  }

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
    float[] vector = embedded.checked(1, embedder).getFirst();
    return store.search(
        context,
        searcher ->
            search(searcher, request, vector, embedded.usage(), context)
                .withMistyped(FilterQuery.mistyped(request.filter(), searcher)));
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
    Nearest nearest = new Nearest(query, k, context);
    if (count <= Math.max(SCANNED, 10L * k) || !nearest.search(parts)) {
      nearest.scan(parts);
    }
    StoredFields stored = searcher.storedFields();
    List<Hit> hits = new ArrayList<>(k);
    for (Candidate candidate : nearest.best()) {
      hits.add(
          new Hit(PassageFields.read(stored.document(candidate.doc())), candidate.score(), "knn"));
    }
    return Retrieval.of(hits, usage.plus(Usage.of(Usage.VECTORS_COMPARED, nearest.compared)));
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

  /** What one search finds. */
  private static final class Nearest {
    private final float[] query;
    private final int k;
    private final CallContext context;
    private final double doubt;
    private final List<Candidate> candidates = new ArrayList<>();
    private long compared;

    Nearest(float[] query, int k, CallContext context) {
      this.query = query;
      this.k = k;
      this.context = context;
      // Any order of n float additions is off by n u / (1 - n u) at most (Higham, "Accuracy and
      // Stability of Numerical Algorithms", 3.1), here for two products of vectors of length 1.
      double most = query.length * ROUNDING;
      this.doubt = 2.01 * most / (1 - most);
    }

    /** A passage of a segment by Lucene's product. */
    private record Rough(float score, int doc) {}

    /** Compares all; whatever may be one of the best k is a candidate. */
    void scan(List<Part> parts) throws IOException {
      candidates.clear();
      FloatHeap best = new FloatHeap(k);
      List<List<Rough>> found = new ArrayList<>();
      for (Part part : parts) {
        found.add(rough(part, best));
      }
      double least = best.peek() - doubt;
      for (int i = 0; i < parts.size(); i++) {
        score(
            parts.get(i),
            found.get(i).stream().filter(one -> one.score >= least).mapToInt(Rough::doc).toArray());
      }
    }

    private List<Rough> rough(Part part, FloatHeap best) throws IOException {
      List<Rough> found = new ArrayList<>();
      FloatVectorValues vectors = part.leaf().reader().getFloatVectorValues(PassageFields.VECTOR);
      Bits accepted = part.accepted() == null ? part.leaf().reader().getLiveDocs() : null;
      DocIndexIterator docs = vectors.iterator();
      for (int doc = next(docs, part); doc != DocIdSetIterator.NO_MORE_DOCS; ) {
        if (accepted == null || accepted.get(doc)) {
          if (compared++ % POLL_EVERY == 0) {
            context.throwIfStopped();
          }
          float[] vector = vectors.vectorValue(docs.index());
          float score = Math.clamp(VectorUtil.dotProduct(query, vector), -1f, 1f);
          best.offer(score);
          if (best.size() < k || score >= best.peek() - doubt) {
            found.add(new Rough(score, doc));
          }
        }
        doc = next(docs, part);
      }
      return found;
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

    /**
     * Searches the graphs.
     *
     * @return false where the best k are not surely told from what was not found
     */
    boolean search(List<Part> parts) throws IOException {
      int effort = Math.max(LEAST_EFFORT, k + k / 10 + 10);
      double beyond = Double.NEGATIVE_INFINITY; // the most that one not found may have
      for (Part part : parts) {
        int before = candidates.size();
        score(part, nearest(part, effort));
        List<Candidate> found = candidates.subList(before, candidates.size());
        if (found.size() < Math.min(effort, part.atLeast())) {
          return false; // among many equal vectors a graph leads nowhere
        }
        if (found.size() == effort) {
          double least = found.stream().mapToDouble(Candidate::score).min().orElseThrow();
          beyond = Math.max(beyond, least);
        }
      }
      candidates.sort(BEST_FIRST);
      return candidates.size() >= k && candidates.get(k - 1).score() - doubt > beyond;
    }

    private int[] nearest(Part part, int effort) throws IOException {
      KnnCollector collector = new Stoppable(effort, context);
      part.leaf()
          .reader()
          .searchNearestVectors(PassageFields.VECTOR, query, collector, accepted(part));
      context.throwIfStopped();
      compared += collector.visitedCount();
      return Arrays.stream(collector.topDocs().scoreDocs)
          .mapToInt(hit -> hit.doc)
          .sorted()
          .toArray();
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

    /** Adds candidates of one segment, in ascending order, as vectors and ids are read. */
    private void score(Part part, int[] found) throws IOException {
      FloatVectorValues vectors = part.leaf().reader().getFloatVectorValues(PassageFields.VECTOR);
      SortedDocValues ids = part.leaf().reader().getSortedDocValues(PassageFields.ID);
      DocIndexIterator docs = vectors.iterator();
      for (int doc : found) {
        docs.advance(doc);
        ids.advanceExact(doc);
        double score = Embeddings.dot(query, vectors.vectorValue(docs.index()));
        candidates.add(
            new Candidate(
                Math.clamp(score, -1, 1),
                part.leaf().docBase + doc,
                BytesRef.deepCopyOf(ids.lookupOrd(ids.ordValue()))));
      }
    }

    List<Candidate> best() {
      return candidates.stream().sorted(BEST_FIRST).limit(k).toList();
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
