package dev.ragwright.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.document.ReadProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  @TempDir Path root;

  private final List<ReadProblem> problems = new ArrayList<>();

  private List<Document> read(Folder folder) {
    try (Stream<Document> documents = folder.documents(problems::add)) {
      return documents.toList();
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void readsTextFilesInTheOrderOfTheirPaths() throws IOException {
    write("b.txt", "plain");
    write("a/guide.md", "# Title\n\nText");
    write("C.TXT", "capital");
    write(".hidden/x.md", "hidden");
    write("a/.secret.md", "hidden");

    assertThat(texts(read(Folder.of(root))))
        .containsExactly("C.TXT: capital", "a/guide.md: # Title\n\nText", "b.txt: plain");
    assertThat(problems).isEmpty();
  }

  private static List<String> texts(List<Document> documents) {
    return documents.stream().map(document -> document.id() + ": " + document.text()).toList();
  }

  @Test
  void saysWhereAFileLiesWhenItChangedAndWhatReadIt() throws IOException {
    write("a/b/guide.md", "text");
    write("top.txt", "text");
    FileTime time = FileTime.from(Instant.parse("2026-03-01T12:00:00.999Z"));
    Files.setLastModifiedTime(root.resolve("a/b/guide.md"), time);
    Files.setLastModifiedTime(root.resolve("top.txt"), time);

    assertThat(read(Folder.of(root)))
        .extracting(Document::metadata)
        .containsExactly(
            Metadata.of("path", "a/b/guide.md")
                .with("folder", "a/b")
                .with("modified", "2026-03-01T12:00:00Z")
                .with("reader", "markdown 1"),
            Metadata.of("path", "top.txt")
                .with("folder", ".")
                .with("modified", "2026-03-01T12:00:00Z")
                .with("reader", "text 1"));
  }

  @Test
  void takesNoHeadingsFromAPlainText() throws IOException {
    write("a.md", "# make it\nrun a\n");
    write("a.txt", "# make it\nrun a\n");

    assertThat(Folder.of(root).passages(Chunkers.markdown(100)))
        .extracting(Passage::headings)
        .containsExactly(List.of("make it"), List.of());
  }

  @Test
  void saysWhichFilesNobodyReadsAndWhatWouldReadThem() throws IOException {
    write("a.txt", "text");
    write("b/tariff.xlsx", "a sheet");
    write("b/lease.docx", "a text");
    write("c/lease.docx", "a text");
    write("old.doc", "an old text");
    write("Makefile", "all:");
    write("picture.png", "not text");
    write(".cache.bin", "hidden");

    assertThat(read(Folder.of(root))).extracting(Document::id).containsExactly("a.txt");
    assertThat(problems)
        .extracting(ReadProblem::toString)
        .containsExactly(
            "Makefile: is not read: no reader knows names without an end; Folder.readBy(...) takes"
                + " one, and Folder.matching(...) leaves such files out",
            "old.doc: is not read: no reader here knows .doc; rag-documents' TikaReader does, by"
                + " Folder.readBy(...), with tika-core and tika-parser-microsoft-module beside it",
            "b/lease.docx: is not read, as one of 2 such files: add the dependency"
                + " dev.ragwright:rag-documents, which reads .docx",
            "picture.png: is not read: no reader knows .png; Folder.readBy(...) takes one, and"
                + " Folder.matching(...) leaves such files out",
            "b/tariff.xlsx: is not read: add the dependency dev.ragwright:rag-documents, which reads"
                + " .xlsx");

    problems.clear();
    assertThat(read(Folder.of(root).matching("*.txt"))).hasSize(1);
    assertThat(problems).as("chosen files").isEmpty();
  }

  /** Reads the length of a file, and tells of each {@code ?} in it. */
  private static final class Lengths implements DocumentReader {
    @Override
    public String name() {
      return "length";
    }

    @Override
    public int version() {
      return 3;
    }

    @Override
    public List<String> endings() {
      return List.of(".bin", ".txt");
    }

    @Override
    public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
      String text = Files.readString(file);
      if (text.isEmpty()) {
        throw new DocumentReadException("has no length");
      }
      if (text.contains("?")) {
        problems.accept(ReadProblem.in(id, "place " + text.indexOf('?'), "is unknown"));
      }
      if (text.equals("fail")) {
        throw new IllegalStateException("a fault");
      }
      if (text.equals("grow")) {
        Files.writeString(file, "grown");
      }
      return new Document(
          id, "length " + text.length(), Metadata.of("title", text), Places.unknown());
    }
  }

  @Test
  void asksAReaderOfOnesOwnFirst() throws IOException {
    write("a.bin", "1234");
    write("b.txt", "12?");
    write("c.txt", "");
    write("d.md", "text");

    List<Document> documents = read(Folder.of(root).readBy(new Lengths()));
    assertThat(texts(documents))
        .containsExactly("a.bin: length 4", "b.txt: length 3", "d.md: text");
    assertThat(documents.getFirst().metadata().asMap())
        .containsEntry("reader", "length 3")
        .containsEntry("title", "1234");
    assertThat(problems)
        .containsExactly(
            ReadProblem.in("b.txt", "place 2", "is unknown"),
            new ReadProblem("c.txt", "has no length"));
  }

  @Test
  void reportsAFileThatChangesWhileItIsRead() throws IOException {
    write("a.bin", "grow");
    write("b.bin", "stay");
    assertThat(read(Folder.of(root).readBy(new Lengths())))
        .extracting(Document::id)
        .containsExactly("b.bin");
    assertThat(problems)
        .containsExactly(new ReadProblem("a.bin", "was changed while it was read; read it again"));
  }

  @Test
  void saysThatAFileHasNoText() throws IOException {
    write("a.txt", " \n\n");
    write("b.txt", "");
    assertThat(read(Folder.of(root))).hasSize(2);
    assertThat(problems).containsExactly(ReadProblem.in("a.txt", "", "has no text"));
  }

  @Test
  void goesOnWhereAReaderFails() throws IOException {
    write("a.bin", "fail");
    write("b.bin", "stay");
    assertThat(read(Folder.of(root).readBy(new Lengths()))).hasSize(1);
    assertThat(problems)
        .containsExactly(
            new ReadProblem(
                "a.bin",
                "cannot be read: its reader failed with java.lang.IllegalStateException: a fault"));
  }

  @Test
  void refusesWhatIsNoText() throws IOException {
    Files.write(root.resolve("a.txt"), new byte[] {'a', 0, 'b'});
    write("b.txt", "text");
    assertThat(read(Folder.of(root))).hasSize(1);
    assertThat(problems).containsExactly(new ReadProblem("a.txt", "is no text: it has zero bytes"));
  }

  @Test
  void readsNoPipe() throws Exception {
    write("a.txt", "text");
    Process made = new ProcessBuilder("mkfifo", root.resolve("b.txt").toString()).start();
    assumeThat(made.waitFor()).as("there is no mkfifo").isZero();
    assertThat(read(Folder.of(root))).hasSize(1);
    assertThat(problems)
        .containsExactly(new ReadProblem("b.txt", "is neither a file nor a folder"));
  }

  @Test
  void readsASingleFile() throws IOException {
    write("a.md", "text");
    write("b.md", "other");
    assertThat(texts(read(Folder.of(root.resolve("a.md"))))).containsExactly("a.md: text");
  }

  @Test
  void canBeReadAgain() throws IOException {
    write("a.txt", "one");
    Folder folder = Folder.of(root);
    assertThat(read(folder)).isEqualTo(read(folder));
  }

  @Test
  void takesOnlyWhatFitsAPattern() throws IOException {
    write("README.md", "r");
    write("docs/a.md", "a");
    write("docs/deep/b.md", "b");
    write("src/c.md", "c");

    assertThat(read(Folder.of(root).matching("README.md", "docs/**")))
        .extracting(Document::id)
        .containsExactly("README.md", "docs/a.md", "docs/deep/b.md");
  }

  @Test
  void reportsWhatIsNotUtf8AndGoesOn() throws IOException {
    write("a.txt", "good");
    Files.write(root.resolve("b.txt"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    write("c.txt", "good too");

    assertThat(read(Folder.of(root))).extracting(Document::id).containsExactly("a.txt", "c.txt");
    assertThat(problems).containsExactly(new ReadProblem("b.txt", "is not UTF-8"));
  }

  @Test
  void reportsWhatItMayNotReadAndGoesOn() throws IOException {
    write("a.txt", "good");
    write("b.txt", "closed");
    Path closed = root.resolve("b.txt");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    assumeThat(Files.isReadable(closed)).as("this user may read everything (root)").isFalse();

    assertThat(read(Folder.of(root))).extracting(Document::id).containsExactly("a.txt");
    assertThat(problems).containsExactly(new ReadProblem("b.txt", "may not be read"));
  }

  @Test
  void saysThatAFolderItMayNotListHidesEverythingBelowIt() throws IOException {
    FolderWalk walk = new FolderWalk(root, List.of(), Readers.found(), false);
    walk.visitFileFailed(root.resolve("a/closed"), new AccessDeniedException("a/closed"));
    walk.visitFileFailed(root.resolve(".git"), new AccessDeniedException(".git"));
    walk.postVisitDirectory(root.resolve("broken"), new IOException("Input/output error"));
    walk.postVisitDirectory(root.resolve("whole"), null);
    assertThat(walk.unreadable())
        .containsExactly(
            ReadProblem.below("a/closed", "may not be read"),
            ReadProblem.below("broken", "cannot be read: Input/output error"));

    AccessDeniedException denied = new AccessDeniedException(root.toString());
    assertThatThrownBy(() -> walk.visitFileFailed(root, denied)).isSameAs(denied);
  }

  @Test
  void followsLinks(@TempDir Path elsewhere) throws IOException {
    write("a.txt", "a");
    Files.createDirectories(elsewhere.resolve("deep"));
    Files.writeString(elsewhere.resolve("deep/b.txt"), "b");
    Files.createSymbolicLink(root.resolve("linked"), elsewhere);
    Path link = Files.createSymbolicLink(elsewhere.resolve("root"), root.resolve("linked/deep"));

    assertThat(texts(read(Folder.of(link)))).containsExactly("b.txt: b");
    Files.delete(link);
    assertThat(texts(read(Folder.of(root).followingLinks())))
        .containsExactly("a.txt: a", "linked/deep/b.txt: b");
    assertThat(problems).isEmpty();
  }

  @Test
  void followsNoLinkOutOfTheFolderUnlessAsked(@TempDir Path elsewhere) throws IOException {
    write("a/a.txt", "a");
    Files.writeString(elsewhere.resolve("b.txt"), "b");
    Files.createSymbolicLink(root.resolve("folder"), elsewhere);
    Files.createSymbolicLink(root.resolve("file.txt"), elsewhere.resolve("b.txt"));
    Files.createSymbolicLink(root.resolve("within.txt"), root.resolve("a/a.txt"));

    assertThat(texts(read(Folder.of(root)))).containsExactly("a/a.txt: a", "within.txt: a");
    String reason = "is a link that leads out of the folder; followingLinks() follows it";
    assertThat(problems)
        .containsExactly(new ReadProblem("file.txt", reason), ReadProblem.below("folder", reason));
  }

  @Test
  void reportsLinksThatLeadNowhereOrInACircle() throws IOException {
    write("a/b.txt", "b");
    Files.createSymbolicLink(root.resolve("a/circle"), root.resolve("a"));
    Files.createSymbolicLink(root.resolve("nowhere"), root.resolve("not there"));
    Files.createSymbolicLink(root.resolve(".hidden"), root.resolve("not there"));

    assertThat(texts(read(Folder.of(root)))).containsExactly("a/b.txt: b");
    assertThat(problems)
        .containsExactlyInAnyOrder(
            new ReadProblem("a/circle", "is a link to a folder that it is in"),
            ReadProblem.below("nowhere", "is a link to what is not there"));
  }

  @Test
  void reportsAFileThatGoesAwayMeanwhile() throws IOException {
    write("a.txt", "good");
    write("b.txt", "gone soon");
    try (Stream<Document> documents = Folder.of(root).documents(problems::add)) {
      Files.delete(root.resolve("b.txt"));
      assertThat(documents).hasSize(1);
    }
    assertThat(problems).containsExactly(new ReadProblem("b.txt", "is not there any more"));
  }

  @Test
  void reportsAPointerOfGitLfs() throws IOException {
    write("a.txt", "good");
    write(
        "b.txt",
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n"
            .formatted("0".repeat(64)));
    assertThat(read(Folder.of(root))).extracting(Document::id).containsExactly("a.txt");
    assertThat(problems)
        .containsExactly(
            new ReadProblem(
                "b.txt",
                "is a Git LFS pointer and not the file that it stands for; run \"git lfs pull\" in its"
                    + " repository"));
  }

  @Test
  void leavesOutTheByteOrderMark() throws IOException {
    write("a.txt", "\uFEFFtext");
    assertThat(texts(read(Folder.of(root)))).containsExactly("a.txt: text");
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> read(Folder.of(root.resolve("nowhere"))))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("there is no folder " + root.resolve("nowhere"));
  }

  @Test
  void refusesAFolderWithoutTexts() throws IOException {
    write("picture.png", "not text");
    assertThatThrownBy(() -> read(Folder.of(root)))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            "the folder "
                + root
                + " has no file that ends in .txt, .md, .markdown; is not read: no reader knows .png;"
                + " Folder.readBy(...) takes one, and Folder.matching(...) leaves such files out");
    assertThatThrownBy(() -> read(Folder.of(root).matching("docs/**")))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith(".markdown and fits docs/**");
  }
}
