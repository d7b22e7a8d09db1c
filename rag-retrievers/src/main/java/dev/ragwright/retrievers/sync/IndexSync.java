package dev.ragwright.retrievers.sync;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.RemovalRefusedException;
import dev.ragwright.index.SyncProgress;
import dev.ragwright.index.SyncReport;
import dev.ragwright.index.SyncReport.ReaderChange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a sync: it compares what a source gives with what an index had of it before, and tells
 * the index what to write and what to delete.
 *
 * <p>Memory: the passages of one batch with their vectors (those of a document are never parted),
 * and the ids of all documents read, of their passages and of those that vanished, without which
 * neither a repeated id nor a vanished document could be told.
 */
public final class IndexSync {
  /** How many documents are removed, and at most written, by one call. */
  public static final int BATCH = 256;

  /** How many problems an index keeps: it would not grow without end by what it has not. */
  public static final int MOST_PROBLEMS = 10_000;

  /** The metadata that names what read a document, and its version: {@code pdf 1}. */
  private static final String READER = "reader";

  private static final Logger LOG = LoggerFactory.getLogger(IndexSync.class);

  /** Whole documents may be long, so a batch is bounded by its text too. */
  private static final int MOST_PENDING_UNITS = 4_000_000;

  /** So is one of which most is not embedded, since its passages have their vectors. */
  private static final int MOST_PENDING_PASSAGES = 4 * BATCH;

  /** How long nothing is told while there is nothing to write. */
  private static final long SILENCE = Duration.ofSeconds(1).toNanos();

  private final SyncTarget target;
  private final Chunker chunker;
  private final String chunkerName;
  private final CallContext context;
  private final Consumer<SyncProgress> listener;

  private final BytesRefHash seen = new BytesRefHash();
  private final BytesRefHash unreadable = new BytesRefHash();
  private final BytesRefHash unreadableBelow = new BytesRefHash();
  private final BytesRefHash passageIds = new BytesRefHash();
  private final List<ReadProblem> problems = new ArrayList<>();
  private final SortedMap<String, String> readers = new TreeMap<>(); // versions by name
  private Map<String, String> readersBefore = Map.of();
  private final SortedMap<String, ReaderChange> readerChanges = new TreeMap<>();
  private final List<Document> window = new ArrayList<>();
  private final List<SyncTarget.Change> pending = new ArrayList<>();
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

  /**
   * A run.
   *
   * @param listener told on the calling thread
   */
  public IndexSync(
      SyncTarget target, Chunker chunker, CallContext context, Consumer<SyncProgress> listener) {
    this.target = target;
    this.chunker = chunker;
    this.chunkerName = chunker.description().toString();
    this.context = context;
    this.listener = listener;
  }

  /**
   * Refuses a chunker whose description does not say when it changes.
   *
   * @throws IllegalArgumentException if the description is opaque
   */
  public static void checkNamed(Chunker chunker) {
    StageDescription description = chunker.description();
    if (description.opaque()) {
      throw new IllegalArgumentException(
          "the chunker %s does not say what it is, so the index could not tell when it changes; give it a name, and a new one with each change: chunker.named(\"my chunker 1\")"
              .formatted(description));
    }
  }

