package dev.ragwright.document;

/**
 * A text with an identity. Places of its passages and of citations count in {@code text}, so the
 * text is what its reader made of the source: a Markdown file as it stands, an HTML page's visible
 * text.
 *
 * @param id names it among all documents of an index, such as the path below a folder; not empty
 * @param text the whole text; may be empty
 * @param metadata what its passages inherit
 * @param places where the parts of the text stand in what it was read from
 */
public record Document(String id, String text, Metadata metadata, Places places) {

  /** Refuses an empty id. */
  public Document {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a document's id must not be empty");
    }
  }

  /** A document of which nothing is known but its text. */
  public Document(String id, String text, Metadata metadata) {
    this(id, text, metadata, Places.unknown());
  }

  /** A document without metadata. */
  public static Document of(String id, String text) {
    return new Document(id, text, Metadata.empty());
  }
}
