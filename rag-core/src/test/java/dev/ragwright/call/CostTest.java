package dev.ragwright.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CostTest {
  private static final Cost CENT = Cost.of(Money.of("0.01", "USD"));

  @Test
  void adds() {
    assertThat(CENT.plus(CENT))
        .isEqualTo(Cost.of(Money.of("0.020", "USD")))
        .hasToString("0.02 USD");
    assertThat(CENT.money()).contains(Money.of("0.01", "USD"));
    assertThat(CENT.missing()).isEmpty();
  }

  @Test
  void staysUnknown() {
    Cost unknown = Cost.unknown("b").plus(CENT).plus(Cost.unknown("a")).plus(Cost.unknown("b"));
    assertThat(unknown.money()).isEmpty();
    assertThat(unknown.isKnown()).isFalse();
    assertThat(unknown.missing()).containsExactly("a", "b");
    assertThat(unknown).hasToString("unknown (a; b)");
    assertThat(CENT.plus(unknown)).isEqualTo(unknown);
    assertThat(unknown.perMillion(3)).isEqualTo(unknown);
  }

  @Test
  void doesNotAddCurrencies() {
    assertThatThrownBy(() -> CENT.plus(Cost.of(Money.of(1, "EUR"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "0.01 USD and 1 EUR are of different currencies; keep them apart, or give all prices in"
                + " one");
    assertThatThrownBy(() -> Money.of(1, "USD").compareTo(Money.of(1, "EUR")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different currencies");
  }

  @Test
  void scalesToAMillion() {
    assertThat(CENT.perMillion(4)).hasToString("2500 USD");
    assertThat(CENT.perMillion(3)).hasToString("3333.333333333333 USD");
    assertThatThrownBy(() -> CENT.perMillion(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count must be >= 1, was 0");
  }

  @Test
  void knowsMoneyExactly() {
    assertThat(Money.of("1.50", "EUR")).isEqualTo(Money.of("1.5", "EUR")).hasToString("1.5 EUR");
    assertThat(Money.of(1_000, "EUR")).hasToString("1000 EUR");
    assertThat(Money.of("0.1", "EUR").plus(Money.of("0.2", "EUR"))).hasToString("0.3 EUR");
    assertThat(Money.of("0.1", "EUR").times(new BigDecimal("0.1"))).hasToString("0.01 EUR");
    assertThat(Stream.of("2", "-1", "0.5").map(amount -> Money.of(amount, "EUR")).sorted())
        .extracting(Money::toString)
        .containsExactly("-1 EUR", "0.5 EUR", "2 EUR");
    assertThatThrownBy(() -> Money.of("much", "EUR"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'much' is not an amount");
  }
}
