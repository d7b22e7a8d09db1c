package dev.ragwright.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFileTest {
  @TempDir Path root;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(root.resolve("file"), bytes);
  }

  private Path file(String text) throws IOException {
    return file(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> texts(Path file) {
    try (Stream<TextLine> lines = TextFile.lines(file)) {
      return lines.map(line -> line.number() + ":" + line.text()).toList();
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\n\nb\n", "a\r\n \r\nb", "a\r\rb\r", "\uFEFFa\n\nb", "a\r\n\nb\r\n"})
  void linesEndInEveryWay(String text) throws IOException {
    assertThat(texts(file(text))).containsExactly("1:a", "3:b");
  }

  @Test
  void onlyTheFirstMarkGoes() throws IOException {
    assertThat(texts(file("\uFEFF\uFEFFa\n\uFEFFb"))).containsExactly("1:\uFEFFa", "2:\uFEFFb");
    assertThat(texts(file("\uFEFF"))).isEmpty();
    assertThat(TextFile.read(file("\uFEFFa\r\n\uFEFF"))).isEqualTo("a\r\n\uFEFF");
  }

  @Test
  void linesAreThoseOfTheJdk() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      StringBuilder text = new StringBuilder();
      int parts = random.nextInt(8);
      for (int i = 0; i < parts; i++) {
        text.append("x\u00e9\uD83D\uDE00".repeat(random.nextInt(3) == 0 ? 15_000 : 1));
        text.append(List.of("\n", "\r", "\r\n", "\n\r", "\u2028", "\u0085").get(random.nextInt(6)));
      }
      Path file = file(text.toString());
      List<String> expected =
          Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
      try (Stream<TextLine> lines = TextFile.lines(file)) {
        assertThat(lines.map(TextLine::text)).as("seed " + seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void aLineThatIsNotUtf8IsNamed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("good \uFFFD\n".repeat(50_000).getBytes(StandardCharsets.UTF_8));
    bytes.write("caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    bytes.write("good\n".getBytes(StandardCharsets.UTF_8));
    Path file = file(bytes.toByteArray());
    assertThatThrownBy(() -> texts(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(file + " line 50001: is not UTF-8");
    assertThatThrownBy(() -> TextFile.read(file)).hasMessage(file + " is not UTF-8");
    try (Stream<TextLine> lines = TextFile.linesAsTheyAre(file)) {
      assertThat(lines.skip(49_999).map(TextLine::text))
          .containsExactly("good \uFFFD", "caf\uFFFD", "good");
    }
  }

  @Test
  void whatIsPackedIsUnpackedByItsContent() throws IOException {
    assertThat(texts(file(gzip("\uFEFFa\r\nb")))).containsExactly("1:a", "2:b");
    assertThat(TextFile.read(file(gzip("\uFEFFa")))).isEqualTo("a");
    Path plain = Files.writeString(root.resolve("plain.gz"), "a\n");
    assertThatThrownBy(() -> texts(plain))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(plain + " cannot be read: its name ends in .gz, and it is not gzip-compressed");
  }

  @Test
  void aPointerOfGitLfsIsNoFile() throws IOException {
    String pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:"
            + "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    Path file = Files.writeString(root.resolve("corpus.jsonl.gz"), pointer);
    String expected =
        file
            + " is a Git LFS pointer and not the file that it stands for; run \"git lfs pull\" in its"
            + " repository";
    assertThatThrownBy(() -> texts(file))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(expected);
    assertThatThrownBy(() -> TextFile.read(file)).hasMessage(expected);
    String aboutPointers =
        pointer + "\n" + "This page explains the three lines above.\n".repeat(40);
    assertThat(TextFile.read(file(aboutPointers))).isEqualTo(aboutPointers);
  }

  @Test
  void whatIsNoFileIsSaidAtOnce() {
    assertThatThrownBy(() -> TextFile.lines(root.resolve("no")))
        .hasMessage("there is no file " + root.resolve("no"));
    assertThatThrownBy(() -> TextFile.lines(root)).hasMessage(root + " is not a file");
  }
}
