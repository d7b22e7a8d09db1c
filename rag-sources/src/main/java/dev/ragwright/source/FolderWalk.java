package dev.ragwright.source;

import dev.ragwright.document.ReadProblem;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects the files of a folder, what cannot be looked into, and what nobody reads. What cannot be
 * looked into may be a folder, so its problem covers everything below it. What is below a link into
 * a circle is elsewhere already.
 */
final class FolderWalk extends SimpleFileVisitor<Path> {
  /** A file, the id of its document, who reads it, and how many bytes it had. */
  record Found(String id, Path file, DocumentReader reader, long size) {}

  private static final String LEADS_OUT =
      "is a link that leads out of the folder; followingLinks() follows it";

  private final Path root;
  private final List<PathMatcher> matchers;
  private final Readers readers;
  private final boolean linksOut;
  private final List<Found> files = new ArrayList<>();
  private final List<ReadProblem> unreadable = new ArrayList<>();
  private final Map<String, List<String>> unknown = new TreeMap<>(); // by the end of their names
  private @Nullable Path realRoot;

  FolderWalk(Path root, List<String> globs, Readers readers, boolean linksOut) {
    this.root = root;
    this.matchers =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    this.readers = readers;
    this.linksOut = linksOut;
  }

  void run() throws IOException {
    realRoot = root.toRealPath();
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
    files.sort(Comparator.comparing(Found::id));
    unreadable.sort(Comparator.comparing(ReadProblem::documentId)); // not in the order of the disk
  }

  /** Those that a reader is there for, by their ids. */
  List<Found> files() {
    return files;
  }

  List<ReadProblem> unreadable() {
    return unreadable;
  }

  /** One problem for each end of names that nobody reads, named by the first of its files. */
  List<ReadProblem> unknown() {
    List<ReadProblem> problems = new ArrayList<>();
    unknown.forEach(
        (ending, ids) -> {
          ids.sort(null);
          String others = ids.size() == 1 ? "" : ", as one of " + ids.size() + " such files";
          problems.add(
              ReadProblem.in(
                  ids.getFirst(),
                  "",
                  "is not read%s: %s".formatted(others, Readers.missing(ending))));
        });
    return problems;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
      throws IOException {
    if (isHidden(dir)) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (leadsOut(dir)) {
      unreadable.add(ReadProblem.below(id(root, dir), LEADS_OUT));
      return FileVisitResult.SKIP_SUBTREE;
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (isHidden(file)) {
      return FileVisitResult.CONTINUE;
    }
    boolean wanted = isWanted(file);
    DocumentReader reader = wanted ? readers.of(file) : null;
    if (!attributes.isRegularFile() && !attributes.isSymbolicLink()) {
      unreadable.add(new ReadProblem(id(root, file), "is neither a file nor a folder"));
    } else if (attributes.isSymbolicLink()) {
      unreadable.add(ReadProblem.below(id(root, file), "is a link to what is not there"));
    } else if (wanted && reader == null) {
      if (matchers.isEmpty()) {
        unknown.computeIfAbsent(Readers.ending(file), e -> new ArrayList<>()).add(id(root, file));
      }
    } else if (reader != null && leadsOut(file)) {
      unreadable.add(new ReadProblem(id(root, file), LEADS_OUT));
    } else if (reader != null) {
      files.add(new Found(id(root, file), file, reader, attributes.size()));
    }
    return FileVisitResult.CONTINUE;
  }

  private boolean isWanted(Path file) {
    if (matchers.isEmpty()) {
      return true;
    }
    Path below = root.equals(file) ? file.getFileName() : root.relativize(file);
    return matchers.stream().anyMatch(m -> m.matches(below));
  }

  private boolean leadsOut(Path path) throws IOException {
    return !linksOut
        && !path.equals(root)
        && Files.isSymbolicLink(path)
        && !path.toRealPath().startsWith(realRoot == null ? root.toRealPath() : realRoot);
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    if (file.equals(root)) {
      throw e;
    }
    if (!isHidden(file)) {
      unreadable.add(
          e instanceof FileSystemLoopException
              ? new ReadProblem(id(root, file), "is a link to a folder that it is in")
              : ReadProblem.below(id(root, file), Folder.reason(e)));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
    return e == null ? FileVisitResult.CONTINUE : visitFileFailed(dir, e);
  }

  private boolean isHidden(Path path) {
    return !path.equals(root) && path.getFileName().toString().startsWith(".");
  }

  static String id(Path root, Path file) {
    Path below = root.equals(file) ? file.getFileName() : root.relativize(file);
    return below.toString().replace(File.separatorChar, '/');
  }
}
