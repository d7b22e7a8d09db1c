package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.IndexException;
import dev.ragwright.index.IndexSize;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import dev.ragwright.retrievers.vectors.TokenReader;
import dev.ragwright.store.VectorStore;
import dev.ragwright.text.Said;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ReferenceManager;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an index, its one writer, which an index that is only read lacks, and its searchers:
 * who may use them when, and what their failures are called.
 *
 * <p>One call writes at a time, by its own thread unless more are allowed: then which passages
 * share a segment depends on the threads, and with it the graph of the vectors and the order in
 * which scores are added up. Merges run on the writing thread for the same reason, or else end
 * before the call does.
 */
final class IndexStore {
  private static final Logger logger = LoggerFactory.getLogger(IndexStore.class);

  /** A search over one unchanging view of the index. */
  interface Search<T> {
    T run(IndexSearcher searcher) throws IOException;
  }

  /** A change of the index by the only thread that writes. */
  interface Change<T> {
    T run(IndexWriter writer) throws IOException;
  }

  private static final int MOST_WAITING_MERGES = 5; // as Lucene has it

  private record Identity(IndexReader.CacheKey view, String text) {}

  private final String name;
  private final Encoders encoders;
  private final BM25Similarity similarity;
  private final Directory directory;
  private final @Nullable IndexWriter writer;
  private final ReferenceManager<IndexSearcher> searchers;
  private final Lifecycle lifecycle;
  private final ReentrantLock writing = new ReentrantLock();
  private final SegmentVectors segmentVectors = new SegmentVectors();
  private final FilterCache filters = new FilterCache();
  private volatile Manifest manifest;
  private volatile @Nullable Identity identity;

  private IndexStore(
      String name,
      Encoders encoders,
      BM25Similarity similarity,
      Directory directory,
      @Nullable IndexWriter writer,
      ReferenceManager<IndexSearcher> searchers,
      Manifest manifest) {
    this.name = name;
    this.encoders = encoders;
    this.similarity = similarity;
    this.directory = directory;
    this.writer = writer;
    this.searchers = searchers;
    this.manifest = manifest;
    this.lifecycle = new Lifecycle(name);
  }

  /**
   * Opens the directory at a path, creating it if it is not there and to be written; null for one
   * in memory.
   */
  static Directory directory(@Nullable Path path, boolean readOnly) {
    if (path == null) {
      return new ByteBuffersDirectory();
    }
    String name = name(path);
    try {
      if (!readOnly) {
        Files.createDirectories(path);
      } else if (Files.notExists(path)) {
        throw notThere(name, new NoSuchFileException(path.toString()));
      }
      return FSDirectory.open(path);
    } catch (FileAlreadyExistsException | NotDirectoryException e) {
      throw new IndexException(
          name + " cannot be opened: the path or a part of it is a file, not a directory", e);
    } catch (AccessDeniedException e) {
      throw notPermitted(name, e);
    } catch (IOException e) {
      throw new IndexException(name + " cannot be opened: " + e, e);
    }
  }

  static String name(@Nullable Path path) {
    return path == null ? "the index in memory" : "the index at " + path.toAbsolutePath();
  }

  /**
   * Opens or creates the index in a directory, which this closes in the end, or at once if it
   * fails.
   *
   * @param wanted what the index is to be made with
   * @param verified whether all of its files are read and compared with their checksums
   */
  static IndexStore open(
      String name,
      Directory directory,
      Encoders encoders,
      Manifest wanted,
      Analyzer analyzer,
      BM25Similarity similarity,
      VectorSearch search,
      int writers,
      double ramBufferMegabytes,
      boolean verified) {
    IndexWriterConfig config =
        new IndexWriterConfig(analyzer)
            .setSimilarity(similarity)
            .setRAMBufferSizeMB(ramBufferMegabytes)
            .setMergePolicy(
                encoders.vectorsHere() && !search.isExact()
                    ? new ReadMostlyMergePolicy()
                    : new TieredMergePolicy())
            .setMergeScheduler(merges(writers))
            .setCodec(new IndexCodec(search, writers));
    IndexWriter writer = null;
    SearcherManager searchers = null;
    try {
      refuseDataWithoutCommit(name, directory);
      writer = new IndexWriter(directory, config);
      Manifest manifest = scoped(name, writer, agreed(name, writer, wanted), wanted.scope());
      // Opens every file of every segment, so damage shows now and not in the midst of a search.
      searchers = new SearcherManager(writer, null);
      if (verified) {
        IndexSearcher committed = searchers.acquire();
        try {
          verify(committed.getIndexReader(), null, CallContext.unbounded());
        } finally {
          searchers.release(committed);
        }
      }
      return new IndexStore(name, encoders, similarity, directory, writer, searchers, manifest);
    } catch (IOException | RuntimeException e) {
      giveUp(e, searchers, writer, directory);
      throw cannotOpen(name, directory, e);
    }
  }

