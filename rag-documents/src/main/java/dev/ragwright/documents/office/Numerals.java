package dev.ragwright.documents.office;

import dev.ragwright.documents.text.Labels;
import java.util.List;
import java.util.Locale;

/** Numbers as lists show them, by the names that Word gives to their forms. */
final class Numerals {
  private static final List<String> ONES =
      List.of(
          "Zero",
          "One",
          "Two",
          "Three",
          "Four",
          "Five",
          "Six",
          "Seven",
          "Eight",
          "Nine",
          "Ten",
          "Eleven",
          "Twelve",
          "Thirteen",
          "Fourteen",
          "Fifteen",
          "Sixteen",
          "Seventeen",
          "Eighteen",
          "Nineteen");
  private static final List<String> TENS =
      List.of("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety");
  private static final List<String> ORDINALS =
      List.of(
          "Zeroth",
          "First",
          "Second",
          "Third",
          "Fourth",
          "Fifth",
          "Sixth",
          "Seventh",
          "Eighth",
          "Ninth",
          "Tenth",
          "Eleventh",
          "Twelfth");

  private Numerals() {}

  /** A number in a form; forms that are not known are shown in digits. */
  static String show(int number, String form) {
    return switch (form) {
      case "none", "bullet" -> "";
      case "decimalZero" -> String.format(Locale.ROOT, "%02d", number);
      case "lowerLetter" -> letters(number, 'a');
      case "upperLetter" -> letters(number, 'A');
      case "lowerRoman" -> Labels.roman(number, false);
      case "upperRoman" -> Labels.roman(number, true);
      case "ordinal" -> ordinal(number);
      case "cardinalText" -> cardinal(number);
      case "ordinalText" -> number > 0 && number < 13 ? ORDINALS.get(number) : ordinal(number);
      case "hex" -> Integer.toHexString(number).toUpperCase(Locale.ROOT);
      case "numberInDash" -> "- " + number + " -";
      case "chicago" ->
          number < 1
              ? ""
              : "*†‡§"
                  .substring((number - 1) % 4, (number - 1) % 4 + 1)
                  .repeat((number - 1) / 4 + 1);
      case "decimalEnclosedCircle", "decimalEnclosedCircleChinese" ->
          number > 0 && number < 21 ? Character.toString('①' + number - 1) : digits(number);
      case "decimalEnclosedParen" ->
          number > 0 && number < 21 ? Character.toString('⑴' + number - 1) : digits(number);
      case "decimalEnclosedFullstop" ->
          number > 0 && number < 21 ? Character.toString('⒈' + number - 1) : digits(number);
      case "russianLower" -> cyrillic(number).toLowerCase(Locale.ROOT);
      case "russianUpper" -> cyrillic(number);
      default -> digits(number);
    };
  }

  private static String digits(int number) {
    return Integer.toString(number);
  }

  /** a to z, then aa to zz, as Word counts. */
  private static String letters(int number, char first) {
    if (number < 1 || number > 26 * 30) {
      return digits(number);
    }
    return Character.toString(first + (number - 1) % 26).repeat((number - 1) / 26 + 1);
  }

  private static String cyrillic(int number) {
    String letters = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ";
    return number < 1 || number > letters.length()
        ? digits(number)
        : letters.substring(number - 1, number);
  }

  private static String ordinal(int number) {
    int tens = number / 10 % 10;
    String end =
        tens == 1
            ? "th"
            : switch (number % 10) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return number + end;
  }

  private static String cardinal(int number) {
    if (number < 0 || number > 99) {
      return digits(number);
    } else if (number < 20) {
      return ONES.get(number);
    }
    String tens = TENS.get(number / 10);
    return number % 10 == 0 ? tens : tens + "-" + ONES.get(number % 10).toLowerCase(Locale.ROOT);
  }
}
