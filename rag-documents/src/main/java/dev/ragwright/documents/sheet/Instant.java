package dev.ragwright.documents.sheet;

import java.time.LocalDate;

/**
 * A day and time as spreadsheets count them: days from the end of 1899, with a 29th of February
 * 1900 that there never was, or from the beginning of 1904.
 */
final class Instant {
  private static final LocalDate OF_1900 = LocalDate.of(1899, 12, 30);
  private static final LocalDate OF_1904 = LocalDate.of(1904, 1, 1);
  private static final int NEVER = 60;

  private final long milliseconds;
  private final int year;
  private final int month;
  private final int day;
  private final int weekday;

  Instant(long milliseconds, boolean from1904) {
    this.milliseconds = milliseconds;
    long days = milliseconds / 86_400_000;
    LocalDate date =
        from1904 ? OF_1904.plusDays(days) : OF_1900.plusDays(days < NEVER ? days + 1 : days);
    boolean zero = !from1904 && days == 0;
    boolean never = !from1904 && days == NEVER;
    year = zero || never ? 1900 : date.getYear();
    month = zero ? 1 : never ? 2 : date.getMonthValue();
    day = zero ? 0 : never ? 29 : date.getDayOfMonth();
    weekday = from1904 ? date.getDayOfWeek().getValue() % 7 : (int) ((days + 6) % 7);
  }

  int year() {
    return year;
  }

  int month() {
    return month;
  }

  int day() {
    return day;
  }

  /** From Sunday, 0. */
  int weekday() {
    return weekday;
  }

  int hour() {
    return (int) (milliseconds / 3_600_000 % 24);
  }

  int minute() {
    return (int) (milliseconds / 60_000 % 60);
  }

  int second() {
    return (int) (milliseconds / 1000 % 60);
  }

  /** All hours, minutes or seconds since the beginning. */
  long elapsed(char unit) {
    return milliseconds / (unit == 'h' ? 3_600_000 : unit == 'm' ? 60_000 : 1000);
  }
}
