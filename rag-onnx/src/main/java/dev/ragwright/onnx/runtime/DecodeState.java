package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtException;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One text while an {@link OnnxDecoder} reads and writes it: the tokens so far, and the keys and
 * values that the model keeps of them. Each call of a generator has its own.
 *
 * <p>It holds {@link #bytes()} outside the heap until it is closed; a state outlives its decoder's
 * close, but can only be closed then. Not for use by several threads, one after another included
 * unless they hand it over safely.
 */
public final class DecodeState implements AutoCloseable {
  private final OnnxDecoder decoder;
  private final KvCache cache;
  private final float[] logits;
  private int[] tokens = new int[256];
  private int length;
  private boolean closed;

  DecodeState(OnnxDecoder decoder, KvCache cache) {
    this.decoder = decoder;
    this.cache = cache;
    this.logits = new float[decoder.vocabularySize()];
  }

  /**
   * Reads tokens behind those so far and returns the logits of what may follow the last one: a
   * number for each token of the vocabulary, larger for likelier ones, whose softmax is their
   * probability. The array is this state's own, and written again by the next call.
   *
   * <p>A long text is read in parts, between which other callers have their turn. After a failure
   * the state holds the parts that were read whole, as {@link #length()} says.
   *
   * @throws IllegalArgumentException if there are no tokens, one is not of the vocabulary, or there
   *     are more than the model can read
   * @throws dev.ragwright.call.CancelledException if the context was cancelled, before or during
   *     the run
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed, likewise
   * @throws RagException if the runtime fails, or there is no memory for the tokens
   * @throws IllegalStateException if this state or the decoder is closed
   */
  public float[] append(int[] more, CallContext context) {
    check(more);
    int part;
    for (int from = 0; from < more.length; from += part) {
      part = Math.min(decoder.prefillPart(), more.length - from);
      read(more, from, part, 1, rows -> rows.read(0, logits), context);
    }
    return logits;
  }

  /**
   * As {@link #append}, but shows the logits after each of the tokens, in their order. That takes
   * more time than those of the last alone.
   *
   * @param reader is called on this thread, while a worker is held, so it should be quick and must
   *     not use this state; what it throws ends the call, with the part that it was shown of held
   */
  public void appendAll(int[] more, LogitsReader reader, CallContext context) {
    check(more);
    int part;
    for (int from = 0; from < more.length; from += part) {
      part = Math.min(decoder.verifyPart(), more.length - from);
      int first = from;
      int count = part;
      read(
          more,
          from,
          part,
          part,
          rows -> {
            for (int row = 0; row < count; row++) {
              rows.read(row, logits);
              reader.read(first + row, logits);
            }
          },
          context);
    }
  }

  /** Is shown the logits after each token of {@link DecodeState#appendAll}. */
  @FunctionalInterface
  public interface LogitsReader {
    /**
     * Reads the logits of what may follow a token.
     *
     * @param index of the token among those appended
     * @param logits valid until it returns
     */
    void read(int index, float[] logits);
  }

  private void check(int[] more) {
    requireOpen();
    decoder.requireTokens(more);
    decoder.requireRoom((long) length + more.length);
  }

  private void read(
      int[] more,
      int from,
      int count,
      int wanted,
      Consumer<OnnxDecoder.Rows> reader,
      CallContext context) {
    context.throwIfStopped();
    int all = length + count;
    if (cache.capacity() < all) {
      cache.reserve(decoder.roomFor(all), length);
    }
    decoder.run(
        cache,
        length,
        more,
        from,
        count,
        wanted,
        rows -> {
          hold(more, from, count);
          reader.accept(rows);
        },
        context);
  }

  private void hold(int[] more, int from, int count) {
    int all = length + count;
    if (tokens.length < all) {
      tokens = Arrays.copyOf(tokens, Math.max(all, 2 * tokens.length));
    }
    System.arraycopy(more, from, tokens, length, count);
    length = all;
  }

  /** How many tokens it holds. */
  public int length() {
    return length;
  }

  /** The tokens that it holds, in their order; a copy. */
  public int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  /**
   * For how many tokens it holds memory. It grows when it must, which copies what it holds; {@link
   * OnnxDecoder#newState(int)} spares that.
   */
  public int capacity() {
    return cache.capacity();
  }

  /** The memory that it holds outside the heap, in bytes. */
  public long bytes() {
    return closed ? 0 : cache.bytes();
  }

  /**
   * Forgets all but the first tokens. That costs nothing where the decoder {@linkplain
   * OnnxDecoder#sharesCache() shares} its cache, else a copy of what stays.
   *
   * @throws IllegalArgumentException if it does not hold as many
   * @throws IllegalStateException if the model cannot go back ({@link OnnxDecoder#rewindable()}),
   *     unless to 0, or the state is closed
   */
  public void rewind(int newLength) {
    requireOpen();
    requireHeld(newLength);
    if (newLength == length) {
      return;
    }
    if (newLength > 0) {
      requireRewindable();
    }
    try {
      cache.rewind(newLength);
    } catch (OrtException e) {
      throw unusable(e);
    }
    length = newLength;
  }

  /**
   * Copies what the model keeps of the first tokens.
   *
   * @throws IllegalArgumentException if it does not hold as many
   * @throws IllegalStateException if the model cannot go back, or the state is closed
   * @throws RagException if there is no memory for the copy
   */
  public DecodeSnapshot snapshot(int first) {
    requireOpen();
    requireHeld(first);
    requireRewindable();
    ByteBuffer[] packed = CacheMemory.allocate(decoder.graph().cache(), first);
    cache.copyTo(packed, first);
    return new DecodeSnapshot(decoder, Arrays.copyOf(tokens, first), packed);
  }

  /**
   * Holds the first tokens of a snapshot, instead of all that it held: as if it had read them.
   *
   * @param first at most the snapshot's length
   * @throws IllegalArgumentException if the snapshot has fewer, or is of another decoder
   * @throws IllegalStateException if the state is closed
   * @throws RagException if there is no memory for them
   */
  public void restore(DecodeSnapshot snapshot, int first) {
    requireOpen();
    if (!snapshot.isOf(decoder)) {
      throw new IllegalArgumentException("the snapshot is of another decoder");
    }
    if (first < 0 || first > snapshot.length()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "the snapshot has %d tokens, not %d", snapshot.length(), first));
    }
    try {
      if (cache.capacity() < first) {
        cache.reserve(decoder.roomFor(first), 0);
      }
      cache.copyFrom(snapshot.packed(), snapshot.length(), first);
    } catch (OrtException e) {
      throw unusable(e);
    }
    tokens = Arrays.copyOf(snapshot.tokens(), Math.max(256, first));
    length = first;
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cache.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the decode state is closed");
    }
  }

  private void requireHeld(int first) {
    if (first < 0 || first > length) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "the state holds %d tokens, not %d", length, first));
    }
  }

  private void requireRewindable() {
    if (!decoder.rewindable()) {
      throw new IllegalStateException(
          decoder.name()
              + (decoder.hasEncoder()
                  ? " has an encoder"
                  : " keeps a summary of all tokens besides their keys and values")
              + ", so it cannot go back to fewer tokens; only to none");
    }
  }

  private RagException unusable(OrtException e) {
    return new RagException(
        String.format(Locale.ROOT, "the cache of %d tokens cannot be used", length), e);
  }
}
