package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.jspecify.annotations.Nullable;

/**
 * What searches remember of a segment's vectors as long as it is open: whether they have a graph,
 * and, where they are scanned, the vectors at eight bits a number. These are made by the first
 * scan, which reads every vector in full, and need {@code dimension + 32} bytes of the heap for
 * each. Safe to share.
 */
final class SegmentVectors {
  private static final long PAUSE = Duration.ofMillis(1).toNanos();

  private static final class Known {
    final boolean graph;
    final ReentrantLock making = new ReentrantLock();
    volatile @Nullable ByteVectors scanned;

    Known(boolean graph) {
      this.graph = graph;
    }
  }

  private final Map<IndexReader.CacheKey, Known> segments = new ConcurrentHashMap<>();

  /** How many segments are remembered: those searched by vectors that are still open. */
  int size() {
    return segments.size();
  }

  boolean hasGraph(LeafReader segment) throws IOException {
    return known(segment).graph;
  }

  /**
   * The vectors as they are scanned; null if no search has asked for them.
   *
   * @param make whether to make them then
   */
  @Nullable ByteVectors scanned(LeafReader segment, boolean make, CallContext context)
      throws IOException {
    Known known = known(segment);
    if (known.scanned != null || !make) {
      return known.scanned;
    }
    while (!known.making.tryLock()) {
      context.throwIfStopped();
      LockSupport.parkNanos(PAUSE);
    }
    try {
      ByteVectors made = known.scanned;
      if (made == null) {
        made = ByteVectors.of(segment.getFloatVectorValues(PassageFields.VECTOR), context);
        known.scanned = made;
      }
      return made;
    } finally {
      known.making.unlock();
    }
  }

  /** The same for a segment whatever was deleted of it since. */
  private Known known(LeafReader segment) throws IOException {
    IndexReader.CacheHelper core = Objects.requireNonNull(segment.getCoreCacheHelper());
    Known known = segments.get(core.getKey());
    if (known == null) {
      Known made = new Known(looksForGraph(segment));
      known = segments.putIfAbsent(core.getKey(), made);
      if (known == null) {
        core.addClosedListener(segments::remove);
        known = made;
      }
    }
    return known;
  }

  private static boolean looksForGraph(LeafReader segment) throws IOException {
    if (!(FilterLeafReader.unwrap(segment) instanceof CodecReader codec)) {
      return false;
    }
    KnnVectorsReader reader = codec.getVectorReader();
    if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader fields) {
      reader = fields.getFieldReader(PassageFields.VECTOR);
    }
    if (!(reader instanceof HnswGraphProvider provider)) {
      return false;
    }
    HnswGraph graph = provider.getGraph(PassageFields.VECTOR);
    return graph != null && graph.size() > 0;
  }
}
