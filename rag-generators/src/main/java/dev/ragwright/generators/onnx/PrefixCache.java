package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.runtime.DecodeSnapshot;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
 * one that was not used for longest goes first. Calls at the same time that begin alike each leave
 * their beginning, for as many such calls later; where there is no room for that, those that are
 * there twice go before all others. What calls under way hold is not counted.
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

    Kept(OnnxDecoder decoder, DecodeState state, PromptRuns runs) {
      this.decoder = decoder;
      this.state = state;
      this.runs = runs;
    }
  }

  /** A beginning that stays until the cache is closed, for any number of calls at once. */
  record Pinned(OnnxDecoder decoder, DecodeSnapshot snapshot, PromptRuns runs) {}

  /**
   * A state that holds as much of a prompt as is known, with room for all of it.
   *
   * @param fresh makes one that holds nothing
   */
  DecodeState lease(OnnxDecoder decoder, PromptRuns prompt, Supplier<DecodeState> fresh) {
    Kept found;
    Pinned beginning;
    int reused;
    lock.lock();
    try {
      found = best(decoder, prompt);
      beginning = bestPinned(decoder, prompt);
      int ofFound = found == null ? 0 : prompt.shared(found.runs);
      int ofPinned = beginning == null ? 0 : prompt.shared(beginning.runs);
      reused = Math.max(ofFound, ofPinned);
      if (ofFound < reused) {
        found = null;
      } else if (found != null) {
        kept.remove(found); // no other call may use it meanwhile
      }
      prompts++;
      promptTokens += prompt.size();
      reusedTokens += reused;
      hits += reused > 0 ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (found != null) {
      return reused == found.runs.size() ? found.state : copy(found, reused, fresh);
    }
    return beginning == null ? fresh.get() : restored(beginning.snapshot, reused, fresh);
  }

  /** A state of its own that holds some of what is kept, which others may still want whole. */
  private DecodeState copy(Kept found, int reused, Supplier<DecodeState> fresh) {
    try {
      return restored(found.state.snapshot(reused), reused, fresh);
    } finally {
      keep(found);
    }
  }

  private static DecodeState restored(
      DecodeSnapshot snapshot, int reused, Supplier<DecodeState> fresh) {
    DecodeState state = fresh.get();
    try {
      state.restore(snapshot, reused);
      return state;
    } catch (RuntimeException e) {
      state.close();
      throw e;
    }
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
    int stable = prompt.stable();
    if (stable == 0 || state.length() < stable || !decoder.rewindable()) {
      state.close();
      return;
    }
    try {
      state.rewind(stable);
    } catch (RuntimeException e) { // the runtime has no memory for what stays
      state.close();
      return;
    }
    keep(new Kept(decoder, state, prompt.beginning()));
  }

  private void keep(Kept one) {
    lock.lock();
    try {
      if (closed || one.state.bytes() > maxBytes) {
        one.state.close();
        return;
      }
      one.used = ++clock;
      kept.add(one);
      evict();
    } finally {
      lock.unlock();
    }
  }

  private void evict() {
    while (bytes() > maxBytes) {
      Kept oldest =
          kept.stream()
              .min(
                  Comparator.comparing((Kept one) -> !isThereTwice(one))
                      .thenComparingLong(one -> one.used))
              .orElseThrow();
      kept.remove(oldest);
      oldest.state.close();
      evicted++;
    }
  }

  private boolean isThereTwice(Kept one) {
    return kept.stream()
        .anyMatch(
            other -> other != one && other.decoder == one.decoder && other.runs.isSame(one.runs));
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
