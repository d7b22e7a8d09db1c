package dev.ragwright.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalsTest {

  /** The texts are those of glibc's printf. */
  @ParameterizedTest
  @CsvSource({
    "0.03125, 4, 0.0312",
    "0.09375, 4, 0.0938",
    "0.00005, 4, 0.0001",
    "0.12345, 4, 0.1235",
    "0.3333333333333333, 9, 0.333333333",
    "0.6666666666666666, 4, 0.6667",
    "0.5, 0, 0",
    "1.5, 0, 2",
    "2.5, 0, 2",
    "-0.00001, 4, -0.0000",
    "1e10, 2, 10000000000.00",
    "0.99995, 4, 1.0000",
    "0.67805, 4, 0.6781",
    "-1.00005, 4, -1.0001",
  })
  void printsAsC(double value, int digits, String text) {
    assertThat(Decimals.fixed(value, digits)).isEqualTo(text);
  }

  @Test
  void printsAsPapersDo() {
    assertThat(Decimals.signed(0.0305)).isEqualTo("+.030");
    assertThat(Decimals.signed(-1.25)).isEqualTo("-1.250");
    assertThat(Decimals.signed(-0.0001)).isEqualTo("+.000");
    assertThat(Decimals.pValue(0.0021)).isEqualTo(".002");
    assertThat(Decimals.pValue(0.00099)).isEqualTo("<.001");
    assertThat(Decimals.pValue(1)).isEqualTo("1.000");
  }

  @Test
  void refusesWhatIsNotANumber() {
    assertThatThrownBy(() -> Decimals.fixed(Double.NaN, 4)).hasMessage("not a finite number: NaN");
    assertThatThrownBy(() -> Decimals.signed(Double.POSITIVE_INFINITY))
        .hasMessage("not a finite number: Infinity");
  }
}
