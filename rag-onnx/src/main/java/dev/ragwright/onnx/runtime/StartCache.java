package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.files.JarOrigin;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that keeps what was made of models, for the next start: see {@link
 * OnnxOptions.Builder#cacheFolder}. An entry is a folder of files with a list of their lengths and
 * checksums, named by the digest of all that it depends on. It is made beside its place and moved
 * there at once, so that of several processes each finds all of it or nothing. What cannot be kept,
 * on a full disk or in a folder that is not writable, is made again the next time.
 */
final class StartCache {
  private static final String LIST = "files";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;

  /** The cache in the folder of some options; null where there is none. */
  static @Nullable StartCache of(OnnxOptions options) {
    return options.cacheFolder().map(StartCache::new).orElse(null);
  }

  StartCache(Path folder) {
    this.folder = folder;
  }

  /** What fills the folder of an entry. */
  @FunctionalInterface
  interface Making {
    void fill(Path entry) throws IOException;
  }

  /** The name of an entry that depends on these, in their order. */
  static String name(String kind, List<String> dependsOn) {
    return kind
        + "-"
        + Sha.hex(String.join("\n", dependsOn).getBytes(StandardCharsets.UTF_8)).substring(0, 32);
  }

  /** The folder of an entry whose files are all as they were made; else it is removed. */
  Optional<Path> find(String name) {
    Path entry = folder.resolve(name);
    if (!Files.isDirectory(entry)) {
      return Optional.empty();
    }
    try {
      boolean ownersOnly = isOwnersOnly(entry);
      if (ownersOnly && list(entry).equals(Files.readString(entry.resolve(LIST)))) {
        return Optional.of(entry);
      }
      logger()
          .warn(
              "the entry {} of the cache is {} and made again",
              entry,
              ownersOnly ? "damaged" : "not its owner's alone (rwx------)");
    } catch (IOException e) {
      logger().warn("the entry {} of the cache cannot be read and is made again", entry, e);
    }
    delete(entry);
    return Optional.empty();
  }

  /** The folder of an entry, which is made where there is none; empty where that cannot be. */
  Optional<Path> findOrMake(String name, Making making) {
    Optional<Path> found = find(name);
    return found.isPresent() ? found : make(name, making);
  }

  /** Makes an entry and returns its folder; empty where nothing can be kept. */
  Optional<Path> make(String name, Making making) {
    Path made = null;
    try {
      Files.createDirectories(folder);
      made = Files.createTempDirectory(folder, name + ".part");
      ownersOnly(made);
      making.fill(made);
      Files.writeString(made.resolve(LIST), list(made));
      Path entry = folder.resolve(name);
      try {
        Files.move(made, entry, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) { // another process was first, or what stands there is of no use
        Optional<Path> other = find(name);
        if (other.isPresent()) {
          delete(made);
          return other;
        }
        Files.move(made, entry, StandardCopyOption.ATOMIC_MOVE);
      }
      return Optional.of(entry);
    } catch (IOException e) {
      logger().warn("nothing can be kept in the cache folder {}", folder, e);
      if (made != null) {
        delete(made);
      }
      return Optional.empty();
    }
  }

  /**
   * The folder with native libraries that are resources, unpacked once; empty where they are in no
   * jar, or nothing can be kept.
   *
   * @param beside a class of their jar
   * @param from the folder of the resources, from / to /
   */
  Optional<Path> unpacked(Class<?> beside, String from, List<String> files) {
    Optional<String> origin = JarOrigin.of(beside.getResource(from + files.getFirst()));
    if (origin.isEmpty()) {
      return Optional.empty();
    }
    return findOrMake(
        name("native", List.of(origin.get())),
        entry -> {
          for (String file : files) {
            try (InputStream in = beside.getResourceAsStream(from + file)) {
              if (in == null) {
                throw new IOException("no resource " + from + file);
              }
              Files.copy(in, entry.resolve(file));
            }
          }
        });
  }

  private static void ownersOnly(Path entry) throws IOException {
    if (isPosix(entry)) {
      Files.setPosixFilePermissions(entry, OWNER_ONLY);
    }
  }

  private static boolean isOwnersOnly(Path entry) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(entry, PosixFileAttributeView.class);
    return view == null
        || view.readAttributes().permissions().equals(OWNER_ONLY)
        || !isPosix(entry);
  }

  /** Whether files there have permissions; to find that out takes longer than to read these. */
  private static boolean isPosix(Path entry) throws IOException {
    return Files.getFileStore(entry).supportsFileAttributeView(PosixFileAttributeView.class);
  }

  /** The files with their lengths and checksums, by name. */
  private static String list(Path entry) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!name.equals(LIST)) {
          String sum = Long.toHexString(checksum(file));
          lines.put(name, name + " " + Files.size(file) + " " + sum + "\n");
        }
      }
    }
    return String.join("", lines.values());
  }

  private static long checksum(Path file) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer part = ByteBuffer.allocateDirect(1 << 18);
    try (FileChannel in = FileChannel.open(file)) {
      while (in.read(part) >= 0) {
        checksum.update(part.flip());
        part.clear();
      }
    }
    return checksum.getValue();
  }

  /** Made when there is something to say: to look for the library of logs takes its time too. */
  private static Logger logger() {
    return LoggerFactory.getLogger(StartCache.class);
  }

  /** Deletes a folder and what is in it, as far as that can be done. */
  static void delete(Path entry) {
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
        for (Path file : files) {
          delete(file);
        }
      } catch (IOException | DirectoryIteratorException e) {
        logger().debug("{} cannot be listed", entry, e);
      }
    }
    try {
      Files.deleteIfExists(entry); // what the runtime has mapped it keeps
    } catch (IOException e) {
      logger().debug("{} cannot be deleted", entry, e);
    }
  }
}
