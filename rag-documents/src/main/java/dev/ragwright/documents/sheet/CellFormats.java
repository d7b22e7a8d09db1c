package dev.ragwright.documents.sheet;

import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The number formats of an Excel workbook, by the number of a cell's style. */
final class CellFormats {
  private static final NumberFormat GENERAL = NumberFormat.of("General");

  private final List<NumberFormat> styles = new ArrayList<>();

  /** Reads the part of styles; without one, numbers are shown as they are. */
  static CellFormats read(Parts parts, @Nullable String part) throws IOException {
    CellFormats formats = new CellFormats();
    if (part != null && parts.has(part)) {
      try (Xml xml = parts.xml(part)) {
        formats.read(xml);
      }
    }
    return formats;
  }

  private void read(Xml xml) {
    Map<Integer, NumberFormat> byId = new HashMap<>();
    Map<String, String> codes = new HashMap<>();
    boolean inCells = false;
    while (xml.next()) {
      if (xml.isStart() && xml.is("numFmt") && !inCells) {
        codes.putIfAbsent(xml.attribute("numFmtId", ""), xml.attribute("formatCode", "General"));
      } else if ((xml.isStart() || xml.isEnd()) && xml.is("cellXfs")) {
        inCells = xml.isStart();
      } else if (xml.isStart() && inCells && xml.is("xf")) {
        String id = xml.attribute("numFmtId", "0");
        int number = CellName.row(id) + 1;
        styles.add(
            byId.computeIfAbsent(
                number, key -> NumberFormat.of(codes.getOrDefault(id, builtIn(number)))));
      }
    }
  }

  NumberFormat of(int style) {
    return style >= 0 && style < styles.size() ? styles.get(style) : GENERAL;
  }

  /** Formats that workbooks name by a number alone, as American Excel shows them. */
  private static String builtIn(int id) {
    return switch (id) {
      case 1 -> "0";
      case 2 -> "0.00";
      case 3 -> "#,##0";
      case 4 -> "#,##0.00";
      case 5, 6 -> "$#,##0_);($#,##0)";
      case 7, 8 -> "$#,##0.00_);($#,##0.00)";
      case 9 -> "0%";
      case 10 -> "0.00%";
      case 11 -> "0.00E+00";
      case 12 -> "# ?/?";
      case 13 -> "# ??/??";
      case 14, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58 -> "m/d/yyyy";
      case 15 -> "d-mmm-yy";
      case 16 -> "d-mmm";
      case 17 -> "mmm-yy";
      case 18 -> "h:mm AM/PM";
      case 19 -> "h:mm:ss AM/PM";
      case 20 -> "h:mm";
      case 21, 32, 33, 34, 35, 55, 56 -> "h:mm:ss";
      case 22 -> "m/d/yyyy h:mm";
      case 37, 38 -> "#,##0_);(#,##0)";
      case 39, 40 -> "#,##0.00_);(#,##0.00)";
      case 41 -> "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)";
      case 42 -> "_($* #,##0_);_($* (#,##0);_($* \"-\"_);_(@_)";
      case 43 -> "_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"??_);_(@_)";
      case 44 -> "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"??_);_(@_)";
      case 45 -> "mm:ss";
      case 46 -> "[h]:mm:ss";
      case 47 -> "mm:ss.0";
      case 48 -> "##0.0E+0";
      case 49 -> "@";
      default -> "General";
    };
  }
}
