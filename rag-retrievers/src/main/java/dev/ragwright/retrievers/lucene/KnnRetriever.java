package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.RetrievalRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
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
 * <p>What is returned is scored and put in order by {@link Embeddings#dot}, so the same vectors
 * give the same bits everywhere. It is found in up to three steps. Where the vectors have a graph,
 * that is searched for some candidates (of 100, recall .98 at 10 of 100,000 real sentence vectors).
 * Where they have none, or few are left by the filter, all are compared: at eight bits a number,
 * whose product has known bounds, so that only those which may be among the best are compared in
 * full; by Lucene's product of floats, whose last bits depend on the processor and on whether the
 * JVM has compiled it; and what that cannot tell from the last one of the best, by ours. So a
 * search without graphs is exact. Where the candidates of a graph end amid passages that are as
 * near as the last one, as copies are, all are compared after all.
 */
final class KnnRetriever extends IndexRetriever {
  /** Comparing so many of a segment takes no longer than its graph would. */
  private static final int SCANNED = 20_000;

  /** Of which part of a segment it pays to look at all, at eight bits, for those accepted. */
  private static final int SPARSE = 16;

  private static final int POLL_EVERY = 256;
  private static final double ROUNDING = 0x1p-24; // of a float, relative

  private record Candidate(double score, int doc, BytesRef id) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparing(Candidate::id);

  /**
   * A segment and the passages in it that may be returned.
   *
   * @param vectors for access by index; its iterators share a state, so each walk takes its own
   * @param accepted null for all that are live
   * @param graph whether the graph is searched, and not all compared
   */
  private record Part(
      LeafReaderContext leaf,
      FloatVectorValues vectors,
      @Nullable FixedBitSet accepted,
      int count,
      boolean graph) {

    /** So many there are surely: deleted passages have their vectors until a merge. */
    int atLeast() {
      return accepted == null ? vectors.size() - leaf.reader().numDeletedDocs() : count;
    }

    DocIndexIterator iterator() throws IOException {
      return leaf.reader().getFloatVectorValues(PassageFields.VECTOR).iterator();
    }

    boolean sparse() {
      return (long) count * SPARSE < vectors.size();
    }
  }

  private final Embedder embedder;
  private final VectorSearch way;
  private final StageDescription description;

  KnnRetriever(
      IndexStore store, Embedder embedder, VectorSearch way, StageDescription description) {
    super(store);
    this.embedder = embedder;
    this.way = way;
    this.description = description;
  }

  @Override
  Embeddings prepare(RetrievalRequest request, CallContext context) {
    String text = request.query().text();
    if (text.isBlank()) {
      return super.prepare(request, context);
    }
    Embeddings embedded = embedder.embed(List.of(text), request.query().side(), context);
    embedded.checked(1, embedder);
    return embedded;
  }

  @Override
  Ranked rank(
      IndexSearcher searcher, RetrievalRequest request, Embeddings question, CallContext context)
      throws IOException {
    return rank(searcher, request, question, "knn", context);
  }

  Ranked rank(
      IndexSearcher searcher,
      RetrievalRequest request,
      Embeddings question,
      String source,
      CallContext context)
      throws IOException {
    Ranked ranked = new Ranked(source, question.usage());
    if (question.vectors().isEmpty()) {
      return ranked;
    }
    List<Part> parts = parts(searcher, request, context);
    long count = parts.stream().mapToLong(Part::count).sum();
    int k = (int) Math.min(request.topK(), count);
    if (k == 0) {
      return ranked;
    }
    Nearest nearest =
        new Nearest(store.segmentVectors(), question.vectors().getFirst(), k, way, context);
    for (Candidate candidate : nearest.of(parts)) {
      ranked.add(candidate.doc(), candidate.id(), candidate.score());
    }
    ranked.count(Usage.of(Usage.VECTORS_COMPARED, nearest.compared));
    long graphs = parts.stream().filter(Part::graph).count();
    if (graphs > 0) {
      ranked.count(Usage.of(Usage.GRAPHS_WALKED, graphs));
    }
    return ranked;
  }

  private List<Part> parts(IndexSearcher searcher, RetrievalRequest request, CallContext context)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      context.throwIfStopped();
      FloatVectorValues vectors = leaf.reader().getFloatVectorValues(PassageFields.VECTOR);
      if (vectors == null) {
        continue;
      }
      FixedBitSet accepted = null;
      int count = Math.min(vectors.size(), leaf.reader().numDocs());
      if (!(request.filter() instanceof Filter.All)) {
        accepted = store.filters().accepted(request.filter(), searcher, leaf);
        Bits live = leaf.reader().getLiveDocs();
        if (live != null) {
          accepted = accepted.clone();
          live.applyMask(accepted, 0);
        }
        count = accepted.cardinality();
      }
      boolean graph =
          !way.isExact()
              && (count > Math.max(SCANNED, 10L * request.topK())
                  || (way.isGraph() && accepted == null))
              && store.segmentVectors().hasGraph(leaf.reader());
      parts.add(new Part(leaf, vectors, accepted, count, graph));
    }
    return parts;
  }

  /** What one search finds. */
  private static final class Nearest {
    private final SegmentVectors segments;
    private final float[] query;
    private final ByteVectors code;
    private final int k;
    private final VectorSearch way;
    private final int effort;
    private final CallContext context;
    private final float doubt;
    private final List<Candidate> candidates = new ArrayList<>();
    private long compared;

    Nearest(SegmentVectors segments, float[] query, int k, VectorSearch way, CallContext context) {
      this.segments = segments;
      this.query = query;
      this.code = ByteVectors.of(query);
      this.k = k;
      this.way = way;
      this.effort = Math.max(way.effort(), k + k / 10 + 10);
      this.context = context;
      // Any order of n float additions is off by n u / (1 - n u) at most (Higham, "Accuracy and
      // Stability of Numerical Algorithms", 3.1), here for a product of vectors of length 1.
      double most = query.length * ROUNDING;
      this.doubt = (float) (1.01 * most / (1 - most));
    }

    /** A passage of a segment, and between which bounds its cosine is. */
    private record Rough(Part part, int index, int doc, float least, float most) {}

    List<Candidate> of(List<Part> parts) throws IOException {
      double beyond = search(parts.stream().filter(Part::graph).toList());
      scan(parts.stream().filter(part -> !part.graph()).toList());
      candidates.sort(BEST_FIRST);
      if (beyond > Double.NEGATIVE_INFINITY
          && !(candidates.size() >= k && candidates.get(k - 1).score() - 2 * doubt > beyond)) {
        candidates.clear();
        scan(parts);
        candidates.sort(BEST_FIRST);
      }
      return candidates.subList(0, Math.min(k, candidates.size()));
    }

    /** Compares all; whatever may be one of the best k, candidates included, is a candidate. */
    private void scan(List<Part> parts) throws IOException {
      FloatHeap best = atLeast();
      List<Rough> found = new ArrayList<>();
      for (Part part : parts) {
        ByteVectors codes = segments.scanned(part.leaf().reader(), isWorthReading(part), context);
        if (codes == null) {
          rough(part, best, found);
        } else {
          rough(part, codes, best, found);
        }
      }
      found.sort((one, other) -> Float.compare(other.most(), one.most()));
      List<Rough> near = new ArrayList<>();
      best = atLeast();
      for (Rough rough : found) {
        if (isBeyond(rough.most(), best)) {
          break;
        }
        if (near.size() % POLL_EVERY == 0) {
          context.throwIfStopped();
        }
        Rough nearer = rough(rough.part(), rough.index(), rough.doc());
        near.add(nearer);
        best.offer(nearer.least());
      }
      IdentityHashMap<Part, List<Integer>> last = new IdentityHashMap<>();
      for (Rough rough : near) {
        if (!isBeyond(rough.most(), best)) {
          last.computeIfAbsent(rough.part(), part -> new ArrayList<>()).add(rough.doc());
        }
      }
      for (Map.Entry<Part, List<Integer>> part : last.entrySet()) {
        score(part.getKey(), part.getValue().stream().mapToInt(doc -> doc).sorted().toArray());
      }
    }

    /** Whether to read all vectors of a segment into the heap, for this search and later ones. */
    private boolean isWorthReading(Part part) throws IOException {
      return !part.sparse()
          && (long) k * SPARSE < part.count()
          && (way.isExact() || !segments.hasGraph(part.leaf().reader()));
    }

    /** The least that the best k so far have, those of the graphs. */
    private FloatHeap atLeast() {
      FloatHeap best = new FloatHeap(k);
      candidates.forEach(candidate -> best.offer((float) candidate.score() - doubt));
      return best;
    }

    private boolean isBeyond(float most, FloatHeap best) {
      return best.size() == k && most < best.peek();
    }

    /** By Lucene's product of floats. */
    private Rough rough(Part part, int index, int doc) throws IOException {
      float dot = VectorUtil.dotProduct(query, part.vectors().vectorValue(index));
      return between(part, index, doc, dot, doubt);
    }

    /** A length is 1 but for rounding, and what is returned is a cosine. */
    private static Rough between(Part part, int index, int doc, float dot, float doubt) {
      return new Rough(
          part, index, doc, Math.clamp(dot - doubt, -1f, 1f), Math.clamp(dot + doubt, -1f, 1f));
    }

    private void rough(Part part, ByteVectors codes, FloatHeap best, List<Rough> found) {
      FixedBitSet accepted = part.accepted();
      Bits live = accepted == null ? part.leaf().reader().getLiveDocs() : accepted;
      int size = codes.size();
      for (int index = 0; index < size; index++) {
        int doc = codes.document(index);
        if (live != null && !live.get(doc)) {
          continue;
        }
        if (compared++ % POLL_EVERY == 0) {
          context.throwIfStopped();
        }
        float dot = codes.dot(code, index);
        float off = codes.doubt(code, index);
        if (!isBeyond(Math.max(dot + off, -1f), best)) {
          Rough one = between(part, index, doc, dot, off);
          best.offer(one.least());
          found.add(one);
        }
      }
    }

    private void rough(Part part, FloatHeap best, List<Rough> found) throws IOException {
      Bits accepted = part.accepted() == null ? part.leaf().reader().getLiveDocs() : null;
      DocIndexIterator docs = part.iterator();
      for (int doc = next(docs, part);
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = next(docs, part)) {
        if (accepted == null || accepted.get(doc)) {
          if (compared++ % POLL_EVERY == 0) {
            context.throwIfStopped();
          }
          Rough one = rough(part, docs.index(), doc);
          if (!isBeyond(one.most(), best)) {
            best.offer(one.least());
            found.add(one);
          }
        }
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

    /**
     * Searches the graphs.
     *
     * @return the most that a passage may have which they did not find
     */
    private double search(List<Part> parts) throws IOException {
      double beyond = Double.NEGATIVE_INFINITY;
      for (Part part : parts) {
        int before = candidates.size();
        score(part, nearest(part));
        List<Candidate> found = candidates.subList(before, candidates.size());
        if (found.size() < Math.min(effort, part.atLeast())) {
          return 1; // among many equal vectors a graph leads nowhere
        }
        if (found.size() == effort) {
          double least = found.stream().mapToDouble(Candidate::score).min().orElseThrow();
          beyond = Math.max(beyond, least);
        }
      }
      return beyond;
    }

    private int[] nearest(Part part) throws IOException {
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
      if (found.length == 0) {
        return;
      }
      FloatVectorValues vectors = part.vectors();
      SortedDocValues ids = part.leaf().reader().getSortedDocValues(PassageFields.ID);
      DocIndexIterator docs = part.iterator();
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
    return description
        .with(StageDescription.INDEX, store.identity())
        .withParts(List.of(embedder.description()));
  }
}
