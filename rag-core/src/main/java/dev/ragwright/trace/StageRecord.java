package dev.ragwright.trace;

import dev.ragwright.call.Cost;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.text.Said;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one stage did in one call. Immutable. */
public final class StageRecord {
  /** The detail that names the model that a service says it asked, where that is another. */
  public static final String SERVED = "served";

  private static final Pattern VERSION = Pattern.compile("[-@:_.]v?[0-9][-_.0-9]*");

  private final String stage;
  private final StageDescription description;
  private final Duration duration;
  private final Usage usage;
  private final Object[] details; // names and values in turn: a map where one is asked for
  private final List<StageRecord> parts;
  private final @Nullable String error;

  private StageRecord(
      String stage,
      StageDescription description,
      Duration duration,
      Usage usage,
      Object[] details,
      List<StageRecord> parts,
      @Nullable String error) {
    this.stage = stage;
    this.description = description;
    this.duration = duration;
    this.usage = usage;
    this.details = details;
    this.parts = List.copyOf(parts);
    this.error = error;
  }

  /** A record of a stage that ended well, without details or parts. */
  public static StageRecord of(
      String stage, StageDescription description, Duration duration, Usage usage) {
    return new StageRecord(stage, description, duration, usage, new Object[0], List.of(), null);
  }

  /** Returns this record with a whole number among its details, such as {@code hits}. */
  public StageRecord with(String detail, long value) {
    return put(detail, value);
  }

  /** Returns this record with a number among its details, such as {@code best}. */
  public StageRecord with(String detail, double value) {
    return put(detail, value);
  }

  /** Returns this record with a text among its details, such as {@code dropped}. */
  public StageRecord with(String detail, String value) {
    return put(detail, value);
  }

  private StageRecord put(String detail, Object value) {
    Object[] more = Arrays.copyOf(details, details.length + 2);
    more[details.length] = detail;
    more[details.length + 1] = value;
    return new StageRecord(stage, description, duration, usage, more, parts, error);
  }

  /**
   * This record with the name of the model that a service says it asked; as it is where that is
   * empty, or the one that the stage names.
   */
  public StageRecord withServed(String model) {
    return model.isEmpty() || description.hostedModels().contains(model)
        ? this
        : with(SERVED, model);
  }

  /** This record with those of the stages that it is composed of. */
  public StageRecord withParts(List<StageRecord> records) {
    return new StageRecord(stage, description, duration, usage, details, records, error);
  }

  /** This record as that of a stage that failed, with what it {@linkplain Attempted tried}. */
  public StageRecord failed(Throwable thrown) {
    StageRecord record = failed(Said.by(thrown));
    return thrown instanceof Attempted attempted ? record.withParts(attempted.attempts()) : record;
  }

  /** This record as that of a stage that failed. */
  public StageRecord failed(String message) {
    return new StageRecord(stage, description, duration, usage, details, parts, message);
  }

  /** The step of the pipeline, such as {@code "retrieve"}. */
  public String stage() {
    return stage;
  }

  /** What ran. */
  public StageDescription description() {
    return description;
  }

  /** How long it took, waiting included. */
  public Duration duration() {
    return duration;
  }

  /** What it counted, that of its parts included. */
  public Usage usage() {
    return usage;
  }

  /**
   * What was charged for it: the sum of its parts where they counted all that it did, else by
   * {@link PriceTable#of(Usage, StageDescription)}. Where a service {@linkplain #SERVED says} that
   * another model answered, that one's price counts; the price of the model that was asked, if the
   * table has none for the other and its name only goes on with a date or a number ({@code
   * gpt-x-2026-05-01} of {@code gpt-x}). The machine's own time is not in it.
   */
  public Cost cost(PriceTable prices) {
    Usage counted = parts.stream().map(StageRecord::usage).reduce(Usage.none(), Usage::plus);
    return !parts.isEmpty() && counted.equals(usage)
        ? parts.stream().map(part -> part.cost(prices)).reduce(prices.none(), Cost::plus)
        : charged(prices);
  }

  private Cost charged(PriceTable prices) {
    if (!(details().get(SERVED) instanceof String served)) {
      return prices.of(usage, description);
    }
    boolean isVersion =
        !prices.models().containsKey(served)
            && description.hostedModels().stream().anyMatch(asked -> isVersion(served, asked));
    return isVersion ? prices.of(usage, description) : prices.of(usage, served);
  }

  /** Whether a name is another one with a date or a number behind it. */
  private static boolean isVersion(String served, String asked) {
    return served.startsWith(asked) && VERSION.matcher(served.substring(asked.length())).matches();
  }

  /** The other details, each a {@link Long}, {@link Double} or {@link String}; unmodifiable. */
  public Map<String, Object> details() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < details.length; i += 2) {
      all.put((String) details[i], details[i + 1]);
    }
    return Collections.unmodifiableMap(all);
  }

  /** What ran inside it; their durations may overlap; unmodifiable. */
  public List<StageRecord> parts() {
    return parts;
  }

  /** Why it failed; empty when it did not. */
  public Optional<String> error() {
    return Optional.ofNullable(error);
  }
}
