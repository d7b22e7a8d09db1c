package dev.ragwright.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.source.files.TextFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesTest {
  @TempDir Path root;

  private Path file(String text) throws IOException {
    return Files.writeString(root.resolve("corpus.jsonl"), text);
  }

  private static List<Document> read(Path file) {
    try (Stream<Document> documents = JsonLines.of(file).documents()) {
      return documents.toList();
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void readsTitleTextAndMetadata() throws IOException {
    Path file =
        file(
            """
            {"_id": "1", "title": "T", "text": "body", "year": 1999, "score": 0.5, "open": true, "tags": ["b", "a"]}

            {"id": 2, "text": "no title \\uD83D\\uDE00", "list": ["a", 1], "none": null, "empty": []}
            """);
    Metadata metadata =
        Metadata.of("title", "T").with("year", 1999).with("score", 0.5).with("open", true);
    assertThat(read(file))
        .containsExactly(
            new Document("1", "T\n\nbody", metadata), Document.of("2", "no title \uD83D\uDE00"));
    try (Stream<Document> documents = JsonLines.of(file).withLists().documents()) {
      assertThat(documents)
          .containsExactly(
              new Document("1", "T\n\nbody", metadata.with("tags", List.of("b", "a"))),
              Document.of("2", "no title \uD83D\uDE00"));
    }
  }

  @Test
  void keepsAnIdBesideTheId() throws IOException {
    assertThat(read(file("{\"_id\": \"1\", \"id\": \"own\", \"text\": \"t\"}\n")))
        .containsExactly(new Document("1", "t", Metadata.of("id", "own")));
  }

  /** Copying them with each would take minutes. */
  @Test
  void readsALineOfManyFields() throws IOException {
    StringBuilder line = new StringBuilder("{\"_id\": \"1\", \"text\": \"t\"");
    for (int i = 0; i < 100_000; i++) {
      line.append(", \"f").append(i).append("\": ").append(i);
    }
    assertThat(read(file(line + "}\n")).getFirst().metadata().asMap())
        .hasSize(100_000)
        .containsEntry("f77777", 77_777L);
  }

  /** A few kilobytes that unpack to a line of 600 MB, which no memory is to be asked for. */
  @Test
  void refusesALineWithoutAnEnd() throws IOException {
    Path packed = root.resolve("corpus.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      byte[] spaces = new byte[1 << 20];
      Arrays.fill(spaces, (byte) ' ');
      for (int i = 0; i < 600; i++) {
        out.write(spaces);
      }
    }
    assertThatThrownBy(() -> read(packed))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            packed
                + " after line 0: cannot be read on: a line has more than 67108864 bytes, which is"
                + " the most");
    Path text = Files.move(packed, root.resolve("packed.txt"));
    assertThatThrownBy(() -> TextFile.read(text))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageEndingWith(
            "it unpacks to more than 268435456 bytes, which is the most; unpack it");
  }

  @Test
  void leavesOutTheByteOrderMark() throws IOException {
    assertThat(read(file("\uFEFF\n{\"_id\":\"1\",\"text\":\"\uFEFFt\"}\n")))
        .containsExactly(Document.of("1", "\uFEFFt"));
    assertThat(read(file("\uFEFF{\"_id\":\"1\",\"text\":\"t\"}\n")))
        .containsExactly(Document.of("1", "t"));
  }

  @Test
  void endsHoweverOftenItIsAsked() throws IOException {
    try (Stream<Document> documents =
        JsonLines.of(file("{\"_id\":\"1\",\"text\":\"t\"}\n")).documents()) {
      Iterator<Document> iterator = documents.iterator();
      iterator.next();
      assertThat(iterator.hasNext()).isFalse();
      assertThat(iterator.hasNext()).isFalse();
    }
  }

  @Test
  void readsGzip() throws IOException {
    Path file = root.resolve("corpus.jsonl.gz");
    Files.write(file, gzip("{\"_id\":\"1\",\"text\":\"t\"}\n"));
    assertThat(read(file)).containsExactly(Document.of("1", "t"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"_id": "2", "text":                     | ` column 21: not JSON: Unexpected end-of-input`
          [1]                                      | : not a JSON object
          {"text": "t"}                            | : no text "_id"
          {"_id": "2"}                             | : no text "text"
          {"_id": "2", "text": ["t"]}              | : no text "text", but ARRAY
          {"_id": "", "text": "t"}                 | : the id is empty
          {"_id": "2", "text": "t"} {"_id": "3"}   | : something stands behind the object; each line is
          {"_id": "2", "text": "t"} x              | ` column 27: not JSON: Unrecognized token 'x'`
          {"_id": "2", "text": "t", "text": "u"}   | ` column 33: not JSON: Duplicate field 'text'`
          {"_id": "2", "text": "t", "n": 1e999}    | : the number "n" is too large: numbers go up to 1.79
          {"_id": "2", "text": "t", "n": -1e999}   | : the number "n" is too large: numbers go up to 1.79
          {"_id": 1e999, "text": "t"}              | : the number "_id" is too large: numbers go up to
          """)
  void refusesABrokenLineByFileAndNumber(String line, String reason) throws IOException {
    Path file = file("{\"_id\": \"1\", \"text\": \"t\"}\n" + line + "\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageStartingWith(file + " line 2" + reason);
  }

  @Test
  void refusesAGzipFileThatEndsEarly() throws IOException {
    Path file = root.resolve("corpus.jsonl.gz");
    byte[] whole = gzip("{\"_id\":\"1\",\"text\":\"t\"}\n".repeat(1000));
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageMatching(".*corpus\\.jsonl\\.gz after line \\d+: cannot be read on: .*");
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path file = root.resolve("corpus.jsonl");
    Files.write(file, "{\"_id\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 1: is not UTF-8");
  }

  @Test
  void refusesAFileThatIsNotThereAtOnce() {
    JsonLines lines = JsonLines.of(root.resolve("none.jsonl"));
    assertThatThrownBy(lines::documents)
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("there is no file " + root.resolve("none.jsonl"));
  }
}
