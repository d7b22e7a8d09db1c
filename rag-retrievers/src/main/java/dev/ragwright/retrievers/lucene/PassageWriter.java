package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.store.VectorStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.jspecify.annotations.Nullable;

/**
 * Embeds passages in batches and counts, for one call that writes; commits at intervals. Where the
 * vectors are kept in a database, it is given them by {@link #send}.
 */
final class PassageWriter {
  /** Passages for one call of the embedder: enough to keep all cores busy to the end of it. */
  static final int BATCH = 256;

  private final IndexStore store;
  private final @Nullable Embedder embedder;
  private final @Nullable VectorLedger ledger;
  private final Map<String, VectorStore.Entry> toSend = new LinkedHashMap<>();
  private final Set<String> withoutVector = new LinkedHashSet<>();
  private final CallContext context;
  private final int commitInterval;
  private int sinceCommit;
  private int written;
  private int embedded;
  private Usage usage = Usage.none();

  /** Refuses by name if the index has vectors and no embedder is there to make more. */
  PassageWriter(
      IndexStore store,
      IndexWriter writer,
      IndexReader before,
      CallContext context,
      int commitInterval) {
    this.store = store;
    this.embedder = store.embedderForWriting();
    this.ledger = store.ledger(writer, before, context);
    this.context = context;
    this.commitInterval = commitInterval;
  }

  /** The Lucene documents of passages, in their order. */
  List<Document> fields(List<Passage> passages) {
    List<Document> fields = new ArrayList<>(passages.size());
    for (int from = 0; from < passages.size(); from += BATCH) {
      context.throwIfStopped();
      List<Passage> batch = passages.subList(from, Math.min(from + BATCH, passages.size()));
      Embedder present = embedder;
      if (present == null) {
        batch.forEach(passage -> fields.add(PassageFields.of(passage, null)));
      } else {
        List<float[]> vectors = embed(batch, present);
        for (int i = 0; i < batch.size(); i++) {
          fields.add(fields(batch.get(i), vectors.get(i)));
        }
      }
    }
    return fields;
  }

  private Document fields(Passage passage, float[] vector) {
    if (ledger == null) {
      return PassageFields.of(passage, vector);
    }
    String id = passage.id();
    if (Embeddings.dot(vector, vector) == 0) {
      toSend.remove(id);
      withoutVector.add(id);
    } else {
      withoutVector.remove(id);
      toSend.put(id, new VectorStore.Entry(passage, vector));
    }
    return PassageFields.of(passage, null);
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

  private List<float[]> embed(List<Passage> batch, Embedder present) {
    List<String> texts = batch.stream().map(Passage::searchText).toList();
    var embeddings = present.embed(texts, Embedder.Side.DOCUMENT, context);
    usage = usage.plus(embeddings.usage());
    embedded += batch.size();
    return embeddings.checked(batch.size(), present);
  }

  /** Counts what was written; commits, and says so, when enough has come together. */
  boolean wrote(int passages) throws IOException {
    written += passages;
    sinceCommit += passages;
    if (sinceCommit < commitInterval) {
      return false;
    }
    store.commit();
    sinceCommit = 0;
    return true;
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
