package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.retrievers.sync.Utf16;
import dev.ragwright.store.VectorStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;

/**
 * Keeps a database of vectors in step with the index, for one call that writes. The database is
 * changed before the index, and what runs may end in between. So first the records of the documents
 * are emptied and committed, with the ids of all passages that the database may come to have of
 * them: the next sync then cuts these documents anew and deletes what is left over.
 */
final class VectorLedger {
  private static final int MOST_AT_ONCE = 1_000;

  private final IndexStore store;
  private final VectorStore vectors;
  private final IndexWriter writer;
  private final IndexReader before;
  private final CallContext context;

  VectorLedger(
      IndexStore store,
      VectorStore vectors,
      IndexWriter writer,
      IndexReader before,
      CallContext context) {
    this.store = store;
    this.vectors = vectors;
    this.writer = writer;
    this.before = before;
    this.context = context;
  }

  /** The ids that the database may have of a document, as it was before the call. */
  Set<String> idsOf(String documentId) throws IOException {
    return Records.passageIds(before, Utf16.encode(documentId));
  }

  /** Notes that the entries of documents change, which have records or are to have them. */
  void announce(Map<String, Set<String>> idsByDocument) throws IOException {
    for (Map.Entry<String, Set<String>> document : idsByDocument.entrySet()) {
      String id = document.getKey();
      writer.updateDocument(
          new Term(PassageFields.RECORD, Utf16.encode(id)),
          PassageFields.record(id, new BytesRef(), document.getValue()));
    }
    if (!idsByDocument.isEmpty()) {
      store.commit();
    }
  }

  void put(Collection<VectorStore.Entry> entries) {
    List<VectorStore.Entry> all = List.copyOf(entries);
    for (int from = 0; from < all.size(); from += PassageWriter.BATCH) {
      context.throwIfStopped();
      vectors.put(all.subList(from, Math.min(from + PassageWriter.BATCH, all.size())), context);
    }
  }

  void delete(Collection<String> ids) {
    List<String> all = new ArrayList<>(ids);
    for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
      context.throwIfStopped();
      vectors.delete(all.subList(from, Math.min(from + MOST_AT_ONCE, all.size())), context);
    }
  }
}
