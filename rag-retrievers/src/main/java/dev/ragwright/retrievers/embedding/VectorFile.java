package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.RagException;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.text.Said;
import dev.ragwright.text.Sealed;
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
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes by key in H2's MVStore, whose jar is optional: no other class of this package names it.
 * They have checksums here, since the store has none of what is in its pages, and types, since it
 * would else make whatever Java object its bytes say. Its file is read and written by one thread of
 * its own, since the JDK closes a file under all its users when a thread that is reading it is
 * interrupted.
 */
final class VectorFile {
  private static final Logger logger = LoggerFactory.getLogger(EmbeddingCache.class);

  private final String name;
  private final MVStore store;
  private final MVMap<String, byte[]> map;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("ragwright-vectors").factory());

  private VectorFile(String name, MVStore store) {
    this.name = name;
    this.store = store;
    this.map =
        store.openMap(
            "sealed", // "vectors" held others, before 2026-12-01
            new MVMap.Builder<String, byte[]>()
                .keyType(StringDataType.INSTANCE)
                .valueType(ByteArrayDataType.INSTANCE));
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
      return Interrupts.keptFor(() -> opened(name, new MVStore.Builder().fileName(path).open()));
    } catch (RuntimeException e) { // of any kind, where it is damaged
      throw e instanceof MVStoreException known
              && known.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
          ? new IllegalStateException(
              "%s is in use by another process or cache; close that, or give this one a file of its own"
                  .formatted(name),
              e)
          : new IllegalArgumentException(
              "%s cannot be read: %s; name another file, or delete it".formatted(name, Said.by(e)),
              e);
    }
  }

  private static VectorFile opened(String name, MVStore store) {
    try {
      return new VectorFile(name, store);
    } catch (RuntimeException e) {
      store.closeImmediately(); // the file and its lock
      throw e;
    }
  }

  /** What is under each key, in their order; empty where there is nothing, or it is damaged. */
  List<byte[]> get(List<String> keys) {
    return apart(
        () -> {
          List<byte[]> found = new ArrayList<>(keys.size());
          for (String key : keys) {
            byte[] sealed = map.get(key);
            byte[] bytes = sealed == null ? null : Sealed.open(key, sealed);
            if (sealed != null && bytes == null) {
              logger.warn("{} has a damaged vector, which is made anew", name);
            }
            found.add(bytes == null ? new byte[0] : bytes);
          }
          return found;
        });
  }

  void put(Map<String, byte[]> entries) {
    apart(
        () -> {
          entries.forEach((key, bytes) -> map.put(key, Sealed.seal(key, bytes)));
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
      store.closeImmediately(); // the file and its lock, also where that has failed
      thread.shutdown();
    }
  }

  private <T> T apart(Supplier<T> action) {
    try {
      return CompletableFuture.supplyAsync(action, thread).join(); // deaf to interrupts
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) { // of any kind, where it is damaged
        throw new RagException(
            "%s cannot be read or written any more: %s; name another file, or delete it"
                .formatted(name, Said.by(failure)),
            failure);
      }
      throw e;
    }
  }
}
