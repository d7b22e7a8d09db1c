package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Filter;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which documents of a segment a condition accepts, worked out once: a segment does not change, but
 * for what is deleted of it, which is not told here. How conditions are joined is worked out each
 * time, since that costs little and is another in each request of a tenant. Conditions and their
 * sets take {@value #MOST_BYTES} bytes at most in all; those not asked for the longest are
 * forgotten. Safe to share.
 */
final class FilterCache {
  private static final long MOST_BYTES = 32L << 20;
  private static final long ENTRY = 200;

  private record Key(IndexReader.CacheKey segment, Filter filter) {}

  private record Kept(FixedBitSet set, long bytes) {}

  private final Map<Key, Kept> sets = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<IndexReader.CacheKey> segments = new HashSet<>();
  private long bytes;

  /** The documents, of which no more may be changed. */
  FixedBitSet accepted(Filter filter, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    boolean joined =
        switch (filter) {
          case Filter.All all -> true;
          case Filter.And and -> true;
          case Filter.Or or -> true;
          case Filter.Not not -> true;
          default -> false;
        };
    if (joined) {
      return FilterQuery.accepted(filter, searcher, leaf, this);
    }
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
    Kept kept = sets.get(key);
    return kept == null ? null : kept.set();
  }

  /** Tells whether it is the first of its segment. */
  private synchronized boolean put(Key key, FixedBitSet set) {
    Kept kept = new Kept(set, ENTRY + set.ramBytesUsed() + size(key.filter()));
    if (sets.putIfAbsent(key, kept) == null) {
      bytes += kept.bytes();
    }
    Iterator<Kept> oldest = sets.values().iterator();
    while (bytes > MOST_BYTES && oldest.hasNext()) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
    return segments.add(key.segment());
  }

  private static long size(Filter filter) {
    return switch (filter) {
      case Filter.Documents documents -> size(documents.ids());
      case Filter.In in -> size(in.values());
      default -> 0;
    };
  }

  private static long size(Collection<?> values) {
    return values.stream()
        .mapToLong(value -> 100 + (value instanceof String text ? 2L * text.length() : 0))
        .sum();
  }

  private synchronized void forget(IndexReader.CacheKey segment) {
    segments.remove(segment);
    sets.entrySet()
        .removeIf(
            entry -> {
              boolean its = entry.getKey().segment().equals(segment);
              bytes -= its ? entry.getValue().bytes() : 0;
              return its;
            });
  }

  /** What is kept now, in bytes. */
  synchronized long bytes() {
    return bytes;
  }
}
