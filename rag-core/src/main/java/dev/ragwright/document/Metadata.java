package dev.ragwright.document;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application knows of a document besides its text, to filter and to show. Values are
 * {@link String}, {@link Long}, {@link Double}, {@link Boolean}, or a {@link List} of texts;
 * nothing else can be put in, so everything can be stored and compared. Immutable; keeps the order
 * in which keys were added.
 */
public final class Metadata {
  private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
  private static final Metadata EMPTY = new Metadata(new LinkedHashMap<>());

  private final Map<String, Object> values;

  private Metadata(Map<String, Object> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /** No values. */
  public static Metadata empty() {
    return EMPTY;
  }

  /** One text value. */
  public static Metadata of(String key, String value) {
    return EMPTY.with(key, value);
  }

  /**
   * Values by key, in the order of the map: as {@link #with} sets each, and in time that is linear
   * in their number.
   *
   * @throws IllegalArgumentException if a value is no text, number, truth value or list of texts
   */
  public static Metadata of(Map<String, ?> values) {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((key, value) -> set(copy, key, value));
    return new Metadata(copy);
  }

  private static void set(Map<String, Object> values, String key, Object value) {
    switch (value) {
      case String text -> values.put(key, text);
      case Boolean truth -> values.put(key, truth);
      case Byte whole -> values.put(key, whole.longValue());
      case Short whole -> values.put(key, whole.longValue());
      case Integer whole -> values.put(key, whole.longValue());
      case Long whole -> values.put(key, whole);
      case Float number -> values.put(key, finite(key, number));
      case Double number -> values.put(key, finite(key, number));
      case List<?> texts when texts.isEmpty() -> values.remove(key);
      case List<?> texts when texts.stream().allMatch(String.class::isInstance) ->
          values.put(key, List.copyOf(texts));
      default ->
          throw new IllegalArgumentException(
              "metadata '%s' must be a text, a number, a truth value or a list of texts, was a %s"
                  .formatted(key, value.getClass().getName()));
    }
  }

  private static double finite(String key, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("metadata '" + key + "' must be finite, was " + value);
    }
    return value;
  }

  /** This metadata with a text value set. */
  public Metadata with(String key, String value) {
    return put(key, value);
  }

  /** This metadata with a whole number set. */
  public Metadata with(String key, long value) {
    return put(key, value);
  }

  /**
   * This metadata with a number set.
   *
   * @throws IllegalArgumentException if the number is not finite
   */
  public Metadata with(String key, double value) {
    return put(key, finite(key, value));
  }

  /** This metadata with a truth value set. */
  public Metadata with(String key, boolean value) {
    return put(key, value);
  }

  /**
   * This metadata with several texts set under one key, such as tags: a filter accepts it where it
   * accepts one of them. No texts are no key, as {@link #without} leaves it. Databases of vectors
   * that cannot filter by several texts refuse a passage that has them.
   */
  public Metadata with(String key, List<String> values) {
    return values.isEmpty() ? without(key) : put(key, List.copyOf(values));
  }

  /**
   * This metadata with a time set, as the text of {@link #time}: every database can hold it, and
   * {@link Instant#parse} reads it.
   *
   * @throws IllegalArgumentException as {@link #time} does
   */
  public Metadata with(String key, Instant value) {
    return put(key, time(value));
  }

  /**
   * A time as a text whose order is that of time: {@code 2026-03-01T12:00:00Z}, in UTC, to the
   * second; what is behind the second is cut.
   *
   * @throws IllegalArgumentException if its year is not within 0 to 9999, which would be longer
   */
  public static String time(Instant time) {
    if (time.isBefore(FIRST) || time.isAfter(LAST)) {
      throw new IllegalArgumentException(
          "a time in metadata must be within the years 0 to 9999, was " + time);
    }
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** This metadata with all values of another set. */
  public Metadata withAll(Metadata other) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.putAll(other.values);
    return new Metadata(copy);
  }

  /** This metadata without a key, whether or not it has it. */
  public Metadata without(String key) {
    if (!values.containsKey(key)) {
      return this;
    }
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.remove(key);
    return new Metadata(copy);
  }

  private Metadata put(String key, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(values);
    copy.put(key, value);
    return new Metadata(copy);
  }

  /** The value, or null when there is none. */
  public @Nullable Object get(String key) {
    return values.get(key);
  }

  /** All values by key, in the order in which they were added; unmodifiable. */
  public Map<String, Object> asMap() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Metadata other && values.equals(other.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