  /**
   * Runs to its end. When it fails or is stopped, nothing is removed, and the target keeps what it
   * has written.
   *
   * @throws IllegalArgumentException if the source gives a document twice, or the chunker names two
   *     passages alike
   * @throws RemovalRefusedException if more would be removed than the source allows
   * @throws IOException by the target
   */
  public SyncReport run(DocumentSource source) throws IOException {
    try {
      told = context.ticker().nanos();
      readersBefore = target.readers();
      try (Stream<Document> stream = source.documents(this::problem)) {
        Spliterator<Document> all = stream.spliterator();
        total = all.estimateSize();
        read(Spliterators.iterator(all));
      }
      total = documents;
      writePending();
      context.throwIfStopped();
      removeVanished(source.removableShare());
      target.end(readers, problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())));
      committed = added + updated;
      report();
    } catch (IOException | RuntimeException e) {
      target.keep(e);
      throw e;
    }
    return new SyncReport(
        documents,
        unchanged,
        added,
        updated,
        removed,
        target.written(),
        target.embedded(),
        List.copyOf(readerChanges.values()),
        problems,
        target.usage());
  }

  /** Looks documents up together, where a look takes a journey. */
  private void read(Iterator<Document> all) throws IOException {
    long units = 0;
    while (all.hasNext()) {
      context.throwIfStopped();
      Document next = all.next();
      note(next);
      window.add(next);
      units += next.text().length();
      if (window.size() >= target.lookAhead() || units >= MOST_PENDING_UNITS || !all.hasNext()) {
        compare();
        units = 0;
      }
      tellInTime();
    }
  }

  private void compare() throws IOException {
    Map<String, String> known = target.digests(window.stream().map(Document::id).toList());
    for (Document document : window) {
      compare(document, known.get(document.id()));
    }
    window.clear();
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

  private void note(Document document) {
    if (seen.add(Utf16.id("document", document.id())) < 0) {
      throw new IllegalArgumentException(
          "the source gave the document '%s' twice; an id must name one document"
              .formatted(document.id()));
    }
    documents++;
    noteReader(document);
  }

  private void compare(Document document, @Nullable String known) throws IOException {
    String digest = HexFormat.of().formatHex(ContentHash.of(document, chunkerName));
    if (digest.equals(known)) {
      unchanged++;
      return;
    }
    List<Passage> cut = chunker.chunk(document);
    cut.forEach(passage -> check(passage, document));
    SyncTarget.Change change = new SyncTarget.Change(document.id(), digest, cut);
    if (known == null) {
      added++;
    } else {
      updated++;
    }
    pending.add(change);
    pendingPassages += cut.size();
    pendingTexts += known == null ? cut.size() : target.toEmbed(change);
    pendingUnits += document.text().length();
    if (pendingTexts >= target.batch()
        || pendingPassages >= MOST_PENDING_PASSAGES
        || pending.size() >= BATCH
        || pendingUnits >= MOST_PENDING_UNITS
        || target.isLate()) {
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
    String before = readersBefore.get(name);
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
    if (passageIds.add(Utf16.id("passage", passage.id())) < 0) {
      throw new IllegalArgumentException(
          "the chunker %s named two passages '%s', the second in the document '%s'; an id must name one passage of the index (Passage.of makes such ids)"
              .formatted(chunkerName, passage.id(), document.id()));
    }
  }

  private void writePending() throws IOException {
    if (!pending.isEmpty() && target.write(pending, this::isCut, this::report)) {
      committed = added + updated;
    }
    pending.clear();
    pendingPassages = 0;
    pendingTexts = 0;
    pendingUnits = 0;
    report();
  }

  private void tellInTime() {
    if (context.ticker().nanos() - told >= SILENCE) {
      report();
    }
  }

  /** Whether a passage was cut that has this id. */
  private boolean isCut(String passageId) {
    return passageIds.find(Utf16.encode(passageId)) >= 0;
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
            target.written(),
            target.embedded(),
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

  private void removeVanished(double share) throws IOException {
    BytesRefHash vanished = new BytesRefHash();
    BytesRefHash kept = new BytesRefHash(); // though they were not read
    target.documents(
        id -> {
          BytesRef bytes = Utf16.encode(id);
          if (seen.find(bytes) < 0) {
            boolean isKept = unreadable.find(bytes) >= 0 || isBelowUnreadable(bytes);
            (isKept ? kept : vanished).add(bytes);
          }
        });
    refuseMoreThan(share, vanished.size(), (long) vanished.size() + kept.size() + seen.size());
    List<String> batch = new ArrayList<>();
    BytesRef id = new BytesRef();
    while (removed < vanished.size()) {
      batch.add(Utf16.decode(vanished.get(removed++, id)));
      if (batch.size() == BATCH || removed == vanished.size()) {
        target.remove(batch, this::isCut);
        batch.clear();
      }
    }
  }

  private static void refuseMoreThan(double share, int vanished, long all) {
    if (vanished > share * (double) all) {
      throw new RemovalRefusedException(
          String.format(
              Locale.ROOT,
              "the source no longer has %d of %d documents, and a sync may remove %s; nothing was removed: mend the source, or allow it: source.withRemovableShare(1)",
              vanished,
              all,
              share == Math.nextDown(1.0) ? "any but all of them" : "a share of at most " + share),
          vanished,
          all);
    }
  }
}
