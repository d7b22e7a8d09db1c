package dev.ragwright.call;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Currency;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What models cost on a certain day, in one currency. A table turns what stages counted into money,
 * afterwards. A count or a price that is not known makes a {@link Cost} unknown; it is never 0.
 *
 * <p>A table can be read from a file in the format of {@link java.util.Properties} in UTF-8, in
 * which colons and spaces of names are written {@code \:} and {@code \ }:
 *
 * <pre>{@code
 * currency = USD
 * date = 2026-11-01
 * # per million tokens
 * gpt-x.input = 0.25
 * gpt-x.cachedInput = 0.025
 * gpt-x.output = 2
 * # per call
 * rerank-y.input = 0
 * rerank-y.request = 0.002
 * # per second of one CPU of this machine
 * cpuSecond = 0.000011
 * }</pre>
 *
 * <p>Without {@code cachedInput} a model has no discount, so cached tokens cost as much as others;
 * without {@code request} a call itself costs nothing. {@code input} is the price of all that a
 * model reads: a generator, a reranker, or an embedder.
 *
 * <p>A stage names the model that it is charged for by its description's parameter {@link
 * StageDescription#MODEL}; one that runs a model file here has {@link
 * StageDescription#MODEL_SHA256}, and is charged nothing but the machine's time, which is not in
 * what a stage counts: measure it, and add {@link #ofCpu}.
 *
 * <p>Immutable.
 */
public final class PriceTable {
  private static final int MILLION_DIGITS = 6;

  private final Currency currency;
  private final LocalDate date;
  private final @Nullable Money cpuSecond;
  private final SortedMap<String, ModelPrice> models;

  private PriceTable(Builder builder) {
    currency = builder.currency;
    date = builder.date;
    cpuSecond = builder.cpuSecond;
    models = Collections.unmodifiableSortedMap(new TreeMap<>(builder.models));
  }

  /**
   * What a model costs; all in the table's currency, none negative.
   *
   * @param input for a million tokens that it reads; null if unknown
   * @param cachedInput for a million of those that its service had in a cache; null if as {@code
   *     input}
   * @param output for a million tokens that it writes; null if unknown
   * @param request for a call
   */
  public record ModelPrice(
      @Nullable BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal output,
      BigDecimal request) {

    /** Refuses negative prices. */
    public ModelPrice {
      check("input", input);
      check("cachedInput", cachedInput);
      check("output", output);
      check("request", request);
    }

    /** Prices without a discount, and without one for a call: {@code ("0.25", "2")}. */
    public static ModelPrice perMillionTokens(String input, String output) {
      return new ModelPrice(new BigDecimal(input), null, new BigDecimal(output), BigDecimal.ZERO);
    }

    private static void check(String name, @Nullable BigDecimal price) {
      if (price != null && price.signum() < 0) {
        throw new IllegalArgumentException(name + " must be >= 0, was " + price);
      }
    }
  }

  /**
   * A table without prices yet.
   *
   * @param currency a code of ISO 4217
   * @param date when the prices were valid
   */
  public static Builder builder(String currency, LocalDate date) {
    return new Builder(Money.of(0, currency).currency(), date);
  }

  /**
   * Reads a table from a file.
   *
   * @throws RagException if it cannot be read, naming the file and what is wrong in it
   */
  public static PriceTable read(Path file) {
    try {
      // Decodes strictly. The mark that may begin a file would be part of its first key.
      String text = Files.readString(file);
      return PriceFile.read(new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text));
    } catch (IOException e) {
      String why = e instanceof CharacterCodingException ? "it is not UTF-8" : e.toString();
      throw new RagException("the prices %s cannot be read: %s".formatted(file, why), e);
    } catch (IllegalArgumentException e) {
      throw new RagException("the prices %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The currency of all prices. */
  public Currency currency() {
    return currency;
  }

  /** When the prices were valid. */
  public LocalDate date() {
    return date;
  }

  /** The models' prices by name; unmodifiable. */
  public SortedMap<String, ModelPrice> models() {
    return models;
  }

  /** No cost: 0 in the table's currency, to begin a sum with. */
  public Cost none() {
    return Cost.of(new Money(BigDecimal.ZERO, currency));
  }

  /**
   * What a model's service charges for what was counted: {@link Usage#INPUT_TOKENS} and {@link
   * Usage#EMBEDDED_TOKENS} that it read, of which {@link Usage#CACHED_INPUT_TOKENS} were cached,
   * {@link Usage#OUTPUT_TOKENS} that it wrote, and {@link Usage#REQUESTS}.
   */
  public Cost of(Usage usage, String model) {
    ModelPrice price = models.get(model);
    if (price == null) {
      return charges(usage) ? Cost.unknown("the price of " + model) : none();
    }
    Cost read =
        amount(usage, Usage.INPUT_TOKENS, perToken(price.input), "input", model)
            .plus(amount(usage, Usage.EMBEDDED_TOKENS, perToken(price.input), "input", model));
    return read.plus(discount(usage, price, model))
        .plus(amount(usage, Usage.OUTPUT_TOKENS, perToken(price.output), "output", model))
        .plus(amount(usage, Usage.REQUESTS, price.request, "request", model));
  }

  /**
   * What a model charges for what a stage counted: the one model that the stage's description, or
   * that of one of its parts, names. The cost is unknown if several models are named, or one here
   * and one elsewhere, or if the stage counted tokens or calls and names no model.
   */
  public Cost of(Usage usage, StageDescription stage) {
    if (!charges(usage)) {
      return none();
    }
    Set<String> hosted = stage.hostedModels();
    Set<String> local = stage.localModels();
    if (hosted.size() == 1 && local.isEmpty()) {
      return of(usage, hosted.iterator().next());
    }
    if (!hosted.isEmpty()) {
      return Cost.unknown("which model did how much in " + stage.name());
    }
    if (local.isEmpty()) {
      return Cost.unknown("the model of " + stage.name());
    }
    return usage.isComplete() ? none() : Cost.unknown("what " + stage.name() + " used");
  }

  /**
   * What the machine costs while it works.
   *
   * @param cpuTime of all threads together
   */
  public Cost ofCpu(Duration cpuTime) {
    Money price = cpuSecond;
    if (price == null) {
      return Cost.unknown("the price of a CPU-second");
    }
    BigDecimal seconds =
        BigDecimal.valueOf(cpuTime.getSeconds())
            .add(BigDecimal.valueOf(cpuTime.getNano()).movePointLeft(9));
    return Cost.of(price.times(seconds));
  }

  /** Whether there may be something in it that a service charges. */
  private static boolean charges(Usage usage) {
    return !(isNone(usage, Usage.INPUT_TOKENS)
        && isNone(usage, Usage.EMBEDDED_TOKENS)
        && isNone(usage, Usage.OUTPUT_TOKENS)
        && isNone(usage, Usage.REQUESTS));
  }

  private static boolean isNone(Usage usage, String counter) {
    OptionalLong count = usage.count(counter);
    return count.isPresent() && count.getAsLong() == 0;
  }

  private Cost amount(
      Usage usage, String counter, @Nullable BigDecimal price, String name, String model) {
    OptionalLong count = usage.count(counter);
    boolean nothing = count.isPresent() && count.getAsLong() == 0;
    if (nothing || (price != null && price.signum() == 0)) {
      return none();
    }
    if (price == null) {
      return Cost.unknown("the price '%s' of %s".formatted(name, model));
    }
    return count.isPresent()
        ? Cost.of(new Money(price.multiply(BigDecimal.valueOf(count.getAsLong())), currency))
        : Cost.unknown("the %s of %s".formatted(counter, model));
  }

  /** What is off the price of the input, negative, for those of its tokens that were cached. */
  private Cost discount(Usage usage, ModelPrice price, String model) {
    if (price.input == null || price.cachedInput == null) {
      return none();
    }
    long read = usage.count(Usage.INPUT_TOKENS).orElse(Long.MAX_VALUE);
    if (usage.count(Usage.CACHED_INPUT_TOKENS).orElse(0) > read) {
      return Cost.unknown("the inputTokens of " + model + ": fewer than were cached");
    }
    BigDecimal off = price.cachedInput.subtract(price.input);
    return amount(usage, Usage.CACHED_INPUT_TOKENS, perToken(off), "cachedInput", model);
  }

  private static @Nullable BigDecimal perToken(@Nullable BigDecimal perMillion) {
    return perMillion == null ? null : perMillion.movePointLeft(MILLION_DIGITS);
  }

  /** Prices as they are put together. Not safe to share. */
  public static final class Builder {
    private final Currency currency;
    private final LocalDate date;
    private @Nullable Money cpuSecond;
    private final SortedMap<String, ModelPrice> models = new TreeMap<>();

    private Builder(Currency currency, LocalDate date) {
      this.currency = currency;
      this.date = Objects.requireNonNull(date, "date");
    }

    /**
     * What a model costs.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder model(String name, ModelPrice price) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a price needs a model's name, had \"" + name + "\"");
      }
      models.put(name, Objects.requireNonNull(price, "price"));
      return this;
    }

    /**
     * What a second of one CPU of this machine costs; unknown unless set.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder cpuSecond(BigDecimal price) {
      ModelPrice.check("cpuSecond", price);
      cpuSecond = new Money(price, currency);
      return this;
    }

    /** The table. */
    public PriceTable build() {
      return new PriceTable(this);
    }
  }
}
