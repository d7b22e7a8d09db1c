package dev.ragwright.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same bytes give the same text and places in JVMs of other languages, zones, encodings and
 * line ends. A JVM of its own is started for each, since some of it is read once. {@code
 * -Dragwright.otherJava=} names the {@code java} of another JDK to try too.
 */
class SameTextEverywhereTest {

  /** Prints a digest of what is read of each file. */
  static final class Digests {
    private Digests() {}

    public static void main(String... args) throws Exception {
      System.out.print(digests(Path.of(args[0])));
    }
  }

  private static String digests(Path list) throws IOException, NoSuchAlgorithmException {
    StringBuilder lines = new StringBuilder();
    for (String file : Files.readAllLines(list)) {
      Folder folder = Folder.of(Path.of(file)).readBy(DocumentReaders.with(ReadOptions.defaults()));
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (Stream<Document> documents =
          folder.documents(p -> digest.update(p.toString().getBytes(StandardCharsets.UTF_8)))) {
        documents.forEach(
            document -> {
              digest.update(document.text().getBytes(StandardCharsets.UTF_8));
              digest.update(document.places().toString().getBytes(StandardCharsets.UTF_8));
            });
      }
      lines.append(HexFormat.of().formatHex(digest.digest())).append(' ').append(file).append('\n');
    }
    return lines.toString();
  }

  private static Path list() throws IOException {
    List<String> files =
        GeneratedFiles.all().stream().map(file -> file.toAbsolutePath().toString()).toList();
    return Files.write(Path.of("target", "generated-files", "list.txt"), files);
  }

  private static String elsewhere(String java, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Digests.class.getName(),
            list().toAbsolutePath().toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (InputStream out = process.getInputStream()) {
      String printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isZero();
      return printed.replace("\r\n", "\n");
    }
  }

  private static String thisJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  @ParameterizedTest
  @CsvSource({
    "de, DE, America/New_York, UTF-8",
    "ar, EG, Pacific/Apia, ISO-8859-1",
    "th, TH, Asia/Kathmandu, UTF-16",
  })
  void isTheSameText(String language, String country, String zone, String encoding)
      throws Exception {
    String there =
        elsewhere(
            thisJava(),
            "-Duser.language=" + language,
            "-Duser.country=" + country,
            "-Duser.timezone=" + zone,
            "-Dfile.encoding=" + encoding,
            "-Dline.separator=\r\n");
    assertThat(there).isEqualTo(digests(list()));
  }

  @Test
  void isTheSameTextInAnotherJdk() throws Exception {
    String other = System.getProperty("ragwright.otherJava", thisJava());
    assertThat(elsewhere(other)).isEqualTo(digests(list()));
  }
}
