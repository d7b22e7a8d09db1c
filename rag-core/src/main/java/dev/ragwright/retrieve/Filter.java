package dev.ragwright.retrieve;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which passages a retriever may return. A closed set of forms, so that every engine can translate
 * all of them; {@link #test} is their meaning, and the contract kit holds each engine to it. A
 * condition on a key that a passage does not have is false, and so is a range of numbers over what
 * is not a number, and a range of texts over what is not a text. Whole and other numbers are
 * compared as {@code double}, texts as {@link String#compareTo} orders them.
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
   * Passages with a text within {@code [from, to]} under a metadata key, as {@link
   * String#compareTo} orders texts: dates as ISO 8601 writes them are in their order, and a text is
   * behind its own beginning, so {@code 2024-12-31T08:00} is not within a range to {@code
   * 2024-12-31}.
   *
   * @param from null for no bound
   * @param to null for no bound
   */
  record TextRange(String key, @Nullable String from, @Nullable String to) implements Filter {
    @Override
    public boolean test(Passage passage) {
      return passage.metadata().get(key) instanceof String text
          && (from == null || text.compareTo(from) >= 0)
          && (to == null || text.compareTo(to) <= 0);
    }

    @Override
    public String toString() {
      return key + " in [" + bound(from) + ", " + bound(to) + "]";
    }

    private static String bound(@Nullable String text) {
      return text == null ? "…" : "'" + text + "'";
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

  /**
   * Passages with a text within {@code [from, to]} under a metadata key, such as a date that is
   * written {@code 2024-02-29}: see {@link TextRange} for the order. None when {@code from > to}.
   */
  static Filter between(String key, String from, String to) {
    return new TextRange(
        key, Objects.requireNonNull(from, "from"), Objects.requireNonNull(to, "to"));
  }

  /** Passages with a text that is {@code from} or behind it under a metadata key. */
  static Filter atLeast(String key, String from) {
    return new TextRange(key, Objects.requireNonNull(from, "from"), null);
  }

  /** Passages with a text that is {@code to} or before it under a metadata key. */
  static Filter atMost(String key, String to) {
    return new TextRange(key, null, Objects.requireNonNull(to, "to"));
  }

  /** The ranges in it, of numbers and of texts, in their order; unmodifiable. */
  default List<Filter> ranges() {
    return switch (this) {
      case Range range -> List.of(range);
      case TextRange range -> List.of(range);
      case Not not -> not.filter().ranges();
      case And and -> and.parts().stream().flatMap(part -> part.ranges().stream()).toList();
      case Or or -> or.parts().stream().flatMap(part -> part.ranges().stream()).toList();
      case All all -> List.of();
      case Documents documents -> List.of();
      case In in -> List.of();
    };
  }

  /** Passages that both filters accept. */
  default Filter and(Filter other) {
    return this instanceof All
        ? other
        : other instanceof All ? this : new And(List.of(this, other));
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
