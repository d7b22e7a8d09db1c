package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.sync.SyncTarget;
import dev.ragwright.retrievers.sync.Utf16;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * The index in a sync. What the source gives is compared with the index as it was before, so that
 * view stays open to the end.
 */
final class LuceneSync implements SyncTarget {
  private static final HexFormat HEX = HexFormat.of();

  private final IndexStore store;
  private final IndexWriter writer;
  private final IndexSearcher before;
  private final String chunkerName;
  private final PassageWriter passages;

  LuceneSync(
      IndexStore store,
      IndexWriter writer,
      IndexSearcher before,
      String chunkerName,
      PassageWriter passages) {
    this.store = store;
    this.writer = writer;
    this.before = before;
    this.chunkerName = chunkerName;
    this.passages = passages;
  }

  @Override
  public int lookAhead() {
    return 1;
  }

  @Override
  public Map<String, String> digests(List<String> documentIds) throws IOException {
    Map<String, String> digests = new HashMap<>();
    for (String id : documentIds) {
      BytesRef hash = Records.hash(before.getIndexReader(), Utf16.encode(id));
      if (hash != null) {
        digests.put(id, HEX.formatHex(hash.bytes, hash.offset, hash.offset + hash.length));
      }
    }
    return digests;
  }

  @Override
  public Map<String, String> readers() {
    return store.manifest().readers();
  }

  @Override
  public int toEmbed(Change change) throws IOException {
    return passages.keep(Utf16.encode(change.documentId()), change.passages());
  }

  @Override
  public int batch() {
    return passages.batch();
  }

  @Override
  public boolean isLate() {
    return passages.isLate();
  }

  @Override
  public boolean write(List<Change> changes, Predicate<String> isCut, Runnable progress)
      throws IOException {
    List<Passage> all = new ArrayList<>();
    changes.forEach(change -> all.addAll(change.passages()));
    Iterator<Document> fields = passages.fields(all, progress).iterator();
    store.chunker(chunkerName);
    send(changes, isCut);
    WriterThreads.Batch batch = passages.threads().batch();
    for (Change change : changes) {
      List<Document> block = new ArrayList<>();
      change.passages().forEach(passage -> block.add(fields.next()));
      block.add(
          PassageFields.record(change.documentId(), new BytesRef(HEX.parseHex(change.digest()))));
      batch.add(change.documentId(), () -> write(change, block));
    }
    batch.write();
    return passages.wrote(all.size());
  }

  private void write(Change document, List<Document> block) throws IOException {
    for (Passage passage : document.passages()) {
      // Another document may have had it: what addAll or a chunker named by hand.
      Term id = new Term(PassageFields.ID, Utf16.encode(passage.id()));
      if (mayBeThere(id)) {
        writer.deleteDocuments(id);
      }
    }
    Term id = new Term(PassageFields.DOCUMENT, Utf16.encode(document.documentId()));
    if (mayBeThere(id)) {
      writer.updateDocuments(id, block);
    } else {
      writer.addDocuments(block);
    }
  }

  /**
   * Whether an id may be in the index, so that it has to be deleted. A run writes each once, but
   * for the records that announce it. Each deletion is kept by every thread that writes until its
   * segment is flushed.
   */
  private boolean mayBeThere(Term id) throws IOException {
    return passages.ledger() != null || before.getIndexReader().docFreq(id) > 0;
  }

  /** Gives the database of vectors, where there is one, the passages for those before. */
  private void send(List<Change> changes, Predicate<String> isCut) throws IOException {
    VectorLedger ledger = passages.ledger();
    if (ledger == null) {
      return;
    }
    passages.threads().await(); // announcing commits
    Map<String, Set<String>> announced = new TreeMap<>();
    Set<String> obsolete = new TreeSet<>();
    for (Change change : changes) {
      Set<String> ids = ledger.idsOf(change.documentId());
      ids.stream().filter(isCut.negate()).forEach(obsolete::add);
      change.passages().forEach(passage -> ids.add(passage.id()));
      announced.put(change.documentId(), ids);
    }
    ledger.announce(announced);
    passages.send(ledger, obsolete);
  }

  @Override
  public void documents(Each each) throws IOException {
    passages.threads().await();
    for (LeafReaderContext leaf : before.getIndexReader().leaves()) {
      Terms records = leaf.reader().terms(PassageFields.RECORD);
      if (records == null) {
        continue;
      }
      Bits live = Records.liveDocs(leaf);
      TermsEnum ids = records.iterator();
      for (BytesRef id = ids.next(); id != null; id = ids.next()) {
        if (Records.firstLive(ids.postings(null, PostingsEnum.NONE), live)
            != DocIdSetIterator.NO_MORE_DOCS) {
          each.accept(Utf16.decode(id));
        }
      }
    }
  }

  @Override
  public void remove(List<String> documentIds, Predicate<String> isCut) throws IOException {
    VectorLedger ledger = passages.ledger();
    if (ledger != null) {
      Map<String, Set<String>> announced = new TreeMap<>();
      Set<String> obsolete = new TreeSet<>();
      for (String id : documentIds) {
        Set<String> ids = ledger.idsOf(id);
        announced.put(id, ids);
        ids.stream().filter(isCut.negate()).forEach(obsolete::add);
      }
      ledger.announce(announced);
      ledger.delete(obsolete);
    }
    for (String id : documentIds) {
      writer.deleteDocuments(new Term(PassageFields.DOCUMENT, Utf16.encode(id)));
    }
  }

  @Override
  public void end(SortedMap<String, String> readers, List<ReadProblem> problems)
      throws IOException {
    store.chunker(chunkerName);
    store.source(readers, problems);
    store.commit();
  }

  /** A writer that has failed is closed and has nothing to keep. */
  @Override
  public void keep(Exception failure) {
    try {
      passages.threads().await();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
    if (writer.isOpen()) {
      try {
        store.commit();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  @Override
  public int written() {
    return passages.written();
  }

  @Override
  public int embedded() {
    return passages.embedded();
  }

  @Override
  public Usage usage() {
    return passages.usage();
  }
}
