package dev.ragwright.documents;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tricky files of the project's shared data; tests of them are skipped where they are not. */
public final class Samples {
  private Samples() {}

  /** A file, or the test is skipped. */
  public static Path file(String name) {
    Path file = Path.of("../../shared/data/documents", name);
    assumeThat(file).as("the shared sample " + name + " is not there").exists();
    return file;
  }

  /** What a reader makes of a file, and what it tells. */
  public record Read(Document document, List<String> problems) {

    /** The text. */
    public String text() {
      return document.text();
    }
  }

  /** Reads a file. */
  public static Read read(DocumentReader reader, Path file) throws IOException {
    List<ReadProblem> problems = new ArrayList<>();
    Document document = reader.read("id", file, problems::add);
    return new Read(document, problems.stream().map(ReadProblem::reason).toList());
  }
}
