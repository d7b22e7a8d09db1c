package dev.ragwright.generators.onnx;

import dev.ragwright.call.StageDescription;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a local language model's next token is chosen, and when it stops. Immutable.
 *
 * <p>A step does this, in this order, with the model's logits:
 *
 * <ol>
 *   <li>with a {@link Constraint}, all tokens that it does not allow are left out;
 *   <li>the repetition penalty (Keskar et al., CTRL, 2019, as Hugging Face has it): a logit of a
 *       token of the prompt or the output is divided by it if positive, else multiplied;
 *   <li>the frequency and the presence penalty, as OpenAI's API defines them: {@code frequency *
 *       count + presence} is taken from the logit of each token of the output;
 *   <li>with temperature 0 the highest logit is chosen, and that is all;
 *   <li>else the logits are divided by the temperature, and sorted;
 *   <li>top-k: only the k highest stay;
 *   <li>top-p (Holtzman et al., 2020): of these, the fewest highest whose probabilities sum to p;
 *   <li>min-p: of these, those with at least {@code minP} of the probability of the highest;
 *   <li>one of those that stay is drawn by its probability among them.
 * </ol>
 *
 * <p>Of equal logits the lower id is the higher one. The same seed, prompt, model file, runtime,
 * processor and number of threads give the same text.
 */
public final class DecodingOptions {
  private final int maxTokens;
  private final double temperature;
  private final int topK;
  private final double topP;
  private final double minP;
  private final double repetitionPenalty;
  private final double frequencyPenalty;
  private final double presencePenalty;
  private final long seed;
  private final List<String> stop;
  private final boolean promptLookup;
  private final @Nullable Constraint constraint;

  private DecodingOptions(Builder builder) {
    maxTokens = builder.maxTokens;
    temperature = builder.temperature;
    topK = builder.topK;
    topP = builder.topP;
    minP = builder.minP;
    repetitionPenalty = builder.repetitionPenalty;
    frequencyPenalty = builder.frequencyPenalty;
    presencePenalty = builder.presencePenalty;
    seed = builder.seed;
    stop = builder.stop;
    promptLookup = builder.promptLookup;
    constraint = builder.constraint;
  }

  /** The likeliest token each time, at most 256 of them. */
  public static DecodingOptions greedy() {
    return builder().build();
  }

  /** A builder with the defaults that its methods name. */
  public static Builder builder() {
    return new Builder();
  }

  /** See {@link Builder#maxTokens}. */
  public int maxTokens() {
    return maxTokens;
  }

  /** See {@link Builder#temperature}. */
  public double temperature() {
    return temperature;
  }

  /** See {@link Builder#topK}. */
  public int topK() {
    return topK;
  }

  /** See {@link Builder#topP}. */
  public double topP() {
    return topP;
  }

  /** See {@link Builder#minP}. */
  public double minP() {
    return minP;
  }

  /** See {@link Builder#repetitionPenalty}. */
  public double repetitionPenalty() {
    return repetitionPenalty;
  }

  /** See {@link Builder#frequencyPenalty}. */
  public double frequencyPenalty() {
    return frequencyPenalty;
  }

  /** See {@link Builder#presencePenalty}. */
  public double presencePenalty() {
    return presencePenalty;
  }

  /** See {@link Builder#seed}. */
  public long seed() {
    return seed;
  }

  /** See {@link Builder#stop}; unmodifiable. */
  public List<String> stop() {
    return stop;
  }

  /** See {@link Builder#promptLookup}. */
  public boolean promptLookup() {
    return promptLookup;
  }

  /** See {@link Builder#constraint}. */
  public Optional<Constraint> constraint() {
    return Optional.ofNullable(constraint);
  }

  /** These options with some changed: {@code options.with(o -> o.seed(8))}. */
  public DecodingOptions with(UnaryOperator<Builder> change) {
    Builder builder = new Builder();
    builder.maxTokens = maxTokens;
    builder.temperature = temperature;
    builder.topK = topK;
    builder.topP = topP;
    builder.minP = minP;
    builder.repetitionPenalty = repetitionPenalty;
    builder.frequencyPenalty = frequencyPenalty;
    builder.presencePenalty = presencePenalty;
    builder.seed = seed;
    builder.stop = stop;
    builder.promptLookup = promptLookup;
    builder.constraint = constraint;
    return change.apply(builder).build();
  }

