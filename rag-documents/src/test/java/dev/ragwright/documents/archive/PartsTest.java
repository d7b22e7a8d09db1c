package dev.ragwright.documents.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {
  @TempDir private Path folder;

  private Parts open(Zip zip) throws IOException {
    return Parts.open(zip.in(folder, "a.zip"), ReadOptions.defaults());
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(DocumentReadException.class).hasMessage(message);
  }

  private void refusesFile(byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve("f"), bytes);
    refuses(() -> Parts.open(file, ReadOptions.defaults()), message);
  }

  @Test
  void findsPartsByTheirNameWhateverItsCase() throws IOException {
    try (Parts parts = open(new Zip().with("Word/Document.XML", "<a/>").with("b", "B"))) {
      assertThat(parts.names()).containsExactly("Word/Document.XML", "b");
      assertThat(parts.has("word/document.xml")).isTrue();
      assertThat(parts.tree("word/document.xml").name()).isEqualTo("a");
      assertThat(new String(parts.bytes("b"), StandardCharsets.UTF_8)).isEqualTo("B");
      refuses(() -> parts.bytes("c"), "has no part c");
    }
  }

  @Test
  void saysWhatAFileIsThatIsNoArchive() throws IOException {
    byte[] zip = new Zip().with("a", "text that is long enough to be cut").bytes();
    refusesFile(new byte[0], "is empty: it has no bytes");
    refusesFile(
        "<html>".getBytes(StandardCharsets.UTF_8),
        "is no zip archive, which files of its kind are");
    refusesFile(
        Arrays.copyOf(zip, zip.length / 2),
        "is cut short or damaged: its zip archive cannot be opened");
    byte[] ole = new byte[2000];
    System.arraycopy(
        new byte[] {
          (byte) 0xd0, (byte) 0xcf, 0x11, (byte) 0xe0, (byte) 0xa1, (byte) 0xb1, 0x1a, (byte) 0xe1
        },
        0,
        ole,
        0,
        8);
    refusesFile(ole, "is an old binary Office file; save it in the form that its name says");
    byte[] name = "EEncryptedPackage".getBytes(StandardCharsets.UTF_16LE);
    System.arraycopy(name, 0, ole, 1000, name.length);
    refusesFile(
        ole, "is encrypted with a password, which this reader cannot open; save it without one");
  }

  @Test
  void refusesWhatIsLargerThanALimitAndNamesIt() throws IOException {
    Path bomb = new Zip().with("a", new byte[100_000]).with("b", "x").in(folder, "bomb");
    ReadOptions small = ReadOptions.builder().maxBytes(50_000).build();
    try (Parts parts = Parts.open(bomb, small)) {
      assertThat(parts.bytes("b")).hasSize(1);
      refuses(
          () -> parts.bytes("a"),
          "unpacks to more than 50,000 bytes; ReadOptions.maxBytes allows more");
    }
    refuses(
        () -> Parts.open(bomb, ReadOptions.builder().maxBytes(50).build()),
        "is larger than 50 bytes; ReadOptions.maxBytes allows more");
    refuses(
        () -> Parts.open(bomb, ReadOptions.builder().maxParts(1).build()),
        "has more than 1 parts; ReadOptions.maxParts allows more");
    String deep = "<a>".repeat(501) + "</a>".repeat(501);
    try (Parts parts = open(new Zip().with("x", deep))) {
      refuses(
          () -> parts.tree("x"),
          "has more than 500 elements in each other in x; ReadOptions.maxDepth allows more");
    }
  }

  @Test
  void countsWhatIsWithinAnArchiveWithinOne() throws IOException {
    byte[] inner = new Zip().with("i", new byte[100_000]).bytes();
    Path outer = new Zip().with("o", inner).in(folder, "outer");
    try (Parts parts = Parts.open(outer, ReadOptions.defaults());
        Parts within = parts.within("o")) {
      assertThat(within.bytes("i")).hasSize(100_000);
    }
    try (Parts parts = Parts.open(outer, ReadOptions.builder().maxBytes(90_000).build())) {
      refuses(
          () -> parts.within("o"),
          "unpacks to more than 90,000 bytes; ReadOptions.maxBytes allows more");
    }
  }

  @Test
  void refusesTwoPartsOfOneName() throws IOException {
    String bytes =
        new String(
            new Zip().with("part1", "a").with("part2", "b").bytes(), StandardCharsets.ISO_8859_1);
    refusesFile(
        bytes.replace("part2", "part1").getBytes(StandardCharsets.ISO_8859_1),
        "has two parts named part1, and should have one");
  }

  @Test
  void comparesChecksums() throws IOException {
    byte[] bytes = new Zip().with("a", "<a>the rent is 300 euros</a>").bytes();
    int crc = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2") + 16;
    bytes[crc] ^= 1;
    Path file = Files.write(folder.resolve("f"), bytes);
    try (Parts parts = Parts.open(file, ReadOptions.defaults())) {
      refuses(() -> parts.tree("a"), "is damaged in a: its checksum is another");
    }
  }

  @Test
  void readsNoEntityAndFetchesNothing() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "SECRET");
    String book =
        "<!DOCTYPE a PUBLIC \"-//X\" \"http://127.0.0.1:9/x.dtd\" [<!ENTITY e \"ee\">"
            + "<!ENTITY f SYSTEM \""
            + secret.toUri()
            + "\">]>";
    try (Parts parts =
        open(
            new Zip()
                .with("skipped", book + "<a>text &amp; &#65;</a>")
                .with("inner", book + "<a>&e;</a>")
                .with("outer", book + "<a>&f;</a>")
                .with("attribute", book + "<a b='&e;'/>"))) {
      assertThat(parts.tree("skipped").text()).isEqualTo("text & A");
      assertThat(parts.tree("attribute").attribute("b", "")).isEmpty();
      for (String part : new String[] {"inner", "outer"}) {
        assertThatThrownBy(() -> parts.tree(part))
            .as(part)
            .isInstanceOf(DocumentReadException.class)
            .hasMessageContaining(" in " + part);
      }
    }
  }

  @Test
  void namesThePlaceOfWhatIsNotWellFormed() throws IOException {
    try (Parts parts =
        open(
            new Zip()
                .with("x", "<a>\n<b></a>")
                .with("e", "")
                .with("t", "text")
                .with("u", new byte[] {'<', 'a', '>', (byte) 0xff, '<', '/', 'a', '>'}))) {
      refuses(() -> parts.tree("x"), "is not well-formed XML in x (line 2, column 6)");
      for (String part : new String[] {"e", "t", "u"}) {
        assertThatThrownBy(() -> parts.tree(part))
            .isInstanceOf(DocumentReadException.class)
            .hasMessageStartingWith("is not well-formed XML in " + part);
      }
    }
  }

  @Test
  void readsMoreEscapedCharactersThanEntitiesAreAllowed() throws IOException {
    String text = "&lt;&amp;&#x20AC;".repeat(400_000);
    try (Parts parts = open(new Zip().with("x", "<a>" + text + "</a>"))) {
      assertThat(parts.tree("x").text()).hasSize(1_200_000);
    }
  }

  @Test
  void takesOneOfAlternativeContents() throws IOException {
    String ns =
        "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' "
            + "xmlns:k='http://schemas.microsoft.com/office/word/2010/wordprocessingShape' "
            + "xmlns:u='urn:unknown'";
    String choice =
        "<mc:AlternateContent><mc:Choice Requires='%s'><i>1</i></mc:Choice>"
            + "<mc:Choice Requires='k'><i>2</i></mc:Choice><mc:Fallback><i>3</i></mc:Fallback>"
            + "</mc:AlternateContent>";
    try (Parts parts =
        open(
            new Zip()
                .with("k", "<a " + ns + ">" + choice.formatted("k") + "</a>")
                .with("u", "<a " + ns + ">" + choice.formatted("k u") + "</a>"))) {
      assertThat(parts.tree("k").text()).isEqualTo("1");
      assertThat(parts.tree("u").text()).isEqualTo("2");
    }
  }

  @Test
  void knowsNamespacesByOnePrefixInBothForms() throws IOException {
    try (Parts parts =
        open(
            new Zip()
                .with(
                    "s",
                    "<q:p xmlns:q='http://purl.oclc.org/ooxml/wordprocessingml/main' q:v='1'/>")
                .with(
                    "t",
                    "<p xmlns='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>"))) {
      assertThat(parts.tree("s").name()).isEqualTo("w:p");
      assertThat(parts.tree("s").attribute("w:v")).isEqualTo("1");
      assertThat(parts.tree("t").name()).isEqualTo("w:p");
    }
  }

  @Test
  void resolvesRelations() throws IOException {
    assertThat(Relations.resolve("ppt/slides/slide1.xml", "../charts/c%201.xml#x"))
        .isEqualTo("ppt/charts/c 1.xml");
    assertThat(Relations.resolve("xl/workbook.xml", "/xl/a.xml")).isEqualTo("xl/a.xml");
    assertThat(Relations.resolve("", "../../word/./document.xml")).isEqualTo("word/document.xml");
    String xml =
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            + "<Relationship Id='a' Type='http://x/chart' Target='c.xml'/>"
            + "<Relationship Id='b' Type='http://x/hyperlink' Target='http://y/' TargetMode='External'/>"
            + "</Relationships>";
    try (Parts parts = open(new Zip().with("p/_rels/m.xml.rels", xml))) {
      Relations relations = parts.relations("p/m.xml");
      assertThat(relations.target("a")).isEqualTo("p/c.xml");
      assertThat(relations.ofType("chart")).isEqualTo("p/c.xml");
      assertThat(relations.target("b")).isNull();
      assertThat(parts.relations("p/other.xml").all()).isEmpty();
    }
  }
}
