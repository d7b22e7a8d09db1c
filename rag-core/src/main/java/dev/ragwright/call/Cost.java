package dev.ragwright.call;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What something cost: a sum of money, or unknown. A {@linkplain #plus(Cost) sum} with an unknown
 * part is unknown, and lists all that is missing. Immutable.
 */
public final class Cost {
  private final @Nullable Money money;
  private final SortedSet<String> missing;

  private Cost(@Nullable Money money, SortedSet<String> missing) {
    this.money = money;
    this.missing = Collections.unmodifiableSortedSet(missing);
  }

  /** A known cost. */
  public static Cost of(Money money) {
    return new Cost(Objects.requireNonNull(money, "money"), new TreeSet<>());
  }

  /**
   * A cost that is not known.
   *
   * @param missing what would have to be known, for people, such as {@code "the price of gpt-x"}
   */
  public static Cost unknown(String missing) {
    SortedSet<String> one = new TreeSet<>();
    one.add(missing);
    return new Cost(null, one);
  }

  /** The sum of money; empty when it is unknown. */
  public Optional<Money> money() {
    return Optional.ofNullable(money);
  }

  /** Whether it is known. */
  public boolean isKnown() {
    return money != null;
  }

  /** What would have to be known; empty when nothing is missing; unmodifiable. */
  public SortedSet<String> missing() {
    return missing;
  }

  /**
   * The sum, unknown if either is.
   *
   * @throws IllegalArgumentException if both are known, in different currencies
   */
  public Cost plus(Cost other) {
    if (money != null && other.money != null) {
      return of(money.plus(other.money));
    }
    SortedSet<String> all = new TreeSet<>(missing);
    all.addAll(other.missing);
    return new Cost(null, all);
  }

  /**
   * What a million would cost if {@code count} of them cost this much, to 16 digits.
   *
   * @throws IllegalArgumentException if {@code count < 1}
   */
  public Cost perMillion(long count) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1, was " + count);
    }
    return money == null
        ? this
        : of(
            money.times(
                BigDecimal.valueOf(1_000_000)
                    .divide(BigDecimal.valueOf(count), MathContext.DECIMAL64)));
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Cost other
        && Objects.equals(money, other.money)
        && missing.equals(other.missing);
  }

  @Override
  public int hashCode() {
    return Objects.hash(money, missing);
  }

  /** For people: {@code 0.00125 USD}, or {@code unknown (the price of gpt-x)}. */
  @Override
  public String toString() {
    return money != null ? money.toString() : "unknown (" + String.join("; ", missing) + ")";
  }
}
