package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Filter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which documents of a segment a filter accepts, worked out once for each part of a filter: a
 * segment does not change, but for what is deleted of it, which is not told here. Those not asked
 * for the longest are forgotten beyond {@value #MOST_BYTES} bytes in all. Safe to share.
 */
final class FilterCache {
  private static final long MOST_BYTES = 32L << 20;

  private record Key(IndexReader.CacheKey segment, Filter filter) {}

  private final Map<Key, FixedBitSet> sets = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** The documents; not to be changed. */
  FixedBitSet accepted(Filter filter, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    IndexReader.CacheHelper core = Objects.requireNonNull(leaf.reader().getCoreCacheHelper());
    Key key = new Key(core.getKey(), filter);
    FixedBitSet known = get(key);
    if (known == null) {
      known = FilterQuery.accepted(filter, searcher, leaf, this);
      if (put(key, known)) {
        core.addClosedListener(this::forget);
      }
    }
    return known;
  }

  private synchronized @Nullable FixedBitSet get(Key key) {
    return sets.get(key);
  }

  private synchronized boolean put(Key key, FixedBitSet set) {
    boolean first =
        sets.keySet().stream().noneMatch(known -> known.segment().equals(key.segment()));
    if (sets.putIfAbsent(key, set) == null) {
      bytes += set.ramBytesUsed();
    }
    var oldest = sets.entrySet().iterator();
    while (bytes > MOST_BYTES && oldest.hasNext()) {
      bytes -= oldest.next().getValue().ramBytesUsed();
      oldest.remove();
    }
    return first;
  }

  private synchronized void forget(IndexReader.CacheKey segment) {
    sets.entrySet()
        .removeIf(
            entry -> {
              boolean its = entry.getKey().segment().equals(segment);
              bytes -= its ? entry.getValue().ramBytesUsed() : 0;
              return its;
            });
  }
}
