package dev.ragwright.retrievers.rerank;

import dev.ragwright.retrievers.vectors.QuantizedVectors;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Token vectors by their text, up to a number of bytes; the longest unused go first. */
final class VectorCache {
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, QuantizedVectors> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  VectorCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Nullable QuantizedVectors get(String text) {
    lock.lock();
    try {
      return entries.get(text);
    } finally {
      lock.unlock();
    }
  }

  void put(String text, QuantizedVectors vectors) {
    lock.lock();
    try {
      if (entries.putIfAbsent(text, vectors) != null) {
        return;
      }
      bytes += bytes(text, vectors);
      Iterator<Map.Entry<String, QuantizedVectors>> oldest = entries.entrySet().iterator();
      while (bytes > maxBytes) {
        Map.Entry<String, QuantizedVectors> entry = oldest.next();
        bytes -= bytes(entry.getKey(), entry.getValue());
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  private static long bytes(String text, QuantizedVectors vectors) {
    return 2L * text.length() + vectors.bytes() + 100; // with the map's own
  }
}
