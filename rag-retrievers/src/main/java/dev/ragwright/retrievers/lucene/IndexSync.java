package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.retrievers.lucene.SyncReport.ReaderChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
import org.apache.lucene.util.BytesRefHash;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@link LuceneIndex#sync}. It compares what the source gives with the index as it was
 * before the run, so that view stays open to the end.
 *
 * <p>Memory: the passages of one batch with their vectors (those of a document are never parted),
 * and the ids of all documents read, without which neither a repeated id nor a vanished document
 * could be told.
 */
final class IndexSync {
  /** The metadata that names what read a document, and its version: {@code pdf 1}. */
  private static final String READER = "reader";

  private static final Logger LOG = LoggerFactory.getLogger(IndexSync.class);

  /** Whole documents may be long, so a batch is bounded by its text too. */
  private static final int MOST_PENDING_UNITS = 4_000_000;

  /** So is one of which most is not embedded, since its passages have their vectors. */
  private static final int MOST_PENDING_PASSAGES = 4 * PassageWriter.BATCH;

  /** How long nothing is told while there is nothing to write. */
  private static final long SILENCE = Duration.ofSeconds(1).toNanos();

  private record Pending(String documentId, BytesRef hash, List<Passage> passages) {}

  private final IndexStore store;
  private final IndexWriter writer;
  private final IndexSearcher before;
  private final Chunker chunker;
  private final String chunkerName;
  private final CallContext context;
  private final Consumer<SyncProgress> listener;
  private final PassageWriter passages;

  private final BytesRefHash seen = new BytesRefHash();
  private final BytesRefHash unreadable = new BytesRefHash();
  private final BytesRefHash unreadableBelow = new BytesRefHash();
  private final BytesRefHash passageIds = new BytesRefHash();
  private final List<ReadProblem> problems = new ArrayList<>();
  private final SortedMap<String, String> readers = new TreeMap<>(); // versions by name
  private final SortedMap<String, ReaderChange> readerChanges = new TreeMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private int pendingPassages;
  private int pendingTexts; // of these, those to embed
  private long pendingUnits;
  private int documents;
  private int unchanged;
  private int added;
  private int updated;
  private int removed;
  private int committed;
  private long total = Long.MAX_VALUE;
  private long told;

  IndexSync(
      IndexStore store,
      IndexWriter writer,
      IndexSearcher before,
      Chunker chunker,
      CallContext context,
      Consumer<SyncProgress> listener,
      PassageWriter passages) {
    this.store = store;
    this.writer = writer;
    this.before = before;
    this.chunker = chunker;
    this.chunkerName = chunker.description().toString();
    this.context = context;
    this.listener = listener;
    this.passages = passages;
  }

  /**
   * Refuses a chunker whose description does not say when it changes.
   *
   * @throws IllegalArgumentException if the description is opaque
   */
  static void checkNamed(Chunker chunker) {
    StageDescription description = chunker.description();
    if (description.opaque()) {
      throw new IllegalArgumentException(
          "the chunker %s does not say what it is, so the index could not tell when it changes; give it a name, and a new one with each change: chunker.named(\"my chunker 1\")"
              .formatted(description));
    }
  }

  SyncReport run(DocumentSource source) throws IOException {
    try {
      told = context.ticker().nanos();
      try (Stream<Document> stream = source.documents(this::problem)) {
        Spliterator<Document> documents = stream.spliterator();
        total = documents.estimateSize();
        for (Iterator<Document> all = Spliterators.iterator(documents); all.hasNext(); ) {
          context.throwIfStopped();
          add(all.next());
          tellInTime();
        }
      }
      total = documents;
      writePending();
      context.throwIfStopped();
      passages.threads().await();
      removeVanished();
      store.chunker(chunkerName);
      store.source(readers, problems);
      store.commit();
      committed = added + updated;
      report();
    } catch (IOException | RuntimeException e) {
      keepWhatWasWritten(e);
      throw e;
    }
    return new SyncReport(
        documents,
        unchanged,
        added,
        updated,
        removed,
        passages.written(),
        passages.embedded(),
        List.copyOf(readerChanges.values()),
        problems,
        passages.usage());
  }

