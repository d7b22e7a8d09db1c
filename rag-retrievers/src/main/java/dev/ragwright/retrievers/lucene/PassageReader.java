package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Passage;
import dev.ragwright.retrievers.sync.ContentHash;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * Reads the passages of a view of an index, or of a segment. Each is compared with its fingerprint,
 * which tells whether it is as it was written: a checksum of Lucene's is of a whole file, which a
 * search does not read. Passages that lie side by side are unpacked together, so one reader is for
 * all that are read in a row. For one thread.
 */
final class PassageReader {
  private final IndexReader view;
  private final StoredFields stored;

  PassageReader(IndexReader view) throws IOException {
    this.view = view;
    this.stored = view.storedFields();
  }

  /**
   * The passage of a document.
   *
   * @throws CorruptIndexException if it is not as it was written
   */
  Passage read(int doc) throws IOException {
    Passage passage;
    try {
      passage = PassageFields.read(stored.document(doc));
    } catch (AlreadyClosedException e) {
      throw e;
    } catch (EOFException | RuntimeException e) { // of Lucene or a passage, for what nobody wrote
      throw new CorruptIndexException("document " + doc + " cannot be read", view.toString(), e);
    }
    List<LeafReaderContext> leaves = view.leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    NumericDocValues written = leaf.reader().getNumericDocValues(PassageFields.FINGERPRINT);
    if (written == null
        || !written.advanceExact(doc - leaf.docBase)
        || written.longValue() != ContentHash.fingerprint(passage)) {
      throw new CorruptIndexException(
          "the passage '%s' is not as it was written".formatted(passage.id()), view.toString());
    }
    return passage;
  }
}
