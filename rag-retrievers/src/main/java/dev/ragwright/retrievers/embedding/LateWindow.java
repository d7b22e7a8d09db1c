package dev.ragwright.retrievers.embedding;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of the model over a part of a document, which gives the passages in it the sums of their
 * tokens' vectors. The middle of it counts: a token that neighbouring windows share is the one's in
 * which it has more around it.
 */
final class LateWindow {
  private final Tokens tokens;
  private final List<Share> shares;

  /** The tokens of a passage that count here, by their place in the window's text. */
  private static final class Share {
    final int passage;
    final int from;
    final int to;
    float[] sum = {};

    Share(int passage, int from, int to) {
      this.passage = passage;
      this.from = from;
      this.to = to;
    }
  }

  private LateWindow(Tokens tokens, List<Share> shares) {
    this.tokens = tokens;
    this.shares = shares;
  }

  /**
   * The windows of a document.
   *
   * @param window most tokens of text in each
   * @param overlap how many of them neighbours share at least
   */
  static List<LateWindow> of(
      ReadTogether document,
      Tokenizer tokenizer,
      String prefix,
      int window,
      int overlap,
      CallContext context) {
    String text = document.text();
    Tokens all = tokenizer.encode(prefix, text, context);
    TokenSpans spans =
        Tokenizer.within(text.length(), context, () -> tokenizer.spans(prefix + text));
    int size = all.textSize();
    if (spans.size() != size) {
      throw new IllegalStateException(
          "the document prefix \"%s\" spells special tokens, which have no place in a text; late chunking cannot have it"
              .formatted(prefix));
    }
    List<LateWindow> windows = new ArrayList<>();
    int from = 0;
    int first = 0; // of the tokens that count
    do {
      int to = Math.min(from + window, size);
      int next = Math.min(to - overlap, size - window); // the last is no shorter
      int behind = to == size ? size : (next + to) / 2;
      windows.add(
          new LateWindow(
              all.window(from, to), shares(document, spans, prefix.length(), from, first, behind)));
      first = behind;
      from = next;
    } while (first < size);
    return windows;
  }

  private static List<Share> shares(
      ReadTogether document, TokenSpans spans, int skipped, int from, int first, int behind) {
    List<Share> shares = new ArrayList<>();
    for (ReadTogether.Place place : document.places()) {
      int start = Math.max(first, spans.firstEndingAfter(skipped + place.start()));
      int end = Math.min(behind, spans.firstStartingAt(skipped + place.end()));
      if (start < end) {
        shares.add(new Share(place.index(), start - from, end - from));
      }
    }
    return shares;
  }

  /** How many tokens the model reads. */
  int size() {
    return tokens.size();
  }

  void read(OnnxEncoder encoder, CallContext context) {
    FloatTensor output = encoder.run(tokens, context); // (batch = 1, token, width)
    int width = Math.toIntExact(output.shape().getLast());
    float[] values = output.values();
    for (Share share : shares) {
      float[] sum = new float[width];
      for (int token = tokens.before() + share.from; token < tokens.before() + share.to; token++) {
        for (int i = 0; i < width; i++) {
          sum[i] += values[token * width + i];
        }
      }
      share.sum = sum;
    }
  }

  /** Adds what was read, and of how many tokens, to what other windows gave the passages. */
  void addTo(float[][] sums, int[] counts) {
    for (Share share : shares) {
      counts[share.passage] += share.to - share.from;
      float[] sum = sums[share.passage];
      if (sum == null) {
        sums[share.passage] = share.sum;
      } else {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += share.sum[i];
        }
      }
    }
  }
}
