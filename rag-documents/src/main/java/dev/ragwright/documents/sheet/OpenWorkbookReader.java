package dev.ragwright.documents.sheet;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Xml;
import dev.ragwright.documents.open.OpenFile;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.PartProblems;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads workbooks of OpenDocument as {@link WorkbookReader} reads Excel's; cells are the texts that
 * the file stores as shown.
 */
public final class OpenWorkbookReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public OpenWorkbookReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "ods";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".ods", ".ots");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      PartProblems told = new PartProblems(id, "sheets", options, problems);
      String[] place = {""};
      OpenFile open = new OpenFile(parts, options, what -> told.in(place[0], what));
      TextWriter writer = new TextWriter(id, options);
      try (Xml xml = open.content()) {
        open.find(xml, "spreadsheet");
        int inside = xml.depth();
        while (xml.nextIn(inside)) {
          String name = xml.attribute("name", "");
          place[0] = "sheet " + name;
          boolean hidden = isHidden(open, xml.attribute("style-name", ""));
          if (!xml.name().equals("table:table")
              || (hidden && options.hidden() == Unseen.LEAVE_OUT)) {
            xml.skip();
            continue;
          }
          told.next();
          String shown = hidden ? "[hidden: " + name + "]" : name;
          writer.sheet(shown);
          writer.heading(1, shown);
          OpenSheet sheet = new OpenSheet(open, writer);
          sheet.read(xml);
          sheet.problems();
        }
      }
      told.end();
      return writer.document(id, open.metadata().with("sheets", told.read()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isHidden(OpenFile file, String style) {
    String display = file.styles().value("table", style, "style:table-properties", "table:display");
    return display != null && display.equals("false");
  }
}
