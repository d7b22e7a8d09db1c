package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.DocumentReaders;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.source.DocumentReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.poi.openxml4j.util.ZipSecureFile;
import org.apache.poi.ss.usermodel.Cell;
import org.apache.poi.ss.usermodel.DataFormatter;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.ss.usermodel.Sheet;
import org.apache.poi.xssf.extractor.XSSFEventBasedExcelExtractor;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.parser.AutoDetectParser;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.sax.BodyContentHandler;

/**
 * How many pages of PDF and rows of sheets are read in a second of CPU, and in how little memory,
 * beside PDFBox's stripper, POI's user model and event model, and Tika?
 *
 * <p>The files are generated with a fixed seed: pages of 45 lines in two fonts with a heading and a
 * table each, and one sheet of ten columns of texts, numbers with formats and dates. Readers take
 * turns; the times are CPU of the whole process, collector and compiler included, medians over the
 * rounds. The memory is the least heap, of those tried, with which a JVM of its own reads the file.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ReadThroughput}; {@code -Dargs="PAGES ROWS ROUNDS"}
 * takes others than 500, 200,000 and 5.
 */
public final class ReadThroughput {
  private static final long SEED = 11;
  private static final int COLUMNS = 10;
  private static final int[] HEAPS = {
    24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096
  };
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Reads a file to the end and returns how long its text is. */
  private interface Reading {
    long read(Path file) throws Exception;
  }

  private ReadThroughput() {}

  /** Takes pages, rows and rounds; or, in a JVM of its own, {@code once}, a reader and a file. */
  public static void main(String... args) throws Exception {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    ZipSecureFile.setMaxTextSize(Long.MAX_VALUE); // POI's own bound is 10 MB of text
    if (args.length == 3 && args[0].equals("once")) {
      Path file = Path.of(args[2]);
      for (Map.Entry<String, Reading> reader : readers(file).entrySet()) {
        if (reader.getKey().equals(args[1])) {
          System.out.println(reader.getValue().read(file));
        }
      }
      return;
    }
    int pages = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    int rows = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    try (TemporaryFolder folder = TemporaryFolder.create("read-throughput")) {
      Path pdf = pdf(folder.path().resolve("pages.pdf"), pages);
      Path sheet = sheet(folder.path().resolve("rows.xlsx"), rows);
      System.out.printf(
          Locale.ROOT,
          "machine: %d processors, Java %s; %d rounds after as many to warm up%n",
          Runtime.getRuntime().availableProcessors(),
          Runtime.version(),
          rounds);
      compare(pdf, "pages", pages, rounds);
      compare(sheet, "rows", rows, rounds);
    }
  }

  private static Map<String, Reading> readers(Path file) {
    Map<String, Reading> readers = new LinkedHashMap<>();
    readers.put("ragwright", ReadThroughput::ours);
    if (file.toString().endsWith(".pdf")) {
      readers.put("PDFBox", ReadThroughput::stripper);
    } else {
      readers.put("POI-user-model", ReadThroughput::userModel);
      readers.put("POI-event-model", ReadThroughput::eventModel);
    }
    readers.put("Tika", ReadThroughput::tika);
    return readers;
  }

  private static void compare(Path file, String unit, int count, int rounds) throws Exception {
    List<Measured> all =
        readers(file).entrySet().stream()
            .map(reader -> new Measured(reader.getKey(), reader.getValue(), rounds))
            .toList();
    for (int round = -rounds; round < rounds; round++) {
      for (Measured measured : all) {
        System.gc();
        long start = SYSTEM.getProcessCpuTime();
        measured.length = measured.reading.read(file);
        if (round >= 0) {
          measured.seconds[round] = (SYSTEM.getProcessCpuTime() - start) / 1e9;
        }
      }
    }
    double ours = median(all.getFirst().seconds);
    System.out.printf(Locale.ROOT, "%n%,d %s, %,d bytes%n", count, unit, Files.size(file));
    System.out.printf(
        Locale.ROOT,
        "%-16s %14s %12s %12s %14s%n",
        "",
        unit + "/CPU s",
        "speed to it",
        "least heap",
        "characters");
    for (Measured measured : all) {
      double median = median(measured.seconds);
      System.out.printf(
          Locale.ROOT,
          "%-16s %,14.0f %12.2f %9d MB %,14d%n",
          measured.name,
          count / median,
          median / ours,
          leastHeap(measured.name, file),
          measured.length);
    }
  }

