package dev.ragwright.experiment;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.text.Said;
import dev.ragwright.text.Sealed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Results of stages that outlive runs, in a folder: H2's MVStore, one file that is only ever
 * appended to, so that a process may be killed at any moment. What it had committed is there
 * afterwards; at most {@value #UNCOMMITTED_MILLIS} ms of the stages' work has to be done again.
 *
 * <p>A result is found by the digest of what the stage is, of all that it was given, and of the
 * number of the repetition. It is kept with what the stage counted, its wall and CPU time, and when
 * that was measured: what is replayed says so, and is never taken for a measurement. A passage's
 * text stands once, under the digest of its content, whatever number of rankings has it.
 *
 * <p>A generation's key is the question and all of the context; but of a generator that {@linkplain
 * dev.ragwright.generate.Generator#readsTextOnly reads text only}, the evidence's texts, places,
 * ids and headings in their order and the titles, so that two retrievers that find the same share
 * an answer. Results of before there were parts in them are replayed without.
 *
 * <p>One process at a time. For one thread.
 */
final class Memo implements StageStore {
  /**
   * Raised with each change by which a stage of the same description gives something else. In 2:
   * 8-bit products are exact on every processor, scores of vectors are added in one order, answers
   * keep what is no marker, and chat templates are rendered as Python renders them. In 3: what is
   * kept has checksums.
   */
  private static final int VERSION = 3;

  private static final String FILE = "memo.mvstore";
  private static final long UNCOMMITTED_MILLIS = 100;
  private static final int UNCOMMITTED_RESULTS = 1_000;

  /**
   * The folders that are open in this process. The store's lock is one of the file, and on POSIX a
   * process that opens and closes a file a second time gives up its locks on it.
   */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final MVStore store;
  private final MVMap<String, byte[]> results;
  private final MVMap<String, byte[]> passages;
  private final MVMap<String, byte[]> taken; // by stage and identity: the sum of all calls
  private final MVMap<String, String> stages; // by identity: its description, for people
  private final ResultCodec codec;
  private final Map<String, Passage> read = new HashMap<>();
  private Duration uncommittedWork = Duration.ZERO;
  private int uncommittedResults;
  private boolean closed;

  private Memo(Path folder, MVStore store) {
    this.folder = folder;
    this.store = store;
    results = store.openMap("results", bytes());
    passages = store.openMap("passages", bytes());
    taken = store.openMap("taken", bytes());
    stages = store.openMap("stages", texts());
    codec = new ResultCodec(this::keep, this::passage);
  }

  /** With types: the store would else make whatever Java object its bytes say. */
  private static MVMap.Builder<String, byte[]> bytes() {
    return new MVMap.Builder<String, byte[]>()
        .keyType(StringDataType.INSTANCE)
        .valueType(ByteArrayDataType.INSTANCE);
  }

  private static MVMap.Builder<String, String> texts() {
    return new MVMap.Builder<String, String>()
        .keyType(StringDataType.INSTANCE)
        .valueType(StringDataType.INSTANCE);
  }

  /**
   * Opens the memo of a folder, which is made if it is missing.
   *
   * @throws MemoException if another process, or another run here, has it open; if it is of another
   *     version, or broken
   * @throws UncheckedIOException if the folder cannot be made
   */
  static Memo open(Path folder) {
    return Interrupts.keptFor(() -> opened(folder));
  }

  private static Memo opened(Path folder) {
    Path real = real(folder);
    if (!OPEN.add(real)) {
      throw inUse(folder, null);
    }
    try {
      MVStore store = openStore(folder);
      try {
        checkVersion(folder, store);
        return new Memo(real, store);
      } catch (MemoException e) {
        store.closeImmediately();
        throw e;
      } catch (RuntimeException e) { // of any kind, where it is damaged
        store.closeImmediately();
        throw cannotOpen(folder, e);
      }
    } catch (RuntimeException e) {
      OPEN.remove(real);
      throw e;
    }
  }

  private static Path real(Path folder) {
    try {
      return Files.createDirectories(folder).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the memo's folder " + folder, e);
    }
  }

  private static MemoException inUse(Path folder, @Nullable Throwable cause) {
    return new MemoException(
        "the memo %s is in use by another run; wait for its end, or give this one a folder of its own"
            .formatted(folder),
        true,
        cause);
  }

  private static MVStore openStore(Path folder) {
    try {
      // Committed by hand: a result and its passages in one, and no thread that works meanwhile.
      return new MVStore.Builder()
          .fileName(folder.resolve(FILE).toString())
          .autoCommitDisabled()
          .open();
    } catch (RuntimeException e) {
      throw switch (e instanceof MVStoreException known ? known.getErrorCode() : 0) {
        case DataUtils.ERROR_FILE_LOCKED -> inUse(folder, e);
        case DataUtils.ERROR_UNSUPPORTED_FORMAT ->
            new MemoException(
                "the memo %s was written by another version of its store than H2's %s; delete it, or give another folder"
                    .formatted(folder, MVStore.class.getPackage().getImplementationVersion()),
                false,
                e);
        default -> cannotOpen(folder, e);
      };
    }
  }

  private static MemoException cannotOpen(Path folder, RuntimeException e) {
    return new MemoException(
        "the memo %s cannot be opened: %s; delete it, or give another folder"
            .formatted(folder, Said.by(e)),
        false,
        e);
  }

  private static void checkVersion(Path folder, MVStore store) {
    MVMap<String, String> about = store.openMap("about", texts());
    String version = store.hasMap("ragwright") ? "2 or before" : about.get("version");
    if (version == null) {
      about.put("version", String.valueOf(VERSION));
      store.commit();
    } else if (!version.equals(String.valueOf(VERSION))) {
      throw new MemoException(
          String.format(
              Locale.ROOT,
              "the memo %s is of version %s, this library reads version %d; delete it, or give another folder",
              folder,
              version,
              VERSION),
          false,
          null);
    }
  }

  @Override
  public boolean lasts() {
    return true;
  }

  /** What is damaged is not there, so that its stage is called again. */
  @Override
  public @Nullable StageResult get(StageKey key) {
    return used(
        () -> {
          byte[] bytes = kept(results, name(key));
          try {
            return bytes == null ? null : codec.decode(bytes);
          } catch (DamagedPassage e) {
            return null;
          }
        });
  }

  private byte @Nullable [] kept(MVMap<String, byte[]> map, String name) {
    byte[] sealed = map.get(name);
    byte[] bytes = sealed == null ? null : Sealed.open(name, sealed);
    if (sealed != null && bytes == null) {
      map.remove(name);
      LoggerFactory.getLogger(Memo.class)
          .warn("the memo {} has a damaged entry, which is made anew: {}", folder, name);
    }
    return bytes;
  }

  private static void keep(MVMap<String, byte[]> map, String name, byte[] bytes) {
    map.put(name, Sealed.seal(name, bytes));
  }

  @Override
  public void put(StageKey key, StageResult result) {
    used(
        () -> {
          keep(key, result);
          return null;
        });
  }

  private void keep(StageKey key, StageResult result) {
    keep(results, name(key), codec.encode(result));
    Taken before =
        taken(key.stage(), key.identity())
            .orElse(new Taken(0, Duration.ZERO, Duration.ZERO, Usage.none()));
    keep(taken, key.stage() + " " + key.identity(), codec.encode(before.plus(result)));
    uncommittedWork = uncommittedWork.plus(result.wall());
    uncommittedResults++;
    if (uncommittedWork.toMillis() >= UNCOMMITTED_MILLIS
        || uncommittedResults >= UNCOMMITTED_RESULTS) {
      commit();
    }
  }

  @Override
  public Optional<Taken> taken(String stage, String identity) {
    byte[] sum = used(() -> kept(taken, stage + " " + identity));
    return sum == null ? Optional.empty() : Optional.of(codec.decodeTaken(sum));
  }

  @Override
  public void describe(String identity, String description) {
    used(() -> stages.putIfAbsent(identity, description));
  }

  /** A result names a passage that is not there any more. */
  private static final class DamagedPassage extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Uses the store, which is closed by itself where that fails, as on a full disk, or under an
   * interrupt; one from before is kept for later. Where it is damaged it fails with exceptions of
   * any kind.
   */
  private <T extends @Nullable Object> T used(Supplier<T> use) {
    boolean interrupted = Thread.interrupted();
    try {
      return use.get();
    } catch (RuntimeException e) {
      throw new MemoException(
          "the memo %s can no longer be used: %s; what was committed is kept; make room or mend the disk, and run again"
              .formatted(folder, Said.by(e)),
          false,
          e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void commit() {
    store.commit();
    uncommittedWork = Duration.ZERO;
    uncommittedResults = 0;
  }

  private static String name(StageKey key) {
    return key.stage() + " " + key.identity() + " " + key.input();
  }

  private String keep(Passage passage) {
    String digest = Digest.start().add(passage).end();
    if (read.putIfAbsent(digest, passage) == null && !passages.containsKey(digest)) {
      keep(passages, digest, codec.encode(passage));
    }
    return digest;
  }

  private Passage passage(String digest) {
    return read.computeIfAbsent(
        digest,
        missing -> {
          byte[] bytes = kept(passages, missing);
          if (bytes == null) {
            throw new DamagedPassage();
          }
          return codec.decodePassage(bytes);
        });
  }

  /** Commits what is left, unless the store has failed. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!store.isClosed()) {
        used(
            () -> {
              commit();
              store.close(); // moving chunks at the end can fail in H2 2.4.240, and saves little
              return null;
            });
      }
    } finally {
      Interrupts.keptFor(
          () -> {
            store.closeImmediately(); // the file and its lock, also where the store has failed
            return OPEN.remove(folder);
          });
    }
  }
}
