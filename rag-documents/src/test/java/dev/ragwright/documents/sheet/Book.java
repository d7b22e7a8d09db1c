package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Zip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes small Excel workbooks for tests. */
final class Book {
  static final String MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  private static final String TYPES =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

  private final Zip zip = new Zip();
  private final List<String> sheets = new ArrayList<>();
  private String properties = "";
  private String names = "";
  private String styles = "";
  private String strings = "";

  Book sheet(String name, String attributes, String xml) {
    int number = sheets.size() + 1;
    sheets.add(
        "<sheet name='"
            + name
            + "' sheetId='"
            + number
            + "' r:id='r"
            + number
            + "' "
            + attributes
            + "/>");
    zip.with(
        "xl/worksheets/sheet" + number + ".xml",
        "<worksheet xmlns='" + MAIN + "'>" + xml + "</worksheet>");
    return this;
  }

  /** A sheet of these rows. */
  Book rows(String rows) {
    return sheet("S", "", "<sheetData>" + rows + "</sheetData>");
  }

  Book properties(String attributes) {
    properties = attributes;
    return this;
  }

  /** Number formats of the styles 1, 2, and so on. */
  Book formats(String... codes) {
    StringBuilder formats = new StringBuilder("<numFmts>");
    StringBuilder cells = new StringBuilder("<cellXfs><xf numFmtId='0'/>");
    for (int i = 0; i < codes.length; i++) {
      formats
          .append("<numFmt numFmtId='")
          .append(200 + i)
          .append("' formatCode='")
          .append(codes[i].replace("\"", "&quot;").replace("<", "&lt;"))
          .append("'/>");
      cells.append("<xf numFmtId='").append(200 + i).append("'/>");
    }
    styles = formats + "</numFmts>" + cells + "</cellXfs>";
    return this;
  }

  /** Names that formulas use. */
  Book names(String xml) {
    names = "<definedNames>" + xml + "</definedNames>";
    return this;
  }

  Book strings(String xml) {
    strings = xml;
    return this;
  }

  Book part(String name, String xml) {
    zip.with(name, xml);
    return this;
  }

  /** The relations of the first sheet, as pairs of type and target. */
  Book relations(String... typesAndTargets) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < typesAndTargets.length; i += 2) {
      all.append(relation("x" + i, typesAndTargets[i], typesAndTargets[i + 1]));
    }
    return part("xl/worksheets/_rels/sheet1.xml.rels", relations(all.toString()));
  }

  private static String relation(String id, String type, String target) {
    return "<Relationship Id='" + id + "' Type='" + TYPES + type + "' Target='" + target + "'/>";
  }

  private static String relations(String inside) {
    return "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        + inside
        + "</Relationships>";
  }

  Path in(Path folder) throws IOException {
    StringBuilder inside = new StringBuilder();
    for (int i = 1; i <= sheets.size(); i++) {
      inside.append(relation("r" + i, "worksheet", "worksheets/sheet" + i + ".xml"));
    }
    inside.append(relation("st", "styles", "styles.xml"));
    inside.append(relation("ss", "sharedStrings", "/xl/sharedStrings.xml"));
    return zip.with("_rels/.rels", relations(relation("m", "officeDocument", "xl/workbook.xml")))
        .with("xl/_rels/workbook.xml.rels", relations(inside.toString()))
        .with("xl/styles.xml", "<styleSheet xmlns='" + MAIN + "'>" + styles + "</styleSheet>")
        .with("xl/sharedStrings.xml", "<sst xmlns='" + MAIN + "'>" + strings + "</sst>")
        .with(
            "xl/workbook.xml",
            "<workbook xmlns='"
                + MAIN
                + "' xmlns:r='"
                + TYPES.substring(0, TYPES.length() - 1)
                + "'><workbookPr "
                + properties
                + "/><sheets>"
                + String.join("", sheets)
                + "</sheets>"
                + names
                + "</workbook>")
        .in(folder, "book.xlsx");
  }
}
