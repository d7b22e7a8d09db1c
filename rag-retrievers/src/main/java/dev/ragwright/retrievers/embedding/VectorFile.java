package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.RagException;
import dev.ragwright.lifecycle.Interrupts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes by key in H2's MVStore, whose jar is optional: no other class of this package names it. Its
 * file is read and written by one thread of its own, since the JDK closes a file under all its
 * users when a thread that is reading it is interrupted.
 */
final class VectorFile {
  private final String name;
  private final MVStore store;
  private final MVMap<String, byte[]> map;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("ragwright-vectors").factory());

  private VectorFile(String name, MVStore store) {
    this.name = name;
    this.store = store;
    this.map = store.openMap("vectors");
  }

  /**
   * Opens it; in memory without a file.
   *
   * @throws IllegalStateException if it is in use
   * @throws IllegalArgumentException if it is no such file, or damaged
   */
  static VectorFile open(String name, @Nullable Path file) {
    try {
      String path = file == null ? null : file.toString();
      return new VectorFile(
          name, Interrupts.keptFor(() -> new MVStore.Builder().fileName(path).open()));
    } catch (MVStoreException e) {
      throw e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
          ? new IllegalStateException(
              "%s is in use by another process or cache; close that, or give this one a file of its own"
                  .formatted(name),
              e)
          : new IllegalArgumentException(
              "%s cannot be read: %s; name another file, or delete it"
                  .formatted(name, e.getMessage()),
              e);
    }
  }

  /** What is under each key, in their order; empty where there is nothing. */
  List<byte[]> get(List<String> keys) {
    return apart(
        () -> {
          List<byte[]> found = new ArrayList<>(keys.size());
          for (String key : keys) {
            byte[] bytes = map.get(key);
            found.add(bytes == null ? new byte[0] : bytes);
          }
          return found;
        });
  }

  void put(Map<String, byte[]> entries) {
    apart(
        () -> {
          map.putAll(entries);
          return true;
        });
  }

  long size() {
    return apart(map::sizeAsLong);
  }

  /** Writes what is not written yet. */
  void close() {
    try {
      apart(
          () -> {
            store.close();
            return true;
          });
    } finally {
      thread.shutdown();
    }
  }

  private <T> T apart(Supplier<T> action) {
    try {
      return CompletableFuture.supplyAsync(action, thread).join(); // deaf to interrupts
    } catch (CompletionException e) {
      throw e.getCause() instanceof MVStoreException failure
          ? new RagException(
              "%s cannot be read or written any more: %s".formatted(name, failure.getMessage()),
              failure)
          : e;
    }
  }
}
