package dev.ragwright.document;

import dev.ragwright.call.StageDescription;
import java.util.List;

/**
 * Cuts a document into passages. See {@link Chunkers} for those of the library.
 *
 * <p>Implementations are deterministic and safe to share. What they return is checked by {@code
 * ChunkerContract} of rag-testkit.
 */
@FunctionalInterface
public interface Chunker {

  /**
   * Returns the passages of the document by ascending start, each exactly the document's text at
   * its place and none cut within a surrogate pair; together they hold every visible character.
   * Empty when the document is blank.
   */
  List<Passage> chunk(Document document);

  /** What it is; an index remembers it, to cut its documents anew when it changes. */
  default StageDescription description() {
    return StageDescription.opaque("chunker", this);
  }

  /** This chunker under a name that its user vouches for: a changed chunker gets a new name. */
  default Chunker named(String name) {
    Chunker chunker = this;
    return new Chunker() {
      @Override
      public List<Passage> chunk(Document document) {
        return chunker.chunk(document);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("chunker", name);
      }
    };
  }
}
