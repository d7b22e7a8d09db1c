package dev.ragwright.document;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Where documents come from: a folder, a file of JSON Lines, a database. Can be read more than
 * once.
 */
@FunctionalInterface
public interface DocumentSource {

  /**
   * Reads the documents one after the other, in an order that is the same each time. What cannot be
   * read is handed to {@code problems} and the rest goes on.
   *
   * @param problems called on the reading thread, once for each document that is left out, or once
   *     for all of them {@linkplain ReadProblem#below below} an id; and for each part that a
   *     document lacks, before the document is given
   * @return a lazy stream; the caller closes it. What it {@linkplain
   *     java.util.Spliterator#estimateSize estimates} its size to be is shown as the total of a
   *     progress: one that counts its documents first, and maps and filters them, does so by itself
   * @throws DocumentReadException if nothing can be read at all, or the source is broken in a way
   *     that puts the rest in doubt
   */
  Stream<Document> documents(Consumer<ReadProblem> problems);

  /** Reads the documents; what cannot be read is logged as a warning. */
  default Stream<Document> documents() {
    return documents(
        problem -> LoggerFactory.getLogger(DocumentSource.class).warn("not read: {}", problem));
  }

  /** Reads the documents and cuts each; what cannot be read is logged and left out. */
  default Stream<Passage> passages(Chunker chunker) {
    return documents().flatMap(document -> chunker.chunk(document).stream());
  }

  /**
   * The largest share that a sync may remove because this source no longer has it, of all documents
   * that the source has now or an earlier sync put into the index; in [0, 1]. Unless {@linkplain
   * #withRemovableShare(double) said otherwise}, anything but all of them: an export that came out
   * empty is no reason to empty the index.
   */
  default double removableShare() {
    return Math.nextDown(1.0);
  }

  /**
   * The same documents, by which a sync may remove a share of at most this: 0 lets it remove none,
   * and 1 all. One that would remove more fails and removes nothing.
   *
   * @throws IllegalArgumentException if the share is not in [0, 1]
   */
  default DocumentSource withRemovableShare(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share must be in [0, 1], was " + share);
    }
    DocumentSource documents = this;
    return new DocumentSource() {
      @Override
      public Stream<Document> documents(Consumer<ReadProblem> problems) {
        return documents.documents(problems);
      }

      @Override
      public double removableShare() {
        return share;
      }
    };
  }

  /** A source of documents that are already there. */
  static DocumentSource of(Iterable<Document> documents) {
    return problems -> java.util.stream.StreamSupport.stream(documents.spliterator(), false);
  }
}