  private static MergeScheduler merges(int writers) {
    if (writers == 1) {
      return new SerialMergeScheduler();
    }
    ConcurrentMergeScheduler merges =
        new ConcurrentMergeScheduler() {
          @Override
          protected void handleMergeException(Throwable failure) {
            // The writer knows, and the next that uses it is told.
          }
        };
    merges.setMaxMergesAndThreads(writers + MOST_WAITING_MERGES, writers);
    return merges;
  }

  /**
   * Opens the latest commit of an index in a directory, which this closes as {@link #open} does.
   */
  static IndexStore openReadOnly(
      String name,
      Directory directory,
      Encoders encoders,
      Manifest wanted,
      BM25Similarity similarity,
      boolean verified) {
    CommitFollower searchers = null;
    try {
      searchers = new CommitFollower(directory, data -> read(name, data, wanted), verified);
      return new IndexStore(
          name, encoders, similarity, directory, null, searchers, searchers.manifest());
    } catch (IOException | RuntimeException e) {
      giveUp(e, searchers, null, directory);
      throw cannotOpen(name, directory, e);
    }
  }

  /** The manifest of a commit that others made, after what must not go together was refused. */
  private static Manifest read(String name, Map<String, String> data, Manifest wanted) {
    Manifest found = Manifest.of(data, name);
    IndexMismatchException mismatch = mismatch(name, found, wanted);
    if (mismatch != null) {
      throw mismatch;
    }
    return scoped(name, found, wanted.scope());
  }

  /**
   * A crash cannot leave this behind, since an index is committed before anything is put into it:
   * Lucene would take the directory for empty and delete what is there.
   */
  private static void refuseDataWithoutCommit(String name, Directory directory) throws IOException {
    if (!DirectoryReader.indexExists(directory)) {
      for (String file : directory.listAll()) {
        if (IndexFileNames.CODEC_FILE_PATTERN.matcher(file).matches()) {
          throw new IndexCorruptException(
              "%s is damaged: it has data (%s) but no segments file; restore the directory from a copy, or delete it and index again"
                  .formatted(name, file));
        }
      }
    }
  }

  /** The manifest to go on with, committed, after what must not go together was refused. */
  private static Manifest agreed(String name, IndexWriter writer, Manifest wanted)
      throws IOException {
    Map<String, String> data = new TreeMap<>();
    Iterable<Map.Entry<String, String>> committed = writer.getLiveCommitData();
    if (committed != null) {
      committed.forEach(entry -> data.put(entry.getKey(), entry.getValue()));
    }
    boolean empty = writer.getDocStats().numDocs == 0;
    if (data.isEmpty() && empty) {
      return started(writer, wanted);
    }
    Manifest found = Manifest.of(data, name);
    IndexMismatchException mismatch = mismatch(name, found, wanted);
    if (mismatch == null) {
      return found;
    }
    if (empty) {
      return started(writer, wanted.scope() == null ? wanted.withScope(found.scope()) : wanted);
    }
    throw mismatch;
  }

