package dev.ragwright.source;

import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.files.LfsPointerException;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a folder and the folders below it, in the order of their paths. Texts ({@code .txt},
 * {@code .md}, {@code .markdown}) are read by this class, PDF, Office, OpenDocument, EPUB and HTML
 * where the module {@code rag-documents} is there, and other kinds by {@linkplain DocumentReader
 * readers} of one's own. A file that nobody reads is a problem, and never lost in silence; but
 * files and folders whose name begins with a dot are not looked at.
 *
 * <p>A link is followed where it leads to another place of the folder; one that leads out of it,
 * nowhere, or to a folder that it is in, is a problem. {@link #followingLinks} follows those that
 * lead out, too.
 *
 * <p>A document's id is its path below the folder, with {@code /} between names. Its text is what
 * its reader makes of the file: a text file as it stands, without a byte order mark. The metadata
 * are {@code path} (the id), {@code folder} (of the path; {@code .} for the folder itself), {@code
 * modified} (when the file was changed last, as in {@code 2026-03-01T12:00:00Z}), {@code reader}
 * (its name and version, such as {@code pdf 1}), and what the reader finds, such as {@code title}.
 */
public final class Folder implements DocumentSource {
  private static final Logger LOG = LoggerFactory.getLogger(Folder.class);

  private final Path root;
  private final List<String> globs;
  private final Readers readers;
  private final boolean linksOut;

  private Folder(Path root, List<String> globs, Readers readers, boolean linksOut) {
    this.root = root;
    this.globs = globs;
    this.readers = readers;
    this.linksOut = linksOut;
  }

  /** All files below {@code root}, or that file alone. */
  public static Folder of(Path root) {
    return new Folder(root, List.of(), Readers.found(), false);
  }

  /**
   * Only the files whose path below the folder fits one of these patterns, in the syntax of {@link
   * java.nio.file.FileSystem#getPathMatcher}: {@code matching("README.md", "docs/**")}. What others
   * there are is no problem then.
   */
  public Folder matching(String... patterns) {
    return new Folder(root, List.of(patterns), readers, linksOut);
  }

  /**
   * Reads the files of their kinds by these readers, in place of those that would be found. Of two
   * readers of one kind, the first reads it.
   */
  public Folder readBy(List<? extends DocumentReader> first) {
    return new Folder(root, globs, readers.after(first), linksOut);
  }

  /** {@link #readBy(List)} of these readers. */
  public Folder readBy(DocumentReader... first) {
    return readBy(List.of(first));
  }

  /** Follows links that lead out of the folder too: whoever may write in it shows what he likes. */
  public Folder followingLinks() {
    return new Folder(root, globs, readers, true);
  }

  /**
   * Reads the files; one that is not readable is a problem, and so is each part that a reader could
   * not read. A folder that cannot be listed is a problem of everything below it. Files of a kind
   * that nobody reads are one problem for each document format that has a reader to add, and one
   * for each other end of names. The files are counted first, and the stream knows their number
   * ({@link java.util.Spliterator#estimateSize}).
   *
   * @throws DocumentReadException if there is no such folder, it cannot be listed, or there is no
   *     file in it that could be read
   */
  @Override
  public Stream<Document> documents(Consumer<ReadProblem> problems) {
    return StreamSupport.stream(new FolderReading(files(problems), Folder::read, problems), false);
  }

  private List<FolderWalk.Found> files(Consumer<ReadProblem> problems) {
    if (!Files.exists(root)) {
      throw new DocumentReadException("there is no folder " + root);
    }
    FolderWalk walk = new FolderWalk(root, globs, readers, linksOut);
    try {
      walk.run();
    } catch (IOException e) {
      throw new DocumentReadException("cannot list the folder " + root + ": " + reason(e), e);
    }
    if (Files.isRegularFile(root) && !walk.unknown().isEmpty()) {
      throw new DocumentReadException(root + " " + walk.unknown().getFirst().reason());
    }
    if (walk.files().isEmpty() && walk.unreadable().isEmpty()) {
      throw new DocumentReadException(
          "the folder %s has no file that ends in %s%s%s"
              .formatted(
                  root,
                  String.join(", ", readers.endings()),
                  globs.isEmpty() ? "" : " and fits " + String.join(", ", globs),
                  walk.unknown().isEmpty() ? "" : "; " + walk.unknown().getFirst().reason()));
    }
    walk.unreadable().forEach(problems);
    walk.unknown().forEach(problems);
    return walk.files();
  }

  private static @Nullable Document read(FolderWalk.Found found, Consumer<ReadProblem> problems) {
    String id = found.id();
    Path file = found.file();
    DocumentReader reader = found.reader();
    try {
      List<ReadProblem> ofParts = new ArrayList<>();
      FileState before = FileState.of(file);
      if (!(reader instanceof TextReader)) { // which looks for itself, and opens the file once
        TextFile.refusePointer(file, before.size());
      }
      Document document = reader.read(id, file, ofParts::add);
      if (!FileState.of(file).equals(before)) {
        problems.accept(new ReadProblem(id, "was changed while it was read; read it again"));
        return null;
      }
      if (document.text().isBlank() && ofParts.isEmpty() && before.size() > 0) {
        problems.accept(ReadProblem.in(id, "", "has no text"));
      }
      ofParts.forEach(problems);
      return new Document(
          id, document.text(), metadata(id, before, reader, document), document.places());
    } catch (DocumentReadException e) {
      problems.accept(new ReadProblem(id, String.valueOf(e.getMessage())));
    } catch (CharacterCodingException e) {
      problems.accept(new ReadProblem(id, "is not UTF-8"));
    } catch (IOException | OutOfMemoryError e) {
      problems.accept(new ReadProblem(id, reason(e)));
    } catch (CancelledException | DeadlineExceededException e) {
      throw e; // of a call that was stopped within the file
    } catch (RuntimeException | StackOverflowError e) {
      // A fault of the reader on this file, which must not cost the others.
      LOG.warn("the reader {} failed on {}", reader.name(), file, e);
      problems.accept(new ReadProblem(id, "cannot be read: its reader failed with " + e));
    }
    return null;
  }

  private static Metadata metadata(
      String id, FileState file, DocumentReader reader, Document document) {
    int slash = id.lastIndexOf('/');
    return Metadata.of("path", id)
        .with("folder", slash < 0 ? "." : id.substring(0, slash))
        .with("modified", file.modified())
        .with("reader", reader.name() + " " + reader.version())
        .withAll(document.metadata());
  }

  /** What changes with a file, as far as it can be seen from outside. */
  private record FileState(FileTime changed, long size) {
    static FileState of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileState(now.lastModifiedTime(), now.size());
    }

    String modified() {
      return changed.toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
  }

  static String reason(Throwable e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException denied -> "may not be read";
      case java.nio.file.NoSuchFileException gone -> "is not there any more";
      case LfsPointerException pointer -> String.valueOf(pointer.getMessage());
      case OutOfMemoryError tooLarge -> "is too large for the memory";
      default -> "cannot be read: " + e.getMessage();
    };
  }
}
