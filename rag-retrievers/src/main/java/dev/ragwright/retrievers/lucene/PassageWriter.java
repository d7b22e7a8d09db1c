package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Ticker;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrievers.embedding.SparseEncoder;
import dev.ragwright.retrievers.sync.EmbeddingBatches;
import dev.ragwright.retrievers.sync.IndexSync;
import dev.ragwright.retrievers.vectors.QuantizedVectors;
import dev.ragwright.retrievers.vectors.TokenEmbeddings;
import dev.ragwright.retrievers.vectors.TokenReader;
import dev.ragwright.store.VectorStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Embeds passages in batches and counts, for one call that writes; commits at intervals. Where the
 * vectors are kept in a database, it is given them by {@link #send}.
 */
final class PassageWriter implements AutoCloseable {
  /** Most passages for one call of the embedder: enough to keep all cores busy to its end. */
  static final int BATCH = IndexSync.BATCH;

  private final IndexStore store;
  private final @Nullable Embedder embedder;
  private final @Nullable TokenReader tokens;
  private final @Nullable SparseEncoder sparse;
  private final @Nullable VectorLedger ledger;
  private final SearchedText searched;
  private final @Nullable DetectedLanguages detector;
  private final Map<String, String> languages = new HashMap<>(); // of documents
  private final IndexReader before;
  private final Map<String, PassageVectors> kept = new HashMap<>(); // by text
  private final Map<String, VectorStore.Entry> toSend = new LinkedHashMap<>();
  private final Set<String> withoutVector = new LinkedHashSet<>();
  private final WriterThreads threads;
  private final CallContext context;
  private final int commitInterval;
  private final long commitNanos;
  private final Ticker ticker;
  private final EmbeddingBatches batches;
  private long lastCommit;
  private int sinceCommit;
  private int written;
  private int embedded;
  private Usage usage = Usage.none();

  /**
   * Refuses by name if the index has vectors and no embedder is there to make more.
   *
   * @param writers how many threads write
   * @param commitNanos after how long a commit is due, by the context's clock
   */
  PassageWriter(
      IndexStore store,
      IndexWriter writer,
      IndexReader before,
      CallContext context,
      int writers,
      int commitInterval,
      long commitNanos) {
    this.store = store;
    this.embedder = store.embedderForWriting();
    this.tokens = store.tokensForWriting();
    this.sparse = store.sparseForWriting();
    this.ledger = store.ledger(writer, before, context);
    this.searched = store.manifest().searched();
    this.detector = writer.getAnalyzer() instanceof DetectedLanguages several ? several : null;
    this.before = before;
    this.context = context;
    this.commitInterval = commitInterval;
    this.commitNanos = commitNanos;
    this.ticker = context.ticker();
    this.threads = new WriterThreads(writers);
    this.batches = new EmbeddingBatches(embedder, hasModel(), context);
    this.lastCommit = ticker.nanos();
  }

  private boolean hasModel() {
    return embedder != null || tokens != null || sparse != null;
  }

  /**
   * Keeps for the next {@link #fields} the vectors that the index has of a document: what reads as
   * a passage of it did, wherever that was, is not embedded again. A database of vectors gives none
   * back, and an embedder that reads what surrounds a passage may give it another vector now.
   *
   * @return how many of the passages are to be embedded
   */
  int keep(BytesRef documentId, List<Passage> passages) throws IOException {
    boolean surrounded = embedder != null && embedder.readsSurroundings();
    if (!hasModel() || ledger != null || surrounded) {
      return passages.size();
    }
    Set<String> texts = new HashSet<>();
    passages.forEach(passage -> texts.add(passage.searchText()));
    Records.vectors(before, documentId, texts, kept);
    return (int)
        passages.stream().filter(passage -> !kept.containsKey(passage.searchText())).count();
  }

  /**
   * Whether passages that stand before and behind a place are to be embedded by one call: those of
   * a document, where the embedder reads what surrounds them.
   */
  boolean together(Passage before, Passage behind) {
    return batches.together(before, behind);
  }

  /**
   * The Lucene documents of passages, in their order.
   *
   * @param progress run after each call of the embedder
   */
  List<Document> fields(List<Passage> passages, Runnable progress) {
    context.throwIfStopped();
    detect(passages);
    if (!hasModel()) {
      return passages.stream().map(passage -> fields(passage, PassageVectors.NONE)).toList();
    }
    List<Passage> others =
        passages.stream().filter(passage -> !kept.containsKey(passage.searchText())).toList();
    Iterator<PassageVectors> embedded = batches.each(others, this::embed, progress).iterator();
    List<Document> fields = new ArrayList<>(passages.size());
    for (Passage passage : passages) {
      PassageVectors vectors = kept.get(passage.searchText());
      fields.add(fields(passage, vectors == null ? embedded.next() : vectors));
    }
    kept.clear();
    return fields;
  }

  /** Each document's language, by all of its passages that are written together. */
  private void detect(List<Passage> passages) {
    if (detector == null) {
      return;
    }
    Map<String, StringBuilder> texts = new HashMap<>();
    for (Passage passage : passages) {
      StringBuilder text = texts.computeIfAbsent(passage.documentId(), id -> new StringBuilder());
      if (text.length() < DetectedLanguages.MOST_READ) {
        text.append(passage.text()).append('\n');
      }
    }
    languages.clear();
    texts.forEach((id, text) -> languages.put(id, detector.detect(text.toString())));
  }

  private Document fields(Passage passage, PassageVectors vectors) {
    String language = languages.get(passage.documentId());
    float[] vector = vectors.whole();
    if (ledger == null || vector == null) {
      return PassageFields.of(passage, searched, language, vectors);
    }
    String id = passage.id();
    if (Embeddings.dot(vector, vector) == 0) {
      toSend.remove(id);
      withoutVector.add(id);
    } else {
      withoutVector.remove(id);
      toSend.put(id, new VectorStore.Entry(passage, vector));
    }
    return PassageFields.of(
        passage, searched, language, new PassageVectors(null, vectors.tokens(), vectors.sparse()));
  }

  /** Keeps the database in step, where there is one; null where there is none. */
  @Nullable VectorLedger ledger() {
    return ledger;
  }

  /**
   * Puts what was embedded since the last time into the database, and deletes from it what it had
   * before: the obsolete, and what has no vector any more.
   */
  void send(VectorLedger to, Set<String> obsolete) {
    to.put(toSend.values());
    Set<String> gone = new LinkedHashSet<>(obsolete);
    gone.addAll(withoutVector);
    to.delete(gone);
    toSend.clear();
    withoutVector.clear();
  }

  private List<PassageVectors> embed(List<Passage> some) {
    List<String> texts = some.stream().map(Passage::searchText).toList();
    List<float[]> wholes = wholes(some);
    List<QuantizedVectors> ofTokens = ofTokens(texts);
    List<Map<String, Float>> weights = weights(texts);
    embedded += some.size();
    List<PassageVectors> vectors = new ArrayList<>(some.size());
    for (int i = 0; i < some.size(); i++) {
      vectors.add(
          new PassageVectors(
              wholes.isEmpty() ? null : wholes.get(i),
              ofTokens.isEmpty() ? null : ofTokens.get(i).stored(),
              weights.isEmpty() ? null : weights.get(i)));
    }
    return vectors;
  }

  /** Empty without an embedder. */
  private List<float[]> wholes(List<Passage> some) {
    if (embedder == null) {
      return List.of();
    }
    var embeddings = embedder.embedPassages(some, context);
    usage = usage.plus(embeddings.usage());
    return embeddings.checked(some.size(), embedder);
  }

  /** Empty where no vectors of tokens are kept. */
  private List<QuantizedVectors> ofTokens(List<String> some) {
    if (tokens == null) {
      return List.of();
    }
    TokenEmbeddings read = tokens.read(some, Embedder.Side.DOCUMENT, context);
    usage = usage.plus(read.usage());
    return read.vectors();
  }

  /** Empty without a sparse encoder. */
  private List<Map<String, Float>> weights(List<String> some) {
    if (sparse == null) {
      return List.of();
    }
    SparseEncoder.Weights read = sparse.encode(some, Embedder.Side.DOCUMENT, context);
    usage = usage.plus(read.usage());
    return read.weights();
  }

  /** How many passages the next call of the embedder takes. */
  int batch() {
    return batches.size();
  }

  /** Who writes what {@link #fields} gave. */
  WriterThreads threads() {
    return threads;
  }

  /** Ends the threads. */
  @Override
  public void close() throws IOException {
    threads.close();
  }

  /** Counts what was written; commits, and says so, when enough has come together. */
  boolean wrote(int passages) throws IOException {
    written += passages;
    sinceCommit += passages;
    if (sinceCommit < commitInterval && (sinceCommit == 0 || !isLate())) {
      return false;
    }
    threads.await();
    store.commit();
    lastCommit = ticker.nanos();
    sinceCommit = 0;
    return true;
  }

  /** Whether a commit is due by time. */
  boolean isLate() {
    return ticker.nanos() - lastCommit >= commitNanos;
  }

  int written() {
    return written;
  }

  int embedded() {
    return embedded;
  }

  Usage usage() {
    return usage;
  }
}
