package dev.ragwright.documents;

import dev.ragwright.documents.archive.Zip;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** A small file of each kind that this module reads, and the shared samples where they are. */
final class GeneratedFiles {
  private static final String OFFICE = "http://schemas.openxmlformats.org/";
  private static final String RELATIONS = OFFICE + "officeDocument/2006/relationships/";
  private static final Path FOLDER = Path.of("target", "generated-files");

  private GeneratedFiles() {}

  static List<Path> all() throws IOException {
    Files.createDirectories(FOLDER);
    List<Path> files = new ArrayList<>();
    files.add(Files.writeString(FOLDER.resolve("page.html"), page()));
    files.add(pdf(FOLDER.resolve("pages.pdf")));
    files.add(epub());
    files.add(word());
    files.add(sheet());
    files.add(slides());
    files.add(
        openDocument(
            "text.odt",
            "text",
            "<text:p>The fee is <text:s text:c=\"2\"/>300.</text:p>"
                + "<text:list><text:list-item><text:p>Item</text:p></text:list-item></text:list>"
                + table()));
    files.add(openDocument("sheet.ods", "spreadsheet", table()));
    files.add(
        openDocument(
            "slides.odp",
            "presentation",
            "<draw:page draw:name=\"One\"><draw:frame svg:y=\"2cm\"><draw:text-box><text:p>Boats</text:p>"
                + "</draw:text-box></draw:frame></draw:page>"));
    Path shared = Path.of("../../shared/data/documents");
    if (Files.isDirectory(shared)) {
      try (Stream<Path> all = Files.list(shared)) {
        files.addAll(all.sorted().toList());
      }
    }
    List<String> endings =
        DocumentReaders.with(ReadOptions.defaults()).stream()
            .flatMap(reader -> reader.endings().stream())
            .toList();
    return files.stream()
        .filter(
            file ->
                endings.stream()
                    .anyMatch(file.getFileName().toString().toLowerCase(Locale.ROOT)::endsWith))
        .toList();
  }

  private static String page() {
    return """
        <html><head><meta charset="utf-8"><title>Boats</title></head><body><h1>Boats</h1>
        <p>Two boats<sup>2</sup> sail.</p><ol start=3><li>One<li>Two<ul><li>Deep</ul></ol>
        <table><tr><th rowspan=2>Class<th colspan=2>Fee<tr><td>1<td></table>
        <pre>a\n  b</pre><math><mfrac><mn>1</mn><mn>2</mn></mfrac></math></body></html>
        """;
  }

  private static Path pdf(Path file) throws IOException {
    try (PDDocument document = new PDDocument()) {
      PDType1Font font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
      for (int number = 1; number <= 3; number++) {
        PDPage page = new PDPage();
        document.addPage(page);
        try (PDPageContentStream content =
            new PDPageContentStream(
                document, page, PDPageContentStream.AppendMode.OVERWRITE, false)) {
          content.beginText();
          content.setFont(font, 12);
          content.newLineAtOffset(72, 700);
          for (String line :
              List.of("Winter service", "The lake holds 3 x 10", "Heron 120", "Swan")) {
            content.showText(line + " " + number);
            content.newLineAtOffset(0, -16);
          }
          content.setTextRise(5);
          content.showText("9");
          content.endText();
        }
      }
      document.getDocumentInformation().setTitle("Ferry");
      document.getDocumentCatalog().getCOSObject().setString(COSName.LANG, "en");
      document.save(file.toFile(), CompressParameters.NO_COMPRESSION);
    }
    return file;
  }

