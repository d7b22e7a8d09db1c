package dev.ragwright.onnx.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * One repository in the cache that Python's huggingface_hub keeps: {@code blobs/HASH}, {@code
 * snapshots/COMMIT/PATH} as relative links to them, {@code refs/BRANCH}, {@code
 * .no_exist/COMMIT/PATH} and {@code trees/COMMIT.json}.
 *
 * @see <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">its
 *     description</a>
 */
final class HubCache {
  private static final String TAG =
      """
      Signature: 8a477f597d28d172789f06886806bc55
      # This file is a cache directory tag created by huggingface_hub.
      # For information about cache directory tags, see:
      #\thttps://bford.info/cachedir/
      """;

  private final Path root;
  private final Path folder;
  private final Path locks;
  private final boolean symlinks;

  HubCache(Path root, String repo, boolean symlinks) {
    String name = "models--" + repo.replace("/", "--");
    this.root = root;
    this.folder = root.resolve(name);
    this.locks = root.resolve(".locks").resolve(name);
    this.symlinks = symlinks;
  }

  Path folder() {
    return folder;
  }

  /** The commit that a revision was when it was last resolved. */
  Optional<String> commit(String revision) throws IOException {
    if (revision.matches("[0-9a-f]{40}")) {
      return Optional.of(revision);
    }
    Path ref = inside(folder.resolve("refs"), revision);
    return Files.isRegularFile(ref)
        ? Optional.of(Files.readString(ref).strip()).filter(text -> text.matches("[0-9a-f]{40}"))
        : Optional.empty();
  }

  /** Remembers the commit of a revision. */
  void remember(String revision, String commit) throws IOException {
    if (!revision.equals(commit) && !commit(revision).equals(Optional.of(commit))) {
      write(inside(folder.resolve("refs"), revision), commit);
    }
  }

  /** The list of a commit's files, else what is known of a hub that has no such list. */
  Optional<HubListing> listing(String commit) throws IOException {
    for (boolean isWhole : new boolean[] {true, false}) {
      Path file = listingFile(commit, isWhole);
      if (Files.isRegularFile(file)) {
        Optional<HubListing> listing = HubListing.read(Files.readString(file), isWhole);
        if (listing.isPresent()) {
          return listing;
        }
      }
    }
    return Optional.empty();
  }

  void remember(String commit, HubListing listing) throws IOException {
    write(listingFile(commit, listing.isWhole()), listing.toJson());
  }

  /** Python takes its file for the list of all there is. */
  private Path listingFile(String commit, boolean isWhole) {
    return folder.resolve("trees").resolve(commit + (isWhole ? ".json" : ".ragwright.json"));
  }

  /** Marks a file that the repository does not have, so that nobody has to ask for it again. */
  void markAbsent(String commit, String file) throws IOException {
    Path mark = inside(folder.resolve(".no_exist").resolve(commit), file);
    if (!Files.exists(mark)) {
      write(mark, "");
    }
  }

  boolean isAbsent(String commit, String file) {
    return Files.exists(inside(folder.resolve(".no_exist").resolve(commit), file));
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** Where a file is, or will be, as a link: never its real path, beside which nothing lies. */
  Path snapshot(String commit, String file) {
    return inside(snapshot(commit), file);
  }

  /** The names of the files in a snapshot, sorted. */
  List<String> files(String commit) throws IOException {
    Path snapshot = snapshot(commit);
    if (!Files.isDirectory(snapshot)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(snapshot)) {
      List<String> names = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        names.add(snapshot.relativize(file).toString().replace('\\', '/'));
      }
      return names.stream().sorted().toList();
    }
  }

  /** Whether a file is there with its right size; the link of a damaged one does not count. */
  boolean has(String commit, HubFile file) throws IOException {
    return isWhole(snapshot(commit, file.name()), file);
  }

  boolean hasBlob(HubFile file) throws IOException {
    return isWhole(blob(file), file);
  }

  private static boolean isWhole(Path path, HubFile file) throws IOException {
    return Files.isRegularFile(path) && file.hasSize(Files.size(path));
  }

  private Path blob(HubFile file) {
    return folder.resolve("blobs").resolve(file.hash());
  }

  /** The lock under which a file's content is fetched and put into its place. */
  Path lock(HubFile file) {
    return locks.resolve(file.hash() + ".lock");
  }

  /** A file that nobody else writes, from which {@link #keep} moves the content into its place. */
  Path incomplete(HubFile file) throws IOException {
    return begun(file, unique());
  }

  /**
   * As {@link #incomplete}, for who alone holds the lock of the file: what one call leaves there
   * the next goes on with. Not the name that Python's library takes, whose locks are others.
   */
  Path partial(HubFile file) throws IOException {
    return begun(file, ".ragwright");
  }

  private Path begun(HubFile file, String whose) throws IOException {
    Files.createDirectories(folder.resolve("blobs"));
    Path tag = root.resolve("CACHEDIR.TAG");
    if (!Files.exists(tag)) {
      write(tag, TAG);
    }
    return folder.resolve("blobs").resolve(file.hash() + whose + ".incomplete");
  }

  void keep(Path incomplete, HubFile file) throws IOException {
    Files.move(
        incomplete,
        blob(file),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Lets a commit have a file whose content is there. Where the file system has no symbolic links
   * the content itself goes there, as a copy unless it is new.
   */
  void link(String commit, HubFile file, boolean isNew) throws IOException {
    Path pointer = snapshot(commit, file.name());
    Path parent = parent(pointer);
    Files.createDirectories(parent);
    Path made = incomplete(file);
    if (!linked(made, parent.relativize(blob(file)))) {
      if (isNew) {
        Files.move(blob(file), made);
      } else {
        Files.copy(blob(file), made);
      }
    }
    Files.move(made, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Makes a file's content lie in this repository's own {@code blobs}. Newer versions of Python's
   * library keep large ones in a store of the whole cache ({@code _shared_blobs.py}), where ONNX
   * Runtime refuses weights as being outside of the model's folder. A hard link costs no space.
   */
  void own(String commit, String file) throws IOException {
    Path pointer = snapshot(commit, file);
    if (!Files.isSymbolicLink(pointer)) {
      return;
    }
    Path blob = parent(pointer).resolve(Files.readSymbolicLink(pointer)).normalize();
    if (!Files.isSymbolicLink(blob) || !blob.startsWith(folder.normalize())) {
      return;
    }
    Path made = parent(blob).resolve(blob.getFileName() + unique() + ".incomplete");
    try {
      try {
        Files.createLink(made, blob.toRealPath());
      } catch (IOException | UnsupportedOperationException e) { // on another disk, for one
        Files.copy(blob.toRealPath(), made);
      }
      Files.move(made, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  private boolean linked(Path link, Path target) {
    if (!symlinks) {
      return false;
    }
    try {
      Files.createSymbolicLink(link, target);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(parent(file));
    Path made = parent(file).resolve("." + file.getFileName() + unique() + ".tmp");
    try {
      Files.writeString(made, text);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no file: " + file);
    }
    return parent;
  }

  private static String unique() {
    return String.format(Locale.ROOT, ".%08x", ThreadLocalRandom.current().nextInt());
  }

  /** A second guard behind {@link HubNames#isSafe}: nothing is written elsewhere. */
  private static Path inside(Path folder, String name) {
    Path path = folder.resolve(name).normalize();
    if (!HubNames.isSafe(name) || !path.startsWith(folder.normalize())) {
      throw new HubException(
          HubException.Reason.NOT_A_HUB,
          "\"%s\" is no name of a file: it would be outside of %s".formatted(name, folder));
    }
    return path;
  }
}
