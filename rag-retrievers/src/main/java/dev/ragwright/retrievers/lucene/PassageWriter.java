package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.jspecify.annotations.Nullable;

/** Embeds passages in batches and counts, for one call that writes; commits at intervals. */
final class PassageWriter {
  /** Passages for one call of the embedder: enough to keep all cores busy to the end of it. */
  static final int BATCH = 256;

  private final IndexStore store;
  private final @Nullable Embedder embedder;
  private final CallContext context;
  private final int commitInterval;
  private int sinceCommit;
  private int written;
  private int embedded;
  private Usage usage = Usage.none();

  /** Refuses by name if the index has vectors and no embedder is there to make more. */
  PassageWriter(IndexStore store, CallContext context, int commitInterval) {
    this.store = store;
    this.embedder = store.embedderForWriting();
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
          fields.add(PassageFields.of(batch.get(i), vectors.get(i)));
        }
      }
    }
    return fields;
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
