package dev.ragwright.call;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;

/**
 * A sum of money, exact: fractions of a cent are what a question costs. Equal where amount and
 * currency are, whatever the number of trailing zeros.
 *
 * @param amount without trailing zeros behind the point
 * @param currency of ISO 4217
 */
public record Money(BigDecimal amount, Currency currency) implements Comparable<Money> {

  /** Drops trailing zeros. */
  public Money {
    BigDecimal plain = amount.stripTrailingZeros();
    amount = plain.scale() < 0 ? plain.setScale(0) : plain;
  }

  /**
   * An amount of a currency.
   *
   * @param currency its code of ISO 4217, such as {@code "USD"}
   * @throws IllegalArgumentException if there is no such currency
   */
  public static Money of(BigDecimal amount, String currency) {
    try {
      return new Money(amount, Currency.getInstance(currency));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not a currency's code of ISO 4217, such as USD or EUR".formatted(currency), e);
    }
  }

  /** As {@link #of(BigDecimal, String)}. */
  public static Money of(long amount, String currency) {
    return of(BigDecimal.valueOf(amount), currency);
  }

  /**
   * As {@link #of(BigDecimal, String)}.
   *
   * @param amount such as {@code "0.25"}
   * @throws IllegalArgumentException if the amount is not a number, or there is no such currency
   */
  public static Money of(String amount, String currency) {
    try {
      return of(new BigDecimal(amount), currency);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'%s' is not an amount".formatted(amount), e);
    }
  }

  /**
   * The sum.
   *
   * @throws IllegalArgumentException if the currencies differ: no rate is assumed
   */
  public Money plus(Money other) {
    checkSame(other);
    return new Money(amount.add(other.amount), currency);
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException if the currencies differ
   */
  public Money minus(Money other) {
    checkSame(other);
    return new Money(amount.subtract(other.amount), currency);
  }

  /** The product. */
  public Money times(BigDecimal factor) {
    return new Money(amount.multiply(factor), currency);
  }

  /**
   * Compares by amount.
   *
   * @throws IllegalArgumentException if the currencies differ
   */
  @Override
  public int compareTo(Money other) {
    checkSame(other);
    return amount.compareTo(other.amount);
  }

  private void checkSame(Money other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException(
          "%s and %s are of different currencies; keep them apart, or give all prices in one"
              .formatted(this, other));
    }
  }

  /** For people: {@code 0.00125 USD}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %s", amount.toPlainString(), currency.getCurrencyCode());
  }
}