  /** What was embedded was paid for. A writer that has failed is closed and has nothing to keep. */
  private void keepWhatWasWritten(Exception failure) {
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

  private void problem(ReadProblem problem) {
    problems.add(problem);
    if (problem.extent() == ReadProblem.Extent.PART) {
      return; // the document is there
    }
    BytesRef id = Utf16.encode(problem.documentId());
    if (id.length <= IndexWriter.MAX_TERM_LENGTH) {
      unreadable.add(id);
      if (problem.everythingBelow()) {
        unreadableBelow.add(id);
      }
    }
  }

  private void add(Document document) throws IOException {
    BytesRef id = PassageFields.id("document", document.id());
    if (seen.add(id) < 0) {
      throw new IllegalArgumentException(
          "the source gave the document '%s' twice; an id must name one document"
              .formatted(document.id()));
    }
    documents++;
    noteReader(document);
    BytesRef hash = ContentHash.of(document, chunkerName);
    BytesRef known = Records.hash(before.getIndexReader(), id);
    if (hash.equals(known)) {
      unchanged++;
      return;
    }
    List<Passage> cut = chunker.chunk(document);
    cut.forEach(passage -> check(passage, document));
    if (known == null) {
      added++;
    } else {
      updated++;
    }
    pending.add(new Pending(document.id(), hash, cut));
    pendingPassages += cut.size();
    pendingTexts += known == null ? cut.size() : passages.keep(id, cut);
    pendingUnits += document.text().length();
    if (pendingTexts >= passages.batch()
        || pendingPassages >= MOST_PENDING_PASSAGES
        || pending.size() >= PassageWriter.BATCH
        || pendingUnits >= MOST_PENDING_UNITS
        || passages.isLate()) {
      writePending();
    }
  }

  /** Says once for each reader, before anything of it is written, that its version is another. */
  private void noteReader(Document document) {
    if (!(document.metadata().get(READER) instanceof String reader) || !reader.contains(" ")) {
      return;
    }
    String name = reader.substring(0, reader.lastIndexOf(' '));
    String version = reader.substring(name.length() + 1);
    if (version.equals(readers.put(name, version))) {
      return;
    }
    String before = store.manifest().readers().get(name);
    if (before != null && !before.equals(version)) {
      ReaderChange change = new ReaderChange(name + " " + before, reader);
      readerChanges.put(name, change);
      LOG.info(
          "the index has documents read by {}, and {} reads them now: they are indexed again",
          change.before(),
          change.now());
    }
  }

  private void check(Passage passage, Document document) {
    if (!passage.documentId().equals(document.id())) {
      throw new IllegalArgumentException(
          "the chunker %s gave the document '%s' a passage of '%s'"
              .formatted(chunkerName, document.id(), passage.documentId()));
    }
    if (passageIds.add(PassageFields.id("passage", passage.id())) < 0) {
      throw new IllegalArgumentException(
          "the chunker %s named two passages '%s', the second in the document '%s'; an id must name one passage of the index (Passage.of makes such ids)"
              .formatted(chunkerName, passage.id(), document.id()));
    }
  }

  private void writePending() throws IOException {
    List<Passage> all = new ArrayList<>(pendingPassages);
    pending.forEach(document -> all.addAll(document.passages()));
    Iterator<org.apache.lucene.document.Document> fields =
        passages.fields(all, this::report).iterator();
    if (!pending.isEmpty()) {
      store.chunker(chunkerName);
    }
    sendPending();
    WriterThreads.Batch batch = passages.threads().batch();
    for (Pending next : pending) {
      List<org.apache.lucene.document.Document> block = new ArrayList<>();
      next.passages().forEach(passage -> block.add(fields.next()));
      block.add(PassageFields.record(next.documentId(), next.hash()));
      batch.add(next.documentId(), () -> write(next, block));
    }
    batch.write();
    pending.clear();
    pendingPassages = 0;
    pendingTexts = 0;
    pendingUnits = 0;
    if (passages.wrote(all.size())) {
      committed = added + updated;
    }
    report();
  }

  private void write(Pending document, List<org.apache.lucene.document.Document> block)
      throws IOException {
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
   * Whether an id may be in the index, so that it has to be deleted. This run writes each once, but
   * for the records that announce it. Each deletion is kept by every thread that writes until its
   * segment is flushed.
   */
  private boolean mayBeThere(Term id) throws IOException {
    return passages.ledger() != null || before.getIndexReader().docFreq(id) > 0;
  }

  private void tellInTime() {
    if (context.ticker().nanos() - told >= SILENCE) {
      report();
    }
  }

  /** Gives the database of vectors, where there is one, the pending passages for those before. */
  private void sendPending() throws IOException {
    VectorLedger ledger = passages.ledger();
    if (ledger == null || pending.isEmpty()) {
      return;
    }
    passages.threads().await(); // announcing commits
    Map<String, Set<String>> announced = new TreeMap<>();
    Set<String> obsolete = new TreeSet<>();
    for (Pending next : pending) {
      Set<String> ids = ledger.idsOf(next.documentId());
      ids.stream().filter(this::isNoLonger).forEach(obsolete::add);
      next.passages().forEach(passage -> ids.add(passage.id()));
      announced.put(next.documentId(), ids);
    }
    ledger.announce(announced);
    passages.send(ledger, obsolete);
  }

  /** Whether no passage was cut that has this id; one that moved to another document has. */
  private boolean isNoLonger(String passageId) {
    return passageIds.find(Utf16.encode(passageId)) < 0;
  }

  private void report() {
    told = context.ticker().nanos();
    listener.accept(
        new SyncProgress(
            documents,
            total < documents || total > Integer.MAX_VALUE
                ? OptionalInt.empty()
                : OptionalInt.of((int) total),
            unchanged,
            added + updated,
            passages.written(),
            passages.embedded(),
            committed));
  }

  /** Looks up the empty id and each part of the id that ends before a {@code /}. */
  private boolean isBelowUnreadable(BytesRef id) {
    if (unreadableBelow.size() == 0) {
      return false;
    }
    boolean found = unreadableBelow.find(new BytesRef()) >= 0;
    for (int length = 0; length < id.length && !found; length++) {
      found =
          id.bytes[id.offset + length] == '/'
              && unreadableBelow.find(new BytesRef(id.bytes, id.offset, length)) >= 0;
    }
    return found;
  }

  private void removeVanished() throws IOException {
    List<BytesRef> vanished = new ArrayList<>();
    for (LeafReaderContext leaf : before.getIndexReader().leaves()) {
      Terms records = leaf.reader().terms(PassageFields.RECORD);
      if (records == null) {
        continue;
      }
      Bits live = Records.liveDocs(leaf);
      TermsEnum ids = records.iterator();
      for (BytesRef id = ids.next(); id != null; id = ids.next()) {
        if (seen.find(id) < 0
            && unreadable.find(id) < 0
            && !isBelowUnreadable(id)
            && Records.firstLive(ids.postings(null, PostingsEnum.NONE), live)
                != DocIdSetIterator.NO_MORE_DOCS) {
          vanished.add(BytesRef.deepCopyOf(id));
          if (vanished.size() == PassageWriter.BATCH) {
            remove(vanished);
          }
        }
      }
    }
    remove(vanished);
  }

  private void remove(List<BytesRef> documents) throws IOException {
    VectorLedger ledger = passages.ledger();
    if (ledger != null) {
      Map<String, Set<String>> announced = new TreeMap<>();
      Set<String> obsolete = new TreeSet<>();
      for (BytesRef document : documents) {
        String id = Utf16.decode(document);
        Set<String> ids = ledger.idsOf(id);
        announced.put(id, ids);
        ids.stream().filter(this::isNoLonger).forEach(obsolete::add);
      }
      ledger.announce(announced);
      ledger.delete(obsolete);
    }
    for (BytesRef document : documents) {
      writer.deleteDocuments(new Term(PassageFields.DOCUMENT, document));
      removed++;
    }
    documents.clear();
  }
}
