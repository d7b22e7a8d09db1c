package dev.ragwright.source;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.files.LfsPointerException;
import dev.ragwright.source.files.TextFile;
import java.io.File;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The text files of a folder and the folders below it: {@code .txt}, {@code .md}, {@code
 * .markdown}, {@code .html} and {@code .htm}, in the order of their paths. Other files, and files
 * and folders whose name begins with a dot, are not looked at. Links are followed; one that leads
 * nowhere, or to a folder that it is in, is a problem.
 *
 * <p>A document's id is its path below the folder, with {@code /} between names. Its text is the
 * file as it stands, without a byte order mark; of an HTML page, its visible text: see {@link
 * HtmlText}. A page's title is the metadata {@code title}.
 */
public final class Folder implements DocumentSource {
  private static final List<String> HTML = List.of(".html", ".htm");
  private static final List<String> TEXT = List.of(".txt", ".md", ".markdown");

  private final Path root;
  private final List<String> globs;

  private Folder(Path root, List<String> globs) {
    this.root = root;
    this.globs = globs;
  }

  /** All text files below {@code root}. */
  public static Folder of(Path root) {
    return new Folder(root, List.of());
  }

  /**
   * Only the files whose path below the folder fits one of these patterns, in the syntax of {@link
   * java.nio.file.FileSystem#getPathMatcher}: {@code matching("README.md", "docs/**")}.
   */
  public Folder matching(String... patterns) {
    return new Folder(root, List.of(patterns));
  }

  /**
   * Reads the files; one that is not readable, or not UTF-8, is a problem. A folder that cannot be
   * listed is a problem of everything below it.
   *
   * @throws DocumentReadException if there is no such folder, it cannot be listed, or there is no
   *     text file in it
   */
  @Override
  public Stream<Document> documents(Consumer<ReadProblem> problems) {
    return files(problems).stream().map(file -> read(file, problems)).filter(Objects::nonNull);
  }

  private List<Path> files(Consumer<ReadProblem> problems) {
    if (!Files.isDirectory(root)) {
      throw new DocumentReadException(
          Files.exists(root) ? root + " is not a folder" : "there is no folder " + root);
    }
    List<PathMatcher> matchers =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    Walk walk = new Walk(matchers);
    try {
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
    } catch (IOException e) {
      throw new DocumentReadException("cannot list the folder " + root + ": " + reason(e), e);
    }
    List<Path> files = walk.files;
    if (files.isEmpty() && walk.unreadable.isEmpty()) {
      throw new DocumentReadException(
          "the folder %s has no file that ends in %s, %s%s"
              .formatted(
                  root,
                  String.join(", ", TEXT),
                  String.join(", ", HTML),
                  globs.isEmpty() ? "" : " and fits " + String.join(", ", globs)));
    }
    walk.unreadable.stream()
        .sorted(Comparator.comparing(ReadProblem::documentId)) // not in the order of the disk
        .forEach(problems);
    files.sort(Comparator.comparing(this::id));
    return files;
  }

  /**
   * Collects the files, and what cannot be looked into: each of that may be a folder, so its
   * problem covers everything below it. What is below a link into a circle is elsewhere already.
   */
  final class Walk extends SimpleFileVisitor<Path> {
    final List<Path> files = new ArrayList<>();
    final List<ReadProblem> unreadable = new ArrayList<>();
    private final List<PathMatcher> matchers;

    Walk(List<PathMatcher> matchers) {
      this.matchers = matchers;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
      return isHidden(dir) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      Path below = root.relativize(file);
      if (isHidden(file)) {
        return FileVisitResult.CONTINUE;
      }
      if (attributes.isSymbolicLink()) {
        unreadable.add(ReadProblem.below(id(file), "is a link to what is not there"));
      } else if ((hasEnding(file, TEXT) || hasEnding(file, HTML))
          && (matchers.isEmpty() || matchers.stream().anyMatch(m -> m.matches(below)))) {
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (file.equals(root)) {
        throw e;
      }
      if (!isHidden(file)) {
        unreadable.add(
            e instanceof FileSystemLoopException
                ? new ReadProblem(id(file), "is a link to a folder that it is in")
                : ReadProblem.below(id(file), reason(e)));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
        throws IOException {
      return e == null ? FileVisitResult.CONTINUE : visitFileFailed(dir, e);
    }
  }

  private boolean isHidden(Path path) {
    return !path.equals(root) && path.getFileName().toString().startsWith(".");
  }

  private String id(Path file) {
    return root.relativize(file).toString().replace(File.separatorChar, '/');
  }

  private @Nullable Document read(Path file, Consumer<ReadProblem> problems) {
    String id = id(file);
    try {
      String text = TextFile.text(file);
      return hasEnding(file, HTML)
          ? HtmlText.document(id, text)
          : new Document(id, text, Metadata.empty());
    } catch (CharacterCodingException e) {
      problems.accept(new ReadProblem(id, "is not UTF-8"));
    } catch (IOException | OutOfMemoryError e) {
      problems.accept(new ReadProblem(id, reason(e)));
    }
    return null;
  }

  private static boolean hasEnding(Path file, List<String> endings) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return endings.stream().anyMatch(name::endsWith);
  }

  private static String reason(Throwable e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException denied -> "may not be read";
      case java.nio.file.NoSuchFileException gone -> "is not there any more";
      case LfsPointerException pointer -> String.valueOf(pointer.getMessage());
      case OutOfMemoryError tooLarge -> "is too large for the memory";
      default -> "cannot be read: " + e.getMessage();
    };
  }
}