  /** What must not go together, or null; where a model is left out, its vectors are. */
  private static @Nullable IndexMismatchException mismatch(
      String name, Manifest found, Manifest wanted) {
    if (!found.analyzer().equals(wanted.analyzer())) {
      return new IndexMismatchException(
          "%s was made with the analyzer '%s' and is opened with '%s'; %s, or index into an empty directory"
              .formatted(
                  name, found.analyzer(), wanted.analyzer(), Languages.opening(found.analyzer())));
    }
    if (!found.searched().fits(wanted.searched())) {
      return new IndexMismatchException(
          "%s was made with the weights '%s' and is opened with '%s'; open it with those, or with none said, or index into an empty directory"
              .formatted(name, found.searched(), wanted.searched()));
    }
    IndexMismatchException other =
        mismatch(
            name, "vectors of tokens", "lateInteraction(...)", found.tokens(), wanted.tokens());
    if (other == null) {
      other =
          mismatch(name, "sparse weights", "sparseEncoder(...)", found.sparse(), wanted.sparse());
    }
    if (other != null) {
      return other;
    }
    boolean sameVectors =
        Objects.equals(wanted.embedder(), found.embedder())
            && wanted.dimension() == found.dimension();
    if (wanted.embedder() == null
        || (sameVectors && Objects.equals(wanted.store(), found.store()))) {
      return null;
    }
    if (sameVectors) {
      return new IndexMismatchException(
          "%s has its vectors in %s and is opened with them in %s; open it as it was made, or index into an empty directory"
              .formatted(name, place(found.store()), place(wanted.store())));
    }
    return new IndexMismatchException(
        found.embedder() == null
            ? "%s was made without an embedder and is opened with %s; open it without one, or index into an empty directory"
                .formatted(name, wanted.embedder())
            : String.format(
                Locale.ROOT,
                "%s holds vectors of %s (dimension %d) and is opened with %s (dimension %d); open"
                    + " it with the embedder it was made with, or index into an empty directory",
                name,
                found.embedder(),
                found.dimension(),
                wanted.embedder(),
                wanted.dimension()));
  }

  private static @Nullable IndexMismatchException mismatch(
      String name, String what, String option, @Nullable String found, @Nullable String wanted) {
    if (wanted == null || wanted.equals(found)) {
      return null;
    }
    return new IndexMismatchException(
        found == null
            ? "%s was made without %s and is opened with those of %s; open it without %s, or index into an empty directory"
                .formatted(name, what, wanted, option)
            : "%s holds %s of %s and is opened with %s; open it with the model it was made with, or index into an empty directory"
                .formatted(name, what, found, wanted));
  }

  private static String place(@Nullable String store) {
    return store == null ? "itself" : "the store " + store;
  }

  /** The manifest with what searches must fix, committed; it may be asked later, and not undone. */
  private static Manifest scoped(
      String name, IndexWriter writer, Manifest found, @Nullable String wanted) throws IOException {
    Manifest next = scoped(name, found, wanted);
    if (!next.equals(found)) {
      writer.setLiveCommitData(next.toUserData().entrySet());
      writer.commit();
    }
    return next;
  }

  private static Manifest scoped(String name, Manifest found, @Nullable String wanted) {
    if (wanted == null || wanted.equals(found.scope())) {
      return found;
    }
    if (found.scope() != null) {
      throw new IndexMismatchException(
          "%s requires a scope that fixes '%s' and is opened with scopeRequired(\"%s\"); open it with the one it was made with, or index into an empty directory"
              .formatted(name, found.scope(), wanted));
    }
    return found.withScope(wanted);
  }

  private static Manifest started(IndexWriter writer, Manifest manifest) throws IOException {
    writer.deleteAll();
    writer.setLiveCommitData(manifest.toUserData().entrySet());
    writer.commit();
    return manifest;
  }

