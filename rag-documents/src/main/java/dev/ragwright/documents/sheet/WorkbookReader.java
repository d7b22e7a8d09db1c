package dev.ragwright.documents.sheet;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads workbooks of Excel: each sheet is a heading and its cells as tables and paragraphs, in the
 * order of the workbook. Numbers are shown by their formats as American Excel shows them. Hidden
 * rows and columns are read, as a filter hides rows too; hidden sheets are as the options say. A
 * formula is its stored result, or else itself.
 */
public final class WorkbookReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public WorkbookReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "xlsx";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".xlsx", ".xlsm");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      Workbook book = new Workbook(parts, options);
      TextWriter writer = new TextWriter(options.maxCharacters());
      long read = 0;
      for (Workbook.Sheet sheet : book.sheets()) {
        if (sheet.hidden() && options.hidden() == Unseen.LEAVE_OUT) {
          continue;
        }
        if (++read > options.maxParts()) {
          throw new DocumentReadException(
              String.format(
                  Locale.ROOT,
                  "has more than %,d sheets; ReadOptions.maxParts allows more",
                  options.maxParts()));
        }
        writer.sheet(sheet.name());
        writer.heading(1, sheet.hidden() ? "[hidden: " + sheet.name() + "]" : sheet.name());
        read(parts, book, sheet, writer, what -> problems.accept(in(id, sheet, what)));
      }
      Metadata metadata = OfficePackage.metadata(parts).with("sheets", read);
      return writer.document(id, metadata);
    }
  }

  private static ReadProblem in(String id, Workbook.Sheet sheet, String what) {
    return ReadProblem.in(id, "sheet " + sheet.name(), what);
  }

  private void read(
      Parts parts,
      Workbook book,
      Workbook.Sheet sheet,
      TextWriter writer,
      Consumer<String> problems)
      throws IOException {
    if (!parts.has(sheet.part())) {
      problems.accept("its part is missing");
      return;
    }
    Relations relations = parts.relations(sheet.part());
    SheetEnd end = SheetEnd.read(parts, sheet.part());
    Notes notes = Notes.read(parts, relations, options.comments());
    Grid grid = new Grid(writer, tables(parts, relations, end));
    Worksheet rows = new Worksheet(book, notes, new Merged(end.merged()), grid);
    try (Xml xml = parts.xml(sheet.part())) {
      rows.read(xml);
    }
    if (rows.withoutResult() > 0) {
      problems.accept(
          String.format(
              Locale.ROOT,
              "%,d %s no stored result, so %s shown themselves",
              rows.withoutResult(),
              rows.withoutResult() == 1 ? "formula has" : "formulas have",
              rows.withoutResult() == 1 ? "it is" : "they are"));
    }
  }

  private static Map<Integer, Area> tables(Parts parts, Relations relations, SheetEnd end)
      throws IOException {
    Map<Integer, Area> headers = new HashMap<>();
    for (Area filter : end.filters()) {
      headers.put(filter.top(), filter);
    }
    for (Relations.Relation relation : relations.all()) {
      if (relation.type().equals("table") && parts.has(relation.target())) {
        try (Xml xml = parts.xml(relation.target())) {
          if (xml.nextStart() && !xml.attribute("headerRowCount", "1").equals("0")) {
            Area area = Area.of(xml.attribute("ref", ""));
            headers.put(area.top(), area);
          }
        }
      }
    }
    return headers;
  }
}