  private static String relations(String... relations) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < relations.length; i += 3) {
      all.append(
          "<Relationship Id=\"%s\" Type=\"%s%s\" Target=\"%s\"/>"
              .formatted(relations[i], RELATIONS, relations[i + 1], relations[i + 2]));
    }
    return "<Relationships xmlns=\""
        + OFFICE
        + "package/2006/relationships\">"
        + all
        + "</Relationships>";
  }

  private static Path epub() throws IOException {
    return new Zip()
        .with(
            "META-INF/container.xml",
            "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles>"
                + "<rootfile full-path=\"b.opf\"/></rootfiles></container>")
        .with(
            "b.opf",
            "<package xmlns=\"http://www.idpf.org/2007/opf\"><manifest><item id=\"a\" href=\"a.xhtml\""
                + " media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"a\"/>"
                + "</spine></package>")
        .with("a.xhtml", page())
        .in(FOLDER, "book.epub");
  }

  private static Path word() throws IOException {
    String list = "<w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>";
    return new Zip()
        .with("_rels/.rels", relations("r1", "officeDocument", "word/document.xml"))
        .with(
            "word/_rels/document.xml.rels",
            relations(
                "r1",
                "styles",
                "styles.xml",
                "r2",
                "numbering",
                "numbering.xml",
                "r3",
                "footnotes",
                "footnotes.xml"))
        .with(
            "word/document.xml",
            "<w:document xmlns:w=\""
                + OFFICE
                + "wordprocessingml/2006/main\"><w:body>"
                + "<w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Rent</w:t></w:r></w:p>"
                + "<w:p>"
                + list
                + "<w:r><w:t>It is </w:t></w:r><w:del w:id=\"1\"><w:r><w:delText>200"
                + "</w:delText></w:r></w:del><w:ins w:id=\"2\"><w:r><w:t>300</w:t></w:r></w:ins>"
                + "<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>6</w:t></w:r>"
                + "<w:r><w:footnoteReference w:id=\"1\"/></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr>"
                + "<w:gridSpan w:val=\"2\"/></w:tcPr><w:p><w:r><w:t>Chair</w:t></w:r></w:p></w:tc>"
                + "<w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>")
        .with(
            "word/styles.xml",
            "<w:styles xmlns:w=\""
                + OFFICE
                + "wordprocessingml/2006/main\"><w:style w:type=\"paragraph\""
                + " w:styleId=\"H\"><w:basedOn w:val=\"H\"/><w:pPr><w:outlineLvl w:val=\"0\"/></w:pPr>"
                + "</w:style></w:styles>")
        .with(
            "word/numbering.xml",
            "<w:numbering xmlns:w=\""
                + OFFICE
                + "wordprocessingml/2006/main\"><w:abstractNum"
                + " w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt"
                + " w:val=\"lowerRoman\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum><w:num"
                + " w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>")
        .with(
            "word/footnotes.xml",
            "<w:footnotes xmlns:w=\""
                + OFFICE
                + "wordprocessingml/2006/main\"><w:footnote w:id=\"1\">"
                + "<w:p><w:r><w:t>Note.</w:t></w:r></w:p></w:footnote></w:footnotes>")
        .in(FOLDER, "text.docx");
  }

  private static Path sheet() throws IOException {
    String main = OFFICE + "spreadsheetml/2006/main";
    return new Zip()
        .with("_rels/.rels", relations("r1", "officeDocument", "xl/workbook.xml"))
        .with(
            "xl/_rels/workbook.xml.rels",
            relations(
                "r1",
                "worksheet",
                "sheet1.xml",
                "r2",
                "styles",
                "styles.xml",
                "r3",
                "sharedStrings",
                "strings.xml"))
        .with(
            "xl/workbook.xml",
            "<workbook xmlns=\""
                + main
                + "\" xmlns:r=\""
                + OFFICE
                + "officeDocument/2006/relationships\">"
                + "<sheets><sheet name=\"Tariff\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")
        .with(
            "xl/sheet1.xml",
            "<worksheet xmlns=\""
                + main
                + "\"><dimension ref=\"A1:C3\"/><sheetData><row r=\"1\"><c"
                + " r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"inlineStr\"><is><t>Fee</t></is></c></row>"
                + "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>45352.5</v></c><c r=\"C2\" s=\"2\"><f>A2*2</f>"
                + "<v>0.125</v></c></row><row r=\"3\"><c r=\"A3\" s=\"1\"><f>EDATE(A2,1)</f></c>"
                + "<c r=\"B3\"><f>TEXT(A2,\"dddd, h:mm\")&amp;DOLLAR(1234.5)&amp;YEAR(A2)</f></c>"
                + "<c r=\"C3\"><f>FIXED(C2*NOW(),2)</f></c></row></sheetData><mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>"
                + "</worksheet>")
        .with(
            "xl/strings.xml",
            "<sst xmlns=\"" + main + "\"><si><r><t>Cl</t></r><r><t>ass</t></r></si></sst>")
        .with(
            "xl/styles.xml",
            "<styleSheet xmlns=\""
                + main
                + "\"><numFmts><numFmt numFmtId=\"164\""
                + " formatCode=\"[Red]#,##0.0%;&quot;no&quot;;@\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
                + "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>")
        .in(FOLDER, "sheet.xlsx");
  }

  private static Path slides() throws IOException {
    String names =
        " xmlns:p=\""
            + OFFICE
            + "presentationml/2006/main\" xmlns:a=\""
            + OFFICE
            + "drawingml/2006/main\" xmlns:r=\""
            + OFFICE
            + "officeDocument/2006/relationships\"";
    String shape =
        "<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>"
            + "<a:off x=\"1\" y=\"2\"/><a:ext cx=\"3\" cy=\"4\"/></a:xfrm></p:spPr><p:txBody><a:p><a:r>"
            + "<a:rPr baseline=\"30000\"/><a:t>Boats</a:t></a:r></a:p></p:txBody></p:sp>";
    return new Zip()
        .with("_rels/.rels", relations("r1", "officeDocument", "ppt/presentation.xml"))
        .with("ppt/_rels/presentation.xml.rels", relations("r1", "slide", "slide1.xml"))
        .with(
            "ppt/presentation.xml",
            "<p:presentation"
                + names
                + "><p:sldIdLst><p:sldId id=\"256\" r:id=\"r1\"/></p:sldIdLst>"
                + "</p:presentation>")
        .with(
            "ppt/slide1.xml",
            "<p:sld"
                + names
                + "><p:cSld><p:spTree><p:grpSp><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/>"
                + "<a:ext cx=\"9\" cy=\"9\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"9\" cy=\"9\"/>"
                + "</a:xfrm></p:grpSpPr>"
                + shape
                + "</p:grpSp>"
                + shape
                + "</p:spTree></p:cSld></p:sld>")
        .in(FOLDER, "slides.pptx");
  }

  private static String table() {
    return "<table:table table:name=\"Tariff\"><table:table-row table:number-rows-repeated=\"2\">"
        + "<table:table-cell table:number-columns-repeated=\"3\" office:value-type=\"float\""
        + " office:value=\"5\"><text:p>5</text:p></table:table-cell><table:table-cell/>"
        + "<table:table-cell table:number-columns-spanned=\"2\"><text:p>7</text:p></table:table-cell>"
        + "</table:table-row></table:table>";
  }

  private static Path openDocument(String name, String kind, String body) throws IOException {
    StringBuilder names = new StringBuilder();
    for (String prefix : List.of("office", "text", "table", "draw", "style", "presentation")) {
      names.append(
          " xmlns:%s=\"urn:oasis:names:tc:opendocument:xmlns:%s:1.0\"".formatted(prefix, prefix));
    }
    names.append(" xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\"");
    return new Zip()
        .with("mimetype", "application/vnd.oasis.opendocument." + kind)
        .with(
            "content.xml",
            "<office:document-content"
                + names
                + "><office:body><office:"
                + kind
                + ">"
                + body
                + "</office:"
                + kind
                + "></office:body></office:document-content>")
        .with("styles.xml", "<office:document-styles" + names + "/>")
        .in(FOLDER, name);
  }
}
