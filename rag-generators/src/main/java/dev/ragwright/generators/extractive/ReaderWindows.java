package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.onnx.runtime.FloatTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.onnx.runtime.TokensWithSpans;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How texts are cut into windows, and what is made of the windows' logits. The question is whole in
 * every window.
 *
 * @param tokens the most in a window, with question and special tokens
 * @param step from one window's beginning to the next's, at most
 * @param longest the most tokens of an answer
 */
record ReaderWindows(int tokens, int step, int longest) {

  /**
   * Tokens {@code [from, to)} of a text.
   *
   * @param text the place of the text among those that are read together
   */
  record Window(int text, int from, int to) {}

  /**
   * What was read in a window.
   *
   * @param spans best first; places count in the text's own tokens
   * @param tokens that the model read
   */
  record Read(Window window, List<Spans.Span> spans, double nullScore, int tokens) {}

  /**
   * Whether there is room for an answer beside the question; where there is not, no text is read.
   */
  boolean fit(Tokens pair) {
    return room(pair) >= Math.min(longest, pair.textSize());
  }

  private int room(Tokens pair) {
    return tokens - (pair.size() - pair.textSize());
  }

  /**
   * The windows of a text, which overlap by an answer less one token or by half, whichever is less:
   * an answer that lies in no window whole is longer than half a window. The last one is as long as
   * the others.
   */
  List<Window> of(int text, Tokens pair) {
    int size = pair.textSize();
    int room = Math.min(room(pair), size);
    int next = Math.max(1, Math.min(step, Math.max(room - longest + 1, (room + 1) / 2)));
    List<Window> windows = new ArrayList<>();
    for (int start = 0; start + room < size; start += next) {
      windows.add(new Window(text, start, start + room));
    }
    if (size > 0) {
      windows.add(new Window(text, size - room, size));
    }
    return windows;
  }

  Read read(OnnxEncoder encoder, Window window, Tokens pair, int most, CallContext context) {
    Tokens cut = pair.window(window.from(), window.to());
    List<FloatTensor> logits = encoder.runAll(cut, context);
    float[] start = checked(encoder, 0, logits, cut.size());
    float[] end = checked(encoder, 1, logits, cut.size());
    int first = cut.before();
    List<Spans.Span> spans =
        Spans.best(start, end, first, first + cut.textSize(), longest, most).stream()
            .map(
                span ->
                    new Spans.Span(
                        span.from() - first + window.from(),
                        span.to() - first + window.from(),
                        span.score()))
            .toList();
    return new Read(window, spans, (double) start[0] + end[0], cut.size());
  }

  /** Infinite ones are refused too: a difference of two would be no number. */
  private static float[] checked(
      OnnxEncoder encoder, int output, List<FloatTensor> logits, int tokens) {
    float[] values = logits.get(output).values();
    String name = encoder.outputs().get(output).name();
    if (values.length != tokens) {
      throw new RagException(
          String.format(
              Locale.ROOT,
              "the model gave %d numbers as %s of %d tokens",
              values.length,
              name,
              tokens));
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new RagException("the model gave %s among %s".formatted(value, name));
      }
    }
    return values;
  }

  /**
   * The best answers of a text out of those of all its windows. A span in several windows counts
   * with its best score, so the best of each window are enough to have the best of all.
   */
  static List<ReadAnswer> answers(
      String text, TokensWithSpans encoded, List<Read> windows, int most) {
    double nullScore =
        windows.stream().mapToDouble(Read::nullScore).min().orElse(Double.POSITIVE_INFINITY);
    Map<Long, ReadAnswer> byPlace = new HashMap<>();
    for (Read window : windows) {
      for (Spans.Span span : window.spans()) {
        ReadAnswer answer = answer(text, encoded, span, nullScore);
        if (!answer.text().isEmpty()) {
          long place = (long) answer.start() << 32 | answer.end();
          byPlace.merge(
              place, answer, (a, b) -> Collections.min(List.of(a, b), ReadAnswer.BEST_FIRST));
        }
      }
    }
    return byPlace.values().stream().sorted(ReadAnswer.BEST_FIRST).limit(most).toList();
  }

  /** Without white space around it, which some tokenizers count to the words. */
  private static ReadAnswer answer(
      String text, TokensWithSpans encoded, Spans.Span span, double nullScore) {
    int start = encoded.spans().start(span.from());
    int end = encoded.spans().end(span.to());
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    return new ReadAnswer(text.substring(start, end), start, end, span.score(), nullScore);
  }
}
