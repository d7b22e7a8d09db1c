package dev.ragwright.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.archive.Zip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose XML was changed at random give a text or are refused, and nothing else happens. */
class FuzzTest {
  private static final int FILES = 60;
  private static final String[] VALUES = {
    "0",
    "-1",
    "999999999999",
    "2147483647",
    "-2147483648",
    "",
    "NaN",
    "1e308",
    "A1:XFD1048576",
    "%9",
    "..",
    "true"
  };

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"lease.docx", "tariff.xlsx", "talk.pptx"})
  void readsOrRefusesWhatIsDamaged(String name) throws IOException {
    Map<String, String> parts = parts(Samples.file(name));
    ReadOptions options =
        ReadOptions.builder()
            .hidden(Unseen.MARK)
            .comments(Unseen.MARK)
            .maxCharacters(1_000_000)
            .build();
    DocumentReader reader =
        DocumentReaders.with(options).stream()
            .filter(r -> r.endings().stream().anyMatch(name::endsWith))
            .findFirst()
            .orElseThrow();
    long seed = System.nanoTime();
    System.out.printf(Locale.ROOT, "FuzzTest of %s: seed %d%n", name, seed);
    Random random = new Random(seed);
    List<String> names = new ArrayList<>(parts.keySet());
    for (int i = 0; i < FILES; i++) {
      String changed = names.get(random.nextInt(names.size()));
      Zip zip = new Zip();
      parts.forEach(
          (part, xml) -> zip.with(part, part.equals(changed) ? changed(xml, random) : xml));
      try {
        Document document = reader.read("id", zip.in(folder, name), problem -> {});
        assertThat(document.text().length()).as("seed %d", seed).isLessThanOrEqualTo(1_000_000);
      } catch (DocumentReadException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      }
    }
  }

  private static Map<String, String> parts(Path file) throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (entry.getName().endsWith(".xml") || entry.getName().endsWith(".rels")) {
          byte[] bytes = zip.getInputStream(entry).readAllBytes();
          parts.put(entry.getName(), new String(bytes, StandardCharsets.UTF_8));
        }
      }
    }
    return parts;
  }

  private static String changed(String xml, Random random) {
    int at = random.nextInt(xml.length());
    String value = VALUES[random.nextInt(VALUES.length)];
    int from = random.nextInt(3) == 0 ? xml.indexOf('>', at) : xml.indexOf("=\"", at) + 1;
    int to = from < 1 ? -1 : xml.indexOf(xml.charAt(from) == '>' ? '<' : '"', from + 1);
    if (to > 0) {
      return xml.substring(0, from + 1) + value + xml.substring(to);
    }
    return xml.substring(0, at) + (char) (' ' + random.nextInt(95)) + xml.substring(at + 1);
  }
}
