package dev.ragwright.retrieve;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which passages a retriever may return. A closed set of forms, so that every engine can translate
 * all of them; {@link #test} is their meaning, and the contract kit holds each engine to it.
 *
 * <table>
 * <caption>What a condition makes of what is under its key</caption>
 * <tr><th>condition</th><th>a text</th><th>a number</th><th>true or false</th><th>several texts</th>
 * <th>no such key</th></tr>
 * <tr><td>{@code is}, {@code in}: texts</td><td>the same text, capitals and accents included</td>
 * <td>no</td><td>no</td><td>one of them is the same</td><td>no</td></tr>
 * <tr><td>{@code is}, {@code in}: numbers</td><td>no</td><td>equal as {@code double}, whole or
 * not</td><td>no</td><td>no</td><td>no</td></tr>
 * <tr><td>{@code is}: true or false</td><td>no</td><td>no</td><td>the same</td><td>no</td>
 * <td>no</td></tr>
 * <tr><td>{@code between}, {@code atLeast}, {@code atMost}: numbers</td><td>no</td><td>within, bounds
 * included, as {@code double}</td><td>no</td><td>no</td><td>no</td></tr>
 * <tr><td>{@code between}, {@code atLeast}, {@code atMost}: texts</td><td>within, bounds included, as
 * {@link String#compareTo} orders texts</td><td>no</td><td>no</td><td>one of them is within</td>
 * <td>no</td></tr>
 * <tr><td>{@code between}, {@code atLeast}, {@code atMost}: times</td><td colspan="5">as texts, by
 * {@link Metadata#time}, so to the second, of bounds too; a day alone, as in {@code 2024-02-29}, is before all times of that
 * day</td></tr>
 * <tr><td>{@code startsWith}</td><td>begins so, capitals and accents included</td><td>no</td>
 * <td>no</td><td>one of them begins so</td><td>no</td></tr>
 * <tr><td>{@code exists}</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td><td>no</td></tr>
 * </table>
 *
 * <p>{@link #not()} accepts exactly what its filter does not: {@code is("lang", "de").not()}
 * accepts a passage without the key too, and one with several texts only if none of them is {@code
 * de}. For "has another language" say {@code exists("lang").and(is("lang", "de").not())}. Where a
 * database means something else by one of these, its adapter asks it for more and tests again.
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
      return "document in " + ids.stream().map(Filter::shown).toList();
    }
  }

  /**
   * Passages with one of some values under a metadata key.
   *
   * @param values each a {@link String}, {@link Long}, {@link Double} or {@link Boolean};
   *     unmodifiable
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
              "filter on '%s': a value is compared with a String, Long, Double or Boolean, not %s; of several texts name each"
                  .formatted(key, value.getClass().getName()));
        }
      }
    }

    @Override
    public boolean test(Passage passage) {
      return one(passage, key, found -> values.stream().anyMatch(value -> same(value, found)));
    }

    private static boolean same(Object a, Object b) {
      return (a instanceof Number x && b instanceof Number y)
          ? x.doubleValue() == y.doubleValue()
          : a.equals(b);
    }

    @Override
    public String toString() {
      return shown(key)
          + " in "
          + values.stream()
              .map(value -> value instanceof String text ? shown(text) : value.toString())
              .toList();
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
      return shown(key) + " in [" + from + ", " + to + "]";
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
      return one(passage, key, found -> found instanceof String text && isWithin(text));
    }

    private boolean isWithin(String text) {
      return (from == null || text.compareTo(from) >= 0) && (to == null || text.compareTo(to) <= 0);
    }

    @Override
    public String toString() {
      return shown(key) + " in [" + bound(from) + ", " + bound(to) + "]";
    }

    private static String bound(@Nullable String text) {
      return text == null ? "…" : quoted(text);
    }
  }

  /**
   * Passages with a text that begins with another under a metadata key.
   *
   * @param prefix every text begins with the empty one
   */
  record Prefix(String key, String prefix) implements Filter {
    @Override
    public boolean test(Passage passage) {
      return one(passage, key, found -> found instanceof String text && text.startsWith(prefix));
    }

    @Override
    public String toString() {
      return shown(key) + " starts with " + quoted(prefix);
    }
  }

  /** Passages with a metadata key, whatever is under it. */
  record Exists(String key) implements Filter {
    @Override
    public boolean test(Passage passage) {
      return passage.metadata().get(key) != null;
    }

    @Override
    public String toString() {
      return "exists " + shown(key);
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

  /**
   * A text as it is where nothing else could be meant by it, and else in quotation marks, since
   * descriptions have filters as texts, and two filters are two.
   */
  private static String shown(String text) {
    boolean plain =
        !text.isEmpty()
            && Character.isLetter(text.codePointAt(0))
            && text.codePoints()
                .allMatch(unit -> Character.isLetterOrDigit(unit) || "-_./:@# ".indexOf(unit) >= 0)
            && !text.endsWith(" ")
            && !text.contains(" in ")
            && !Set.of("true", "false", "NaN", "Infinity").contains(text);
    return plain ? text : quoted(text);
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
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

  /**
   * Passages with a time within {@code [from, to]} under a metadata key, where it is written as
   * {@link Metadata#with(String, Instant)} writes it; none when {@code from > to}.
   *
   * @throws IllegalArgumentException as {@link Metadata#time} does
   */
  static Filter between(String key, Instant from, Instant to) {
    return new TextRange(key, Metadata.time(from), Metadata.time(to));
  }

  /**
   * Passages with a time that is {@code from} or later under a metadata key.
   *
   * @throws IllegalArgumentException as {@link Metadata#time} does
   */
  static Filter atLeast(String key, Instant from) {
    return new TextRange(key, Metadata.time(from), null);
  }

  /**
   * Passages with a time that is {@code to} or earlier under a metadata key.
   *
   * @throws IllegalArgumentException as {@link Metadata#time} does
   */
  static Filter atMost(String key, Instant to) {
    return new TextRange(key, null, Metadata.time(to));
  }

  /** Passages with a text that begins with {@code prefix} under a metadata key, such as a path. */
  static Filter startsWith(String key, String prefix) {
    return new Prefix(key, Objects.requireNonNull(prefix, "prefix"));
  }

  /** Passages with a metadata key, whatever is under it. */
  static Filter exists(String key) {
    return new Exists(Objects.requireNonNull(key, "key"));
  }

  /** The conditions on metadata keys in it, in their order; unmodifiable. */
  default List<Filter> conditions() {
    return switch (this) {
      case Not not -> not.filter().conditions();
      case And and -> and.parts().stream().flatMap(part -> part.conditions().stream()).toList();
      case Or or -> or.parts().stream().flatMap(part -> part.conditions().stream()).toList();
      case All all -> List.of();
      case Documents documents -> List.of();
      case In in -> List.of(in);
      case Range range -> List.of(range);
      case TextRange range -> List.of(range);
      case Prefix prefix -> List.of(prefix);
      case Exists exists -> List.of(exists);
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

  /**
   * Whether a condition holds for what is under a key or, where that is several, for one of them.
   */
  private static boolean one(Passage passage, String key, Predicate<Object> condition) {
    Object found = passage.metadata().get(key);
    return found instanceof List<?> several
        ? several.stream().anyMatch(condition)
        : found != null && condition.test(found);
  }

  private static String joined(List<Filter> parts, String between) {
    return parts.stream().map(part -> "(" + part + ")").collect(Collectors.joining(between));
  }
}
