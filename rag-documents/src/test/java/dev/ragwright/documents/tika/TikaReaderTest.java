package dev.ragwright.documents.tika;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.poi.hssf.usermodel.HSSFWorkbook;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Sheet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TikaReaderTest {
  private static final String RTF =
      "{\\rtf1\\ansi\\ansicpg1252{\\info{\\title Lease}}\\pard The fee is 300 \\'80 a year.\\par"
          + " It is due in \\b May\\b0 .\\par}";

  @TempDir Path folder;
  private final List<ReadProblem> problems = new ArrayList<>();

  private List<Document> documents(ReadOptions options) {
    return Folder.of(folder).readBy(new TikaReader(options)).documents(problems::add).toList();
  }

  private void rtf(String name) throws IOException {
    Files.writeString(folder.resolve(name), RTF, StandardCharsets.US_ASCII);
  }

  /** A workbook written by POI. */
  private void workbook(String name) throws IOException {
    try (HSSFWorkbook book = new HSSFWorkbook();
        OutputStream out = Files.newOutputStream(folder.resolve(name))) {
      Sheet sheet = book.createSheet("Tariff");
      Row header = sheet.createRow(0);
      header.createCell(0).setCellValue("Class");
      header.createCell(1).setCellValue("Summer");
      header.createCell(2).setCellValue("Winter");
      Row deck = sheet.createRow(1);
      deck.createCell(0).setCellValue("Deck");
      deck.createCell(2).setCellValue(1234.5);
      book.write(out);
    }
  }

  @Test
  void readsRtf() throws IOException {
    rtf("lease.rtf");
    Document lease = documents(ReadOptions.defaults()).getFirst();
    assertThat(lease.text()).isEqualTo("The fee is 300 \u20ac a year.\n\nIt is due in May.\n");
    assertThat(lease.metadata().get("title")).isEqualTo("Lease");
    assertThat(lease.metadata().get("bestEffort")).isEqualTo(true);
    assertThat(lease.metadata().get("reader")).isEqualTo("tika 1");
    assertThat(problems).isEmpty();
  }

  @Test
  void readsAnOldWorkbookWhateverTheLanguageOfTheJvm() throws IOException {
    workbook("tariff.xls");
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(documents(ReadOptions.defaults()).getFirst().text())
          .contains("Tariff")
          .contains("| Class | Summer | Winter |")
          .contains("| Deck | | 1234.5 |");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void takesTheKindFromTheBytes() throws IOException {
    rtf("lease.doc");
    assertThat(documents(ReadOptions.defaults()).getFirst().text()).startsWith("The fee is 300");
  }

  @Test
  void refusesWhatItCannotRead() throws IOException {
    rtf("a.rtf");
    Files.writeString(folder.resolve("b.doc"), "<html>");
    Files.write(folder.resolve("c.xls"), new byte[0]);
    try (POIFSFileSystem empty = new POIFSFileSystem();
        OutputStream out = Files.newOutputStream(folder.resolve("d.ppt"))) {
      empty.writeFilesystem(out);
    }
    assertThat(documents(ReadOptions.builder().maxCharacters(10).build())).isEmpty();
    assertThat(problems)
        .extracting(ReadProblem::documentId, ReadProblem::reason)
        .contains(
            org.assertj.core.api.Assertions.tuple(
                "a.rtf",
                "has more than 10 characters of text; ReadOptions.maxCharacters allows more"),
            org.assertj.core.api.Assertions.tuple(
                "b.doc", "is no file of a binary Office format, nor RTF"),
            org.assertj.core.api.Assertions.tuple(
                "c.xls", "is no file of a binary Office format, nor RTF"))
        .hasSize(4);
  }

  @Test
  void isFoundByNoFolder() throws IOException {
    rtf("lease.rtf");
    Files.writeString(folder.resolve("a.txt"), "text");
    assertThat(Folder.of(folder).documents(problems::add)).hasSize(1);
    assertThat(problems).hasSize(1);
  }
}
