package dev.ragwright.onnx.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * One text as a model reads it: its own tokens, between what the model wants in front and behind:
 * special tokens, of a {@linkplain Tokenizer#encodePair pair} the other text, and what was added by
 * {@link #withMarker} and {@link #expandedTo}. Immutable.
 */
public final class Tokens {
  private final long[] ids; // (token)
  private final long[] typeIds; // (token)
  private final int before;
  private final int after;
  private final int unattended; // of those behind, how many of the last

  public Tokens(long[] ids, long[] typeIds, int before, int after) {
    this(ids, typeIds, before, after, 0);
  }

  private Tokens(long[] ids, long[] typeIds, int before, int after, int unattended) {
    this.ids = ids;
    this.typeIds = typeIds;
    this.before = before;
    this.after = after;
    this.unattended = unattended;
  }

  /** How many tokens there are, with all that is in front and behind. */
  public int size() {
    return ids.length;
  }

  /** How many tokens are in front of the text's own. */
  public int before() {
    return before;
  }

  /** How many tokens the text itself has. */
  public int textSize() {
    return ids.length - before - after;
  }

  /** The number of a token in the model's vocabulary. */
  public long id(int token) {
    return ids[token];
  }

  /** The ids of all tokens as an {@link OnnxDecoder} reads them; a copy. */
  public int[] toIds() {
    return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
  }

  /** The segment of a token: 0 in a single text, 1 in the second of a pair where the model asks. */
  public long typeId(int token) {
    return typeIds[token];
  }

  /**
   * The text's tokens {@code [from, to)}, between the same in front and behind.
   *
   * @throws IndexOutOfBoundsException if the range is not within {@code [0, textSize())}
   */
  public Tokens window(int from, int to) {
    Objects.checkFromToIndex(from, to, textSize());
    return new Tokens(cut(ids, from, to), cut(typeIds, from, to), before, after, unattended);
  }

  /** These with one more token, of segment 0, behind what is in front of the text's own. */
  public Tokens withMarker(long id) {
    return new Tokens(
        inserted(ids, before, 1, id),
        inserted(typeIds, before, 1, 0),
        before + 1,
        after,
        unattended);
  }

  /**
   * These with one token, of segment 0, as often behind all others as it takes to be {@code size}
   * in all; themselves if they are as many or more.
   *
   * @param attended whether the model attends to what is added; else, and behind such, that attends
   *     to the others and has an output of its own, but changes none of theirs
   */
  public Tokens expandedTo(int size, long id, boolean attended) {
    int more = Math.max(0, size - ids.length);
    return new Tokens(
        inserted(ids, ids.length, more, id),
        inserted(typeIds, ids.length, more, 0),
        before,
        after + more,
        attended && unattended == 0 ? 0 : unattended + more);
  }

  /**
   * The text in windows, each between the same in front and behind: the whole where it has at most
   * {@code most} tokens, else overlapping ones of exactly that many; the last one begins earlier
   * than its turn so as to be no shorter. Unmodifiable.
   *
   * @param most tokens of text in a window
   * @param overlap how many tokens neighbours share at least
   * @throws IllegalArgumentException unless {@code 0 <= overlap < most}
   */
  public List<Tokens> windows(int most, int overlap) {
    if (overlap < 0 || overlap >= most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "an overlap must be in [0, %d), the window, was %d", most, overlap));
    }
    int size = textSize();
    if (size <= most) {
      return List.of(this);
    }
    List<Tokens> windows = new ArrayList<>();
    for (int from = 0; from < size - most; from += most - overlap) {
      windows.add(window(from, from + most));
    }
    windows.add(window(size - most, size));
    return Collections.unmodifiableList(windows);
  }

  /** Another text at the place of this one; there must be one here. */
  Tokens withText(long[] text) {
    long[] types = new long[text.length];
    Arrays.fill(types, typeIds[before]);
    return new Tokens(spliced(ids, text), spliced(typeIds, types), before, after, unattended);
  }

  private static long[] inserted(long[] values, int place, int count, long value) {
    long[] all = Arrays.copyOf(values, values.length + count);
    System.arraycopy(values, place, all, place + count, values.length - place);
    Arrays.fill(all, place, place + count, value);
    return all;
  }

  private long[] spliced(long[] values, long[] text) {
    long[] all = Arrays.copyOf(values, before + text.length + after);
    System.arraycopy(text, 0, all, before, text.length);
    System.arraycopy(values, values.length - after, all, before + text.length, after);
    return all;
  }

  private long[] cut(long[] values, int from, int to) {
    long[] window = new long[before + to - from + after];
    System.arraycopy(values, 0, window, 0, before);
    System.arraycopy(values, before + from, window, before, to - from);
    System.arraycopy(values, values.length - after, window, window.length - after, after);
    return window;
  }

  /** How many tokens the model attends to: the first ones, all but for some at the end. */
  int attended() {
    return ids.length - unattended;
  }

  /** The ids, in place: for reading only. */
  long[] ids() {
    return ids;
  }

  /** The type ids, in place: for reading only. */
  long[] typeIds() {
    return typeIds;
  }
}
