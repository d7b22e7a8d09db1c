package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.DecodeSnapshot;
import dev.ragwright.onnx.DecodeState;
import dev.ragwright.onnx.OnnxDecoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a model made of the beginnings of earlier prompts, so that a prompt which begins like one of
 * them is read from there on only. Prompts are worth it whose instructions and documents stand
 * before the question, as those of {@link dev.ragwright.generate.PromptTemplate#grounded()} do.
 *
 * <p><b>Exact.</b> The reply is the same, token for token, as without the cache. A model's numbers
 * depend on which tokens are read in one run (an int8 model's by several tenths of a logit), so a
 * beginning is reused only up to the end of a run that reading the prompt anew would have too. A
 * prompt is therefore always cut where its question begins, with the cache and without.
 *
 * <p><b>Bounded.</b> Beginnings are kept as far as their memory, {@link
 * OnnxDecoder#bytesPerToken()} for each token that a state has room for, stays within a bound; the
 * one that was not used for longest goes first. What calls under way hold is not counted.
 *
 * <p>Safe to share; several models may share one. Close it to free the memory.
 */
public final class PrefixCache implements AutoCloseable {
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Kept> kept = new ArrayList<>();
  private final List<Pinned> pinned = new ArrayList<>();
  private long clock;
  private long prompts;
  private long hits;
  private long promptTokens;
  private long reusedTokens;
  private long evicted;
  private boolean closed;

  private PrefixCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A cache that keeps at most some bytes.
   *
   * @throws IllegalArgumentException if {@code maxBytes < 0}
   */
  public static PrefixCache of(long maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("maxBytes must be >= 0, was " + maxBytes);
    }
    return new PrefixCache(maxBytes);
  }

  /**
   * What the cache did so far.
   *
   * @param prompts that were read through it
   * @param hits of them, those of which a beginning was there
   * @param promptTokens of all prompts
   * @param reusedTokens of them, those that were not read
   * @param beginnings that are kept now
   * @param bytes that they take
   * @param evicted beginnings that went for others
   */
  public record Stats(
      long prompts,
      long hits,
      long promptTokens,
      long reusedTokens,
      int beginnings,
      long bytes,
      long evicted) {}

  /** What the cache did so far. */
  public Stats stats() {
    lock.lock();
    try {
      return new Stats(
          prompts,
          hits,
          promptTokens,
          reusedTokens,
          kept.size() + pinned.size(),
          bytes() + pinned.stream().mapToLong(one -> one.snapshot.bytes()).sum(),
          evicted);
    } finally {
      lock.unlock();
    }
  }

  /** Frees what is kept. Calls under way go on; later ones find nothing and leave nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      kept.forEach(one -> one.state.close());
      kept.clear();
      pinned.clear();
    } finally {
      lock.unlock();
    }
  }

  /** A state that an ended call left, and the ends of the runs that it was read in. */
  private static final class Kept {
    final OnnxDecoder decoder;
    final DecodeState state;
    final PromptRuns runs;
    long used;

    Kept(OnnxDecoder decoder, DecodeState state, PromptRuns runs, long used) {
      this.decoder = decoder;
      this.state = state;
      this.runs = runs;
      this.used = used;
    }
  }

  /** A beginning that stays until the cache is closed, for any number of calls at once. */
  record Pinned(OnnxDecoder decoder, DecodeSnapshot snapshot, PromptRuns runs) {}

  /**
   * A state that holds as much of a prompt as is known, with room for all of it.
   *
   * @param fresh makes one that holds nothing
   */
  DecodeState lease(OnnxDecoder decoder, PromptRuns prompt, Fresh fresh) {
    Kept taken;
    Pinned copied;
    int reused;
    lock.lock();
    try {
      taken = best(decoder, prompt);
      copied = bestPinned(decoder, prompt);
      int fromTaken = taken == null ? 0 : prompt.shared(taken.runs);
      int fromCopied = copied == null ? 0 : prompt.shared(copied.runs);
      if (fromTaken >= fromCopied) {
        copied = null;
      } else {
        taken = null;
      }
      reused = Math.max(fromTaken, fromCopied);
      if (taken != null) {
        kept.remove(taken);
      }
      prompts++;
      promptTokens += prompt.size();
      reusedTokens += reused;
      hits += reused > 0 ? 1 : 0;
    } finally {
      lock.unlock();
    }
    DecodeState state = taken == null ? fresh.state() : taken.state;
    try {
      if (taken != null) {
        state.rewind(reused);
      } else if (copied != null) {
        state.restore(copied.snapshot, reused);
      }
      return state;
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
  }

  /** Makes a state that holds nothing. */
  @FunctionalInterface
  interface Fresh {
    DecodeState state();
  }

  private @Nullable Kept best(OnnxDecoder decoder, PromptRuns prompt) {
    return kept.stream()
        .filter(one -> one.decoder == decoder && prompt.shared(one.runs) > 0)
        .max(
            Comparator.comparingInt((Kept one) -> prompt.shared(one.runs))
                .thenComparingLong(one -> one.used))
        .orElse(null);
  }

  private @Nullable Pinned bestPinned(OnnxDecoder decoder, PromptRuns prompt) {
    return pinned.stream()
        .filter(one -> one.decoder == decoder && prompt.shared(one.runs) > 0)
        .max(Comparator.comparingInt(one -> prompt.shared(one.runs)))
        .orElse(null);
  }

  /** Keeps what the state of an ended call holds of its prompt's stable part, or closes it. */
  void giveBack(OnnxDecoder decoder, DecodeState state, PromptRuns prompt) {
    int stable = Math.min(prompt.stable(), state.length());
    lock.lock();
    try {
      if (closed || stable == 0 || stable < prompt.stable() || state.bytes() > maxBytes) {
        state.close();
        return;
      }
      state.rewind(stable);
      kept.add(new Kept(decoder, state, prompt.beginning(), ++clock));
      evict();
    } catch (IllegalStateException e) { // a model that cannot go back, or a closed one
      state.close();
    } finally {
      lock.unlock();
    }
  }

  private void evict() {
    while (bytes() > maxBytes) {
      Kept oldest = kept.stream().min(Comparator.comparingLong(one -> one.used)).orElseThrow();
      kept.remove(oldest);
      oldest.state.close();
      evicted++;
    }
  }

  private long bytes() {
    return kept.stream().mapToLong(one -> one.state.bytes()).sum();
  }

  /** Keeps a beginning until the cache is closed, outside the bound. */
  Pinned pin(OnnxDecoder decoder, DecodeState state, PromptRuns prompt) {
    PromptRuns beginning = prompt.beginning();
    Pinned one = new Pinned(decoder, state.snapshot(beginning.size()), beginning);
    lock.lock();
    try {
      pinned.add(one);
    } finally {
      lock.unlock();
    }
    return one;
  }
}
