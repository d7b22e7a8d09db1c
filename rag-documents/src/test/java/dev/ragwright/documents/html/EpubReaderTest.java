package dev.ragwright.documents.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpubReaderTest {
  @TempDir Path folder;

  private final Map<String, String> parts = new LinkedHashMap<>();
  private final List<ReadProblem> problems = new ArrayList<>();

  EpubReaderTest() {
    parts.put(
        "META-INF/container.xml",
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
            + "<rootfile full-path='OEBPS/book.opf'/></rootfiles></container>");
    parts.put(
        "OEBPS/book.opf",
        """
        <package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <metadata><dc:title>Of Boats</dc:title></metadata>
        <manifest>
        <item id="b" href="text/a%20second.xhtml" media-type="application/xhtml+xml"/>
        <item id="a" href="text/z.xhtml" media-type="application/xhtml+xml"/>
        <item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
        <item id="p" href="p.xhtml" media-type="application/xhtml+xml"/>
        <item id="m" href="missing.xhtml" media-type="application/xhtml+xml"/>
        </manifest>
        <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="p"/>
        <itemref idref="m"/></spine></package>
        """);
    parts.put(
        "OEBPS/nav.xhtml",
        "<html><nav><ol><li><a href='text/z.xhtml#x'>One</a></li>"
            + "<li><a href='text/a%20second.xhtml'>Second chapter</a></li></ol></nav></html>");
    parts.put(
        "OEBPS/text/z.xhtml",
        "<html><head><title/><script src='x'/></head><body><h1>First</h1><a id='p'/>"
            + "<p>10<sup>6</sup> boats<span hidden='hidden'>no</span></p></body></html>");
    parts.put("OEBPS/text/a second.xhtml", "<html><body><p>Another text.</p></body></html>");
    parts.put("OEBPS/p.xhtml", "<html><body><img src='cover.png'/></body></html>");
  }

  private Document read() throws IOException {
    Path file = folder.resolve("book.epub");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, String> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return new EpubReader(ReadOptions.defaults()).read("book.epub", file, problems::add);
  }

  @Test
  void readsChaptersInTheOrderOfTheSpine() throws IOException {
    Document book = read();
    assertThat(book.text())
        .isEqualTo("# First\n\n10^6 boats\n\n# Second chapter\n\nAnother text.\n");
    assertThat(book.metadata().get("title")).isEqualTo("Of Boats");
    assertThat(Chunkers.markdown(100).chunk(book))
        .extracting(Passage::headings)
        .containsExactly(List.of("First"), List.of("Second chapter"));
    assertThat(problems)
        .containsExactly(
            ReadProblem.in("book.epub", "OEBPS/p.xhtml", "has no text; it shows pictures"),
            ReadProblem.in("book.epub", "OEBPS/missing.xhtml", "is missing in the book"));
  }

  @Test
  void saysWhatIsEncrypted() throws IOException {
    parts.put(
        "META-INF/encryption.xml",
        "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container'"
            + " xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:CipherData>"
            + "<e:CipherReference URI='OEBPS/text/z.xhtml'/></e:CipherData></e:EncryptedData>"
            + "</encryption>");
    assertThat(read().text()).isEqualTo("# Second chapter\n\nAnother text.\n");
    assertThat(problems.getFirst().reason())
        .isEqualTo("OEBPS/text/z.xhtml: is encrypted; only who sold the book can open it");
  }

  @Test
  void refusesWhatIsNoBook() {
    parts.remove("META-INF/container.xml");
    assertThatThrownBy(this::read)
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("is no EPUB book: it has no META-INF/container.xml");
  }

  /** A small book could name a large chapter a million times. */
  @Test
  void aChapterIsReadOnce() throws IOException {
    String once = read().text();
    parts.computeIfPresent(
        "OEBPS/book.opf",
        (name, opf) ->
            opf.replace("<itemref idref=\"b\"/>", "<itemref idref=\"b\"/>".repeat(1_000)));
    assertThat(read().text()).isEqualTo(once);
  }
}
