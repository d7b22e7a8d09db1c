package dev.ragwright.document;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application knows of a document besides its text, to filter and to show. Values are
 * {@link String}, {@link Long}, {@link Double} or {@link Boolean}; nothing else can be put in, so
 * everything can be stored and compared. Immutable; keeps the order in which keys were added.
 */
public final class Metadata {
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
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("metadata '" + key + "' must be finite, was " + value);
    }
    return put(key, value);
  }

  /** This metadata with a truth value set. */
  public Metadata with(String key, boolean value) {
    return put(key, value);
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
