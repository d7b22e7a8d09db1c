package dev.ragwright.documents;

import dev.ragwright.document.Document;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.DocumentReader;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tricky files of the project's shared data; tests of them are skipped where they are not. */
public final class Samples {
  private Samples() {}

  /** A file, or the test is skipped. */
  public static Path file(String name) {
    return Repository.sharedOrSkip("data/documents/" + name);
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
