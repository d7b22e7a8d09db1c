package dev.ragwright.documents.sheet;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.PartProblems;
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
 * formula is its stored result, else what POI calculates where it is on the class path, or else
 * itself.
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
    return Formulas.areCalculated() ? 2 : 1; // without POI more formulas are shown themselves
  }

  @Override
  public List<String> endings() {
    return List.of(".xlsx", ".xlsm", ".xltx", ".xltm");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      Workbook book = new Workbook(parts, options);
      TextWriter writer = new TextWriter(id, options);
      PartProblems told = new PartProblems(id, "sheets", options, problems);
      for (int i = 0; i < book.sheets().size(); i++) {
        Workbook.Sheet sheet = book.sheets().get(i);
        if (sheet.hidden() && options.hidden() == Unseen.LEAVE_OUT) {
          continue;
        }
        told.next();
        String shown = sheet.hidden() ? "[hidden: " + sheet.name() + "]" : sheet.name();
        writer.sheet(shown);
        writer.heading(1, shown);
        read(parts, book, i, writer, what -> told.in("sheet " + sheet.name(), what));
      }
      told.end();
      return writer.document(id, OfficePackage.metadata(parts).with("sheets", told.read()));
    }
  }

  private void read(
      Parts parts, Workbook book, int index, TextWriter writer, Consumer<String> problems)
      throws IOException {
    Workbook.Sheet sheet = book.sheets().get(index);
    if (!parts.has(sheet.part())) {
      problems.accept("its part is missing");
      return;
    }
    Relations relations = parts.relations(sheet.part());
    SheetEnd end = SheetEnd.read(parts, sheet.part());
    Notes notes = Notes.read(parts, relations, options.comments());
    Grid grid = new Grid(writer, tables(parts, relations, end));
    Worksheet rows = new Worksheet(book, index, notes, new Merged(end.merged()), grid);
    boolean chart;
    try (Xml xml = parts.xml(sheet.part())) {
      chart = xml.nextStart() && xml.is("chartsheet");
      rows.read(xml);
    }
    SheetDrawing drawing = new SheetDrawing(parts, writer, chart);
    int before = writer.length();
    drawing.write(relations);
    if (!rows.any() && writer.length() == before && drawing.pictures() > 0) {
      problems.accept("has only pictures");
    }
    if (rows.missingTexts() > 0) {
      problems.accept("has cells whose text is not in the workbook's list: " + rows.missingTexts());
    }
    if (rows.outside() > 0) {
      problems.accept(
          String.format(
              Locale.ROOT,
              "has %,d cells beyond XFD1048576, the last that a sheet has",
              rows.outside()));
    }
    if (rows.withoutResult() > 0) {
      problems.accept(Formulas.problem(rows.withoutResult(), rows.reasons()));
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
