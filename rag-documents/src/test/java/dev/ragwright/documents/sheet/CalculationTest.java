package dev.ragwright.documents.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Document;
import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.options.ReadOptions;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalculationTest {
  private static final String DATA =
      "<row r='1'><c r='A1' t='str'><v>Item</v></c><c r='B1' t='str'><v>Qty</v></c>"
          + "<c r='C1' t='str'><v>Price</v></c><c r='D1' t='str'><v>Ok</v></c></row>"
          + "<row r='2'><c r='A2' t='str'><v>Pen</v></c><c r='B2'><v>10</v></c>"
          + "<c r='C2'><v>1.5</v></c><c r='D2' t='b'><v>1</v></c></row>"
          + "<row r='3'><c r='A3' t='str'><v>Ink</v></c><c r='B3'><v>3</v></c>"
          + "<c r='C3'><v>12.25</v></c><c r='D3' t='b'><v>0</v></c></row>"
          + "<row r='4'><c r='A4' t='str'><v>Pad</v></c><c r='C4'><v>4</v></c>"
          + "<c r='D4' t='b'><v>1</v></c></row>"
          + "<row r='5'><c r='A5' t='e'><v>#N/A</v></c><c r='B5'><v>45319</v></c></row>";

  @TempDir private Path folder;

  private Read read(Book book) throws IOException {
    return Samples.read(new WorkbookReader(ReadOptions.defaults()), book.in(folder));
  }

  private Read calculated(String formula) throws IOException {
    String xml = formula.replace("&", "&amp;").replace("<", "&lt;");
    return read(
        new Book()
            .sheet(
                "S", "", "<sheetData><row r='9'><c r='J9'><f>" + xml + "</f></c></row></sheetData>")
            .sheet("My Data", "", "<sheetData>" + DATA + "</sheetData>"));
  }

  /** What LibreOffice 7.4.7 shows of the same formulas, but for its 15 digits in place of 10. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SUM('My Data'!B2:B4) | 13",
        "SUM('My Data'!B:B) | 45332",
        "ROWS('My Data'!B2:B100) | 99",
        "AVERAGE('My Data'!B2:B4) | 6.5",
        "'My Data'!B3/7 | 0.428571429",
        "'My Data'!B4 | 0",
        "COUNTBLANK('My Data'!B2:B4) | 1",
        "ROUND('My Data'!C3/3,2) | 4.08",
        "IF('My Data'!B2>5,\"many\",\"few\") | many",
        "IFERROR('My Data'!A5,\"none\") | none",
        "1/0 | #DIV/0!",
        "NA() | #N/A",
        "SQRT(-1) | #NUM!",
        "'My Data'!A5 | #N/A",
        "VLOOKUP(\"Pad\",'My Data'!A2:C4,3,FALSE) | 4",
        "VLOOKUP(\"Zip\",'My Data'!A2:C4,3,FALSE) | #N/A",
        "INDEX('My Data'!C:C,MATCH(\"Ink\",'My Data'!A:A,0)) | 12.25",
        "_xlfn.XLOOKUP(\"Pad\",'My Data'!A2:A4,'My Data'!C2:C4) | 4",
        "SUMIF('My Data'!A2:A4,\"P*\",'My Data'!C2:C4) | 5.5",
        "COUNTIFS('My Data'!A2:A4,\"?en\",'My Data'!B2:B4,\">5\") | 1",
        "SUMPRODUCT('My Data'!B2:B4,'My Data'!C2:C4) | 51.75",
        "SUMPRODUCT(('My Data'!A2:A4=\"Ink\")*'My Data'!C2:C4) | 12.25",
        "_xlfn.TEXTJOIN(\", \",TRUE,'My Data'!A2:A4) | Pen, Ink, Pad",
        "SUBSTITUTE(\"aXbX\",\"X\",\"-\",2) | aXb-",
        "REPT(\"ab\",3) | ababab",
        "TEXT('My Data'!B5,\"yyyy-mm-dd\") | 2024-01-28",
        "TEXT(1234567.891,\"#,##0.00\") | 1,234,567.89",
        "EDATE('My Data'!B5,1) | 45350",
        "YEAR('My Data'!B5)+MONTH('My Data'!B5) | 2025",
        "AND('My Data'!D2,NOT('My Data'!D3)) | TRUE",
        "OFFSET('My Data'!C2,1,0) | 12.25",
        "INDIRECT(\"'My Data'!C\"&2) | 1.5",
        "1E+20*3 | 300000000000000000000",
        "0.1+0.2 | 0.3",
        "\"a\"=\"A\" | TRUE",
        "-(2^2) | -4",
      })
  void givesWhatSpreadsheetProgramsShow(String formula, String shown) throws IOException {
    Read read = calculated(formula);
    assertThat(read.text()).startsWith("# S\n\n" + shown + "\n\n# My Data");
    assertThat(read.problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "NOW() | NOW changes with time and place",
        "IF(TRUE,1,TODAY()) | TODAY changes with time and place",
        "RANDBETWEEN(1,2) | RANDBETWEEN changes with time and place",
        "[1]Sheet1!A1 | it needs another workbook",
        "J9+1 | it leads back to itself",
        "DATEDIF(1,2,\"m\") | DATEDIF is not known",
        "FOO(1) | FOO is not known",
        "Nope*2 | it is not understood",
        "SUM(Missing!A1) | it names a sheet that is not there",
        "SUM(Table1[Qty]) | it names columns of a table",
        "\"2024-03-01\"+1 | it may read a day out of a text",
        "-2^2 | a sign before a power is read in two ways",
        "\"x\"*2 | it comes to #VALUE!",
        "REPT(\"x\",40000) | it comes to #VALUE!",
        "1+ | it is not understood",
      })
  void showsItselfWhereNothingIsSure(String formula, String why) throws IOException {
    Read read = calculated(formula);
    assertThat(read.text()).startsWith("# S\n\n=" + formula + "\n\n# My Data");
    assertThat(read.problems())
        .containsExactly("sheet S: 1 formula has no stored result, so it is shown itself: " + why);
  }

  /** A JVM of its own, without POI. */
  @Test
  void saysWhatToAddWhereNothingCalculates() throws Exception {
    Path book = new Book().rows("<row><c><f>1+1</f></c></row>").in(folder);
    String classes =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(path -> !Path.of(path).getFileName().toString().startsWith("poi-"))
            .collect(Collectors.joining(File.pathSeparator));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", classes, Alone.class.getName(), book.toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(printed)
        .contains("# S\n\n=1+1\n")
        .contains(
            "sheet S: 1 formula has no stored result, so it is shown itself: with"
                + " org.apache.poi:poi on the class path it could be calculated");
  }

  /** Prints a workbook and what is told of it. */
  static final class Alone {
    private Alone() {}

    public static void main(String... file) throws IOException {
      WorkbookReader reader = new WorkbookReader(ReadOptions.defaults());
      Document document = reader.read("id", Path.of(file[0]), System.out::println);
      System.out.print(document.text());
    }
  }

  @Test
  void usesNamesAndFormats() throws IOException {
    Read read =
        read(
            new Book()
                .formats("0.00\" EUR\"", "yyyy-mm-dd")
                .names(
                    "<definedName name='Rate'>S!$A$1</definedName>"
                        + "<definedName name='Moving'>S!A1</definedName>")
                .rows(
                    "<row r='1'><c r='A1'><v>40</v></c><c r='B1' s='1'><f>Rate*2</f></c>"
                        + "<c r='C1' s='2'><f>45319+1</f></c><c r='D1'><f>Moving</f></c></row>"));
    assertThat(read.text())
        .isEqualTo("# S\n\n| 40 | 80.00 EUR | 2024-01-29 | =Moving |\n| --- | --- | --- | --- |\n");
    assertThat(read.problems())
        .containsExactly(
            "sheet S: 1 formula has no stored result, so it is shown itself:"
                + " it uses a name that moves with its cell");
  }

  @Test
  void calculatesArraysOfOneCell() throws IOException {
    Read read =
        read(
            new Book()
                .rows(
                    "<row r='1'><c r='A1'><v>2</v></c><c r='B1'><v>3</v></c>"
                        + "<c r='C1'><f t='array' ref='C1'>SUM(A1:B1*A1:B1)</f></c>"
                        + "<c r='D1'><f t='array' ref='D1:E1'>A1:B1*2</f></c></row>"));
    assertThat(read.text())
        .isEqualTo("# S\n\n| 2 | 3 | 13 | =A1:B1*2 |\n| --- | --- | --- | --- |\n");
    assertThat(read.problems()).hasSize(1).first().asString().endsWith("it fills several cells");
  }

  @Test
  void tellsTheReasonsOfASheetOnce() throws IOException {
    StringBuilder cells = new StringBuilder("<row r='1'>");
    for (String formula : new String[] {"NOW()", "NOW()", "FOO(1)", "RAND()"}) {
      cells.append("<c><f>").append(formula).append("</f></c>");
    }
    assertThat(read(new Book().rows(cells + "</row>")).problems())
        .containsExactly(
            "sheet S: 4 formulas have no stored result, so they are shown themselves: NOW changes"
                + " with time and place; FOO is not known; RAND changes with time and place");
  }

  @Test
  void followsAColumnOfAnyLengthFromItsEnd() throws IOException {
    int rows = 20_000;
    StringBuilder cells = new StringBuilder();
    for (int row = 1; row < rows; row++) {
      cells.append("<row><c><f>A").append(row + 1).append("+1</f></c></row>");
    }
    cells.append("<row><c><v>1</v></c></row>");
    assertThat(read(new Book().rows(cells.toString())).text())
        .startsWith("# S\n\n20000\n\n19999\n");
  }

  @Test
  void loadsNoMoreCellsThanStated() throws IOException {
    StringBuilder cells = new StringBuilder("<row r='1'><c r='A1'><f>SUM(A2:A3)</f></c></row>");
    for (int row = 2; row < 1004; row++) {
      cells.append("<row>").append("<c><v>1</v></c>".repeat(1000)).append("</row>");
    }
    Read read = read(new Book().rows(cells.toString()));
    assertThat(read.text()).startsWith("# S\n\n=SUM(A2:A3)\n");
    assertThat(read.problems())
        .containsExactly(
            "sheet S: 1 formula has no stored result, so it is shown itself:"
                + " more than 1,000,000 cells would have to be loaded");
  }
}