  /** A reader, and what it took. */
  private static final class Measured {
    final String name;
    final Reading reading;
    final double[] seconds;
    long length;

    Measured(String name, Reading reading, int rounds) {
      this.name = name;
      this.reading = reading;
      this.seconds = new double[rounds];
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** By halving, since a reader that has enough with a heap has enough with a larger one. */
  private static int leastHeap(String reader, Path file) throws Exception {
    int low = 0;
    int high = HEAPS.length - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (reads(reader, file, HEAPS[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return HEAPS[low];
  }

  private static boolean reads(String reader, Path file, int megabytes) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + megabytes + "m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ReadThroughput.class.getName(),
                "once",
                reader,
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES); // a heap that is nearly enough collects
    process.destroyForcibly();
    return ended && process.exitValue() == 0;
  }

  private static long ours(Path file) throws IOException {
    for (DocumentReader reader : DocumentReaders.with(ReadOptions.defaults())) {
      if (reader.endings().stream().anyMatch(file.toString()::endsWith)) {
        return reader
            .read(
                "id",
                file,
                problem -> {
                  throw new DocumentReadException(problem.toString());
                })
            .text()
            .length();
      }
    }
    throw new IllegalStateException("no reader for " + file);
  }

  private static long stripper(Path file) throws IOException {
    try (PDDocument document = Loader.loadPDF(file.toFile())) {
      return new PDFTextStripper().getText(document).length();
    }
  }

  /** As examples of POI do it: every cell as it is shown, cells apart by tabs. */
  private static long userModel(Path file) throws Exception {
    DataFormatter formatter = new DataFormatter(Locale.US);
    StringBuilder text = new StringBuilder();
    try (XSSFWorkbook workbook = new XSSFWorkbook(file.toFile())) {
      for (Sheet sheet : workbook) {
        for (Row row : sheet) {
          for (Cell cell : row) {
            text.append(formatter.formatCellValue(cell)).append('\t');
          }
          text.append('\n');
        }
      }
    }
    return text.length();
  }

  private static long eventModel(Path file) throws Exception {
    try (XSSFEventBasedExcelExtractor extractor =
        new XSSFEventBasedExcelExtractor(file.toString())) {
      return extractor.getText().length();
    }
  }

  private static long tika(Path file) throws Exception {
    BodyContentHandler text = new BodyContentHandler(-1);
    try (var in = Files.newInputStream(file)) {
      new AutoDetectParser().parse(in, text, new Metadata(), new ParseContext());
    }
    return text.toString().length();
  }

  private static Path pdf(Path file, int pages) throws IOException {
    Random random = new Random(SEED);
    try (PDDocument document = new PDDocument()) {
      PDType1Font plain = new PDType1Font(Standard14Fonts.FontName.TIMES_ROMAN);
      PDType1Font bold = new PDType1Font(Standard14Fonts.FontName.HELVETICA_BOLD);
      for (int number = 1; number <= pages; number++) {
        PDPage page = new PDPage();
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
          show(content, bold, 14, 72, 740, "Chapter " + number + " of the ferry's book");
          for (int line = 0; line < 35; line++) {
            show(content, plain, 10, 72, 715 - 13 * line, words(random, 14));
          }
          for (int row = 0; row < 10; row++) {
            for (int column = 0; column < 4; column++) {
              String cell =
                  column == 0 ? words(random, 1) : Integer.toString(random.nextInt(100_000));
              show(content, plain, 10, 72 + 110 * column, 240 - 14 * row, cell);
            }
          }
          show(content, plain, 8, 290, 40, Integer.toString(number));
        }
      }
      document.save(file.toFile());
    }
    return file;
  }

  private static void show(
      PDPageContentStream content, PDType1Font font, float size, float x, float y, String text)
      throws IOException {
    content.beginText();
    content.setFont(font, size);
    content.newLineAtOffset(x, y);
    content.showText(text);
    content.endText();
  }

  private static String words(Random random, int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder word = new StringBuilder();
      for (int letters = 2 + random.nextInt(8); letters > 0; letters--) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words.add(word.toString());
    }
    return String.join(" ", words);
  }

