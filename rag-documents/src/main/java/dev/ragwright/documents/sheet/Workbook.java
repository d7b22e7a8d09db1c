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
  private final CellFormats formats;
  private final ReadOptions options;
  private final boolean from1904;

  /**
   * A sheet.
   *
   * @param part the name of its part; empty if there is none
   */
  record Sheet(String name, String part, boolean hidden) {}

  Workbook(Parts parts, ReadOptions options) throws IOException {
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
