package dev.ragwright.documents.sheet;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the sheets of an Excel workbook share. */
final class Workbook {
  private final List<Sheet> sheets = new ArrayList<>();
  private final List<String> strings = new ArrayList<>();
  private final List<Name> names = new ArrayList<>();
  private final Parts parts;
  private final CellFormats formats;
  private final ReadOptions options;
  private final boolean from1904;
  private @Nullable Calculation calculation;

  /**
   * A sheet.
   *
   * @param part the name of its part; empty if there is none
   */
  record Sheet(String name, String part, boolean hidden) {}

  /**
   * A name that formulas use.
   *
   * @param sheet the sheet from 0 that alone knows it, or -1
   */
  record Name(String name, int sheet, String formula) {}

  Workbook(Parts parts, ReadOptions options) throws IOException {
    this.parts = parts;
    this.options = options;
    String main = OfficePackage.main(parts, "xl/workbook.xml");
    Node root = parts.tree(main);
    if (!root.is("x:workbook")) {
      throw OfficePackage.another(root.name());
    }
    Relations relations = parts.relations(main);
    Node properties = root.child("x:workbookPr");
    String date = properties == null ? "0" : properties.attribute("date1904", "0");
    from1904 = date.equals("1") || date.equals("true") || date.equals("on");
    for (Node sheet : root.all("x:sheet")) {
      String part = relations.target(sheet.attribute("r:id"));
      sheets.add(
          new Sheet(
              RichText.unescape(sheet.attribute("name", "")),
              part == null ? "" : part,
              !sheet.attribute("state", "visible").equals("visible")));
    }
    if (sheets.isEmpty()) {
      throw new DocumentReadException("has no sheets");
    }
    for (Node name : root.all("x:definedName")) {
      int sheet = name.number("localSheetId", -1);
      names.add(new Name(name.attribute("name", ""), sheet, name.text()));
    }
    formats = CellFormats.read(parts, relations.ofType("styles"));
    String shared = relations.ofType("sharedStrings");
    if (shared != null && parts.has(shared)) {
      strings(parts, shared);
    }
  }

  private void strings(Parts parts, String part) throws IOException {
    try (Xml xml = parts.xml(part)) {
      while (xml.find("si")) {
        strings.add(RichText.read(xml));
      }
    }
  }

  List<Sheet> sheets() {
    return sheets;
  }

  /** A shared text, or null if there is none of this number. */
  @Nullable String string(int index) {
    return index >= 0 && index < strings.size() ? strings.get(index) : null;
  }

  /** The names that formulas use, in the order of the workbook. */
  List<Name> names() {
    return names;
  }

  /** What a formula without a stored result comes to, or why it does not. */
  Result result(int sheet, int row, int column) throws IOException {
    if (!Formulas.areCalculated()) {
      return Result.none("with org.apache.poi:poi on the class path it could be calculated");
    }
    if (calculation == null) {
      calculation = new Calculation(this, parts);
    }
    return calculation.result(sheet, row, column);
  }

  NumberFormat format(int style) {
    return formats.of(style);
  }

  boolean from1904() {
    return from1904;
  }

  ReadOptions options() {
    return options;
  }
}