  /** All that has an effect on what is written. */
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("decoding", temperature == 0 ? "greedy" : "sampling")
            .with("maxTokens", maxTokens)
            .with("repetitionPenalty", repetitionPenalty)
            .with("frequencyPenalty", frequencyPenalty)
            .with("presencePenalty", presencePenalty)
            .with("stop", stop)
            .withParts(constraint().map(Constraint::description).stream().toList());
    return temperature == 0
        ? described
        : described
            .with("temperature", temperature)
            .with("topK", topK)
            .with("topP", topP)
            .with("minP", minP)
            .with("seed", seed);
  }

  @Override
  public String toString() {
    return description().toString();
  }

  /** Collects options. Not for use by several threads. */
  public static final class Builder {
    private int maxTokens = 256;
    private double temperature;
    private int topK;
    private double topP = 1;
    private double minP;
    private double repetitionPenalty = 1;
    private double frequencyPenalty;
    private double presencePenalty;
    private long seed;
    private List<String> stop = List.of();
    private boolean promptLookup = true;
    private @Nullable Constraint constraint;

    private Builder() {}

    /**
     * The most tokens to write, the one that ends the turn included; 256 unless set.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder maxTokens(int value) {
      require(value >= 1, "maxTokens must be >= 1, was " + value);
      maxTokens = value;
      return this;
    }

    /**
     * How evenly tokens are drawn: 0, the default, always takes the likeliest, 1 draws by the
     * model's own probabilities.
     *
     * @throws IllegalArgumentException if negative or not finite
     */
    public Builder temperature(double value) {
      require(value >= 0 && Double.isFinite(value), "temperature must be >= 0, was " + value);
      temperature = value;
      return this;
    }

    /**
     * How many of the likeliest tokens may be drawn; 0, the default, for all.
     *
     * @throws IllegalArgumentException if negative
     */
    public Builder topK(int value) {
      require(value >= 0, "topK must be >= 0, was " + value);
      topK = value;
      return this;
    }

    /**
     * The probability that the tokens that may be drawn have together; 1 unless set.
     *
     * @throws IllegalArgumentException if not in (0, 1]
     */
    public Builder topP(double value) {
      require(value > 0 && value <= 1, "topP must be in (0, 1], was " + value);
      topP = value;
      return this;
    }

    /**
     * The least probability of a token that may be drawn, as a share of the likeliest one's; 0
     * unless set.
     *
     * @throws IllegalArgumentException if not in [0, 1]
     */
    public Builder minP(double value) {
      require(value >= 0 && value <= 1, "minP must be in [0, 1], was " + value);
      minP = value;
      return this;
    }

    /**
     * Above 1, makes what stands in the prompt or the output less likely; 1 unless set. It works
     * against quoting, which an answer from documents needs.
     *
     * @throws IllegalArgumentException unless positive and finite
     */
    public Builder repetitionPenalty(double value) {
      require(value > 0 && Double.isFinite(value), "repetitionPenalty must be > 0, was " + value);
      repetitionPenalty = value;
      return this;
    }

    /**
     * Taken from a logit for each time that the token was written; 0 unless set.
     *
     * @throws IllegalArgumentException if not finite
     */
    public Builder frequencyPenalty(double value) {
      require(Double.isFinite(value), "frequencyPenalty must be finite, was " + value);
      frequencyPenalty = value;
      return this;
    }

    /**
     * Taken from a logit once the token was written; 0 unless set.
     *
     * @throws IllegalArgumentException if not finite
     */
    public Builder presencePenalty(double value) {
      require(Double.isFinite(value), "presencePenalty must be finite, was " + value);
      presencePenalty = value;
      return this;
    }

    /** What the random numbers begin with; 0 unless set. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Texts that end the output where they begin, and are not part of it; none unless set.
     *
     * @throws IllegalArgumentException if one is empty
     */
    public Builder stop(List<String> texts) {
      require(texts.stream().noneMatch(String::isEmpty), "a stop text is empty: " + texts);
      stop = List.copyOf(texts);
      return this;
    }

    /**
     * Whether to read ahead what the reply may copy from the prompt: prompt lookup decoding
     * (Saxena, 2023). What is written stays the same; it is there sooner where answers quote. True
     * unless set, but only done where it pays, and with models whose numbers do not depend on how
     * many tokens are read at once ({@code OnnxDecoder.runNoise}): most int8 files are not among
     * them.
     */
    public Builder promptLookup(boolean value) {
      promptLookup = value;
      return this;
    }

    /**
     * What may be written; anything unless set. A reply that ends by itself ({@code STOP}) is then
     * valid, unless one of the {@linkplain #stop stop texts} ended it; one that was cut off by
     * {@link #maxTokens} is the beginning of a valid one. It is taken as it is: nothing in it is
     * thinking, and no space is dropped. Where the penalties forbid what the constraint demands,
     * the constraint wins.
     */
    public Builder constraint(Constraint value) {
      constraint = Objects.requireNonNull(value, "constraint");
      return this;
    }

    /** The options. */
    public DecodingOptions build() {
      return new DecodingOptions(this);
    }

    private static void require(boolean holds, String message) {
      if (!holds) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