  private static void giveUp(
      Throwable failure,
      @Nullable ReferenceManager<IndexSearcher> searchers,
      @Nullable IndexWriter writer,
      Directory directory) {
    try {
      IOUtils.close(searchers, writer == null ? null : writer::rollback, directory);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static RuntimeException cannotOpen(String name, Directory directory, Exception e) {
    return switch (e) {
      case IndexException known -> known;
      case IndexNotFoundException none -> notThere(name, none);
      case LockObtainFailedException inUse ->
          new IndexException(
              name
                  + " is in use by another process or by another LuceneIndex of this one; close"
                  + " that first, or share it: one LuceneIndex serves any number of threads; to search"
                  + " what another process writes, use openReadOnly()",
              inUse,
              true);
      case AccessDeniedException denied -> notPermitted(name, denied);
      case IndexFormatTooNewException tooNew when intact(directory) ->
          new IndexException(
              name + " was written by a newer version of Lucene: " + tooNew.getMessage(), tooNew);
      case IndexFormatTooOldException tooOld when intact(directory) ->
          new IndexException(
              name + " was written by an older version of Lucene: " + tooOld.getMessage(), tooOld);
      case IOException io when !damage(io) ->
          new IndexException(name + " cannot be opened: " + io, io);
      default -> corrupt(name, e);
    };
  }

  private static boolean damage(Exception e) {
    return e instanceof CorruptIndexException
        || e instanceof EOFException
        || e instanceof NoSuchFileException
        || e instanceof FileNotFoundException
        || e instanceof IndexFormatTooNewException
        || e instanceof IndexFormatTooOldException;
  }

  /** Whether the file that names the versions is as it was written. */
  private static boolean intact(Directory directory) {
    try (Directory open = reopened(directory)) {
      String file = SegmentInfos.getLastCommitSegmentsFileName(open);
      try (ChecksumIndexInput input = open.openChecksumInput(file)) {
        input.skipBytes(input.length() - CodecUtil.footerLength());
        CodecUtil.checkFooter(input);
        return true;
      }
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static Directory reopened(Directory closed) throws IOException {
    return closed instanceof FSDirectory files ? FSDirectory.open(files.getDirectory()) : closed;
  }

  private static IndexException notPermitted(String name, AccessDeniedException e) {
    return new IndexException(
        "%s cannot be opened: no permission for %s; open() reads and writes, openReadOnly() only reads"
            .formatted(name, e.getFile()),
        e);
  }

  static IndexException notThere(String name, Exception e) {
    return new IndexException(
        name + " is not there, and openReadOnly() makes none; make it with open()", e, true);
  }

  private static IndexCorruptException corrupt(String name, Exception e) {
    return new IndexCorruptException(
        "%s is damaged: %s; restore the directory from a copy, or delete it and index again"
            .formatted(name, Said.by(e)),
        e);
  }

  String name() {
    return name;
  }

  FilterCache filters() {
    return filters;
  }

  SegmentVectors segmentVectors() {
    return segmentVectors;
  }

  Manifest manifest() {
    return searchers instanceof CommitFollower follower ? follower.manifest() : manifest;
  }

  /** The embedder, or a refusal that names what is missing. */
  Embedder embedderFor(String what) {
    Embedder present = encoders.embedder();
    if (present == null) {
      String made = manifest().embedder();
      throw new IndexMismatchException(
          made == null
              ? "%s needs vectors, and %s was made without an embedder; make one with LuceneIndex.open(path, embedder)"
                  .formatted(what, name)
              : "%s needs the embedder %s, which made the vectors of %s; open it with that embedder"
                  .formatted(what, made, name));
    }
    return present;
  }

  /** The embedder that passages must be written with, or null for an index without vectors. */
  @Nullable Embedder embedderForWriting() {
    return manifest.embedder() == null ? null : embedderFor("writing");
  }

  /** What reads a question for its vectors of tokens, or a refusal that names what is missing. */
  TokenReader tokensFor(String what) {
    return present(
        what, "vectors of tokens", "lateInteraction(...)", manifest().tokens(), encoders.tokens());
  }

  /** What passages' vectors of tokens must be written with, or null for an index without them. */
  @Nullable TokenReader tokensForWriting() {
    return manifest.tokens() == null ? null : tokensFor("writing");
  }

  /** What weighs a question's tokens, or a refusal that names what is missing. */
  SparseEncoder sparseFor(String what) {
    return present(
        what, "sparse weights", "sparseEncoder(...)", manifest().sparse(), encoders.sparse());
  }

  /** What passages' sparse weights must be written with, or null for an index without them. */
  @Nullable SparseEncoder sparseForWriting() {
    return manifest.sparse() == null ? null : sparseFor("writing");
  }

  private <T> T present(
      String what, String kept, String option, @Nullable String made, @Nullable T model) {
    if (model == null) {
      throw new IndexMismatchException(
          made == null
              ? "%s needs %s, and %s was made without; make one with LuceneIndex.builder().%s"
                  .formatted(what, kept, name, option)
              : "%s needs the model %s, which made the %s of %s; open it with %s of that model"
                  .formatted(what, made, kept, name, option));
    }
    return model;
  }

  /** The database that has the vectors, or null where the index has them. */
  @Nullable VectorStore vectors() {
    return manifest().store() == null ? null : encoders.store();
  }

  /**
   * What keeps the database of vectors in step while the index is written, or null without one.
   *
   * @throws IndexMismatchException if there is one, and the index was opened without it
   */
  @Nullable VectorLedger ledger(IndexWriter writer, IndexReader before, CallContext context) {
    String made = manifest().store();
    if (made == null) {
      return null;
    }
    VectorStore vectors = encoders.store();
    if (vectors == null) {
      throw new IndexMismatchException(
          "writing needs the store %s, which has the vectors of %s; open it with that store and its embedder"
              .formatted(made, name));
    }
    return new VectorLedger(this, vectors, writer, before, context);
  }

  /** Searches what is there now; the searcher stops by itself when the context says so. */
  <T> T search(CallContext context, Search<T> search) {
    Lifecycle.Lease lease = lifecycle.acquire();
    try {
      context.throwIfStopped();
      IndexSearcher shared = searchers.acquire();
      try {
        return searchWithin(shared, context, search);
      } finally {
        release(shared);
      }
    } catch (IOException e) {
      throw cannotRead(e);
    } finally {
      lease.close();
    }
  }

  /**
   * Gives a view back. Who does so last deletes the files that only it read, and Lucene looks at
   * its lock on that occasion: in interrupted hands the JDK would close the lock, and with it the
   * index to all writers.
   */
  private void release(IndexSearcher view) {
    Interrupts.keptFor(
        () -> {
          try {
            searchers.release(view);
            return view;
          } catch (IOException e) {
            throw cannotRead(e);
          }
        });
  }

  /** Searches a view that the caller holds; the searcher stops when the context says so. */
  <T> T searchWithin(IndexSearcher view, CallContext context, Search<T> search) {
    IndexSearcher searcher = new IndexSearcher(view.getIndexReader());
    searcher.setSimilarity(similarity);
    searcher.setQueryCache(null);
    searcher.setTimeout(context::shouldStop);
    try {
      return search.run(searcher);
    } catch (IOException e) {
      throw cannotRead(e);
    }
  }

  private IndexException cannotRead(IOException e) {
    return e instanceof CorruptIndexException || e instanceof EOFException
        ? corrupt(name, e)
        : new IndexException(name + " cannot be read: " + e, e);
  }

  /**
   * Changes the index, and makes what was changed visible to searches, even if it then fails. An
   * interrupt from before is kept for later: the JDK would close the file that is being written.
   */
  <T> T change(CallContext context, Change<T> change) {
    return Interrupts.keptFor(() -> changeUninterrupted(context, change));
  }

  private <T> T changeUninterrupted(CallContext context, Change<T> change) {
    Lifecycle.Lease lease = lifecycle.acquire();
    boolean interrupted = false;
    try {
      interrupted = lock(context);
      try {
        T result = change.run(writer());
        awaitMerges();
        searchers.maybeRefreshBlocking();
        return result;
      } catch (IOException | RuntimeException e) {
        showWhatWasWritten(e);
        throw cannotWrite(e);
      } finally {
        writing.unlock();
      }
    } finally {
      lease.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Those of several writers, so that they are seen and nothing goes on when a call has ended. */
  private void awaitMerges() throws IOException {
    if (writer().getConfig().getMergeScheduler() instanceof ConcurrentMergeScheduler merges) {
      merges.sync();
      Throwable failure = writer().getTragicException();
      if (failure != null) {
        throw new IOException(failure);
      }
    }
  }

  private void showWhatWasWritten(Exception failure) {
    if (writer().isOpen()) {
      try {
        awaitMerges();
        searchers.maybeRefreshBlocking();
      } catch (IOException | RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /**
   * Waits for its turn as long as the context allows.
   *
   * @return whether there was an interrupt meanwhile, which the caller restores
   */
  private boolean lock(CallContext context) {
    boolean interrupted = false;
    boolean locked = false;
    try {
      while (!locked) {
        context.throwIfStopped();
        try {
          locked = writing.tryLock(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return interrupted;
    } finally {
      if (interrupted && !locked) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RuntimeException cannotWrite(Exception e) {
    if (e instanceof CorruptIndexException) {
      return corrupt(name, e);
    }
    Throwable tragic = writer == null ? null : writer.getTragicException();
    if (e instanceof RuntimeException other && (tragic == null || e instanceof IndexException)) {
      return other;
    }
    Throwable cause = tragic == null ? e : tragic;
    return new IndexWriteException(
        "%s could not be written: %s; what was committed before is safe and can still be searched; mend the cause, close the index, and open it again"
            .formatted(name, Said.by(cause)),
        e);
  }

  /** Makes what was written survive a crash, by the thread that writes. */
  void commit() throws IOException {
    writer().commit();
    searchers.maybeRefreshBlocking();
  }

  private IndexWriter writer() {
    IndexWriter present = writer;
    if (present == null) {
      throw new IllegalStateException(
          name
              + " was opened with openReadOnly() and cannot be changed here; one process opens it"
              + " with open(), and changes it");
    }
    return present;
  }

  /** Searches the latest commit from now on, where others write; whether it is another. */
  boolean refresh() {
    if (!(searchers instanceof CommitFollower follower)) {
      return false; // every change made here is seen already
    }
    return Interrupts.keptFor(
        () -> {
          Lifecycle.Lease lease = lifecycle.acquire();
          try {
            return follower.refresh();
          } catch (IOException | RuntimeException e) {
            throw cannotOpen(name, directory, e);
          } finally {
            lease.close();
          }
        });
  }

  /** Notes a new chunker in the next commit, by the thread that writes. */
  void chunker(String description) {
    if (!description.equals(manifest.chunker())) {
      next(manifest.withChunker(description));
    }
  }

  /** Notes for the next commit what the source was read by and what of it could not be read. */
  void source(SortedMap<String, String> readers, List<ReadProblem> problems) {
    Manifest next = manifest.withSource(readers, problems);
    if (!next.equals(manifest)) {
      next(next);
    }
  }

  private void next(Manifest next) {
    writer().setLiveCommitData(next.toUserData().entrySet());
    manifest = next;
  }

  /** A view for the thread that writes, of all that was written before this call. */
  <T> T view(Search<T> search) throws IOException {
    searchers.maybeRefreshBlocking();
    IndexSearcher shared = searchers.acquire();
    try {
      return search.run(shared);
    } finally {
      release(shared);
    }
  }

  /** Reads all files, of what is searched now and of the last commit, and compares checksums. */
  void verify(CallContext context) {
    if (writer == null) {
      search(context, searcher -> verify(searcher, context));
      return;
    }
    change(
        context,
        writer -> {
          try {
            return view(searcher -> verify(searcher, context));
          } catch (IOException e) {
            throw cannotRead(e);
          }
        });
  }

  private int verify(IndexSearcher searcher, CallContext context) throws IOException {
    verify(searcher.getIndexReader(), null, context);
    SegmentInfos commit = SegmentInfos.readLatestCommit(directory);
    for (String file : commit.files(true)) {
      context.throwIfStopped();
      try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
        CodecUtil.checksumEntireFile(input);
      } catch (FileNotFoundException | NoSuchFileException e) {
        if (SegmentInfos.getLastCommitGeneration(directory) == commit.getGeneration()) {
          throw e;
        } // else another process has committed since, and deleted what it needs no longer
      }
    }
    return 0;
  }

  /**
   * Reads the segments of a view and compares them with their checksums, but for those that another
   * view has as well.
   */
  static void verify(IndexReader view, @Nullable IndexReader other, CallContext context)
      throws IOException {
    Set<IndexReader.CacheKey> known = new HashSet<>();
    if (other != null) {
      other.leaves().forEach(leaf -> known.add(segment(leaf)));
    }
    for (LeafReaderContext leaf : view.leaves()) {
      if (!known.contains(segment(leaf))) {
        context.throwIfStopped();
        ((CodecReader) leaf.reader()).checkIntegrity();
      }
    }
  }

  /** What stays the same when passages of a segment are deleted. */
  private static IndexReader.CacheKey segment(LeafReaderContext leaf) {
    return leaf.reader().getCoreCacheHelper().getKey();
  }

  IndexSize size() {
    return search(
        CallContext.unbounded(),
        searcher -> {
          IndexReader reader = searcher.getIndexReader();
          int records = searcher.count(new FieldExistsQuery(PassageFields.HASH));
          return new IndexSize(documents(reader), reader.numDocs() - records);
        });
  }

  private static int documents(IndexReader reader) throws IOException {
    Terms terms = MultiTerms.getTerms(reader, PassageFields.DOCUMENT);
    if (terms == null) {
      return 0;
    }
    int count = 0;
    Bits live = MultiBits.getLiveDocs(reader);
    TermsEnum ids = terms.iterator();
    PostingsEnum postings = null;
    while (ids.next() != null) {
      postings = ids.postings(postings, PostingsEnum.NONE);
      int doc = Records.firstLive(postings, live);
      count += doc == DocIdSetIterator.NO_MORE_DOCS ? 0 : 1;
    }
    return count;
  }

  /**
   * What tells this index from one that may answer otherwise: the sum of the fingerprints of its
   * passages, their number, and how many deleted ones still count in the statistics of BM25 (until
   * Lucene merges them away). Reads every fingerprint once after each change.
   */
  String identity() {
    return search(
        CallContext.unbounded(),
        searcher -> {
          DirectoryReader reader = (DirectoryReader) searcher.getIndexReader();
          Identity known = identity;
          // Not its version: that of an index that was made anew counts from the start.
          IndexReader.CacheKey view = reader.getReaderCacheHelper().getKey();
          if (known == null || !known.view().equals(view)) {
            known = new Identity(view, identity(reader));
            identity = known;
          }
          return known.text();
        });
  }

  private static String identity(IndexReader reader) throws IOException {
    long sum = 0;
    int passages = 0;
    int deleted = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      NumericDocValues values = leaf.reader().getNumericDocValues(PassageFields.FINGERPRINT);
      Bits live = leaf.reader().getLiveDocs();
      if (values != null) {
        for (int doc = values.nextDoc();
            doc != DocIdSetIterator.NO_MORE_DOCS;
            doc = values.nextDoc()) {
          if (live == null || live.get(doc)) {
            sum += values.longValue();
            passages++;
          } else {
            deleted++;
          }
        }
      }
    }
    String text = HexFormat.of().toHexDigits(sum) + "/" + passages;
    return deleted == 0 ? text : text + "-" + deleted;
  }

  /** Commits and releases everything; what was not committed because writing failed is lost. */
  void close() {
    if (writing.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          name
              + " cannot be closed from within a call that writes it, such as by the listener of a"
              + " sync; close it when that call has returned (to stop a sync, cancel its context)");
    }
    lifecycle.close(() -> Interrupts.keptFor(this::release));
  }

  private boolean release() {
    if (writer != null && !writer.isOpen()) {
      logger.warn("{} is closed as of its last commit, since writing it failed", name);
    }
    try {
      IOUtils.close(searchers, writer, directory);
      return true;
    } catch (IOException | RuntimeException e) {
      throw cannotWrite(e);
    }
  }
}
