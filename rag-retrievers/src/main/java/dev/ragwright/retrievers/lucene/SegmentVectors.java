package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.jspecify.annotations.Nullable;

/**
 * What searches remember of a segment's vectors as long as it is open: whether they have a graph,
 * and, where they are scanned, the vectors at eight bits a number. These are made by the first
 * scan, which takes about three times as long as later ones, and need {@code dimension + 32} bytes
 * of the heap for each vector.
 */
final class SegmentVectors {
  private final Map<IndexReader.CacheKey, Boolean> graphs = new ConcurrentHashMap<>();
  private final Map<IndexReader.CacheKey, ByteVectors> scanned = new ConcurrentHashMap<>();

  boolean hasGraph(LeafReader segment) throws IOException {
    IndexReader.CacheKey key = key(segment);
    Boolean known = graphs.get(key);
    if (known == null) {
      known = looksFor(segment);
      graphs.put(key, known);
    }
    return known;
  }

  private static boolean looksFor(LeafReader segment) throws IOException {
    if (!(FilterLeafReader.unwrap(segment) instanceof CodecReader codec)) {
      return false;
    }
    KnnVectorsReader reader = codec.getVectorReader();
    if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader fields) {
      reader = fields.getFieldReader(PassageFields.VECTOR);
    }
    return reader instanceof HnswGraphProvider provider
        && provider.getGraph(PassageFields.VECTOR) != null
        && provider.getGraph(PassageFields.VECTOR).size() > 0;
  }

  /** The vectors as they are scanned; null if no search has asked for them, and must not now. */
  @Nullable ByteVectors scanned(LeafReader segment, boolean make) throws IOException {
    if (!make) {
      return scanned.get(key(segment));
    }
    try {
      return scanned.computeIfAbsent(key(segment), key -> read(segment));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static ByteVectors read(LeafReader segment) {
    try {
      return ByteVectors.of(segment.getFloatVectorValues(PassageFields.VECTOR));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same for a segment whatever was deleted of it since. */
  private IndexReader.CacheKey key(LeafReader segment) {
    IndexReader.CacheHelper core = Objects.requireNonNull(segment.getCoreCacheHelper());
    IndexReader.CacheKey key = core.getKey();
    if (!graphs.containsKey(key)) {
      core.addClosedListener(
          closed -> {
            graphs.remove(closed);
            scanned.remove(closed);
          });
    }
    return key;
  }
}
