package dev.ragwright.documents.sheet;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Counts days as spreadsheets do, from days that are written as in {@code 2024-03-01T12:00:00}. */
final class Days {
  private static final LocalDate OF_1900 = LocalDate.of(1899, 12, 30);
  private static final LocalDate OF_1904 = LocalDate.of(1904, 1, 1);

  private Days() {}

  /** The number of a day and time, or null if it is none. */
  static @Nullable BigDecimal serial(String text, boolean from1904) {
    String plain = text.strip().replaceFirst("(Z|[+-]\\d\\d:\\d\\d)$", "");
    try {
      if (plain.indexOf('-') < 0) {
        return part(LocalTime.parse(plain.startsWith("T") ? plain.substring(1) : plain));
      }
      LocalDateTime at =
          plain.indexOf('T') < 0
              ? LocalDate.parse(plain).atStartOfDay()
              : LocalDateTime.parse(plain);
      long days = ChronoUnit.DAYS.between(from1904 ? OF_1904 : OF_1900, at.toLocalDate());
      long counted = !from1904 && days <= 60 ? days - 1 : days;
      return BigDecimal.valueOf(counted).add(part(at.toLocalTime()));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static BigDecimal part(LocalTime time) {
    return BigDecimal.valueOf(time.toNanoOfDay())
        .divide(BigDecimal.valueOf(86_400_000_000_000L), 15, RoundingMode.HALF_UP);
  }
}
