package dev.ragwright.documents.office;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.archive.Node;
import dev.ragwright.documents.archive.OfficePackage;
import dev.ragwright.documents.archive.Parts;
import dev.ragwright.documents.archive.Relations;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.Blocks;
import dev.ragwright.documents.text.PartProblems;
import dev.ragwright.documents.text.TextWriter;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads slides of PowerPoint in the order in which they are shown: each is a heading, which is its
 * title or else its number, and its shapes as a person reads them, wherever in the file they are.
 * Speaker notes stand behind their slide. Dates, footers and numbers of slides are left out.
 */
public final class SlidesReader implements DocumentReader {
  private final ReadOptions options;

  /** A reader with these options. */
  public SlidesReader(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return "pptx";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public List<String> endings() {
    return List.of(".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm");
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    try (Parts parts = Parts.open(file, options)) {
      String main = OfficePackage.main(parts, "ppt/presentation.xml");
      Node root = parts.tree(main);
      if (!root.is("p:presentation")) {
        throw OfficePackage.another(root.name());
      }
      Relations relations = parts.relations(main);
      TextWriter writer = new TextWriter(id, options);
      PartProblems told = new PartProblems(id, "slides", options, problems);
      Node list = root.child("p:sldIdLst");
      int number = 0;
      for (Node slide : list == null ? List.<Node>of() : list.children("p:sldId")) {
        number++;
        slide(parts, relations.target(slide.attribute("r:id")), number, writer, told);
      }
      told.end();
      return writer.document(id, OfficePackage.metadata(parts).with("slides", told.read()));
    }
  }

  private void slide(
      Parts parts, @Nullable String part, int number, TextWriter writer, PartProblems problems)
      throws IOException {
    String place = "slide " + number;
    if (part == null || !parts.has(part)) {
      problems.next();
      problems.in(place, "its part is missing");
      return;
    }
    Slide slide;
    try {
      slide = new Slide(parts, part, options, what -> problems.in(place, what));
    } catch (DocumentReadException e) {
      if (parts.isOverLimit()) {
        throw e;
      }
      problems.next();
      problems.in(place, String.valueOf(e.getMessage()));
      return;
    }
    if (slide.isHidden() && options.hidden() == Unseen.LEAVE_OUT) {
      return;
    }
    problems.next();
    writer.slide(number);
    String title = slide.title();
    String heading = title.isBlank() ? "Slide " + number : title;
    writer.heading(1, slide.isHidden() ? "[hidden: " + heading + "]" : heading);
    int before = writer.length();
    slide.write(Blocks.into(writer));
    if (title.isBlank() && writer.length() == before && slide.pictures() > 0) {
      problems.in(place, "has only pictures");
    }
  }
}
