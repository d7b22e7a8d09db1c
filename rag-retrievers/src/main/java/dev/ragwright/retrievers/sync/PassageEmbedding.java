package dev.ragwright.retrievers.sync;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The vectors of passages for one call that writes, and what they took. For one thread. */
public final class PassageEmbedding {
  private final @Nullable Embedder embedder;
  private final CallContext context;
  private final EmbeddingBatches batches;
  private int embedded;
  private Usage usage = Usage.none();

  /**
   * Embeds.
   *
   * @param embedder null for an index without vectors
   */
  public PassageEmbedding(@Nullable Embedder embedder, CallContext context) {
    this.embedder = embedder;
    this.context = context;
    this.batches = new EmbeddingBatches(embedder, embedder != null, context);
  }

  /** How many passages are worth a call of {@link #of}. */
  public int batch() {
    return batches.size();
  }

  /** Whether what reads as a passage did has the vector that that one had. */
  public boolean keeps() {
    return embedder != null && !embedder.readsSurroundings();
  }

  /**
   * Passages with their vectors, in their order.
   *
   * @param kept vectors that are there, by {@link Passage#searchText}
   * @param progress run after each call of the embedder
   */
  public List<StoredPassage> of(
      List<Passage> passages, Map<String, float[]> kept, Runnable progress) {
    context.throwIfStopped();
    if (embedder == null) {
      return passages.stream().map(passage -> new StoredPassage(passage, null)).toList();
    }
    List<Passage> others =
        passages.stream().filter(passage -> !kept.containsKey(passage.searchText())).toList();
    Embedder model = embedder;
    Iterator<float[]> made = batches.each(others, some -> embed(model, some), progress).iterator();
    List<StoredPassage> all = new ArrayList<>(passages.size());
    for (Passage passage : passages) {
      float[] had = kept.get(passage.searchText());
      float[] vector = had == null ? made.next() : had;
      all.add(new StoredPassage(passage, Embeddings.dot(vector, vector) == 0 ? null : vector));
    }
    return all;
  }

  private List<float[]> embed(Embedder model, List<Passage> some) {
    Embeddings made = model.embedPassages(some, context);
    usage = usage.plus(made.usage());
    embedded += some.size();
    return made.checked(some.size(), model);
  }

  /** Gives passages on with their vectors, in batches that do not part what is read together. */
  public void each(Iterator<Passage> passages, Consumer<List<StoredPassage>> writer) {
    List<Passage> batch = new ArrayList<>();
    Passage next = passages.hasNext() ? passages.next() : null;
    while (next != null) {
      Passage last = next;
      batch.add(last);
      next = passages.hasNext() ? passages.next() : null;
      if (next == null || (batch.size() >= IndexSync.BATCH && !batches.together(last, next))) {
        writer.accept(of(batch, Map.of(), () -> {}));
        batch.clear();
      }
    }
  }

  /** How many passages were embedded. */
  public int embedded() {
    return embedded;
  }

  /** What embedding took. */
  public Usage usage() {
    return usage;
  }
}
