package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.runtime.DecodeState;
import java.util.Arrays;

/**
 * A prompt's tokens, and the runs in which a model reads them: the stable part in as few as it may,
 * then the rest. Which runs there are depends on the prompt alone.
 */
final class PromptRuns {
  private static final int LONGEST = 512; // more at once is not faster, and takes more memory

  private final int[] tokens;
  private final int stable;

  /**
   * A prompt.
   *
   * @param stable how many of its first tokens other prompts to the same documents have too; fewer
   *     than all, or the prompt is only the beginning of others
   */
  PromptRuns(int[] tokens, int stable) {
    this.tokens = tokens;
    this.stable = stable;
  }

  int size() {
    return tokens.length;
  }

  int stable() {
    return stable;
  }

  int[] tokens() {
    return tokens;
  }

  /** The stable part as a prompt of its own. */
  PromptRuns beginning() {
    return new PromptRuns(Arrays.copyOf(tokens, stable), stable);
  }

  /**
   * How many first tokens both read in the same runs, fewer than all of this: the last token has to
   * be read for there to be logits.
   */
  int shared(PromptRuns other) {
    int mismatch = Arrays.mismatch(tokens, other.tokens);
    int alike = mismatch < 0 ? tokens.length : mismatch;
    int end = 0;
    while (true) {
      int next = runEnd(end);
      if (next > alike || next == tokens.length || next != other.runEnd(end)) {
        return end;
      }
      end = next;
    }
  }

  /** Whether both are of the same tokens in the same runs. */
  boolean isSame(PromptRuns other) {
    return stable == other.stable && Arrays.equals(tokens, other.tokens);
  }

  /** Where the run that begins at a place ends. */
  private int runEnd(int start) {
    int part = start < stable ? stable : tokens.length;
    return Math.min(start + LONGEST, part);
  }

  /** Reads what the state does not hold yet, and returns the logits behind the last token. */
  float[] readRest(DecodeState state, CallContext context) {
    float[] logits = new float[0];
    while (state.length() < tokens.length) {
      int start = state.length();
      logits = state.append(Arrays.copyOfRange(tokens, start, runEnd(start)), context);
    }
    return logits;
  }
}
