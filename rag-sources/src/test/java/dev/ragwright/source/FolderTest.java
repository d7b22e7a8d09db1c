package dev.ragwright.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
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
    write("c.HTML", "<title>T</title><p>Seen</p>");
    write("picture.png", "not text");
    write(".hidden/x.md", "hidden");
    write("a/.secret.md", "hidden");

    assertThat(read(Folder.of(root)))
        .containsExactly(
            Document.of("a/guide.md", "# Title\n\nText"),
            Document.of("b.txt", "plain"),
            new Document("c.HTML", "Seen\n", Metadata.of("title", "T")));
    assertThat(problems).isEmpty();
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
    Folder.Walk walk = Folder.of(root).new Walk(List.of());
    walk.visitFileFailed(root.resolve("a/closed"), new AccessDeniedException("a/closed"));
    walk.visitFileFailed(root.resolve(".git"), new AccessDeniedException(".git"));
    walk.postVisitDirectory(root.resolve("broken"), new IOException("Input/output error"));
    walk.postVisitDirectory(root.resolve("whole"), null);
    assertThat(walk.unreadable)
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

    assertThat(read(Folder.of(link))).containsExactly(Document.of("b.txt", "b"));
    Files.delete(link);
    assertThat(read(Folder.of(root)))
        .containsExactly(Document.of("a.txt", "a"), Document.of("linked/deep/b.txt", "b"));
    assertThat(problems).isEmpty();
  }

  @Test
  void reportsLinksThatLeadNowhereOrInACircle() throws IOException {
    write("a/b.txt", "b");
    Files.createSymbolicLink(root.resolve("a/circle"), root.resolve("a"));
    Files.createSymbolicLink(root.resolve("nowhere"), root.resolve("not there"));
    Files.createSymbolicLink(root.resolve(".hidden"), root.resolve("not there"));

    assertThat(read(Folder.of(root))).containsExactly(Document.of("a/b.txt", "b"));
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
    assertThat(read(Folder.of(root))).containsExactly(Document.of("a.txt", "text"));
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> read(Folder.of(root.resolve("nowhere"))))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("there is no folder " + root.resolve("nowhere"));
  }

  @Test
  void refusesAFileInPlaceOfAFolder() throws IOException {
    write("a.txt", "text");
    assertThatThrownBy(() -> read(Folder.of(root.resolve("a.txt"))))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(root.resolve("a.txt") + " is not a folder");
  }

  @Test
  void refusesAFolderWithoutTexts() throws IOException {
    write("picture.png", "not text");
    assertThatThrownBy(() -> read(Folder.of(root)))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            "the folder " + root + " has no file that ends in .txt, .md, .markdown, .html, .htm");
    assertThatThrownBy(() -> read(Folder.of(root).matching("docs/**")))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith(".htm and fits docs/**");
  }
}
