package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.index.IndexException;
import dev.ragwright.index.IndexSize;
import dev.ragwright.index.PassageIndex;
import dev.ragwright.index.SyncProgress;
import dev.ragwright.index.SyncReport;
import dev.ragwright.lifecycle.Interrupts;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.sync.IndexSync;
import dev.ragwright.retrievers.sync.SyncTarget;
import dev.ragwright.retrievers.sync.Utf16;
import dev.ragwright.retrievers.vectors.TokenReader;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Passages in a Lucene index, in memory or in a directory, found by their words ({@link #bm25}), by
 * their vectors ({@link #knn}), by both ({@link #hybrid}), or by the vectors of their tokens
 * ({@link #lateInteraction()}).
 *
 * <pre>{@code
 * try (LuceneIndex index = LuceneIndex.open(Path.of("index"), embedder)) {
 *   SyncReport report = index.sync(source, Chunkers.markdown(300)); // embeds only what changed
 *   Retrieval hits = index.hybrid().retrieve("rotate the signing key", 10);
 * }
 * }</pre>
 *
 * <p>It owns its files and one writer, so a directory can be open once at a time, in one process.
 * Any number of others can read it meanwhile ({@link Builder#openReadOnly}). The embedder is the
 * caller's and stays open. Safe for use by several threads: searches go on while one thread writes,
 * and see each call's changes when it returns; other writers wait for their turn.
 *
 * <p>A directory index survives a crash as of its last commit: the latest {@link #commit}, end of a
 * sync, or interval within one. It remembers its analyzer and embedder and refuses others.
 *
 * <p>Searches do not mind an interrupt of their thread. Opening, writing and closing keep one from
 * before for later, but mind one in their midst: the JDK closes a file under an interrupted writer,
 * and the call fails with {@link IndexWriteException}. To stop a sync, cancel its context.
 *
 * <p>Scores of BM25 depend on how many passages there are and how long they are; a deleted or
 * replaced one counts in that until Lucene merges its segment. So an index that was changed often
 * may score a little otherwise than a fresh one of the same passages; the same calls in the same
 * order give the same index, unless {@linkplain Builder#commitEvery(Duration) time} parts them.
 *
 * <p>Every method throws {@link IllegalStateException} after {@link #close}.
 */
public final class LuceneIndex implements PassageIndex {
  private final IndexStore store;
  private final Builder settings;
  private final Languages.Choice words;

  private LuceneIndex(IndexStore store, Builder settings, Languages.Choice words) {
    this.store = store;
    this.settings = settings;
    this.words = words;
  }

  /** An empty index of words in memory. */
  public static LuceneIndex inMemory() {
    return builder().open();
  }

  /** An empty index of words and vectors in memory. */
  public static LuceneIndex inMemory(Embedder embedder) {
    return builder().embedder(embedder).open();
  }

  /**
   * Opens the index in a directory, or creates it. If it has vectors, it can be searched by words
   * and deleted from without its embedder, but not added to.
   *
   * @throws IndexMismatchException if it was made with another analyzer or in another format
   * @throws IndexCorruptException if files are damaged or missing
   * @throws IndexException if it is in use, or the path is not a directory that can be written
   */
  public static LuceneIndex open(Path directory) {
    return builder().directory(directory).open();
  }

  /**
   * Opens the index in a directory, or creates it, with the embedder that makes its vectors.
   *
   * @throws IndexMismatchException if it was made with another embedder, without one, with another
   *     analyzer, or in another format
   * @throws IndexCorruptException if files are damaged or missing
   * @throws IndexException if it is in use, or the path is not a directory that can be written
   * @throws IllegalArgumentException if the embedder's description is opaque
   */
  public static LuceneIndex open(Path directory, Embedder embedder) {
    return builder().directory(directory).embedder(embedder).open();
  }

  /** All settings, at their defaults: an index of words in memory. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Adds passages; one whose id is there already replaces it. Embeds them in batches, between which
   * it can be stopped: what was added before stays. Commits only at intervals: see {@link
   * #commit()}.
   *
   * @return what embedding took
   * @throws IndexMismatchException if the index has vectors and was opened without an embedder
   * @throws IndexWriteException if it cannot be written; an unknown part of the passages was added
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @Override
  public Usage addAll(Iterable<Passage> passages, CallContext context) {
    return addAll(passages.iterator(), context);
  }

  /** {@link #addAll(Iterable)}; closes the stream. */
  public Usage addAll(Stream<Passage> passages) {
    try (passages) {
      return addAll(passages.iterator(), CallContext.unbounded());
    }
  }

  private Usage addAll(Iterator<Passage> passages, CallContext context) {
    return store.change(
        context,
        writer ->
            store.view(
                before -> {
                  IndexReader reader = before.getIndexReader();
                  try (PassageWriter batches = passageWriter(writer, reader, context)) {
                    write(passages, reader, writer, batches);
                    return batches.usage();
                  }
                }));
  }

  private PassageWriter passageWriter(IndexWriter writer, IndexReader before, CallContext context) {
    return new PassageWriter(
        store,
        writer,
        before,
        context,
        settings.writers,
        settings.commitInterval(),
        settings.commitNanos());
  }

  private static void write(
      Iterator<Passage> passages, IndexReader before, IndexWriter writer, PassageWriter batches)
      throws IOException {
    Set<String> touched = new HashSet<>();
    List<Passage> batch = new ArrayList<>(PassageWriter.BATCH);
    Passage next = passages.hasNext() ? passages.next() : null;
    while (next != null) {
      Passage last = next;
      batch.add(last);
      next = passages.hasNext() ? passages.next() : null;
      if (next == null || (batch.size() >= PassageWriter.BATCH && !batches.together(last, next))) {
        List<Document> fields = batches.fields(batch, () -> {});
        send(batch, before, batches);
        WriterThreads.Batch writes = batches.threads().batch();
        for (int i = 0; i < batch.size(); i++) {
          Passage passage = batch.get(i);
          Document document = fields.get(i);
          Term id = new Term(PassageFields.ID, Utf16.encode(passage.id()));
          writes.add(passage.id(), () -> writer.updateDocument(id, document));
          String documentId = passage.documentId();
          if (hasHash(before, documentId) && touched.add(documentId)) {
            writes.add(documentId, () -> forgetHash(writer, documentId));
          }
        }
        writes.write();
        batches.wrote(batch.size());
        batch.clear();
      }
    }
    batches.threads().await();
  }

  /** Gives the database of vectors, where there is one, a batch that was embedded. */
  private static void send(List<Passage> batch, IndexReader before, PassageWriter batches)
      throws IOException {
    VectorLedger ledger = batches.ledger();
    if (ledger != null) {
      batches.threads().await(); // announcing commits
      announce(ledger, before, batch);
      batches.send(ledger, Set.of());
    }
  }

  /** Announces changes one by one of documents that a sync has put there. */
  private static void announce(
      VectorLedger ledger, IndexReader before, Collection<Passage> passages) throws IOException {
    Map<String, Set<String>> announced = new TreeMap<>();
    for (Passage passage : passages) {
      String document = passage.documentId();
      if (!announced.containsKey(document)
          && Records.hash(before, Utf16.encode(document)) != null) {
        announced.put(document, ledger.idsOf(document));
      }
      announced.computeIfPresent(
          document,
          (key, ids) -> {
            ids.add(passage.id());
            return ids;
          });
    }
    ledger.announce(announced);
  }

  /** Makes the next sync cut the document anew, because its passages were changed one by one. */
  private static void forgetHash(IndexWriter writer, String documentId) throws IOException {
    writer.updateDocument(
        new Term(PassageFields.RECORD, Utf16.encode(documentId)),
        PassageFields.record(documentId, new BytesRef()));
  }

  /** Whether the next sync would keep the document without cutting it. */
  private static boolean hasHash(IndexReader before, String documentId) throws IOException {
    BytesRef hash = Records.hash(before, Utf16.encode(documentId));
    return hash != null && hash.length > 0;
  }

  /**
   * Makes the index hold the documents of the source: new ones are cut, embedded and added, changed
   * ones replaced, each as a whole, and those that an earlier sync added and the source no longer
   * has are deleted. One whose text, metadata and chunker are as they were is neither cut nor
   * embedded. Of one that was changed, passages whose {@link Passage#searchText} one of its
   * passages had before keep that one's vector, to the bit, wherever they are now; in a {@linkplain
   * Builder#vectorStore store} all are embedded again. One that the source cannot read is kept as
   * it is, and so are those below a folder that it cannot list. Passages of {@link #addAll} are
   * kept, unless the source has a document of their id.
   *
   * <p>Commits at intervals and at the end. When it fails or is stopped, what it has written stays
   * and nothing is deleted; the next sync does the rest. It fails where the source no longer has
   * more of the documents than it {@linkplain DocumentSource#removableShare() may remove}, which is
   * any but all of them unless it says otherwise.
   *
   * @param listener told on the calling thread: after each call of the embedder, each batch and
   *     each commit, and once a second while documents are read that are as they were
   * @throws IllegalArgumentException if the chunker's description is opaque, the source gives a
   *     document twice, or the chunker names two passages alike
   * @throws IndexMismatchException if the index has vectors and was opened without an embedder
   * @throws IndexWriteException if it cannot be written
   * @throws dev.ragwright.index.RemovalRefusedException if more would be deleted than the source
   *     may remove; nothing was
   * @throws dev.ragwright.document.DocumentReadException if the source cannot go on
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @Override
  public SyncReport sync(
      DocumentSource source,
      Chunker chunker,
      CallContext context,
      Consumer<SyncProgress> listener) {
    IndexSync.checkNamed(chunker);
    return store.change(
        context,
        writer ->
            store.view(
                before -> {
                  try (PassageWriter passages =
                      passageWriter(writer, before.getIndexReader(), context)) {
                    String chunkerName = chunker.description().toString();
                    SyncTarget target =
                        new LuceneSync(store, writer, before, chunkerName, passages);
                    return new IndexSync(target, chunker, context, listener).run(source);
                  }
                }));
  }

  /**
   * The terms of a text in its order, as the index's language makes them of texts and queries: what
   * a search by words compares. For stages that compare words of their own, so that one language
   * tag decides for all.
   */
  @Override
  public List<String> terms(String text) {
    return allByWords().words(text);
  }

  /**
   * The passages of a document, by place, ties by id; empty if it is not indexed. Unmodifiable. For
   * looking up what a search could find, and showing what stands around a passage.
   */
  @Override
  public List<Passage> passages(String documentId) {
    refuseWithoutScope("passages()");
    return allOf(documentId);
  }

  List<Passage> allOf(String documentId) {
    Term term = new Term(PassageFields.DOCUMENT, Utf16.encode(documentId));
    return store.search(
        CallContext.unbounded(),
        searcher -> {
          Query document =
              new BooleanQuery.Builder()
                  .add(new TermQuery(term), BooleanClause.Occur.FILTER)
                  .add(new FieldExistsQuery(PassageFields.FINGERPRINT), BooleanClause.Occur.FILTER)
                  .build();
          PassageReader reader = new PassageReader(searcher.getIndexReader());
          List<Passage> passages = new ArrayList<>();
          for (ScoreDoc doc : searcher.search(document, Integer.MAX_VALUE).scoreDocs) {
            passages.add(reader.read(doc.doc));
          }
          passages.sort(Comparator.comparingInt(Passage::start).thenComparing(Passage::id));
          return List.copyOf(passages);
        });
  }

  /**
   * Deletes all passages of a document; nothing happens if there are none.
   *
   * @throws IndexMismatchException if the index has its vectors in a store and was opened without
   *     it; so do the other methods that write
   */
  @Override
  public void delete(String documentId) {
    CallContext context = CallContext.unbounded();
    Term document = new Term(PassageFields.DOCUMENT, Utf16.encode(documentId));
    store.change(
        context,
        writer ->
            store.view(
                before -> {
                  IndexReader reader = before.getIndexReader();
                  VectorLedger ledger = store.ledger(writer, reader, context);
                  if (ledger != null) {
                    Set<String> ids = ledger.idsOf(documentId);
                    if (Records.hash(reader, document.bytes()) != null) {
                      ledger.announce(Map.of(documentId, ids));
                    }
                    ledger.delete(ids);
                  }
                  return writer.deleteDocuments(document);
                }));
  }

  /** Deletes passages; nothing happens for ids that are not there. */
  @Override
  public void deletePassages(Collection<String> ids) {
    CallContext context = CallContext.unbounded();
    store.change(
        context,
        writer ->
            store.view(
                before -> {
                  IndexReader reader = before.getIndexReader();
                  List<Passage> there = new ArrayList<>();
                  for (String id : new TreeSet<>(ids)) {
                    Passage passage = Records.passage(reader, id);
                    if (passage != null) {
                      there.add(passage);
                    }
                  }
                  VectorLedger ledger = store.ledger(writer, reader, context);
                  if (ledger != null) {
                    announce(ledger, reader, there);
                    ledger.delete(there.stream().map(Passage::id).toList());
                  }
                  for (Passage passage : there) {
                    if (hasHash(reader, passage.documentId())) {
                      forgetHash(writer, passage.documentId());
                    }
                    writer.deleteDocuments(new Term(PassageFields.ID, Utf16.encode(passage.id())));
                  }
                  return there.size();
                }));
  }

  /**
   * Makes all that was written survive a crash; does nothing if it already does.
   *
   * @throws IndexWriteException if it cannot be written
   */
  public void commit() {
    store.change(
        CallContext.unbounded(),
        writer -> {
          store.commit();
          return 0;
        });
  }

  /**
   * Merges all passages into one segment without the deleted ones, and commits. An index needs no
   * such care: it merges as it grows. It pays before an index is copied to where it is only read,
   * and after many deletions: until Lucene merges them away, passages that were deleted or replaced
   * take room and count in the statistics by which {@link #bm25} weighs a word as rare, though they
   * are never found. Needs the room of the index once more while it runs, and the time of copying
   * it; searches go on.
   *
   * @throws IndexWriteException if it cannot be written
   */
  public void compact() {
    store.change(
        CallContext.unbounded(),
        writer -> {
          writer.forceMerge(1);
          store.commit();
          return 0;
        });
  }

  /**
   * Reads every file of the index and compares it with the checksum that was written with it, as
   * {@link Builder#open} does unless {@linkplain Builder#verifyAtOpen told otherwise}: for what was
   * damaged since. Takes as long as reading the files does. Searches go on meanwhile, changes wait.
   * A store of vectors is not looked at.
   *
   * @throws IndexCorruptException if a file is damaged, which the message names
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile; it is
   *     asked between two files
   */
  public void verify(CallContext context) {
    store.verify(context);
  }

  /** {@link #verify(CallContext)} without a limit. */
  public void verify() {
    verify(CallContext.unbounded());
  }

  /**
   * Follows the process that writes the index, where this one was opened with {@link
   * Builder#openReadOnly}: searches that begin later read its latest commit. Those that run keep
   * what they read. Costs little when nothing was committed. An index that was opened to be written
   * shows its own changes without this.
   *
   * @return whether there was a commit since the opening, or since the last time
   * @throws IndexMismatchException if the index is now one that the opening would refuse; searches
   *     go on as before, and so they do with the others
   * @throws IndexCorruptException if files are damaged or missing
   * @throws IndexException if the index is not there any more; {@linkplain IndexException#retryable
   *     retryable}, since it may be about to be made anew
   */
  public boolean refresh() {
    return store.refresh();
  }

  /** Whether its passages have vectors, which its first opening decided. */
  @Override
  public boolean hasVectors() {
    return store.manifest().embedder() != null;
  }

  /** How much a search would look at now. Reads all document ids. */
  @Override
  public IndexSize size() {
    return store.size();
  }

  /**
   * Passages by their words: Okapi BM25 over {@link Passage#searchText}. Scores are positive and
   * unbounded. A query without a word in it finds nothing; terms beyond Lucene's bound on the
   * clauses of a query (1,024) are left out, the last first, and counted as {@link
   * Usage#DROPPED_TERMS}.
   */
  @Override
  public Retriever bm25() {
    refuseWithoutScope("bm25()");
    return allByWords();
  }

  Bm25Retriever allByWords() {
    return new Bm25Retriever(
        store,
        words.analyzer(),
        settings.k3,
        described("bm25")
            .with("analyzer", words.name())
            .with("weights", store.manifest().searched())
            .with("k1", settings.k1)
            .with("b", settings.b)
            .with("k3", settings.k3));
  }

  /**
   * Passages by their vectors. Scores are cosines in [-1, 1], by {@link
   * dev.ragwright.retrieve.Embeddings#dot}: equal vectors give equal bits, wherever and in whatever
   * segment they are. A blank query finds nothing; any other finds as many as are asked for,
   * however far they are. Up to 20,000 passages, counted behind the filter, the search is exact;
   * beyond, it is an approximate search of graphs, unless {@link Builder#vectors} says otherwise.
   * The first search of a segment without a graph reads its vectors and takes longer than later
   * ones; what it prepares is held in the heap: a byte for each number of each vector. Where the
   * vectors are in a {@linkplain Builder#vectorStore store}, that is searched, as {@link
   * StoreRetriever} does, and passages are read here.
   *
   * @throws IndexMismatchException if the index has no vectors or was opened without its embedder
   */
  @Override
  public Retriever knn() {
    refuseWithoutScope("knn()");
    return allByVectors();
  }

  Retriever allByVectors() {
    Embedder embedder = store.embedderFor("knn()");
    VectorStore vectors = store.vectors();
    return vectors == null
        ? new KnnRetriever(
            store,
            embedder,
            settings.vectorSearch,
            settings.vectorSearch.equals(VectorSearch.bySize())
                ? described("knn")
                : described("knn").with("vectors", settings.vectorSearch))
        : new StoreKnnRetriever(
            store,
            settings.storeSearch.apply(StoreRetriever.builder(vectors, embedder)),
            described("knn"));
  }

  /**
   * {@link #rm3(int, int, double)} with 5 passages, 20 terms and a weight of 0.9. On five sets of
   * judged questions, on which these numbers were chosen before titles were searched, nDCG@10 rises
   * on one and is not told apart on four, and recall@100 rises on three (the guide has the table).
   */
  public Retriever rm3() {
    refuseWithoutScope("rm3()");
    return allByRm3();
  }

  Retriever allByRm3() {
    return allByRm3(5, 20, 0.9);
  }

  /**
   * {@link #bm25} that learns words from what it finds (RM3, pseudo-relevance feedback): it
   * searches, takes the terms that tell most about the first passages, and searches by them and the
   * question's own. Both searches are held to the request's filter. Scores are positive and have no
   * scale in common with those of {@link #bm25}. The trace has the terms and what they weigh; the
   * passages are counted as {@link Usage#FEEDBACK_PASSAGES}, and each is analysed once more. A word
   * of more than a tenth of all passages is not taken, so an index of fewer than ten teaches
   * nothing.
   *
   * @param passages how many of the first passages to learn from
   * @param terms how many terms to take from them
   * @param weight the question's share, in [0, 1]: 1 is BM25
   * @throws IllegalArgumentException if a number is out of range
   */
  public Retriever rm3(int passages, int terms, double weight) {
    refuseWithoutScope("rm3(...)");
    return allByRm3(passages, terms, weight);
  }

  Retriever allByRm3(int passages, int terms, double weight) {
    return new Rm3Retriever(allByWords(), Feedback.words(passages, weight), terms);
  }

  /**
   * {@link #rocchio(int, double)} with 1 passage and a weight of 0.2. On five sets nDCG@10 rose on
   * one and was not told apart on four. More passages or more weight lost on some of them (the
   * guide has the table).
   */
  public Retriever rocchio() {
    refuseWithoutScope("rocchio()");
    return allByRocchio();
  }

  Retriever allByRocchio() {
    return allByRocchio(1, 0.2);
  }

  /**
   * {@link #knn} that learns a vector from what it finds (Rocchio, pseudo-relevance feedback): it
   * searches, moves the question's vector towards the mean of those of the first passages, and
   * searches once more. Both searches are held to the request's filter. Scores are cosines to the
   * moved vector, so a threshold for {@link #knn} does not fit them. The passages are counted as
   * {@link Usage#FEEDBACK_PASSAGES}; nothing is embedded but the question.
   *
   * @param passages how many of the first passages to learn from
   * @param weight of their mean beside the question's vector, which has 1; finite and {@code >= 0}
   * @throws IllegalArgumentException if a number is out of range
   * @throws IndexMismatchException if the index has no vectors, was opened without its embedder, or
   *     has its vectors in a store, which need not give them back
   */
  public Retriever rocchio(int passages, double weight) {
    refuseWithoutScope("rocchio(...)");
    return allByRocchio(passages, weight);
  }

  Retriever allByRocchio(int passages, double weight) {
    Feedback feedback = Feedback.vectors(passages, weight);
    store.embedderFor("rocchio()");
    if (allByVectors() instanceof KnnRetriever vectors) {
      return new RocchioRetriever(vectors, feedback);
    }
    throw new IndexMismatchException(
        "rocchio() reads vectors of passages, and %s has them in a store; use knn() or rm3(), or an index that has its vectors itself"
            .formatted(store.name()));
  }

  /**
   * Both of {@link #bm25} and {@link #knn}, fused by reciprocal rank.
   *
   * @throws IndexMismatchException if the index has no vectors or was opened without its embedder
   */
  @Override
  public Retriever hybrid() {
    refuseWithoutScope("hybrid()");
    return allByBoth();
  }

  Retriever allByBoth() {
    store.embedderFor("hybrid()");
    RankFusion fusion = RankFusion.reciprocalRank(settings.fusionK);
    Bm25Retriever words = allByWords();
    Retriever vectors = allByVectors();
    return vectors instanceof IndexRetriever here
        ? new HybridRetriever(store, fusion, settings.fusionDepth, words, here)
        : Retrievers.fuse(fusion, settings.fusionDepth, words, vectors);
  }

  /**
   * Passages by the weights of a {@linkplain Builder#sparseEncoder sparse encoder}: the dot product
   * of a passage's and the question's, which is positive and has no bound. A passage that has none
   * of the question's tokens is not found. Weights of passages are kept with 9 significant bits, so
   * a score is off by at most 1/256 of itself. Tokens of the question beyond Lucene's bound on the
   * clauses of a query (1,024) are left out, the lightest first, and counted as {@link
   * Usage#DROPPED_TERMS}. To search by words or vectors too, {@linkplain
   * dev.ragwright.retrieve.Retrievers#fuse fuse} it with those.
   *
   * @throws IndexMismatchException if the index was made without a sparse encoder or was opened
   *     without it
   */
  public Retriever sparse() {
    refuseWithoutScope("sparse()");
    return allBySparse();
  }

  Retriever allBySparse() {
    return new SparseRetriever(store, store.sparseFor("sparse()"), described("sparse"));
  }

  /**
   * {@link #lateInteraction(Retriever, int)} over the first 200 of {@link #hybrid}, or of {@link
   * #bm25} where the index has no vectors of whole passages.
   */
  public Retriever lateInteraction() {
    refuseWithoutScope("lateInteraction()");
    return allByTokens();
  }

  Retriever allByTokens() {
    return allByTokens(hasVectors() ? allByBoth() : allByWords(), 200);
  }

  /**
   * Passages by late interaction: those that a search finds first, in the order of the vectors of
   * their tokens, which the index keeps. The same scores and order as {@link LateInteraction} gives
   * the same passages, to the last bit, but it reads no text of them: what a question costs is
   * reading it, the search, and comparing its vectors with those of the candidates.
   *
   * <p>At least as many candidates are taken as are asked for. One that the index does not have, or
   * no longer, is not found. The trace has a record of the search, and one of the comparison.
   *
   * @param first what finds the candidates; a search of this index reads only those that are
   *     returned
   * @param candidates how many
   * @throws IndexMismatchException if the index was not {@linkplain Builder#lateInteraction made}
   *     to keep vectors of tokens, or was opened without their model
   * @throws IllegalArgumentException if {@code candidates < 1}
   */
  public Retriever lateInteraction(Retriever first, int candidates) {
    refuseWithoutScope("lateInteraction(...)");
    return allByTokens(first, candidates);
  }

  Retriever allByTokens(Retriever first, int candidates) {
    return new LateInteractionRetriever(
        store,
        store.tokensFor("lateInteraction()"),
        Objects.requireNonNull(first, "first"),
        candidates);
  }

  /**
   * Spells a question by the words of the passages: one that none of them has, of four characters
   * or more and without a digit, is replaced by the nearest that one has with the same first
   * character: one character more, less or other, or two that changed places; from six characters
   * on, two such edits. Of equally near words that of most passages is taken. Terms are compared,
   * which are stems in most languages, so an ending that is misspelt may hide its word. A question
   * whose words are all known stays as it is. The trace has what was changed.
   *
   * <p>A word that no passage has may be right, and then this takes it away. Of questions that are
   * spelt right nDCG@10 is told apart on none of five sets, by words, by vectors and by both, and
   * mostly a little lower; of misspelt ones it rises by up to .094 by words (the guide has the
   * table). Models that read pieces of words mind a slip less, so it suits words best.
   */
  public QueryExpander spelling() {
    refuseWithoutScope("spelling()");
    return spellingWithin(Filter.all());
  }

  QueryExpander spellingWithin(Filter scope) {
    return new SpellingExpander(store, words.analyzer(), scope);
  }

  /**
   * Adds a query to a question without a model: the half of its words, in their order, that the
   * fewest passages have. It loses: nDCG@10 fell on three of five sets by words, on four of five by
   * vectors and on two of five by both, and rose on none (the guide has the table). It is here for
   * comparison: an expander that asks a model has to be better than this.
   */
  public QueryExpander keywords() {
    refuseWithoutScope("keywords()");
    return allKeywords();
  }

  QueryExpander allKeywords() {
    return new KeywordExpander(store, words.analyzer());
  }

  /**
   * Why a passage is found where it is, or is not, by {@link #hybrid}, or by {@link #bm25} where
   * the index has no vectors: its place among all passages by words and by vectors, what each word
   * of the question gives, and where it is when both are fused. Ranks every passage, so it takes as
   * long as reading them in order; for people who ask why, not for each answer.
   *
   * @throws IndexMismatchException if the index has vectors and was opened without its embedder
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   */
  public Explanation explain(RetrievalRequest request, String passageId, CallContext context) {
    refuseWithoutScope("explain(...)");
    return explain(request, passageId, context, Filter.all());
  }

  Explanation explain(
      RetrievalRequest request, String passageId, CallContext context, Filter scope) {
    return new Explainer(
            store,
            allByWords(),
            hasVectors() ? allByVectors() : null,
            RankFusion.reciprocalRank(settings.fusionK),
            settings.fusionDepth,
            scope)
        .explain(request, passageId, context);
  }

  /** {@link #explain(RetrievalRequest, String, CallContext)} of a search for ten passages. */
  public Explanation explain(String question, String passageId) {
    return explain(RetrievalRequest.of(question, 10), passageId, CallContext.unbounded());
  }

  /**
   * What a filter accepts of this index: whatever is then asked, no other passage is found. For
   * tenants who share an index, so that no request can forget whose it is.
   *
   * @throws IllegalArgumentException if the index {@linkplain Builder#scopeRequired requires} a key
   *     that the filter does not fix: by {@link Filter#is} or {@link Filter#in}, alone or beside
   *     other conditions, or in each of several alternatives
   */
  public ScopedIndex scopedTo(Filter scope) {
    String required = store.manifest().scope();
    if (required != null && !ScopedIndex.fixes(scope, required)) {
      throw new IllegalArgumentException(
          "%s requires a scope that fixes '%s', and %s does not; add Filter.is(\"%s\", ...)"
              .formatted(store.name(), required, scope, required));
    }
    return new ScopedIndex(this, Objects.requireNonNull(scope, "scope"));
  }

  private void refuseWithoutScope(String what) {
    String required = store.manifest().scope();
    if (required != null) {
      throw new IllegalStateException(
          "%s is refused: %s requires a scope that fixes '%s'; use scopedTo(Filter.is(\"%s\", ...)).%s"
              .formatted(what, store.name(), required, required, what));
    }
  }

  /**
   * What the source of the latest sync that ended could not read, in its order: documents that are
   * not in the index, or not as they are now, and parts that documents in it lack. At most the
   * first 10,000; unmodifiable.
   */
  @Override
  public List<ReadProblem> problems() {
    return store.manifest().problems();
  }

  IndexStore store() {
    return store;
  }

  private StageDescription described(String name) {
    StageDescription description = StageDescription.of("retriever", name);
    String chunker = store.manifest().chunker();
    return chunker == null ? description : description.with("chunker", chunker);
  }

  /**
   * Commits and releases the files. Waits for running calls, refuses new ones, and does nothing the
   * second time.
   *
   * @throws IndexWriteException if the last commit fails; the files are released all the same
   * @throws IllegalStateException from within a call that writes, such as by the listener of a sync
   */
  @Override
  public void close() {
    store.close();
  }

  /** For people: where it is. */
  @Override
  public String toString() {
    return store.name();
  }

  /** Settings of an index. Not safe for use by several threads. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private @Nullable Path path;
    private @Nullable Directory directory;
    private @Nullable Embedder embedder;
    private @Nullable VectorStore vectorStore;
    private UnaryOperator<StoreRetriever.Builder> storeSearch = UnaryOperator.identity();
    private @Nullable TokenReader tokens;
    private @Nullable SparseEncoder sparse;
    private @Nullable String scope;
    private Languages.@Nullable Choice words;
    private SearchedText searched = SearchedText.usual();
    private float k1 = 1.5f;
    private float b = 0.75f;
    private double k3 = Double.POSITIVE_INFINITY;
    private int fusionK = 60;
    private int fusionDepth = 100;
    private int commitInterval; // 0: what fits what is indexed
    private Duration commitTime = Duration.ofSeconds(30);
    private VectorSearch vectorSearch = VectorSearch.bySize();
    private double ramBufferMegabytes = 64;
    private int writers = 1;
    private boolean verified = true;

    private Builder() {}

    private Builder(Builder other) {
      this.path = other.path;
      this.directory = other.directory;
      this.embedder = other.embedder;
      this.vectorStore = other.vectorStore;
      this.storeSearch = other.storeSearch;
      this.tokens = other.tokens;
      this.sparse = other.sparse;
      this.scope = other.scope;
      this.words = other.words;
      this.searched = other.searched;
      this.k1 = other.k1;
      this.b = other.b;
      this.k3 = other.k3;
      this.fusionK = other.fusionK;
      this.fusionDepth = other.fusionDepth;
      this.commitInterval = other.commitInterval;
      this.commitTime = other.commitTime;
      this.vectorSearch = other.vectorSearch;
      this.ramBufferMegabytes = other.ramBufferMegabytes;
      this.writers = other.writers;
      this.verified = other.verified;
    }

    /** Keeps the index in a directory, which is created if need be, instead of in memory. */
    public Builder directory(Path directory) {
      this.path = directory;
      return this;
    }

    /** A Lucene directory of a test's own. */
    Builder directory(Directory directory) {
      this.directory = directory;
      return this;
    }

    /** What makes the vectors, of passages and of queries. It stays the caller's to close. */
    public Builder embedder(Embedder embedder) {
      this.embedder = embedder;
      return this;
    }

    /** {@link #vectorStore(VectorStore, UnaryOperator)}, searched as it is by default. */
    public Builder vectorStore(VectorStore store) {
      return vectorStore(store, UnaryOperator.identity());
    }

    /**
     * Keeps the vectors in a database instead of the index, which has the words, the passages and
     * what a sync remembers. Whatever changes the index changes the database first; when that
     * fails, the call fails with {@link dev.ragwright.store.StoreException}, the index knows which
     * documents were in work, and the next sync does the rest; what {@link LuceneIndex#addAll} or a
     * deletion was called for is to be called for again. What the database has and the index does
     * not know is never found. A passage whose vector is all zeros is found by its words only.
     *
     * <p>The index remembers the store's description and refuses another. A collection is best left
     * to one index, which is kept in a directory: others must not change its entries, and an index
     * that begins anew does not know of those that an earlier one has left there. It stays the
     * caller's to close.
     *
     * @param search changes how it is searched, such as {@code search -> search.filtersHere(true)}
     */
    public Builder vectorStore(VectorStore store, UnaryOperator<StoreRetriever.Builder> search) {
      this.vectorStore = Objects.requireNonNull(store, "store");
      this.storeSearch = Objects.requireNonNull(search, "search");
      return this;
    }

    /**
     * Keeps the vectors of the tokens of each passage beside it, for {@link
     * LuceneIndex#lateInteraction()}: the model reads a passage when it is written, and a question
     * when it is asked, and nothing else. They take {@code dimension + 4} bytes a token: 78 kB for
     * a passage of 200 tokens at 384 numbers, 26 kB at the 128 of most models of the ColBERT kind.
     * Of a passage longer than the model reads, the beginning is read, and the rest is counted in
     * the usage. No embedder is needed; with one, both read every passage.
     *
     * <p>The index remembers the model and refuses another. It stays the caller's to close.
     */
    public Builder lateInteraction(LateInteraction model) {
      this.tokens = model.reader();
      return this;
    }

    /**
     * Keeps what the tokens of a vocabulary weigh for each passage, for {@link LuceneIndex#sparse}:
     * a term of the index for each that weighs anything. Of a passage longer than the model reads,
     * the beginning is read, and the rest is counted in the usage. No embedder is needed; with one,
     * both read every passage.
     *
     * <p>The index remembers the encoder and refuses another. It stays the caller's to close.
     */
    public Builder sparseEncoder(SparseEncoder encoder) {
      this.sparse = Objects.requireNonNull(encoder, "encoder");
      return this;
    }

    /**
     * Requires that every search fixes a metadata key, such as {@code tenant}: {@link
     * LuceneIndex#bm25}, {@link LuceneIndex#knn}, {@link LuceneIndex#hybrid} and whatever else
     * reads passages of the whole index then refuse, and {@link LuceneIndex#scopedTo} takes only
     * filters that do. The index remembers it, and openings that do not say so have it too; it
     * cannot be undone. A passage without the key is found in no scope.
     */
    public Builder scopeRequired(String key) {
      this.scope = Objects.requireNonNull(key, "key");
      return this;
    }

    /**
     * The language of texts and queries, which decides their terms: {@code en} unless given.
     * Lucene's analyzer for it finds the words and their stems; beside these, each word of the
     * trade ({@code C#}, {@code RFC-2119}, {@code U.S.}, {@code parseHeader}, {@code a_file.txt})
     * is found by its exact form and by its parts. Takes the place of an {@link #analyzer}.
     *
     * <p>The index remembers the language and refuses another. What needs a jar of its own names
     * it: {@code ja} lucene-analysis-kuromoji, {@code ko} lucene-analysis-nori, {@code
     * zh-x-smartcn} lucene-analysis-smartcn, {@code km}, {@code lo}, {@code my}, {@code th-x-icu}
     * and {@code und-x-icu} lucene-analysis-icu. {@code zh}, {@code ja-x-bigrams} and {@code
     * ko-x-bigrams} take each two characters that are beside each other for a word. {@code und} is
     * any language: words, and no forms of them.
     *
     * <p>{@code auto} is what each document is detected to be in, among all languages that need no
     * jar, and {@code und} where that is none of them; {@link #languages} is surer where they are
     * known.
     *
     * @param tag of BCP 47; of {@code de-AT} the language counts, where there is none for the
     *     region
     * @throws IllegalArgumentException if it is no tag, there is no analyzer for it, or its jar is
     *     missing
     */
    public Builder language(String tag) {
      this.words = Languages.of(tag);
      return this;
    }

    /**
     * The languages of texts. What each document is in is detected by Apache OpenNLP, which this
     * needs beside it ({@code opennlp-tools} and {@code opennlp-models-langdetect}), by the
     * beginning of those of its passages that are written together. A question is detected among
     * the languages that there are documents in; one of fewer than 30 characters is too short for
     * that and has the words of all of them.
     *
     * @param tags as of {@link #language}; a text without a letter is in the first
     * @throws IllegalArgumentException if there are fewer than two, two are of one language, one is
     *     not known here or to the detector, or a jar is missing
     */
    public Builder languages(String... tags) {
      for (String tag : tags) {
        Objects.requireNonNull(tag, "tag");
      }
      if (tags.length < 2) {
        throw new IllegalArgumentException(
            "languages takes two tags or more, was %s; one is language(tag), and all are language(\"auto\")"
                .formatted(List.of(tags)));
      }
      this.words = Languages.detected(List.of(tags));
      return this;
    }

    /**
     * An analyzer of one's own for texts and queries, in place of that of a {@link #language}. It
     * stays the caller's to close.
     *
     * @param name what the index remembers it by: an analyzer that makes other terms gets another
     */
    public Builder analyzer(String name, Analyzer analyzer) {
      this.words = new Languages.Choice(name, analyzer);
      return this;
    }

    /**
     * How often a word of a passage's headings counts in the search by words, against once in its
     * text: 1 by default; 0 leaves headings out of that search.
     *
     * <p>The index remembers it: an opening that says nothing of weights takes the index as it was
     * made, and another weight is refused.
     *
     * @throws IllegalArgumentException if {@code weight} is not within 0 and 100
     */
    public Builder headingWeight(int weight) {
      this.searched = searched.withHeadings(weight);
      return this;
    }

    /**
     * Searches the texts under a metadata key by words, too, in every passage that has it, and says
     * how often a word of them counts, against once in the passage's text. The key {@code title} is
     * searched so by default, with a weight of 2; 0 leaves a key out. Where the text begins with
     * its title, as it does in collections in BEIR's layout, its words count 3 times there. Vectors
     * are those of the passage alone.
     *
     * <p>What that is worth, docs/performance.md tells: most where documents are cut, since only
     * the first passage of one has its title. This is BM25 of weighted fields, in which a weight is
     * a repetition: Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted
     * fields" (CIKM 2004). The index remembers it as it does {@link #headingWeight}.
     *
     * @throws IllegalArgumentException if {@code weight} is not within 0 and 100
     */
    public Builder metadataWeight(String key, int weight) {
      this.searched = searched.with(Objects.requireNonNull(key, "key"), weight);
      return this;
    }

    /**
     * How BM25 weighs repetition ({@code k1}, 1.5 by default) and length ({@code b}, 0.75). They
     * are not part of the index and may change from one opening to the next.
     *
     * @throws IllegalArgumentException if {@code k1} is not finite and {@code >= 0}, or {@code b}
     *     not in [0, 1]
     */
    public Builder bm25(double k1, double b) {
      if (!(k1 >= 0) || Double.isInfinite(k1) || !(b >= 0 && b <= 1)) {
        throw new IllegalArgumentException(
            "k1 must be finite and >= 0 and b in [0, 1], were " + k1 + " and " + b);
      }
      this.k1 = (float) k1;
      this.b = (float) b;
      return this;
    }

    /**
     * {@link #bm25(double, double)}, and how BM25 weighs a term that stands {@code f} times in the
     * query: {@code (k3 + 1) * f / (k3 + f)}. By default {@code k3} is infinite, which makes that
     * {@code f}; with 0 a term counts once, and between them no more than {@code k3 + 1}.
     *
     * @throws IllegalArgumentException as {@link #bm25(double, double)}, or if {@code k3} is
     *     negative or NaN
     */
    public Builder bm25(double k1, double b, double k3) {
      if (!(k3 >= 0)) {
        throw new IllegalArgumentException(
            "k3 must be >= 0 (0 counts a repeated term once, infinity each time), was " + k3);
      }
      bm25(k1, b);
      this.k3 = k3;
      return this;
    }

    /**
     * How {@link LuceneIndex#hybrid} fuses: the {@code k} of reciprocal rank fusion (60 by default)
     * and how deep it reads each ranking (100).
     *
     * @throws IllegalArgumentException if {@code k < 0} or {@code depth < 1}
     */
    public Builder fusion(int k, int depth) {
      if (k < 0 || depth < 1) {
        throw new IllegalArgumentException(
            "k must be >= 0 and depth >= 1, were " + k + " and " + depth);
      }
      this.fusionK = k;
      this.fusionDepth = depth;
      return this;
    }

    /**
     * After how many passages written a commit is due, within a sync or across the batches of
     * {@link LuceneIndex#addAll}; by default 5,000, and 50,000 where nothing is embedded: they are
     * read again in seconds, and each commit writes much anew. A crash loses no more than these,
     * and no more than {@link #commitEvery(Duration)} says.
     *
     * @throws IllegalArgumentException if {@code passages < 1}
     */
    public Builder commitEvery(int passages) {
      if (passages < 1) {
        throw new IllegalArgumentException("commitEvery must be >= 1, was " + passages);
      }
      this.commitInterval = passages;
      return this;
    }

    /**
     * After how long a commit is due if something was written, within a sync or across the batches
     * of {@link LuceneIndex#addAll}, beside {@link #commitEvery(int)}; 30 seconds by default, on
     * the clock of the call's context. Only batches and whole documents are written, so a large one
     * may make it late. An index in memory has nothing to keep from a crash and is not committed by
     * time.
     *
     * <p>Each commit ends a segment. So where it takes longer than this to index, which passages
     * share one depends on the machine's speed, and with it what an approximate search finds (one
     * of a graph). Where that must be the same bit for bit, give it as long as the longest sync may
     * take.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder commitEvery(Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException("commitEvery must be > 0, was " + time);
      }
      this.commitTime = time;
      return this;
    }

    private int commitInterval() {
      if (commitInterval > 0) {
        return commitInterval;
      }
      return embedder == null && tokens == null && sparse == null ? 50_000 : 5_000;
    }

    private long commitNanos() {
      boolean kept = path != null || directory != null;
      return kept && commitTime.compareTo(LONGEST) < 0 ? commitTime.toNanos() : Long.MAX_VALUE;
    }

    /** How vectors are kept and searched; {@link VectorSearch#bySize} unless given. */
    public Builder vectors(VectorSearch search) {
      this.vectorSearch = Objects.requireNonNull(search, "search");
      return this;
    }

    /**
     * How many threads write passages and merge segments; 1 by default, the calling one. With more,
     * a batch is written while the next one is read and embedded, and graphs are built by several
     * at once, so that indexing takes less time, if not less work, where the embedder is fast or
     * elsewhere. When a call returns its threads have ended, and its merges too.
     *
     * <p>Then which passages share a segment depends on the threads, and with it what an
     * approximate search (one of a graph) finds, and the last bits of scores of BM25 after
     * deletions. With 1, the same calls give the same index.
     *
     * @throws IllegalArgumentException if it is not in [1, 64]
     */
    public Builder writers(int threads) {
      if (threads < 1 || threads > 64) {
        throw new IllegalArgumentException("writers must be in [1, 64], were " + threads);
      }
      this.writers = threads;
      return this;
    }

    /**
     * How many megabytes of passages Lucene gathers before it writes a segment; 64 by default. More
     * makes fewer, larger segments.
     *
     * @throws IllegalArgumentException if it is not in [1, 2000]
     */
    public Builder ramBuffer(int megabytes) {
      if (megabytes < 1 || megabytes > 2_000) {
        throw new IllegalArgumentException(
            "ramBuffer must be in [1, 2000] megabytes, was " + megabytes);
      }
      this.ramBufferMegabytes = megabytes;
      return this;
    }

    /**
     * Whether opening reads every file of the index and compares it with its checksum, and {@link
     * LuceneIndex#refresh} those that are new; true by default. Without it damage of what ranks
     * passages is only found by {@link LuceneIndex#verify}, so leave it out where opening has to be
     * faster than reading the files is, and verify at another time. A passage is compared with its
     * own fingerprint whenever it is read, whatever this says.
     */
    public Builder verifyAtOpen(boolean verify) {
      this.verified = verify;
      return this;
    }

    /**
     * Opens the index, or creates it.
     *
     * @throws IndexMismatchException if it was made with another embedder, without one, with its
     *     vectors in another place, with another analyzer or required scope, or in another format
     * @throws IndexCorruptException if files are damaged or missing
     * @throws IndexException if it is in use, or the path is not a directory that can be written
     * @throws IllegalArgumentException if the index is in a directory and the description of the
     *     embedder or the store is opaque, or there is a store and no embedder
     */
    public LuceneIndex open() {
      return Interrupts.keptFor(() -> open(false));
    }

    /**
     * Opens the latest commit of an index for searches alone: while another process writes it, or
     * from where nothing can be written. Takes no lock and leaves nothing behind. {@link
     * LuceneIndex#refresh} follows the writer. What would change the index throws {@link
     * IllegalStateException}; what only concerns writing is ignored. The files of a commit that is
     * searched stay on the disk as long as this is open, though the writer has deleted them; so a
     * file system has to keep files that are open, as local ones do and NFS does not.
     *
     * @throws IndexException if there is no index; {@linkplain IndexException#retryable retryable},
     *     since it may be about to be made; or if it may not be read
     * @throws IndexMismatchException as {@link #open}, also where the index has no passages yet
     * @throws IndexCorruptException if files are damaged or missing
     * @throws IllegalArgumentException as {@link #open}
     * @throws IllegalStateException without a {@link #directory(Path)}
     */
    public LuceneIndex openReadOnly() {
      if (path == null && directory == null) {
        throw new IllegalStateException(
            "openReadOnly() needs directory(...): an index in memory is there only where it is"
                + " written");
      }
      return Interrupts.keptFor(() -> open(true));
    }

    private LuceneIndex open(boolean readOnly) {
      Builder settings = new Builder(this);
      if (embedder != null) {
        check(embedder, path != null || directory != null);
      }
      if (vectorStore != null) {
        check(vectorStore, embedder, path != null || directory != null);
      }
      Languages.Choice words = this.words == null ? Languages.of("en") : this.words;
      String name = IndexStore.name(path);
      Directory files = directory == null ? IndexStore.directory(path, readOnly) : directory;
      Encoders encoders = new Encoders(embedder, vectorStore, tokens, sparse);
      Manifest wanted = encoders.manifest(words.name(), searched, scope);
      BM25Similarity similarity = new BM25Similarity(k1, b);
      IndexStore store =
          readOnly
              ? IndexStore.openReadOnly(name, files, encoders, wanted, similarity, verified)
              : IndexStore.open(
                  name,
                  files,
                  encoders,
                  wanted,
                  words.analyzer(),
                  similarity,
                  vectorSearch,
                  writers,
                  ramBufferMegabytes,
                  verified);
      return new LuceneIndex(store, settings, words);
    }

    private static void check(VectorStore store, @Nullable Embedder embedder, boolean kept) {
      StageDescription description = store.description();
      if (embedder == null) {
        throw new IllegalArgumentException(
            "the store %s needs what makes its vectors; add embedder(...)".formatted(description));
      }
      if (kept && description.opaque()) {
        throw new IllegalArgumentException(
            "the store %s does not say what it is, so the index could not refuse another one; override its description(), with its address and collection"
                .formatted(description));
      }
    }

    private static void check(Embedder embedder, boolean kept) {
      StageDescription description = embedder.description();
      if (kept && description.opaque()) {
        throw new IllegalArgumentException(
            "the embedder %s does not say what it is, so the index could not refuse another one's vectors; override its description(), with all that changes its vectors"
                .formatted(description));
      }
      if (embedder.dimension() < 1 || embedder.dimension() > IndexCodec.MAX_DIMENSION) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the embedder %s has dimension %d; the index holds 1 to %d",
                description,
                embedder.dimension(),
                IndexCodec.MAX_DIMENSION));
      }
    }
  }
}
