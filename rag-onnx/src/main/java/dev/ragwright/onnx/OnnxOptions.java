package dev.ragwright.onnx;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How a model is run: its threads, its graph, its weights, and where a start is kept for the next.
 * The threads do not change what it computes, except that the last bits of sums may move with
 * {@link #intraOpThreads()}. Immutable.
 */
public final class OnnxOptions {
  private final OptionalInt workers;
  private final int intraOpThreads;
  private final boolean fused;
  private final @Nullable Path loraAdapter;
  private final @Nullable Path cacheFolder;
  private final Int8Weights int8Weights;

  private OnnxOptions(Builder builder) {
    this.workers = builder.workers;
    this.intraOpThreads = builder.intraOpThreads;
    this.fused = builder.fused;
    this.loraAdapter = builder.loraAdapter;
    this.cacheFolder = builder.cacheFolder;
    this.int8Weights = builder.int8Weights;
  }

  /** As many workers as the machine has processors, each on one thread: the best throughput. */
  public static OnnxOptions defaults() {
    return builder().build();
  }

  /**
   * What suits a lone decoder: one run at once, on as many threads as the machine has processors,
   * since a text is written one token after another and a reader waits for it.
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
    return workers.orElse(Math.max(1, Runtime.getRuntime().availableProcessors() / intraOpThreads));
  }

  /**
   * How many threads compute one run, 1 by default. More lower the latency of a lone run and the
   * throughput of many.
   */
  public int intraOpThreads() {
    return intraOpThreads;
  }

  /** Whether an encoder's graph may be rewritten: see {@link Builder#fused}. */
  public boolean fused() {
    return fused;
  }

  /** The file of an adapter for all runs, if there is one: see {@link Builder#loraAdapter}. */
  public Optional<Path> loraAdapter() {
    return Optional.ofNullable(loraAdapter);
  }

  /** Where to keep what makes the next start faster: see {@link Builder#cacheFolder}. */
  public Optional<Path> cacheFolder() {
    return Optional.ofNullable(cacheFolder);
  }

  /** See {@link Builder#int8Weights}. */
  public Int8Weights int8Weights() {
    return int8Weights;
  }

  /** Collects options. Not for use by several threads. */
  public static final class Builder {
    private OptionalInt workers = OptionalInt.empty();
    private int intraOpThreads = 1;
    private boolean fused = true;
    private @Nullable Path loraAdapter;
    private @Nullable Path cacheFolder;
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
     * Whether the graph of an encoder is rewritten when it is loaded, so that it runs faster and
     * gives the same; true unless set. What was done is in the model's description.
     */
    public Builder fused(boolean fused) {
      this.fused = fused;
      return this;
    }

    /**
     * An adapter that fine-tuning gave (LoRA, Hu et al., 2022), in the format of ONNX Runtime
     * ({@code .onnx_adapter}); none unless set. For models whose graph has inputs for its weights
     * (those whose name has {@code lora} in it), as the model builder of ONNX Runtime GenAI and
     * Olive export them; others are refused when they are loaded.
     */
    public Builder loraAdapter(Path file) {
      this.loraAdapter = Objects.requireNonNull(file, "file");
      return this;
    }

    /**
     * A folder that keeps what makes the next start faster; none unless set. Of an encoder: its
     * rewritten graph, with a copy of the weights, and that it was proven to give the same with
     * this model, runtime and processor; and its tokenizer's file as it is given to the library. Of
     * the first model of a process: the native libraries of the runtime, which are otherwise
     * unpacked at every start, and of the tokenizers. On the module path the latter are loaded by
     * {@code dev.ragwright.onnx}, which {@code --enable-native-access} has to name then. What is
     * there is used if its checksums are right and its mode is rwx------, and made again otherwise;
     * a folder is for one user. Libraries of a disk from which nothing may be run are left; a
     * folder that is full or not writable changes nothing but the time. Whoever can write into it
     * can run code here.
     */
    public Builder cacheFolder(Path folder) {
      this.cacheFolder = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * What becomes of 8-bit weights whose products saturate on some processors; {@link
     * Int8Weights#AS_NEEDED} unless set.
     */
    public Builder int8Weights(Int8Weights weights) {
      this.int8Weights = Objects.requireNonNull(weights, "weights");
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
