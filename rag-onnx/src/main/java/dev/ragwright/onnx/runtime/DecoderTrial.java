package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.onnx.ModelLoadException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What a decoder's graph does with a few tokens, tried when it is loaded: graphs say neither how
 * many rows of logits they give nor whether they can write their cache in place.
 */
final class DecoderTrial {
  private static final int TOKENS = 4;

  private static final int NOISE_PREFIX = 16;
  private static final int NOISE_TOKENS = 16;
  private static final int LIKELIEST = 5;

  /** Sums in another order may move the last digits; a cache that is not read moves the first. */
  private static final double TOLERANCE = 1e-3;

  private final OnnxDecoder decoder;

  DecoderTrial(OnnxDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Runs the graph once, with the logits in the runtime's own memory.
   *
   * @throws RagException if the graph cannot read four tokens, or behind a source one
   */
  OnnxDecoder.LogitsShape logits() {
    if (decoder.hasEncoder()) {
      return fitting(cache -> logits(cache, 1));
    }
    KvCache cache = decoder.newCache(false, TOKENS);
    try {
      return logits(cache, TOKENS);
    } finally {
      cache.close();
    }
  }

  /** Takes two steps behind a source. */
  void steps() {
    fitting(
        cache -> {
          float[] logits = new float[decoder.vocabularySize()];
          run(cache, 0, new int[1], logits);
          run(cache, 1, new int[1], logits);
          return logits;
        });
  }

  /** Does something with a source, for which encoder and decoder have to fit. */
  private <T> T fitting(Function<KvCache, T> trial) {
    try {
      KvCache cache = decoder.models().read(new int[TOKENS], CallContext.unbounded());
      try {
        return trial.apply(cache);
      } finally {
        cache.close();
      }
    } catch (ModelLoadException e) {
      throw e;
    } catch (RagException e) {
      throw new ModelLoadException(
          decoder.model().file(),
          String.valueOf(e.getMessage()),
          "an encoder and a decoder of one model",
          e);
    }
  }

  private OnnxDecoder.LogitsShape logits(KvCache cache, int count) {
    DecoderModels.Step step = decoder.models().first();
    return decoder
        .model()
        .run(
            CallContext.unbounded(),
            () -> "a trial of " + count + " tokens",
            (options, worker) -> {
              try (DecoderInputs inputs =
                  new DecoderInputs(step.graph(), 0, new int[count], 0, count, 0, worker)) {
                Map<String, OnnxTensor> bound = inputs.bound();
                Map<String, OnnxTensor> pinned = new HashMap<>();
                cache.bind(bound, pinned);
                Set<String> outputs = new HashSet<>(cache.requested());
                outputs.add(DecoderGraph.LOGITS);
                try (OrtSession.Result result =
                    step.model().session().run(bound, outputs, pinned, options)) {
                  long[] shape =
                      ((OnnxTensor) result.get(DecoderGraph.LOGITS).orElseThrow())
                          .getInfo()
                          .getShape();
                  return shape(shape);
                }
              }
            });
  }

  private OnnxDecoder.LogitsShape shape(long[] shape) {
    long rows = shape.length == 3 ? shape[1] : shape.length == 2 ? 1 : 0;
    if (shape[0] != 1 || (rows != 1 && rows != TOKENS)) {
      throw new ModelLoadException(
          decoder.model().file(),
          String.format(
              Locale.ROOT, "logits of the shape %s for %d tokens", List.of(box(shape)), TOKENS),
          "(1, token, vocabulary) or (1, 1, vocabulary)");
    }
    return new OnnxDecoder.LogitsShape(Math.toIntExact(shape[shape.length - 1]), rows == 1);
  }

  private static Collection<Long> box(long[] values) {
    return LongStream.of(values).boxed().toList();
  }

  /**
   * Whether two steps in shared memory, and one of them again after going back, give the logits
   * that passing the cache on gives.
   */
  boolean canShare() {
    float[] passed = steps(decoder.newCache(false, 2 * TOKENS), false);
    try {
      return near(passed, steps(decoder.newCache(true, 2 * TOKENS), false))
          && near(passed, steps(decoder.newCache(true, 2 * TOKENS), true));
    } catch (RagException e) {
      return false; // the runtime refuses, since the graph makes tensors of another size
    }
  }

  private float[] steps(KvCache cache, boolean again) {
    int vocabulary = decoder.vocabularySize();
    float[] logits = new float[vocabulary];
    try {
      run(cache, 0, tokens(0, TOKENS, vocabulary), logits);
      if (again) {
        run(cache, TOKENS, tokens(2 * TOKENS, TOKENS, vocabulary), logits);
      }
      run(cache, TOKENS, tokens(TOKENS, 1, vocabulary), logits);
      return logits;
    } finally {
      cache.close();
    }
  }

  private void run(KvCache cache, int length, int[] tokens, float[] logits) {
    decoder.run(
        cache,
        length,
        tokens,
        0,
        tokens.length,
        1,
        rows -> rows.read(0, logits),
        CallContext.unbounded());
  }

  /** See {@link OnnxDecoder#runNoise(CallContext)}. */
  double runNoise(CallContext context) {
    int vocabulary = decoder.vocabularySize();
    List<float[]> together = new ArrayList<>();
    double noise = 0;
    try (DecodeState state = decoder.newState(NOISE_PREFIX + NOISE_TOKENS)) {
      state.append(tokens(1, NOISE_PREFIX, vocabulary), context);
      for (int from = 0; from < NOISE_TOKENS; from += TOKENS) {
        state.appendAll(
            tokens(100 + from, TOKENS, vocabulary),
            (index, logits) -> together.add(logits.clone()),
            context);
      }
    }
    try (DecodeState state = decoder.newState(NOISE_PREFIX + NOISE_TOKENS)) {
      state.append(tokens(1, NOISE_PREFIX, vocabulary), context);
      for (int i = 0; i < NOISE_TOKENS; i++) {
        float[] alone = state.append(tokens(100 + i, 1, vocabulary), context);
        noise = Math.max(noise, amongLikeliest(alone, together.get(i)));
      }
    }
    return noise;
  }

  private static double amongLikeliest(float[] alone, float[] together) {
    return IntStream.range(0, alone.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer id) -> -alone[id]))
        .limit(LIKELIEST)
        .mapToDouble(id -> Math.abs((double) alone[id] - together[id]))
        .max()
        .orElse(0);
  }

  private static int[] tokens(int from, int count, int vocabulary) {
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = (int) ((from + i) * 7919L % vocabulary);
    }
    return tokens;
  }

  private static boolean near(float[] a, float[] b) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    return difference <= TOLERANCE * Math.max(1, largest); // false when one is not a number
  }
}
