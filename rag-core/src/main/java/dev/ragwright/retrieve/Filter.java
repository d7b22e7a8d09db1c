package dev.ragwright.retrieve;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which passages a retriever may return. A closed set of forms, so that every engine can translate
 * all of them; {@link #test} is their meaning, and the contract kit holds each engine to it. A
 * condition on a key that a passage does not have is false, and so is a range over what is not a
 * number. Whole and other numbers are compared as {@code double}.
 */
public sealed interface Filter {

  /** Whether a passage may be returned. */
  boolean test(Passage passage);

  /** Every passage. */
  record All() implements Filter {
    @Override
    public boolean test(Passage passage) {
      return true;
    }

    @Override
    public String toString() {
      return "all";
    }
  }

  /**
   * Passages of some documents.
   *
   * @param ids the documents' ids, sorted; unmodifiable
   */
  record Documents(Set<String> ids) implements Filter {
    /** Copies the ids. */
    public Documents {
      ids = Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    @Override
    public boolean test(Passage passage) {
      return ids.contains(passage.documentId());
    }

    @Override
    public String toString() {
      return "document in " + ids;
    }
  }

  /**
   * Passages with one of some values under a metadata key.
   *
   * @param values each a value that {@link Metadata} can hold; unmodifiable
   */
  record In(String key, List<Object> values) implements Filter {
    /** Copies the values and refuses those that metadata cannot hold. */
    public In {
      values = List.copyOf(values);
      for (Object value : values) {
        if (!(value instanceof String
            || value instanceof Long
            || value instanceof Double
            || value instanceof Boolean)) {
          throw new IllegalArgumentException(
              "filter on '%s': metadata holds String, Long, Double or Boolean, not %s"
                  .formatted(key, value.getClass().getName()));
        }
      }
    }

    @Override
    public boolean test(Passage passage) {
      Object found = passage.metadata().get(key);
      return found != null && values.stream().anyMatch(value -> same(value, found));
    }

    private static boolean same(Object a, Object b) {
      return (a instanceof Number x && b instanceof Number y)
          ? x.doubleValue() == y.doubleValue()
          : a.equals(b);
    }

    @Override
    public String toString() {
      return key + " in " + values;
    }
  }

  /** Passages with a number within {@code [from, to]} under a metadata key. */
  record Range(String key, double from, double to) implements Filter {
    /** Refuses bounds that are not numbers; infinite ones are no bound. */
    public Range {
      if (Double.isNaN(from) || Double.isNaN(to)) {
        throw new IllegalArgumentException("the range of '" + key + "' must not be NaN");
      }
    }

    @Override
    public boolean test(Passage passage) {
      return passage.metadata().get(key) instanceof Number number
          && number.doubleValue() >= from
          && number.doubleValue() <= to;
    }

    @Override
    public String toString() {
      return key + " in [" + from + ", " + to + "]";
    }
  }

  /**
   * Passages that every part accepts.
   *
   * @param parts unmodifiable; all passages when empty
   */
  record And(List<Filter> parts) implements Filter {
    /** Copies the parts. */
    public And {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean test(Passage passage) {
      return parts.stream().allMatch(part -> part.test(passage));
    }

    @Override
    public String toString() {
      return joined(parts, " and ");
    }
  }

  /**
   * Passages that some part accepts.
   *
   * @param parts unmodifiable; no passage when empty
   */
  record Or(List<Filter> parts) implements Filter {
    /** Copies the parts. */
    public Or {
      parts = List.copyOf(parts);
    }

    @Override
    public boolean test(Passage passage) {
      return parts.stream().anyMatch(part -> part.test(passage));
    }

    @Override
    public String toString() {
      return joined(parts, " or ");
    }
  }

  /** Passages that a filter does not accept. */
  record Not(Filter filter) implements Filter {
    @Override
    public boolean test(Passage passage) {
      return !filter.test(passage);
    }

    @Override
    public String toString() {
      return "not (" + filter + ")";
    }
  }

  /** Every passage. */
  static Filter all() {
    return new All();
  }

  /** Passages of the documents with these ids. */
  static Filter documents(Collection<String> ids) {
    return new Documents(Set.copyOf(ids));
  }

  /** Passages with this text under a metadata key. */
  static Filter is(String key, String value) {
    return new In(key, List.of(value));
  }

  /** Passages with this number under a metadata key. */
  static Filter is(String key, double value) {
    return new In(key, List.of(value));
  }

  /** Passages with this truth value under a metadata key. */
  static Filter is(String key, boolean value) {
    return new In(key, List.of(value));
  }

  /** Passages with one of these texts under a metadata key. */
  static Filter in(String key, String... values) {
    return new In(key, Arrays.asList((Object[]) values));
  }

  /** Passages with one of these numbers under a metadata key. */
  static Filter in(String key, double... values) {
    return new In(key, Arrays.stream(values).<Object>mapToObj(value -> value).toList());
  }

  /**
   * Passages with a number within {@code [from, to]} under a metadata key; none when {@code from >
   * to}.
   *
   * @throws IllegalArgumentException if a bound is NaN
   */
  static Filter between(String key, double from, double to) {
    return new Range(key, from, to);
  }

  /** Passages with a number of at least {@code from} under a metadata key. */
  static Filter atLeast(String key, double from) {
    return new Range(key, from, Double.POSITIVE_INFINITY);
  }

  /** Passages with a number of at most {@code to} under a metadata key. */
  static Filter atMost(String key, double to) {
    return new Range(key, Double.NEGATIVE_INFINITY, to);
  }

  /** Passages that both filters accept. */
  default Filter and(Filter other) {
    return new And(List.of(this, other));
  }

  /** Passages that one of the filters accepts. */
  default Filter or(Filter other) {
    return new Or(List.of(this, other));
  }

  /** Passages that this filter does not accept. */
  default Filter not() {
    return new Not(this);
  }

  private static String joined(List<Filter> parts, String between) {
    return parts.stream().map(part -> "(" + part + ")").collect(Collectors.joining(between));
  }
}
