package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.runtime.DecodeState;
import java.util.Arrays;

/**
 * Reads ahead what a reply may copy from its prompt: prompt lookup decoding (Saxena, 2023,
 * apoorvumang/prompt-lookup-decoding), a form of speculative decoding without a second model. Where
 * the last tokens stood before, those that followed there are read together with the last one, in
 * one run, which costs less than one run each. Whoever chooses the tokens gets the same logits as
 * without: those of a token that was read ahead are used if it is then the chosen one, and
 * forgotten if not. So greedy and random choices stay what they were.
 *
 * <p>How far it reads ahead follows from what runs of each length took and how often it was right;
 * where that does not pay it stops, and tries again later.
 *
 * <p>For one reply.
 */
final class PromptLookup {
  private static final int MOST = 7;
  private static final int LONGEST_MATCH = 4;
  private static final int SHORTEST_MATCH = 2;
  private static final int COOLDOWN = 24; // tokens without reading ahead, once it did not pay
  private static final double FORGET = 0.8;

  private final DecodeState state;
  private final int most;
  private final RunTimes times;
  private int[] tokens;
  private int size;
  private int[] ahead = new int[0]; // read behind tokens[size - 1], not chosen yet
  private final float[][] logits = new float[MOST + 1][]; // behind it, and behind each of ahead
  private int used; // how many of ahead were chosen
  private double right = 0.7; // the share of tokens read ahead that were chosen, lately
  private int rest;
  private long proposed;
  private long accepted;

  /**
   * Looks up in the prompt, which the state holds.
   *
   * @param most how many tokens prompt and reply may have together
   */
  PromptLookup(DecodeState state, int most, RunTimes times) {
    this.state = state;
    this.most = most;
    this.times = times;
    this.tokens = state.tokens();
    this.size = tokens.length;
  }

  /** The logits behind a chosen token. */
  float[] after(int token, CallContext context) {
    if (used < ahead.length && ahead[used] == token) {
      used++;
      add(token);
      return logits[used];
    }
    forget();
    add(token);
    int[] draft = draft();
    int[] run = new int[1 + draft.length];
    run[0] = token;
    System.arraycopy(draft, 0, run, 1, draft.length);
    long start = System.nanoTime();
    float[] next;
    if (draft.length == 0) {
      next = state.append(run, context);
    } else {
      state.appendAll(run, this::keep, context);
      ahead = draft;
      used = 0;
      proposed += draft.length;
      next = logits[0];
    }
    times.add(run.length, System.nanoTime() - start);
    return next;
  }

  private void keep(int row, float[] values) {
    float[] copy = logits[row];
    if (copy == null) {
      logits[row] = values.clone();
    } else {
      System.arraycopy(values, 0, copy, 0, values.length);
    }
  }

  /** Takes back what was read ahead and not chosen, and learns from it. */
  private void forget() {
    if (ahead.length == 0) {
      return;
    }
    accepted += used;
    // Of what was read ahead, what comes behind the first wrong token was not tried.
    int tried = Math.min(ahead.length, used + 1);
    right = FORGET * right + (1 - FORGET) * used / tried;
    state.rewind(state.length() - (ahead.length - used));
    ahead = new int[0];
    used = 0;
    if (best() == 0) {
      rest = COOLDOWN;
      right = 0.7;
    }
  }

  private int[] draft() {
    if (rest > 0) {
      rest--;
      return new int[0];
    }
    int count = Math.min(best(), most - size - 1); // nothing follows the reply's last token
    if (count <= 0) {
      return new int[0];
    }
    int match = match();
    if (match < 0) {
      return new int[0];
    }
    int[] draft = new int[count];
    for (int i = 0; i < count; i++) { // what repeats itself goes on as the draft does
      draft[i] = match + i < size ? tokens[match + i] : draft[match + i - size];
    }
    return draft;
  }

  /** How many tokens ahead promise the most tokens in a time. */
  private int best() {
    int best = 0;
    double highest = 1 / times.of(1);
    double expected = 1;
    double chance = 1;
    for (int ahead = 1; ahead <= MOST; ahead++) {
      chance *= right;
      expected += chance;
      double rate = expected / times.of(1 + ahead);
      if (rate > highest) {
        highest = rate;
        best = ahead;
      }
    }
    return best;
  }

  /** Behind the latest earlier place of the most last tokens, of at most four; -1 if none. */
  private int match() {
    for (int n = Math.min(LONGEST_MATCH, size - 1); n >= SHORTEST_MATCH; n--) {
      for (int end = size - 1; end >= n; end--) {
        if (Arrays.equals(tokens, end - n, end, tokens, size - n, size)) {
          return end;
        }
      }
    }
    return -1;
  }

  private void add(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size + 256);
    }
    tokens[size++] = token;
  }

  /** How many tokens were read ahead. */
  long proposed() {
    return proposed;
  }

  /** How many of them were chosen. */
  long accepted() {
    return accepted + used;
  }

  /**
   * What runs of each length take, of late; shared by a model's replies. Until a length was seen, a
   * token more is taken to cost a tenth of a run.
   */
  static class RunTimes {
    private static final double ASSUMED = 0.1;
    private final double[] nanos = new double[MOST + 2];

    synchronized void add(int length, long took) {
      nanos[length] = nanos[length] == 0 ? took : FORGET * nanos[length] + (1 - FORGET) * took;
    }

    synchronized double of(int length) {
      if (nanos[length] > 0) {
        return nanos[length];
      }
      double one = nanos[1] > 0 ? nanos[1] : 1;
      return one * (1 + ASSUMED * (length - 1));
    }
  }
}
