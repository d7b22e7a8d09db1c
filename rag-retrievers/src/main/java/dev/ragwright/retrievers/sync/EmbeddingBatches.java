package dev.ragwright.retrievers.sync;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passages in batches for a model, whose size follows how slow it is. For one thread. */
public final class EmbeddingBatches {
  /** Fewest passages, where the model is slow: what it has embedded is told of, and written. */
  private static final int SMALLEST = 32;

  /** A call of the model that takes longer is followed by one of half as many passages. */
  private static final long LONG_CALL = Duration.ofSeconds(4).toNanos();

  private final @Nullable Embedder embedder;
  private final CallContext context;
  private int size;

  /**
   * Batches.
   *
   * @param embedder null where there is none, or no vectors of whole passages are made
   * @param hasModel whether there is any model
   */
  public EmbeddingBatches(@Nullable Embedder embedder, boolean hasModel, CallContext context) {
    this.embedder = embedder;
    this.context = context;
    this.size = hasModel ? SMALLEST : IndexSync.BATCH;
  }

  /** How many passages the next call takes: at most {@link IndexSync#BATCH}. */
  public int size() {
    return size;
  }

  /**
   * Whether passages that stand before and behind a place are to be embedded by one call: those of
   * a document, where the embedder reads what surrounds them.
   */
  public boolean together(Passage before, Passage behind) {
    return embedder != null
        && embedder.readsSurroundings()
        && before.documentId().equals(behind.documentId());
  }

  /**
   * What a model makes of passages, in their order.
   *
   * @param model makes as many as it is given
   * @param progress run after each call of the model
   */
  public <T> List<T> each(
      List<Passage> passages, Function<List<Passage>, List<T>> model, Runnable progress) {
    List<T> made = new ArrayList<>(passages.size());
    while (made.size() < passages.size()) {
      context.throwIfStopped();
      int from = made.size();
      int to = Math.min(from + size, passages.size());
      while (to < passages.size() && together(passages.get(to - 1), passages.get(to))) {
        to++;
      }
      long start = context.ticker().nanos();
      made.addAll(model.apply(passages.subList(from, to)));
      follow(context.ticker().nanos() - start);
      progress.run();
    }
    return made;
  }

  private void follow(long nanos) {
    if (nanos > LONG_CALL) {
      size = Math.max(SMALLEST, size / 2);
    } else if (nanos < LONG_CALL / 4) {
      size = Math.min(IndexSync.BATCH, size * 2);
    }
  }
}
