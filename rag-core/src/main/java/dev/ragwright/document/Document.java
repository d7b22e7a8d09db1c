package dev.ragwright.document;

/**
 * A text with an identity. Places of its passages and of citations count in {@code text}, so the
 * text is what its reader made of the source: a Markdown file as it stands, an HTML page's visible
 * text.
 *
 * @param id names it among all documents of an index, such as the path below a folder; not empty
 * @param text the whole text; may be empty
 * @param metadata what its passages inherit
 */
public record Document(String id, String text, Metadata metadata) {

  /** Refuses an empty id. */
  public Document {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a document's id must not be empty");
    }
  }

  /** A document without metadata. */
  public static Document of(String id, String text) {
    return new Document(id, text, Metadata.empty());
  }
}
