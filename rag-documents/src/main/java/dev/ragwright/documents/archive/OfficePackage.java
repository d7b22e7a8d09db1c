package dev.ragwright.documents.archive;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What all documents of Office's XML forms have in common. */
public final class OfficePackage {
  private OfficePackage() {}

  /**
   * The name of the main part.
   *
   * @param usual its name where no relation tells it
   * @throws DocumentReadException if there is none
   */
  public static String main(Parts parts, String usual) throws IOException {
    String name = parts.relations("").ofType("officeDocument");
    if (name == null || !parts.has(name)) {
      name = usual;
    }
    if (parts.has("EncryptedPackage")) {
      throw new DocumentReadException(
          "is encrypted with a password, which this reader cannot open; save it without one");
    }
    if (!parts.has(name)) {
      throw new DocumentReadException("has no part " + usual + ", which files of its kind have");
    }
    return name;
  }

  /** Fails for a document of another kind than its name says. */
  public static DocumentReadException another(String root) {
    String kind =
        switch (root) {
          case "w:document" -> "holds a text of Word: its name should end in .docx";
          case "x:workbook" -> "holds a workbook of Excel: its name should end in .xlsx";
          case "p:presentation" -> "holds slides of PowerPoint: its name should end in .pptx";
          default -> "holds no document of its kind, but " + root;
        };
    return new DocumentReadException(kind);
  }

  /** The document's title, if it has one. */
  public static Metadata metadata(Parts parts) throws IOException {
    String core = parts.relations("").ofType("core-properties");
    if (core == null || !parts.has(core)) {
      return Metadata.empty();
    }
    return title(parts.tree(core).child("dc:title"));
  }

  /** Metadata with a title, if there is one. */
  public static Metadata title(@Nullable Node title) {
    String words = title == null ? "" : title.text().strip();
    return words.isEmpty() ? Metadata.empty() : Metadata.of("title", words);
  }
}
