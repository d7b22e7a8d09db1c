package dev.ragwright.onnx;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a model is run: its threads, and what is added to its weights. The threads do not change what
 * it computes, except that the last bits of sums may move with {@link #intraOpThreads()}.
 * Immutable.
 */
public final class OnnxOptions {
  private final OptionalInt workers;
  private final int intraOpThreads;
  private final @Nullable Path loraAdapter;
  private final Int8Weights int8Weights;

  private OnnxOptions(Builder builder) {
    this.workers = builder.workers;
    this.intraOpThreads = builder.intraOpThreads;
    this.loraAdapter = builder.loraAdapter;
    this.int8Weights = builder.int8Weights;
  }

  /** As many workers as the machine has processors, each on one thread: the best throughput. */
  public static OnnxOptions defaults() {
    return builder().build();
  }

  /**
   * What suits a lone {@linkplain OnnxDecoder decoder}: one run at once, on as many threads as the
   * machine has processors, since a text is written one token after another and a reader waits for
   * it.
   */
  public static OnnxOptions forDecoders() {
    return builder().intraOpThreads(Runtime.getRuntime().availableProcessors()).build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How many runs may be under way at once, over all callers; the next ones wait in the order they
   * came. By default the processors of the machine divided by {@link #intraOpThreads()}, at least
   * 1.
   */
  public int workers() {
    return workers.orElseGet(
        () -> Math.max(1, Runtime.getRuntime().availableProcessors() / intraOpThreads));
  }

  /**
   * How many threads compute one run, 1 by default. More lower the latency of a lone run and the
   * throughput of many.
   */
  public int intraOpThreads() {
    return intraOpThreads;
  }

  /** The file of an adapter for all runs, if there is one: see {@link Builder#loraAdapter}. */
  public Optional<Path> loraAdapter() {
    return Optional.ofNullable(loraAdapter);
  }

  /** See {@link Builder#int8Weights}. */
  public Int8Weights int8Weights() {
    return int8Weights;
  }

  /** Collects options. Not for use by several threads. */
  public static final class Builder {
    private OptionalInt workers = OptionalInt.empty();
    private int intraOpThreads = 1;
    private @Nullable Path loraAdapter;
    private Int8Weights int8Weights = Int8Weights.AS_NEEDED;

    private Builder() {}

    /**
     * See {@link OnnxOptions#workers()}.
     *
     * @throws IllegalArgumentException if {@code workers < 1}
     */
    public Builder workers(int workers) {
      this.workers = OptionalInt.of(atLeastOne("workers", workers));
      return this;
    }

    /**
     * See {@link OnnxOptions#intraOpThreads()}.
     *
     * @throws IllegalArgumentException if {@code threads < 1}
     */
    public Builder intraOpThreads(int threads) {
      this.intraOpThreads = atLeastOne("intraOpThreads", threads);
      return this;
    }

    /**
     * An adapter that fine-tuning gave (LoRA, Hu et al., 2022), in the format of ONNX Runtime
     * ({@code .onnx_adapter}); none unless set. For models whose graph has inputs for its weights
     * ({@link ModelGraph#loraInputs()}), as the model builder of ONNX Runtime GenAI and Olive
     * export them; others are refused when they are loaded.
     */
    public Builder loraAdapter(Path file) {
      this.loraAdapter = file;
      return this;
    }

    /**
     * What becomes of 8-bit weights whose products saturate on some processors; {@link
     * Int8Weights#AS_NEEDED} unless set.
     */
    public Builder int8Weights(Int8Weights weights) {
      this.int8Weights = weights;
      return this;
    }

    /** The options. */
    public OnnxOptions build() {
      return new OnnxOptions(this);
    }

    private static int atLeastOne(String option, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(option + " must be >= 1, was " + value);
      }
      return value;
    }
  }
}
