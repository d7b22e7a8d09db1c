package dev.ragwright.documents.sheet;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are those that Excel shows in American English. */
class NumberFormatTest {

  private static String show(String format, String number) {
    return NumberFormat.of(format).show(new BigDecimal(number), false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          0                        ~ 1234.5              ~ 1235
          0                        ~ -0.4                ~ -0
          0.00                     ~ 12.345              ~ 12.35
          0.##                     ~ 12.5                ~ 12.5
          0.##                     ~ 12                  ~ 12.
          .00                      ~ 12.5                ~ 12.50
          #.##                     ~ 0.5                 ~ .5
          #,##0                    ~ 1234567             ~ 1,234,567
          #,##0                    ~ 0                   ~ 0
          0,000                    ~ 5                   ~ 0,005
          #,##0.00" EUR"           ~ 12.5                ~ 12.50 EUR
          #,##0.00" EUR"           ~ -1234.5             ~ -1,234.50 EUR
          00000                    ~ 42                  ~ 00042
          000-00-0000              ~ 123456789           ~ 123-45-6789
          (000) 000-0000           ~ 5551234567          ~ (555) 123-4567
          0%                       ~ 0.19                ~ 19%
          0.00%                    ~ 0.12345             ~ 12.35%
          0.0"%"                   ~ 12.5                ~ 12.5%
          0.0\\%                   ~ 12.5                ~ 12.5%
          #,##0;(#,##0)            ~ -1500               ~ (1,500)
          #,##0_);(#,##0)          ~ 1500                ~ 1,500
          #,##0_);[Red](#,##0)     ~ -1500               ~ (1,500)
          "yes";;"no"              ~ 1                   ~ yes
          "yes";;"no"              ~ 0                   ~ no
          "yes";;"no"              ~ -1                  ~ ``
          0;-0;"zero"              ~ 0                   ~ zero
          #,##0,                   ~ 1234567             ~ 1,235
          0.0,,"M"                 ~ 1234567             ~ 1.2M
          0.00E+00                 ~ 12345               ~ 1.23E+04
          0.00E+00                 ~ 0.00012345          ~ 1.23E-04
          0.00E-00                 ~ 12345               ~ 1.23E04
          ##0.0E+0                 ~ 12345               ~ 12.3E+3
          ##0.0E+0                 ~ 999960              ~ 1.0E+6
          # ?/?                    ~ 1.5                 ~ 1 1/2
          # ??/??                  ~ 0.3125              ~ 5/16
          # ?/8                    ~ 2.25                ~ 2 2/8
          ?/?                      ~ 1.5                 ~ 3/2
          # ?/?                    ~ 3                   ~ 3
          [$€-407] #,##0.00        ~ 1234.5              ~ € 1,234.50
          #,##0.00 [$€-407]        ~ 1234.5              ~ 1,234.50 €
          [$USD] 0                 ~ 5                   ~ USD 5
          $#,##0.00                ~ 5                   ~ $5.00
          [>=1000]#,##0,"k";0      ~ 12345               ~ 12k
          [>=1000]#,##0,"k";0      ~ 123                 ~ 123
          [<0]"minus "0;0          ~ -5                  ~ minus 5
          [=1]0" day";0" days"     ~ 1                   ~ 1 day
          [=1]0" day";0" days"     ~ 3                   ~ 3 days
          [Blue]0.0                ~ 1.25                ~ 1.3
          @                        ~ 12.5                ~ 12.5
          General" kg"             ~ 12.5                ~ 12.5 kg
          0;0;0;"t: "@             ~ -3                  ~ 3
          * #,##0                  ~ 12                  ~ 12
          """)
  void showsNumbersAsExcelDoes(String format, String number, String shown) {
    assertThat(show(format, number)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          dd.mm.yyyy               ~ 45352               ~ 01.03.2024
          yyyy-mm-dd               ~ 45657               ~ 2024-12-31
          m/d/yyyy                 ~ 45352               ~ 3/1/2024
          d-mmm-yy                 ~ 45352               ~ 1-Mar-24
          dddd, mmmm d, yyyy       ~ 45352               ~ Friday, March 1, 2024
          ddd mmmmm                ~ 45352               ~ Fri M
          yyyy"年"m"月"d"日"         ~ 45352               ~ 2024年3月1日
          [$-407]d/ mmmm yyyy      ~ 45352               ~ 1. März 2024
          [$-40C]dddd d mmm        ~ 45352               ~ vendredi 1 mars
          [$-F800]dddd, mmmm dd    ~ 45352               ~ Friday, March 01
          h:mm                     ~ 0.5                 ~ 12:00
          hh:mm:ss                 ~ 0.75001             ~ 18:00:01
          h:mm AM/PM               ~ 0.75                ~ 6:00 PM
          h:mm AM/PM               ~ 0                   ~ 12:00 AM
          [h]:mm                   ~ 1.5                 ~ 36:00
          [mm]:ss                  ~ 0.0625              ~ 90:00
          mm:ss.0                  ~ 0.000694444         ~ 01:00.0
          mm:ss                    ~ 0.00069444          ~ 01:00
          m/d/yyyy h:mm            ~ 45352.520833333     ~ 3/1/2024 12:30
          yyyy-mm-dd               ~ 60                  ~ 1900-02-29
          yyyy-mm-dd               ~ 59                  ~ 1900-02-28
          yyyy-mm-dd               ~ 1                   ~ 1900-01-01
          yyyy-mm-dd               ~ 0                   ~ 1900-01-00
          yyyy                     ~ -5                  ~ -5
          yyyy                     ~ 3000000             ~ 3000000
          d.m.yyyy;@               ~ 45352               ~ 1.3.2024
          """)
  void showsDaysAndTimesAsExcelDoes(String format, String number, String shown) {
    assertThat(show(format, number)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "4006381333931, 4006381333931",
    "0.1, 0.1",
    "-2.50, -2.5",
    "0.30000000000000004, 0.3",
    "0.3333333333333333, 0.333333333",
    "1234567.891234, 1234567.891",
    "123456789012.25, 123456789012.25",
    "0.00001, 0.00001",
    "0.0000123456, 1.23456E-05",
    "0.00012345678, 0.000123457",
    "1E+20, 100000000000000000000",
    "1.5E+30, 1.5E+30",
    "1E-300, 1E-300",
    "1234567890123456789, 1234567890123456789",
    "0, 0",
  })
  void showsNumbersWithoutAFormat(String number, String shown) {
    assertThat(General.show(java.util.Objects.requireNonNull(General.parse(number))))
        .isEqualTo(shown);
  }

  @Test
  void refusesWhatIsNoNumber() {
    assertThat(General.parse("one")).isNull();
    assertThat(General.parse("NaN")).isNull();
    assertThat(General.parse("1E999999999")).isNull();
    assertThat(General.parse("1E-999999999")).isEqualTo(BigDecimal.ZERO);
  }

  @Test
  void countsFrom1904WhereTheWorkbookDoes() {
    NumberFormat format = NumberFormat.of("dddd yyyy-mm-dd");
    assertThat(format.show(BigDecimal.ZERO, true)).isEqualTo("Friday 1904-01-01");
    assertThat(format.show(new BigDecimal("43890"), true)).isEqualTo("Friday 2024-03-01");
  }

  @Test
  void showsTexts() {
    assertThat(NumberFormat.of("General").show("abc")).isEqualTo("abc");
    assertThat(NumberFormat.of("0.00").show("abc")).isEqualTo("abc");
    assertThat(NumberFormat.of("@\" kg\"").show("abc")).isEqualTo("abc kg");
    assertThat(NumberFormat.of("0;0;0;\"<\"@\">\"").show("abc")).isEqualTo("<abc>");
    assertThat(NumberFormat.of(";;;").show("abc")).isNull();
  }

  @Test
  void knowsWhenAFormatHidesTheDigits() {
    assertThat(NumberFormat.of("\"yes\";;\"no\"").hidesDigits(BigDecimal.ONE)).isTrue();
    assertThat(NumberFormat.of(";;;").hidesDigits(BigDecimal.ONE)).isTrue();
    assertThat(NumberFormat.of("0").hidesDigits(BigDecimal.ONE)).isFalse();
    assertThat(NumberFormat.of("yyyy").hidesDigits(BigDecimal.ONE)).isFalse();
  }

  @Test
  void survivesAnyFormat() {
    for (String odd :
        new String[] {
          "\"",
          "\\",
          "_",
          "*",
          "[",
          "[]",
          "[$",
          "[$-",
          ";",
          ";;;;;;",
          "/",
          "?/",
          "#/0",
          "0/0",
          "E+",
          "0E+",
          ".",
          ",",
          "%%%%",
          "[h",
          "AM/PM",
          "[>]0",
          "[>=1e5]0",
          "0/00000000",
          "#?/99999999999",
          "mmmmmmmmmmm",
          "@@",
          "General;General",
          "0.0000000000000000000000000000000"
        }) {
      for (String number : new String[] {"0", "-1.5", "123456.789", "1E+300", "-1E-300"}) {
        assertThat(show(odd, number)).as(odd).isNotNull();
        assertThat(NumberFormat.of(odd).isDate()).isIn(true, false);
      }
    }
  }
}