  private static Path sheet(Path file, int rows) throws IOException {
    String office = "http://schemas.openxmlformats.org/";
    String main = " xmlns=\"" + office + "spreadsheetml/2006/main\"";
    String types = office + "officeDocument/2006/relationships/";
    String relations = "<Relationships xmlns=\"" + office + "package/2006/relationships\">";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file));
        Writer out = new BufferedWriter(new OutputStreamWriter(zip, StandardCharsets.UTF_8))) {
      part(
          zip,
          out,
          "[Content_Types].xml",
          "<Types xmlns=\""
              + office
              + "package/2006/content-types\"><Default Extension=\"rels\""
              + " ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
              + type("/xl/workbook.xml", "sheet.main")
              + type("/xl/sheet1.xml", "worksheet")
              + type("/xl/styles.xml", "styles")
              + type("/xl/strings.xml", "sharedStrings")
              + "</Types>");
      part(
          zip,
          out,
          "_rels/.rels",
          relations + relation("r1", types + "officeDocument", "xl/workbook.xml"));
      part(
          zip,
          out,
          "xl/_rels/workbook.xml.rels",
          relations
              + "<Relationship Id=\"r2\" Type=\""
              + types
              + "styles\" Target=\"styles.xml\"/>"
              + "<Relationship Id=\"r3\" Type=\""
              + types
              + "sharedStrings\" Target=\"strings.xml\"/>"
              + relation("r1", types + "worksheet", "sheet1.xml"));
      part(
          zip,
          out,
          "xl/workbook.xml",
          "<workbook"
              + main
              + " xmlns:r=\""
              + office
              + "officeDocument/2006/relationships\"><sheets>"
              + "<sheet name=\"Trips\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
      part(
          zip,
          out,
          "xl/styles.xml",
          "<styleSheet"
              + main
              + "><numFmts count=\"1\"><numFmt numFmtId=\"164\""
              + " formatCode=\"#,##0.00\\ &quot;EUR&quot;\"/></numFmts><fonts count=\"1\"><font/></fonts>"
              + "<fills count=\"1\"><fill/></fills><borders count=\"1\"><border/></borders>"
              + "<cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"3\"><xf numFmtId=\"0\"/>"
              + "<xf numFmtId=\"14\" applyNumberFormat=\"1\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\"/>"
              + "</cellXfs></styleSheet>");
      Random random = new Random(SEED);
      StringBuilder strings = new StringBuilder("<sst" + main + ">");
      for (int i = 0; i < 5_000; i++) {
        strings.append("<si><t>").append(words(random, 2)).append("</t></si>");
      }
      part(zip, out, "xl/strings.xml", strings.append("</sst>").toString());
      zip.putNextEntry(new ZipEntry("xl/sheet1.xml"));
      out.write("<worksheet" + main + "><sheetData>");
      for (int row = 1; row <= rows; row++) {
        out.write("<row r=\"" + row + "\">");
        for (int column = 0; column < COLUMNS; column++) {
          out.write(cell(random, row, column));
        }
        out.write("</row>");
      }
      out.write("</sheetData></worksheet>");
      out.flush();
      zip.closeEntry();
    }
    return file;
  }

  private static String cell(Random random, int row, int column) {
    String name = (char) ('A' + column) + Integer.toString(row);
    if (row == 1 || column < 3) {
      return "<c r=\"" + name + "\" t=\"s\"><v>" + random.nextInt(5_000) + "</v></c>";
    }
    return switch (column % 3) {
      case 0 -> "<c r=\"" + name + "\"><v>" + random.nextInt(1_000_000) + "</v></c>";
      case 1 -> "<c r=\"" + name + "\" s=\"1\"><v>" + (40_000 + random.nextInt(6_000)) + "</v></c>";
      default ->
          "<c r=\"" + name + "\" s=\"2\"><v>" + random.nextInt(10_000_000) / 100.0 + "</v></c>";
    };
  }

  private static String type(String part, String type) {
    return "<Override PartName=\""
        + part
        + "\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml."
        + type
        + "+xml\"/>";
  }

  private static String relation(String id, String type, String target) {
    return "<Relationship Id=\""
        + id
        + "\" Type=\""
        + type
        + "\" Target=\""
        + target
        + "\"/></Relationships>";
  }

  private static void part(ZipOutputStream zip, Writer out, String name, String text)
      throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    out.write(text);
    out.flush();
    zip.closeEntry();
  }
}
